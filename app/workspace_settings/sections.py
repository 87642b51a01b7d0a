"""The table of sections, in the order of the list. A page is made when its section is first shown."""

from __future__ import annotations

from app.sending.section import OutgoingSection
from app.servers.section import ServersSection
from app.workspace_settings.accounts import AccountsSection
from app.workspace_settings.catalog import CatalogSection
from app.workspace_settings.coupons import CouponsSection
from app.workspace_settings.forms import (
    ControlSection,
    DataSection,
    FatigueSection,
    GeneralSection,
    QuietSection,
    SendingSection,
)
from app.workspace_settings.limits import LimitsSection
from app.workspace_settings.marketing import MarketingSection
from app.workspace_settings.section import Section
from app.workspace_settings.suppression import SuppressionSection
from app.workspace_settings.trials import TrialsSection
from engine.i18n import N_

# fmt: off
SECTIONS: tuple[Section, ...] = (
    Section("general", N_("General"), "settings", GeneralSection),
    Section("fatigue", N_("Fatigue rules"), "battery-2", FatigueSection),
    Section("quiet", N_("Quiet times and holidays"), "moon", QuietSection),
    Section("control", N_("Control group"), "users", ControlSection),
    Section("suppression", N_("Suppression list"), "ban", SuppressionSection),
    Section("accounts", N_("Accounts"), "plug-connected", AccountsSection),
    Section("catalog", N_("Catalogue"), "tags", CatalogSection),
    Section("coupons", N_("Coupons"), "ticket", CouponsSection),
    Section("marketing", N_("Marketing campaigns"), "sitemap", MarketingSection),
    Section("sending", N_("Sending"), "send", SendingSection),
    Section("outgoing", N_("Sending status"), "activity", OutgoingSection),
    Section("tests", N_("Test sends"), "user-check", TrialsSection),
    Section("data", N_("Events and retention"), "database", DataSection),
    Section("servers", N_("Servers"), "server", ServersSection),
    Section("limits", N_("Limits"), "gauge", LimitsSection),
)
# fmt: on
