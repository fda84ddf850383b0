"""Where a webhook may go: to a server that everybody can reach, and to none inside.

An address is read once, by us alone, and refused unless it is written plainly. What its name
resolves to is checked again at each attempt, all of it, and the connection goes to exactly what
was checked (`sending`): a name that answers otherwise a moment later changes nothing.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

import idna

from app.core.base.messages import Message

LONGEST: Final = 2000
HTTPS: Final = 443
FIRST_FREE_PORT: Final = 1024

# Printable ASCII and what a name of a host may hold beside it; no space, no backslash.
_PLAIN: Final = re.compile(r"[!-\[\]-~\u00a1-\uffff]+")
_LABEL: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
# Browsers take what ends like this for a number: 2130706433, 0x7f.1, 0177.0.0.1.
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")

_NOT_HTTPS: Final = Message("write an address that begins with https://")
# Names that lead into a network by what they are.
_OWN_NAMES: Final = (".localhost", ".local", ".internal", ".home.arpa", ".lan", ".intranet")

_INSIDE_4: Final = tuple(
    map(
        ip_network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
            *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24"),
            *("192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
            *("224.0.0.0/4", "240.0.0.0/4"),
            # A service of one provider's machines for themselves, at a public address.
            "168.63.129.16/32",
        ),
    )
)
# All else of IPv6 is refused: mapped and compatible forms of IPv4, NAT64, local, multicast.
_GLOBAL_6: Final = ip_network("2000::/3")
_INSIDE_6: Final = tuple(
    map(
        ip_network,
        (
            "2001::/23",  # protocols; Teredo is 2001::/32
            "2001:db8::/32",
            "2002::/16",  # 6to4, which holds an address of IPv4
            "3fff::/20",
        ),
    )
)
# ISATAP: an address of IPv4 in the last half, behind these.
_ISATAP: Final = frozenset({0x00005EFE, 0x02005EFE})


@dataclass(frozen=True, slots=True)
class Target:
    """An address, read.

    Attributes
    ----------
    scheme : str
        `https`; `http` on this machine alone.
    host : str
        In ASCII, small.
    port : int
    path : str
        With the query.
    """

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """What the receiver is called in a request."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == HTTPS and self.scheme == "https" else f"{host}:{self.port}"


def target_of(url: str, *, loopback: bool = False) -> Target:
    """Read an address to which a webhook may go.

    Parameters
    ----------
    loopback : bool, default=False
        Whether this machine may be reached, also without encryption.

    Raises
    ------
    ValueError
        If it is not written plainly, or does not lead to a server of everybody.
    """
    if len(url) > LONGEST or not _PLAIN.fullmatch(url):
        raise ValueError(
            Message("write an address of at most 2,000 characters, without spaces")
        )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError(Message("this is not an address")) from None
    if "@" in parts.netloc:
        raise ValueError(Message("write neither a name nor a password into the address"))
    if parts.fragment or not (parts.path + parts.query).isascii():
        raise ValueError(Message("write the path in plain letters, without #"))
    host = _host(parts.hostname or "")
    is_here = loopback and (host == "localhost" or _is_loopback(host))
    if not is_here:
        _require_public(parts.scheme, host, port)
    elif parts.scheme not in {"https", "http"}:
        raise ValueError(_NOT_HTTPS)
    if port is None:
        port = HTTPS if parts.scheme == "https" else 80
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port, path)


def _require_public(scheme: str, host: str, port: int | None) -> None:
    """Do nothing, or refuse what is not encrypted, or not a server of everybody."""
    if scheme != "https":
        raise ValueError(_NOT_HTTPS)
    if port not in {None, HTTPS} and (port or 0) < FIRST_FREE_PORT:
        raise ValueError(Message("use port 443, or one from 1024 on"))
    if is_number(host):
        if not is_outside(host):
            raise ValueError(
                Message("this address lies inside a network; name a public server")
            )
    elif "." not in host or host.endswith(_OWN_NAMES):
        raise ValueError(Message("name the host in full, such as hooks.example.org"))


def _host(written: str) -> str:
    """Return the name or number of a host in the one form in which we take it."""
    wrong = ValueError(Message("name the host plainly, such as hooks.example.org"))
    if is_number(written):
        if str(ip_address(written)) != written.lower() or "%" in written:
            raise wrong
        return written.lower()
    try:
        host = idna.encode(written, strict=True, std3_rules=True).decode().lower()
    except (idna.IDNAError, UnicodeError):
        raise wrong from None
    labels = host.split(".")
    if not all(map(_LABEL.fullmatch, labels)) or _NUMBER.fullmatch(labels[-1]):
        raise wrong
    return host


def is_number(host: str) -> bool:
    """Tell whether a host is an address of IPv4 or IPv6, and no name."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    return is_number(host) and ip_address(host).is_loopback


def is_outside(address: str, *, loopback: bool = False) -> bool:
    """Tell whether a numeric address is one of the public network.

    Parameters
    ----------
    loopback : bool, default=False
        Whether this machine counts as well.
    """
    if "%" in address:  # one interface of this machine
        return False
    number = ip_address(address)
    if loopback and number.is_loopback:
        return True
    if isinstance(number, IPv4Address):
        return not any(number in network for network in _INSIDE_4)
    return _is_outside_6(number)


def _is_outside_6(number: IPv6Address) -> bool:
    embedded = int(number) >> 32 & 0xFFFFFFFF
    return (
        number in _GLOBAL_6
        and not any(number in network for network in _INSIDE_6)
        and embedded not in _ISATAP
    )
