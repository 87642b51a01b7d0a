"""Which addresses HTTP accounts may reach: public ones, and those that an administrator has listed.

Who may change an account could otherwise make the engine ask servers inside the own network, or the one that
gives cloud machines their credentials. What counts is the address that a connection is really made to, after
the name was resolved, each time anew: a name may lead elsewhere a second later.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

Address = IPv4Address | IPv6Address

_SPECIAL = tuple(
    ip_network(text)
    for text in (
        "168.63.129.16/32",  # Azure's own server, seen from its machines only
        "192.0.0.0/24",  # set aside; a cloud answers here with credentials
        "192.88.99.0/24",  # relays of 6to4
        "64:ff9b:1::/48",  # NAT64 of an operator, who alone knows how IPv4 stands in it
        "fec0::/10",  # site-local, before there was fc00::/7
    )
)
_EMBEDDING = tuple(
    (ip_network(text), shift)
    for text, shift in (
        ("::ffff:0:0/96", 0),  # mapped
        ("::ffff:0:0:0/96", 0),  # translated
        ("::/96", 0),  # compatible
        ("64:ff9b::/96", 0),  # NAT64
        ("2002::/16", 80),  # 6to4
    )
)
"""Networks of IPv6 addresses that are another word for one of IPv4, and how many bits stand behind that."""


class Forbidden(OSError):  # noqa: N818 - an answer of the system, as it were
    """A connection to an address inside a network. It says no more, so that nobody learns what is there."""

    def __init__(self) -> None:
        super().__init__(errno.EACCES, "address not allowed")


class Network:
    """What may be reached. allowed: hosts, addresses and networks, as the workspace's settings list them."""

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        self._hosts: set[str] = set()
        self._networks: list[IPv4Network | IPv6Network] = []
        for entry in allowed:
            try:
                self._networks.append(ip_network(entry, strict=False))
            except ValueError:
                self._hosts.add(_plain(entry))

    def check(self, host: str, address: str) -> None:
        """Raises `Forbidden` where the host, which was found at the address, must not be connected to."""
        if _plain(host) in self._hosts:
            return
        try:
            found = ip_address(address.partition("%")[0])
        except ValueError:
            raise Forbidden from None
        found = _meant(found)
        if _inside(found) and not any(found in network for network in self._networks):
            raise Forbidden

    def socket_for(self, host: str) -> Callable[[tuple[Any, ...]], socket.socket]:
        """Makes sockets to one host, each checked on the address that it is for; raises `Forbidden`."""

        def checked(found: tuple[Any, ...]) -> socket.socket:
            family, kind, protocol, _, place = found
            self.check(host, place[0])
            return socket.socket(family, kind, protocol)

        return checked


def _plain(host: str) -> str:
    return host.strip("[]").rstrip(".").lower()


def _inside(address: Address) -> bool:
    """Whether it is no address of the public internet."""
    return (
        not address.is_global
        or address.is_multicast
        or address.is_reserved
        or any(address in network for network in _SPECIAL)
    )


def _meant(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for; else the address itself."""
    if isinstance(address, IPv6Address):
        for network, shift in _EMBEDDING:
            if address in network and int(address) > 1:  # `::` and `::1` mean themselves
                return IPv4Address(int(address) >> shift & 0xFFFFFFFF)
    return address
