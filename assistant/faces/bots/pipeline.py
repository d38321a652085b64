"""The way of a message: verified, claimed in one transaction, acknowledged; then answered and sent by workers that may be killed.

Coming in at least once, going out once: a claim is a row that can be made only once, an answer counts only from whoever holds the
message, and a part that may have been sent is sent again only where the platform shows the same part once.
"""

from __future__ import annotations

import json
import logging
import os
import random
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from assistant.errors import AssistantError
from assistant.faces.bots.contract import (
    LARGEST_BODY,
    Again,
    Channel,
    Failed,
    Handshake,
    Http,
    Ignored,
    Incoming,
    Opinion,
    Part,
    Poll,
    Recalled,
    Refused,
    Request,
    Response,
    Sent,
    Snapshot,
    Unknown,
    Verified,
)
from assistant.faces.bots.replying import Replier, Reply
from assistant.store.messages import Out, Room, packed

if TYPE_CHECKING:
    from assistant.store import Store
    from assistant.store.messages import MessageRow, SendingRow

log = logging.getLogger("assistant.bots")

BUSY = "您前面的问题还在回答，或者现在提问的人太多，这一条没有受理。请等前面的答复到了再发一次。"
QUEUED = "已收到，正在排队，前面还有 {n} 个问题。"
THINKING = "正在查找依据……"
LATE = "这个问题还没有答完，答复会另外发给您。"
LATE_LEAD = "以下为补充答复。"
GONE = "这条消息已经过期，请重新提问。"
STOPPED = "程序中断过，没有来得及回答您 {at} 的问题。请再问一次。"
USEFUL_SECONDS = 1800
"""How long after a question an answer is still wanted."""
TELL_AHEAD = 4
POLL_SPARE = 30
YIELD_SECONDS = 0.5


