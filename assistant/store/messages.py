"""Messages of chat platforms: each is claimed once, answered once, and every part of an answer ends as sent, unknown or failed.

The database is the queue, so that a process that is killed loses nothing: whoever opens the home next goes on. A worker holds
what it works on for the length of a lease; what it finishes after losing the lease does not count. Times are seconds since 1970.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from assistant.store import trail
from assistant.store.database import Database
from assistant.store.tables import messages, opinions, sendings, talks

OPEN = ("received", "answering")
CLAIM_SECONDS = 3 * 24 * 3600
"""How long a claim is remembered: platforms try again for up to seven hours, and a signature counts for minutes."""
MOST_BY_MARK = 3
"""Messages under one signature that does not cover the message."""

Ending = Literal["sent", "unknown", "failed", "dropped", "waiting"]


@dataclass(frozen=True)
class Room:
    """How many messages may wait: of one person, and in all."""

    person: int = 3
    all: int = 200


@dataclass(frozen=True)
class Out:
    """A part to send: ``part`` and ``back`` are JSON, ``until`` is when it is no longer worth sending."""

    part: str
    back: str
    until: float


@dataclass(frozen=True)
class Claim:
    """What became of a message that came: ``fresh`` the first time, ``full`` when there was no room, ``forged`` when its mark is used up.
    ``ahead`` counts what waits before it."""

    id: int
    stream: str
    fresh: bool
    full: bool = False
    forged: bool = False
    ahead: int = 0


@dataclass(frozen=True)
class MessageRow:
    """A message as stored; ``content`` is JSON, "" once it is forgotten."""

    id: int
    channel: str
    bot: str
    key: str
    talk: str
    who: str
    stream: str
    content: str
    at: float
    claimed: float
    state: str
    snapshot: str
    shown: float
    late: int


@dataclass(frozen=True)
class SendingRow:
    """A part on its way; ``doubtful``: an earlier try was cut off, so it may have been sent."""

    seq: int
    message: int
    channel: str
    bot: str
    talk: str
    idem: str
    part: str
    back: str
    until: float
    attempts: int
    doubtful: bool


class Messages(Database):
    """The messages of one home's bots."""

    def claim(self, channel: str, bot: str, key: str, *, talk: str, who: str, content: str, at: float, now: float, room: Room = Room(),
              busy: Sequence[Out] = (), mark: str = "", queued: Callable[[int], Sequence[Out]] = lambda ahead: ()) -> Claim:
        """Claim a message by the platform's id, in one transaction; the second time it is known. Without room it is closed with ``busy``;
        ``queued`` gives what is said at once to who has to wait behind so many."""
        with self._writing() as c:
            same = messages.c.channel == channel, messages.c.bot == bot
            known = c.execute(select(messages).where(*same, messages.c.key == key)).first()
            if known:
                return Claim(known.id, known.stream, False)
            if mark and (c.execute(select(func.count()).where(*same, messages.c.mark == mark)).scalar() or 0) >= MOST_BY_MARK:
                trail.record(c, channel, "message refused: signature used up", _short(f"{bot}:{key}"), 0)
                return Claim(0, "", False, forged=True)
            waiting = c.execute(select(func.count()).where(messages.c.state.in_(OPEN))).scalar() or 0
            own = c.execute(select(func.count()).where(messages.c.state.in_(OPEN), messages.c.who == who)).scalar() or 0
            full = own >= room.person or waiting >= room.all
            stream = secrets.token_hex(8)
            id = c.execute(insert(messages), {
                "channel": channel, "bot": bot, "key": key, "mark": mark, "talk": talk, "who": who, "stream": stream, "content": "" if full else content,
                "at": at, "claimed": now, "state": "closed" if full else "received", "owner": "", "lease": 0.0, "snapshot": "", "shown": 0.0,
                "late": 0}).inserted_primary_key[0]
            if full:
                self._out(c, id, channel, bot, talk, busy, now)
                trail.record(c, channel, "message turned away: too many", str(id), 0)
            else:
                self._out(c, id, channel, bot, talk, queued(waiting), now, "note")
            return Claim(id, stream, True, full, ahead=waiting)

    def message(self, id: int) -> MessageRow | None:
        with self._reading() as c:
            found = c.execute(_columns().where(messages.c.id == id)).first()
        return MessageRow(*found) if found else None

    def message_of(self, channel: str, bot: str, stream: str) -> MessageRow | None:
        """The message that a polled answer belongs to."""
        with self._reading() as c:
            found = c.execute(_columns().where(messages.c.stream == stream, messages.c.channel == channel, messages.c.bot == bot)).first()
        return MessageRow(*found) if found else None

    def next_message(self, owner: str, now: float, lease: float) -> MessageRow | None:
        """Take the oldest message that waits, one at a time of each talk."""
        earlier = messages.alias()
        before = select(earlier.c.id).where(earlier.c.talk == messages.c.talk, earlier.c.id < messages.c.id, earlier.c.state.in_(OPEN))
        free = or_(messages.c.state == "received", (messages.c.state == "answering") & (messages.c.lease < now))
        wanted = _columns().where(free, ~before.exists()).order_by(messages.c.id).limit(1)
        with self._reading() as c:
            # Looking first costs no write lock, and most looks find nothing.
            if c.execute(wanted).first() is None:
                return None
        with self._writing() as c:
            found = c.execute(wanted).first()
            if found is None:
                return None
            c.execute(update(messages).where(messages.c.id == found.id).values(state="answering", owner=owner, lease=now + lease))
            return MessageRow(*found)

    def hold(self, owner: str, lease: float) -> None:
        """Lengthen the lease of all that an owner works on."""
        with self._writing() as c:
            c.execute(update(messages).where(messages.c.owner == owner, messages.c.state == "answering").values(lease=lease))
            c.execute(update(sendings).where(sendings.c.owner == owner, sendings.c.state == "sending").values(lease=lease))

    def answered(self, id: int, owner: str, outs: Sequence[Out], now: float, *, snapshot: str = "", keep: str = "",
                 state: str = "answered") -> bool:
        """Store an answer and its parts, in one transaction; of the message only ``keep`` stays. False when the message is no longer this owner's: then nothing is stored."""
        with self._writing() as c:
            found = c.execute(select(messages).where(messages.c.id == id, messages.c.owner == owner, messages.c.state == "answering")).first()
            if found is None:
                return False
            c.execute(update(messages).where(messages.c.id == id).values(state=state, owner="", lease=0.0, content=keep, snapshot=snapshot))
            self._out(c, id, found.channel, found.bot, found.talk, outs, now)
            return True

    def shown(self, id: int, now: float) -> None:
        """Note that a platform fetched the whole answer."""
        with self._writing() as c:
            c.execute(update(messages).where(messages.c.id == id, messages.c.shown == 0).values(shown=now))

    def turn_late(self, id: int) -> None:
        """Note that a platform was told that the answer will come another way."""
        with self._writing() as c:
            c.execute(update(messages).where(messages.c.id == id).values(late=1))

    def unfetched(self, channel: str, before: float) -> tuple[MessageRow, ...]:
        """Whole answers that a platform was to fetch and has not, of messages claimed before a time."""
        with self._reading() as c:
            found = c.execute(_columns().where(messages.c.channel == channel, messages.c.state == "answered", messages.c.snapshot != "",
                                               messages.c.shown == 0, messages.c.claimed < before)).all()
        return tuple(MessageRow(*r) for r in found)

    def send_late(self, id: int, outs: Sequence[Out], now: float) -> bool:
        """Send an answer that was not fetched another way, once; False when it was sent or fetched meanwhile."""
        with self._writing() as c:
            found = c.execute(select(messages).where(messages.c.id == id, messages.c.shown == 0)).first()
            if found is None:
                return False
            c.execute(update(messages).where(messages.c.id == id).values(shown=now, late=1))
            self._out(c, id, found.channel, found.bot, found.talk, outs, now, "late")
            return True

    def recall(self, channel: str, bot: str, key: str) -> bool:
        """A person took a message back: unless it is being answered, it is not answered."""
        with self._writing() as c:
            done = c.execute(update(messages).where(messages.c.channel == channel, messages.c.bot == bot, messages.c.key == key,
                                                    messages.c.state == "received").values(state="closed", content=""))
            return bool(done.rowcount)

    def next_sending(self, owner: str, now: float, lease: float) -> SendingRow | None:
        """Take the oldest part that is due, one at a time of each talk and in order."""
        earlier = sendings.alias()
        before = select(earlier.c.seq).where(earlier.c.talk == sendings.c.talk, earlier.c.seq < sendings.c.seq, earlier.c.state.in_(("waiting", "sending")))
        free = or_((sendings.c.state == "waiting") & (sendings.c.due <= now), (sendings.c.state == "sending") & (sendings.c.lease < now))
        wanted = select(sendings).where(free, ~before.exists()).order_by(sendings.c.seq).limit(1)
        with self._reading() as c:
            if c.execute(wanted).first() is None:
                return None
        with self._writing() as c:
            r = c.execute(wanted).first()
            if r is None:
                return None
            c.execute(update(sendings).where(sendings.c.seq == r.seq).values(state="sending", owner=owner, lease=now + lease, attempts=r.attempts + 1))
            return SendingRow(r.seq, r.message, r.channel, r.bot, r.talk, r.idem, r.part, r.back, r.until, r.attempts + 1, r.state == "sending")

    def end_sending(self, seq: int, owner: str, state: Ending, detail: str, *, due: float = 0.0) -> bool:
        """What became of a part; "waiting" is another try at ``due``. What nobody may have got stays on record."""
        with self._writing() as c:
            own = sendings.c.seq == seq, sendings.c.owner == owner, sendings.c.state == "sending"
            values: dict[str, Any] = {"state": state, "owner": "", "lease": 0.0, "due": due, "detail": detail[:300]}
            if state == "sent":
                values |= {"part": "", "back": ""}
            done = c.execute(update(sendings).where(*own).values(**values))
            if done.rowcount and state in ("unknown", "failed", "dropped"):
                trail.record(c, "bots", f"part {state}", str(seq), 0)
            return bool(done.rowcount)

    def send_again(self, talk: str, now: float, until: float) -> int:
        """Put the parts of a talk whose outcome is unknown or bad back on their way, the person having asked for it; how many."""
        with self._writing() as c:
            found = c.execute(select(sendings).where(sendings.c.talk == talk, sendings.c.state.in_(("unknown", "failed"))).order_by(sendings.c.seq)).all()
            for r in found:
                c.execute(update(sendings).where(sendings.c.seq == r.seq).values(state="dropped", detail=f"sent again: {r.detail}"[:300]))
                self._out(c, r.message, r.channel, r.bot, r.talk, [Out(r.part, r.back, until)], now, f"again-{r.seq}")
            return len(found)

    def undelivered(self, limit: int = 50) -> tuple[tuple[int, str, str, str, str], ...]:
        """Parts that may not have arrived, the newest first: number, channel, bot, state, detail."""
        wanted = select(sendings.c.seq, sendings.c.channel, sendings.c.bot, sendings.c.state, sendings.c.detail).where(
            sendings.c.state.in_(("unknown", "failed"))).order_by(sendings.c.seq.desc()).limit(limit)
        with self._reading() as c:
            return tuple(tuple(r) for r in c.execute(wanted))

    def in_doubt(self, talk: str) -> int:
        """How many parts of a talk may not have arrived."""
        with self._reading() as c:
            return c.execute(select(func.count()).where(sendings.c.talk == talk, sendings.c.state.in_(("unknown", "failed")))).scalar() or 0

    def count_messages(self) -> Mapping[str, int]:
        """How many messages are in each state."""
        with self._reading() as c:
            return dict(tuple(r) for r in c.execute(select(messages.c.state, func.count()).group_by(messages.c.state)))

    def sendings_open(self) -> int:
        """How many parts are still on their way."""
        with self._reading() as c:
            return c.execute(select(func.count()).where(sendings.c.state.in_(("waiting", "sending")))).scalar() or 0

    def talk(self, key: str, owner: str) -> str:
        """The conversation that a talk goes on in; "" for a new one."""
        with self._reading() as c:
            return c.execute(select(talks.c.conversation).where(talks.c.key == key, talks.c.owner == owner)).scalar() or ""

    def set_talk(self, key: str, owner: str, conversation: str, now: float) -> None:
        with self._writing() as c:
            own = talks.c.key == key, talks.c.owner == owner
            if not c.execute(update(talks).where(*own).values(conversation=conversation, updated=now)).rowcount:
                c.execute(insert(talks), {"key": key, "owner": owner, "conversation": conversation, "updated": now})

    def end_talk(self, key: str) -> None:
        """Begin anew with the next message."""
        with self._writing() as c:
            c.execute(delete(talks).where(talks.c.key == key))

    def put_opinion(self, channel: str, bot: str, who: str, value: str, about: str = "", note: str = "") -> None:
        """Keep what a person thinks of an answer."""
        with self._writing() as c:
            c.execute(insert(opinions), {"at": trail.now(), "channel": channel, "bot": bot, "who": who, "about": about, "value": value,
                                         "note": note[:500]})

    def opinions(self, limit: int = 1000) -> tuple[dict[str, Any], ...]:
        """What people think of answers, the newest first."""
        with self._reading() as c:
            return tuple(dict(r) for r in c.execute(select(opinions).order_by(opinions.c.seq.desc()).limit(limit)).mappings())

    def forget_messages(self, now: float) -> int:
        """Forget claims that no platform comes back to, with the parts that arrived; what did not arrive is kept. How many."""
        old = select(messages.c.id).where(messages.c.claimed < now - CLAIM_SECONDS, messages.c.state.in_(("answered", "closed")))
        with self._writing() as c:
            c.execute(delete(sendings).where(sendings.c.message.in_(old), sendings.c.state.in_(("sent", "dropped"))))
            c.execute(update(messages).where(messages.c.claimed < now - 3600, messages.c.snapshot != "", messages.c.state == "answered").values(snapshot="", content=""))
            return c.execute(delete(messages).where(messages.c.id.in_(old))).rowcount

    def _out(self, c: Connection, id: int, channel: str, bot: str, talk: str, outs: Sequence[Out], now: float, name: str = "part") -> None:
        if outs:
            c.execute(insert(sendings), [
                {"message": id, "channel": channel, "bot": bot, "talk": talk, "idem": f"m{id}-{name}-{n}", "part": out.part, "back": out.back,
                 "state": "waiting", "owner": "", "lease": 0.0, "due": now, "until": out.until, "attempts": 0, "detail": ""}
                for n, out in enumerate(outs)])


def _columns():
    c = messages.c
    return select(c.id, c.channel, c.bot, c.key, c.talk, c.who, c.stream, c.content, c.at, c.claimed, c.state, c.snapshot, c.shown, c.late)


def _short(text: str) -> str:
    return text if len(text) <= 100 else text[:99] + "…"


def packed(data: Any) -> str:
    """Plain data as the JSON that these tables hold."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
