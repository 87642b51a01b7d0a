"""All that has to do with teams' servers, of one window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.servers.campaigns import ServerCampaigns
from app.servers.connections import Connections
from app.servers.later import PublishLater
from app.servers.publishing import ServerPublishing
from app.servers.running import ServerCommands
from app.servers.supplying import Supplying

if TYPE_CHECKING:
    from app.window import MainWindow


class Servers:
    """Attributes: connections (which there are), publishing, supplying (what they lack), later (what waits
    for them), campaigns (what runs there), commands (what is
    done with these)."""

    def __init__(self, window: MainWindow) -> None:
        self.connections = Connections(window)
        self.publishing = ServerPublishing(window)
        self.supplying = Supplying(window)
        self.later = PublishLater(window)
        self.campaigns = ServerCampaigns(window)
        self.commands = ServerCommands(window)
        self.connections.changed.connect(self.campaigns.begin)
