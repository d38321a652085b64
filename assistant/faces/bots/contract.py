"""What a channel is: pure rules of one platform. No threads, no globals; the clock and the HTTP client are given.

A request is verified on its raw bytes, parsed into one of a few nouns, and acknowledged at once; what it asks is answered
later and goes out in parts, each with an outcome that is one of four.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

FRESH_SECONDS = 300
"""How far a signed timestamp may lie from our clock. Not settled by the platforms' papers: they say an hour or nothing."""
LARGEST_BODY = 1 << 20
"""Bytes of a callback; a real one has a few thousand."""

Kind = Literal["text", "image", "voice", "file", "other", "enter"]


@dataclass(frozen=True)
class Request:
    """A callback as it came: parameters and headers in order with repeats, the body untouched. Header names are lower case."""

    method: str
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def one(self, name: str) -> str:
        """A query parameter that is given exactly once; "" else."""
        found = [v for n, v in self.query if n == name]
        return found[0] if len(found) == 1 else ""

    def header(self, name: str) -> str:
        """A header that is given exactly once; "" else."""
        found = [v for n, v in self.headers if n == name]
        return found[0] if len(found) == 1 else ""


@dataclass(frozen=True)
class Response:
    """What a platform is told at once."""

    body: bytes = b""
    status: int = 200
    kind: str = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Refused:
    """A request that is not the platform's: nothing of it is looked at. ``reason`` is for the audit."""

    reason: str
    status: int = 401


@dataclass(frozen=True)
class Verified:
    """A request that the platform signed: its plain text. ``stale``: signed properly, but long ago or in the future."""

    plain: bytes
    request: Request
    stale: bool = False
    mark: str = ""
    """What the signature covers when that is not the body, so that one signature cannot carry many messages."""


@dataclass(frozen=True)
class Incoming:
    """A message of a person. ``key`` is the platform's own message id; ``chat`` is "" between two; ``back`` says how to answer."""

    channel: str
    bot: str
    key: str
    tenant: str
    user: str
    text: str
    kind: Kind = "text"
    chat: str = ""
    at: float = 0.0
    mark: str = ""
    back: Mapping[str, str] = field(default_factory=dict)

    @property
    def who(self) -> str:
        """The person as one name: platform, tenant and user.

        >>> Incoming("feishu", "main", "om_1", "t1", "ou_1", "问").who
        'feishu:t1:ou_1'
        """
        return f"{self.channel}:{self.tenant}:{self.user}"

    @property
    def talk(self) -> str:
        """The conversation: one for each person in each chat of each bot."""
        return f"{self.channel}:{self.tenant}:{self.bot}:{self.chat}:{self.user}"


@dataclass(frozen=True)
class Handshake:
    """The platform checks the address; this is the answer."""

    response: Response


@dataclass(frozen=True)
class Poll:
    """The platform asks how far the answer to a message is."""

    stream: str


@dataclass(frozen=True)
class Opinion:
    """What a person thinks of an answer, by a button. ``about`` names the answer ("" = the last one)."""

    channel: str
    bot: str
    tenant: str
    user: str
    value: Literal["有用", "没用"]
    about: str = ""
    note: str = ""


@dataclass(frozen=True)
class Recalled:
    """A person took a message back."""

    key: str


@dataclass(frozen=True)
class Ignored:
    """A proper request that asks for nothing; ``reason`` is for the audit."""

    reason: str


Parsed = Incoming | Handshake | Poll | Opinion | Recalled | Ignored


@dataclass(frozen=True)
class Part:
    """One message to send. ``kind`` and ``content`` are of the channel; ``content`` is plain data. ``once``: sent twice, the platform
    shows it once, so that it may be sent again when its outcome is unknown."""

    kind: str
    content: Mapping[str, Any]
    once: bool = False


@dataclass(frozen=True)
class Snapshot:
    """How far an answer is: the whole text so far."""

    text: str
    final: bool = False


@dataclass(frozen=True)
class Sent:
    """The platform took it. ``detail`` is its id or a remark."""

    detail: str = ""


@dataclass(frozen=True)
class Again:
    """Not taken, but may be later: try again after so many seconds (0 = as the sender thinks)."""

    detail: str
    after: float = 0.0


@dataclass(frozen=True)
class Unknown:
    """Written out, and no answer came: it may have been taken."""

    detail: str


@dataclass(frozen=True)
class Failed:
    """The platform will never take it."""

    detail: str


Outcome = Sent | Again | Unknown | Failed


@dataclass(frozen=True)
class Answered:
    """What the other side of an HTTP call said. Header names are lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class NotSent(Exception):
    """The call was never made: no connection, no such host, or a place that is not allowed."""


class NoAnswer(Exception):
    """The call was written and no whole answer came."""


class Http(Protocol):
    """The one way out. Raises NotSent, NoAnswer."""

    def call(self, method: str, url: str, *, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None,
             data: Any = None, files: Mapping[str, tuple[str, bytes]] | None = None) -> Answered: ...


@dataclass(frozen=True)
class Caps:
    """What a channel can do. ``polls``: the platform fetches the answer itself."""

    polls: bool = False
    gap: float = 0.2
    """Seconds between two parts to the same chat."""
    poll_seconds: float = 0.0
    late_seconds: float = 0.0
    """How long after a message an answer may still be sent; 0 = any time."""


@dataclass(frozen=True)
class Look:
    """One line of ``assistant bots doctor``."""

    name: str
    ok: bool
    detail: str


class Channel(Protocol):
    """One bot of one platform."""

    channel: str
    bot: str
    caps: Caps
    given: Any

    def verify(self, request: Request, now: float) -> Verified | Refused:
        """Whether the platform sent this; on raw bytes, in constant time, closed when in doubt. Never raises."""

    def parse(self, verified: Verified) -> Parsed:
        """What a verified request says. Never raises."""

    def ack(self, verified: Verified, said: Snapshot | None, stream: str, now: float) -> Response:
        """What the platform is told at once; ``said`` and ``stream`` are for platforms that poll."""

    def parts(self, reply: Mapping[str, Any], back: Mapping[str, str]) -> tuple[Part, ...]:
        """An answer (the shape of a chat, see :mod:`rendering`) as messages within the platform's limits."""

    def words(self, text: str) -> Part:
        """A short fixed text as one message."""

    def file(self, name: str, data: bytes) -> Part:
        """A file as one message."""

    def send(self, part: Part, back: Mapping[str, str], idem: str, http: Http, now: float) -> Outcome:
        """Send one part; ``idem`` is the same whenever the same part is tried again. Never raises."""

    def looks(self, http: Http, now: float, to: str) -> tuple[Look, ...]:
        """What ``doctor`` wants to know; one message goes to ``to`` when that is not ""."""
