"""The designer's language, switched while it runs.

One mechanism for every widget: Qt sends `LanguageChange` down the widget tree, and a class that shows texts
derives from `Retranslated` and sets them in `retranslate()`:

    class Header(Retranslated, QWidget):
        def __init__(self) -> None:
            super().__init__()
            self._title = QLabel()
            self.retranslate()

        def retranslate(self) -> None:
            self._title.setText(tr("Campaigns"))

What is not a widget (models, painted scenes) is told by the widget that owns it.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from engine import i18n

_LOCALES = {"en": "en_US", "zh": "zh_CN"}


class Retranslated:
    """Mixin in front of a QWidget class: calls `retranslate()` when the language changes."""

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)  # type: ignore[misc]  # the QWidget that this class is mixed into
        if event.type() is QEvent.Type.LanguageChange:
            self.retranslate()

    def retranslate(self) -> None:
        """Set every text of this widget anew. The widget's own children are told by Qt."""
        raise NotImplementedError


def system_language() -> str:
    """The language of the user's desktop, if there is a catalogue for it; else English."""
    language = QLocale.system().name().split("_")[0]
    return language if language in i18n.LANGUAGES else "en"


def use_language(language: str) -> None:
    """Switch the running designer to `language`: our texts, Qt's own dialogs, number and date formats."""
    i18n.set_language(language)
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    QLocale.setDefault(QLocale(_LOCALES[language]))
    _use_qt_texts(application, language)
    for window in application.topLevelWidgets():
        QCoreApplication.sendEvent(window, QEvent(QEvent.Type.LanguageChange))


def _use_qt_texts(application: QApplication, language: str) -> None:
    """Qt's shipped translation of its own dialogs (file chooser, context menus of text fields)."""
    for old in application.findChildren(QTranslator, "qt-texts"):
        application.removeTranslator(old)
        old.deleteLater()
    translator = QTranslator(application)
    translator.setObjectName("qt-texts")
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if translator.load(f"qtbase_{_LOCALES[language]}", folder):
        application.installTranslator(translator)