class Pipeline:
    """The bots of one home. ``clock`` gives seconds since 1970, ``pause`` sleeps; both may be a test's."""

    def __init__(self, store: Store, channels: Iterable[Channel], replier: Replier, http: Http, *, clock: Callable[[], float] = time.time,
                 pause: Callable[[float], None] = time.sleep, room: Room = Room(), workers: int = 3, senders: int = 2, lease: float = 20.0):
        self._store, self._replier, self._http, self._clock, self._pause = store, replier, http, clock, pause
        self.channels: Mapping[tuple[str, str], Channel] = {(c.channel, c.bot): c for c in channels}
        self._room, self._workers, self._senders, self._lease = room, workers, senders, lease
        self.owner = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._telling: dict[int, str] = {}
        self._noted: dict[tuple[str, str, str], float] = {}
        self._wake = threading.Condition()
        self._receiving = 0
        self._ending = threading.Event()
        self._threads: list[threading.Thread] = []

    # What comes in

    def receive(self, channel: str, bot: str, request: Request) -> Response:
        """Answer a callback at once. Raises HomeBroken when nothing can be stored: then the platform must try again."""
        with self._wake:
            self._receiving += 1
        try:
            return self._received(channel, bot, request)
        finally:
            with self._wake:
                self._receiving -= 1
                self._wake.notify_all()

    def _received(self, channel: str, bot: str, request: Request) -> Response:
        found = self.channels.get((channel, bot))
        if found is None:
            return Response(status=404)
        if len(request.body) > LARGEST_BODY:
            self._note(found, "body is too large")
            return Response(status=413)
        now = self._clock()
        verified = found.verify(request, now)
        if isinstance(verified, Refused):
            self._note(found, f"request refused: {verified.reason}")
            return Response(status=verified.status)
        if verified.stale:
            self._note(found, "stale request")
            return Response()
        return self.take(found, verified)

    def take(self, channel: Channel, verified: Verified) -> Response:
        """What a verified request gets; also for channels that hold a connection open."""
        try:
            parsed = channel.parse(verified)
        except Exception as error:
            # A body that the platform signed and that we cannot read must not come again for hours.
            log.error("bots: a request could not be read: %s", type(error).__name__)
            parsed = Ignored(f"unreadable: {type(error).__name__}")
        match parsed:
            case Handshake():
                return parsed.response
            case Ignored():
                self._note(channel, f"ignored: {parsed.reason}")
                return Response()
            case Opinion():
                self._store.put_opinion(parsed.channel, parsed.bot, f"{parsed.channel}:{parsed.tenant}:{parsed.user}", parsed.value, parsed.about, parsed.note)
                return channel.ack(verified, None, "", self._clock())
            case Recalled():
                self._store.recall(channel.channel, channel.bot, parsed.key)
                return Response()
            case Poll():
                return self._polled(channel, verified, parsed.stream)
        return self._claimed(channel, verified, parsed)

    def _claimed(self, channel: Channel, verified: Verified, of: Incoming) -> Response:
        now = self._clock()
        busy = () if channel.caps.polls else (self._out(channel.words(BUSY), of.back, now),)

        def queued(ahead: int) -> tuple[Out, ...]:
            tell = ahead >= TELL_AHEAD and not channel.caps.polls
            return (self._out(channel.words(QUEUED.format(n=ahead)), of.back, now),) if tell else ()

        claim = self._store.claim(of.channel, of.bot, of.key, talk=of.talk, who=of.who, content=packed(asdict(of)), at=of.at, now=now,
                                  room=self._room, busy=busy, mark=verified.mark, queued=queued)
        if claim.forged:
            return Response(status=401)
        if claim.fresh and not claim.full and claim.ahead >= TELL_AHEAD and channel.caps.polls:
            self._telling[claim.id] = QUEUED.format(n=claim.ahead)
        said = None
        if channel.caps.polls:
            said = Snapshot(self._telling.get(claim.id, THINKING)) if claim.fresh and not claim.full else self._said(channel, self._store.message(claim.id), now)
        return channel.ack(verified, said, claim.stream, now)

    def _polled(self, channel: Channel, verified: Verified, stream: str) -> Response:
        now = self._clock()
        return channel.ack(verified, self._said(channel, self._store.message_of(channel.channel, channel.bot, stream), now), stream, now)

    def _said(self, channel: Channel, row: MessageRow | None, now: float) -> Snapshot:
        """How far the answer to a message is; the last look before the platform stops looking sends it the late way."""
        if row is None:
            return Snapshot(GONE, True)
        if row.state == "closed":
            return Snapshot(row.snapshot or BUSY, True)
        if row.late:
            return Snapshot(LATE, True)
        if row.state == "answered":
            self._store.shown(row.id, now)
            return Snapshot(row.snapshot or GONE, True)
        if now - row.claimed > channel.caps.poll_seconds - POLL_SPARE:
            self._store.turn_late(row.id)
            return Snapshot(LATE, True)
        return Snapshot(self._telling.get(row.id, THINKING))

    # Answering

    def work(self) -> bool:
        """Answer one message; False when none waits."""
        row = self._store.next_message(self.owner, self._clock(), self._lease)
        if row is None:
            return False
        channel = self.channels.get((row.channel, row.bot))
        of = Incoming(**json.loads(row.content))
        if channel is None:
            self._store.answered(row.id, self.owner, (), self._clock(), state="closed")
            return True
        state = "answered"
        if self._clock() - row.claimed > USEFUL_SECONDS:
            reply, state = Reply(STOPPED.format(at=time.strftime("%H:%M", time.localtime(row.claimed)))), "closed"
        else:
            reply = self._replier.reply(of, lambda words: self._telling.__setitem__(row.id, words + "……"))
        now = self._clock()
        parts = self._parts(channel, reply, of)
        if channel.caps.polls:
            text = "\n\n".join(str(p.content["content"]) for p in parts) or GONE
            self._store.answered(row.id, self.owner, (), now, snapshot=text, keep=packed(dict(of.back)), state=state)
        else:
            self._store.answered(row.id, self.owner, [self._out(p, of.back, now) for p in parts], now, state=state)
        self._telling.pop(row.id, None)
        self._nudge()
        return True

    def _parts(self, channel: Channel, reply: Reply, of: Incoming) -> tuple[Part, ...]:
        if reply.answer is None:
            return (channel.words(reply.words),) if reply.words else ()
        try:
            files = () if channel.caps.polls else tuple(channel.file(*file) for file in reply.files)
            return channel.parts(reply.answer, of.back) + files
        except (KeyError, TypeError, ValueError) as error:
            log.error("an answer could not be rendered: %s", type(error).__name__)
            return (channel.words("答复已经有了，但排版时出错，没有发成。请到网页上查看。"),)

    def late(self) -> int:
        """Send what a platform was to fetch and did not: how many."""
        now, n = self._clock(), 0
        for channel in self.channels.values():
            if not channel.caps.polls:
                continue
            for row in self._store.unfetched(channel.channel, now):
                if row.bot != channel.bot or not (row.late or now - row.claimed > channel.caps.poll_seconds + POLL_SPARE):
                    continue
                part = packed({"kind": "markdown", "content": {"content": f"{LATE_LEAD}\n\n{row.snapshot}"}, "once": False})
                n += self._store.send_late(row.id, [Out(part, row.content, row.claimed + channel.caps.late_seconds)], now)
        return n

    # Sending

    def send(self) -> bool:
        """Send one part; False when none is due."""
        now = self._clock()
        row = self._store.next_sending(self.owner, now, self._lease)
        if row is None:
            return False
        channel = self.channels.get((row.channel, row.bot))
        if channel is None:
            self._store.end_sending(row.seq, self.owner, "failed", "没有这个机器人了")
        elif row.doubtful and not json.loads(row.part)["once"]:
            self._store.end_sending(row.seq, self.owner, "unknown", "发送时程序中断，不知道是否送达")
        elif now > row.until:
            self._store.end_sending(row.seq, self.owner, "failed", "太久没有发成，已过时")
        else:
            self._sent(channel, row)
            self._pause(channel.caps.gap)
        return True

    def _sent(self, channel: Channel, row: SendingRow) -> None:
        raw = json.loads(row.part)
        try:
            outcome = channel.send(Part(**raw), json.loads(row.back), row.idem, self._http, self._clock())
        except Exception as error:
            log.error("sending: unforeseen %s", type(error).__name__)
            outcome = Unknown(f"unforeseen {type(error).__name__}")
        now = self._clock()
        wait = min(120.0, 2.0 ** min(row.attempts, 7)) * (0.75 + random.random() / 2)
        match outcome:
            case Sent():
                self._store.end_sending(row.seq, self.owner, "sent", outcome.detail)
            case Again():
                wait = max(outcome.after, wait if not outcome.after else 0.0)
                last = now + wait > row.until
                self._store.end_sending(row.seq, self.owner, "failed" if last else "waiting", outcome.detail, due=now + wait)
            case Unknown() if raw["once"] and now + wait <= row.until:
                self._store.end_sending(row.seq, self.owner, "waiting", outcome.detail, due=now + wait)
            case Unknown():
                self._store.end_sending(row.seq, self.owner, "unknown", outcome.detail)
            case Failed():
                self._store.end_sending(row.seq, self.owner, "failed", outcome.detail)

    def _out(self, part: Part, back: Mapping[str, Any], now: float) -> Out:
        return Out(packed({"kind": part.kind, "content": dict(part.content), "once": part.once}), packed(dict(back)), now + USEFUL_SECONDS)

    # Running

    def start(self) -> None:
        """Work in threads until :meth:`stop`; what an earlier process left is gone on with."""
        jobs = [("bot-work", self.work)] * self._workers + [("bot-send", self.send)] * self._senders
        self._threads = [threading.Thread(target=self._loop, args=(job,), name=name, daemon=True) for name, job in jobs]
        self._threads.append(threading.Thread(target=self._tend, name="bot-tend", daemon=True))
        for thread in self._threads:
            thread.start()

    def stop(self, patience: float = 5.0) -> None:
        """Take nothing new; what is under way is left to whoever comes next when it does not end in time."""
        self._ending.set()
        self._nudge()
        until = time.monotonic() + patience
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    def settled(self) -> bool:
        """Whether nothing is left to do now (for the rehearsal)."""
        counts = self._store.count_messages()
        return not counts.get("received") and not counts.get("answering") and not self._store.sendings_open()

    def _loop(self, job: Callable[[], bool]) -> None:
        while not self._ending.is_set():
            # Callbacks go first: one writer at a time, and platforms wait for seconds only.
            with self._wake:
                self._wake.wait_for(lambda: not self._receiving, YIELD_SECONDS)
            try:
                if job():
                    continue
            except AssistantError as error:
                log.error("bots: %s", error.message)
                self._ending.wait(1.0)
            except Exception as error:
                log.error("bots: unforeseen %s", type(error).__name__)
                self._ending.wait(1.0)
            with self._wake:
                self._wake.wait(0.5)

    def _tend(self) -> None:
        beats = 0
        while not self._ending.wait(self._lease / 4):
            beats += 1
            try:
                self._store.hold(self.owner, self._clock() + self._lease)
                self.late()
                if beats % 720 == 1:
                    self._store.forget_messages(self._clock())
            except AssistantError as error:
                log.error("bots: %s", error.message)

    def _nudge(self) -> None:
        with self._wake:
            self._wake.notify_all()

    def _note(self, channel: Channel, what: str) -> None:
        """One audit line a minute for each thing that is seen: a stranger must not fill the disk."""
        key, now = (channel.channel, channel.bot, what), self._clock()
        if now - self._noted.get(key, -60.0) < 60.0:
            return
        if len(self._noted) > 1000:
            self._noted.clear()
        self._noted[key] = now
        self._store.record(channel.channel, what[:120], channel.bot)
