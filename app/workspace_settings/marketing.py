"""The marketing campaign tree: primary campaigns, and the sub-campaigns that campaigns belong to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from app.editors.base import Context, Editor, RawObject, as_text
from app.editors.choice import ChoiceEditor
from app.editors.registry import EditorFactory
from app.editors.spec import FieldSpec
from app.pickers.form_dialog import field
from app.widgets.combo_box import ComboBox, Option
from app.workspace_settings.detail import Detail
from app.workspace_settings.entry_detail import Change, EntryDetail
from app.workspace_settings.listing import Item, ListSection
from engine.components.base import RefKind
from engine.components.hints import FormField, Hint
from engine.i18n import N_, Message, tr
from engine.shapes.text import new_id
from engine.workspace import catalog_edits as edits
from engine.workspace.catalog import Catalog
from engine.workspace.catalog_edits import CatalogRefused
from engine.workspace.folder import free_name
from engine.workspace.uses import Use
from engine.workspace.workspace import Workspace

if TYPE_CHECKING:
    from app.window import MainWindow

PRIMARY, SUB = "primary", "sub"


class MarketingSection(ListSection):
    """The tree, two levels deep."""

    empty_icon = "sitemap"

    def items(self, workspace: Workspace) -> Sequence[Item]:
        tree = workspace.catalog.marketing_campaigns
        order = sorted(tree, key=lambda id: (tree[id].name.casefold(), id))
        found: list[Item] = []
        for id in order:
            if tree[id].parent is None:
                found.append(Item(id, tree[id].name, icon="sitemap"))
                found += [Item(sub, f"    {tree[sub].name}") for sub in order if tree[sub].parent == id]
        return found

    def kinds(self) -> Sequence[tuple[str, str]]:
        kinds = [(PRIMARY, tr("Primary campaign"))]
        if self._workspace is not None and self._workspace.catalog.marketing_campaigns:
            kinds.append((SUB, tr("Sub-campaign")))
        return kinds

    def make_detail(self, workspace: Workspace, key: str | None, kind: str) -> Detail:
        above = None
        if kind == SUB:
            tree = workspace.catalog.marketing_campaigns
            chosen = self.detail.key if self.detail is not None else None
            if chosen is not None and chosen in tree:
                above = tree[chosen].parent or chosen
            else:
                above = next(id for id, item in tree.items() if item.parent is None)
        return MarketingDetail(self.window_, workspace, key, above)

    def texts(self) -> tuple[str, str, str, str]:
        return (
            tr("Marketing campaigns"),
            tr("What campaigns and audiences belong to: primary campaigns, and sub-campaigns below them."),
            tr("New…"),
            tr("New…"),
        )


class ParentEditor(ChoiceEditor):
    """The primary campaign above a sub-campaign; none for a primary one."""

    def __init__(self, context: Context, spec: FieldSpec) -> None:
        self.key: str | None = None
        super().__init__(context, ComboBox(), spec.label)

    def refresh(self) -> None:
        tree = self.context.workspace.catalog.marketing_campaigns
        primary = [
            Option(id, item.name) for id, item in tree.items() if item.parent is None and id != self.key
        ]
        nothing = Option("", tr("None: it is a primary campaign itself"))
        self._field.set_options([nothing, *sorted(primary, key=lambda option: option.text.casefold())])


class MarketingDetail(EntryDetail):
    """One marketing campaign, and the campaigns that are associated with it."""

    refused_at = "parent"

    def __init__(self, window: MainWindow, workspace: Workspace, key: str | None, above: str | None) -> None:
        super().__init__(window, workspace, key)
        self._above = above
        self._new = new_id("mc", workspace.catalog.marketing_campaigns)
        self.begin()

    def fields(self) -> Iterable[FormField]:
        return (
            field("name", Hint(N_("Name"), "text", missing=N_("Enter a name"))),
            field(
                "parent",
                Hint(
                    N_("Primary campaign above it"),
                    "text",
                    help=N_("Campaigns are associated with sub-campaigns, in their attributes."),
                ),
            ),
        )

    def factories(self) -> dict[str, EditorFactory]:
        def parent(context: Context, spec: FieldSpec) -> Editor:
            editor = ParentEditor(context, spec)
            editor.key = self.key
            editor.refresh()
            return editor

        return {"parent": parent}

    def stored(self) -> RawObject:
        tree = self.workspace.catalog.marketing_campaigns
        if self.key is not None and self.key in tree:
            found = tree[self.key]
            return {"name": found.name, **({"parent": found.parent} if found.parent else {})}
        wanted = tr("Sub-campaign") if self._above else tr("Campaign")
        name = free_name(wanted, (item.name for item in tree.values()))
        return {"name": name, **({"parent": self._above} if self._above else {})}

    def title_text(self) -> str:
        return as_text(self.form.values().get("name")) or tr("New campaign")

    def kind_text(self) -> str:
        parent = self.form.values().get("parent")
        return tr("Sub-campaign") if parent else tr("Primary campaign")

    def saving(self) -> Change:
        values, key = self.form.result(), self.key_saved()
        entry = {"name": as_text(values.get("name")), "parent": values.get("parent")}

        def amended(catalog: Catalog) -> Catalog:
            tree = catalog.marketing_campaigns
            if any(item.name == entry["name"] and id != key for id, item in tree.items()):
                text = N_("“{name}” is there already. Choose another name.")
                raise CatalogRefused(Message(text, name=entry["name"]), "name")
            if entry["parent"] and any(item.parent == key for item in tree.values()):
                text = N_("It has sub-campaigns of its own: it stays a primary campaign.")
                raise CatalogRefused(Message(text), "parent")
            return edits.put(catalog, "marketing_campaigns", key, entry, was=key if key in tree else None)

        return amended

    def deleting(self) -> Change:
        key = self.key or ""
        return lambda catalog: edits.remove(catalog, "marketing_campaigns", key)

    def key_saved(self) -> str:
        return self.key or self._new

    def uses(self) -> Sequence[Use]:
        """Its sub-campaigns, and the campaigns and audiences associated with it."""
        tree = self.workspace.catalog.marketing_campaigns
        below = [Use("catalog", id, item.name) for id, item in tree.items() if item.parent == self.key]
        return [*below, *self.workspace.uses(RefKind.MARKETING_CAMPAIGN, self.key or "")]
