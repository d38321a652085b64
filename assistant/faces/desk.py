"""The facade behind a counter: takes what a user typed, gives the shapes of shapes.py.

The terminal and the HTTP endpoints both call a :class:`Desk`; ``client.Remote`` offers the same methods over loopback,
so a command says the same beside a running server as without one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, Protocol

from assistant.errors import BadInput, Forbidden, NotFound
from assistant.faces import shapes
from assistant.faces.shapes import Json
from assistant.types import LOCAL, Asker

if TYPE_CHECKING:
    from assistant.accounts import Principal
    from assistant.assistant import Assistant

MOST_HITS = 100
LONGEST_QUERY = 2000
LONGEST_ID = 500
"""In characters; both have to fit into the address of a request."""

NO_CASES = "这段话讲的是一件具体的事，这里只回答政策问题，不分析也不保存案情。请用 assistant classify 分析，或者只问有关的规定。"


class Counter(Protocol):
    """What the terminal needs; given by Desk in this process and by Remote through a server."""

    def ask(self, question: str, on: str | None = None, region: str = "", cases: bool = True) -> Json: ...
    def search(self, query: str, k: int = 10, on: str | None = None, region: str = "") -> Json: ...
    def show(self, provision: str, on: str | None = None) -> Json: ...
    def documents(self, on: str | None = None) -> Json: ...
    def ingest(self, paths: Iterable[Path], progress: Callable[[Json], None] | None = None) -> Json: ...
    def rebuild(self, progress: Callable[[int, int], None] | None = None) -> Json: ...
    def doctor(self) -> Json: ...
    def classify(self, text: str, scheme: str | None = None, on: str | None = None, region: str = "") -> Json: ...
    def cases(self) -> Json: ...
    def case(self, id: str) -> Json: ...
    def add_fact(self, id: str, text: str, by: str) -> Json: ...
    def decide(self, id: str, outcome: str, by: str) -> Json: ...
    def forms(self) -> Json: ...
    def draft(self, form: str, fields: Mapping[str, object], case: str | None = None) -> Json: ...
    def check(self, name: str, data: bytes, on: str | None = None) -> Json: ...
    def release(self, name: str, data: bytes, by: str) -> bytes: ...
    def chat(self, message: str, conversation: str | None = None, on: str | None = None, region: str = "") -> Json: ...
    def conversations(self) -> Json: ...
    def conversation(self, id: str) -> Json: ...
    def trace(self, id: str) -> Json: ...
    def pending(self) -> Json: ...
    def publish(self, id: str, by: str = "") -> Json: ...
    def refuse(self, id: str, by: str = "") -> Json: ...
    def people(self, call: str, given: Mapping[str, Any]) -> Json: ...
    def close(self) -> None: ...


def legible(text: str) -> str:
    """Refuse characters that no text has (halves of a pair, undecoded bytes) before they break deeper down."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise BadInput("输入里有认不出的字符。请改用 UTF-8 编码后再试。") from None
    return text


def check_query(query: str) -> None:
    """Raises BadInput for a query that is longer than one can be."""
    legible(query)
    if len(query) > LONGEST_QUERY:
        raise BadInput(f"检索词太长：{len(query)} 字，最多 {LONGEST_QUERY} 字。请只留关键词后再试。")


def check_id(provision: str) -> None:
    """Raises NotFound for an id that no clause can have."""
    legible(provision)
    if len(provision) > LONGEST_ID:
        raise NotFound(f"没有条款“{provision[:20]}……”。请核对编号；运行 assistant search 可以查到。")


class Desk:
    """The facade in this process, for one asker."""

    def __init__(self, assistant: Assistant, asker: Asker = LOCAL, who: Principal | None = None):
        """``who`` is the account behind the asker; None is this machine's own user, who may do everything."""
        self.assistant = assistant
        self.asker = asker
        self.who = who

    def ask(self, question: str, on: str | None = None, region: str = "", cases: bool = True) -> Json:
        """``cases``: whether a case told in the question may be classified and stored; else, as for an account without the right, BadInput."""
        question, region = legible(question), legible(region or "")
        self._no_case(question, cases)
        answer = self.assistant.ask(question, asker=self.asker, on=shapes.day(on), region=region)
        return shapes.answer(answer)

    def search(self, query: str, k: int = 10, on: str | None = None, region: str = "") -> Json:
        check_query(query)
        if not 1 <= k <= MOST_HITS:
            raise BadInput(f"条数 k 要在 1 到 {MOST_HITS} 之间，给的是 {k}。请改小或改大后再试。")
        found = self.assistant.search(query, asker=self.asker, k=k, on=shapes.day(on), region=region or "")
        return shapes.hits(query, found)

    def show(self, provision: str, on: str | None = None) -> Json:
        check_id(provision)
        return shapes.provision(*self.assistant.provision(provision, asker=self.asker, on=shapes.day(on)))

    def documents(self, on: str | None = None) -> Json:
        return shapes.documents(self.assistant.documents(asker=self.asker, on=shapes.day(on)))

    def ingest(self, paths: Iterable[Path], progress: Callable[[Json], None] | None = None) -> Json:
        tell = (lambda report: progress(shapes.report(report))) if progress else None
        return shapes.reports(map(shapes.report, self.assistant.ingest(paths, asker=self.asker, progress=tell)))

    def ingest_bytes(self, name: str, data: bytes) -> list[Json]:
        """Take one file in: at once for this machine's own user; of an account it waits for a second person, for its own units."""
        if self.who is None:
            return [shapes.report(r) for r in self.assistant.ingest_bytes(name, data, asker=self.asker)]
        self.who.require("documents")
        return [shapes.report(r) for r in self.assistant.submit(name, data, asker=self.asker, audience=self.asker.units)]

    def pending(self) -> Json:
        reviews = self.who is None or self.who.may("review")
        return {"pending": [shapes.waiting(w) for w in self.assistant.store.waiting(self.asker, reviews=reviews)]}

    def publish(self, id: str, by: str = "") -> Json:
        """``by`` names the reviewing account at the terminal; over HTTP it is who asks."""
        who = self._reviewer(by)
        who.require("review")
        return shapes.reports(map(shapes.report, self.assistant.publish(legible(id), asker=who.asker)))

    def refuse(self, id: str, by: str = "") -> Json:
        who = self._reviewer(by)
        self.assistant.refuse(legible(id), asker=who.asker, reviews=who.may("review"))
        return {"refused": id}

    def _reviewer(self, by: str) -> Principal:
        from assistant.accounts import Accounts
        from assistant.accounts.accounts import of

        if self.who is not None:
            return self.who
        if not by:
            raise BadInput("由谁审核？请加上 --by 账号名；要有审核权，不能是上传的人。")
        account = Accounts(self.assistant.store).get(legible(by))
        if account.disabled:
            raise Forbidden(f"账号“{account.name}”已停用，不能审核。请换一个有审核权的账号。")
        return of(account, channel="local")

    def people(self, call: str, given: Mapping[str, Any]) -> Json:
        """Accounts and keys: one call of :mod:`assistant.faces.roster`, for this machine's own user."""
        from assistant.accounts import Accounts
        from assistant.faces import roster

        if self.who is not None:
            self.who.require("admin")
        return roster.called(Accounts(self.assistant.store), call, given)

    def rebuild(self, progress: Callable[[int, int], None] | None = None) -> Json:
        return {"passages": self.assistant.rebuild_index(progress)}

    def doctor(self) -> Json:
        return shapes.checks(self.assistant.doctor())

    def classify(self, text: str, scheme: str | None = None, on: str | None = None, region: str = "") -> Json:
        found = self.assistant.classify(legible(text), scheme or None, on=shapes.day(on), region=legible(region or ""), asker=self.asker)
        return shapes.determination(found)

    def cases(self) -> Json:
        return {"cases": [shapes.case(c) for c in self.assistant.cases(asker=self.asker)]}

    def case(self, id: str) -> Json:
        return shapes.case(self.assistant.case(legible(id), asker=self.asker))

    def add_fact(self, id: str, text: str, by: str) -> Json:
        return shapes.case(self.assistant.add_fact(legible(id), legible(text), legible(by), asker=self.asker))

    def decide(self, id: str, outcome: str, by: str) -> Json:
        return shapes.case(self.assistant.decide(legible(id), legible(outcome), legible(by), asker=self.asker))

    def forms(self) -> Json:
        return shapes.forms(self.assistant.forms(asker=self.asker))

    def draft(self, form: str, fields: Mapping[str, object], case: str | None = None) -> Json:
        from assistant.drafting.layout import docx

        notice = self.assistant.draft(legible(form), fields, case=legible(case) if case else None, asker=self.asker)
        return shapes.draft(notice, docx(notice))

    def check(self, name: str, data: bytes, on: str | None = None) -> Json:
        return shapes.check_report(self.assistant.check(legible(name), data, asker=self.asker, on=shapes.day(on)))

    def release(self, name: str, data: bytes, by: str) -> bytes:
        return self.assistant.release(legible(name), data, legible(by), asker=self.asker)

    def _no_case(self, text: str, cases: bool = True) -> None:
        """Raises BadInput for a case where none is taken: ``cases`` is false, or the account has no right to cases."""
        if not (cases and (self.who is None or self.who.may("cases"))) and self.assistant.tells_a_case(text):
            raise BadInput(NO_CASES)

    def check_message(self, message: str, conversation: str | None = None, on: str | None = None) -> None:
        """Raises BadInput or NotFound for a message that cannot be answered at all."""
        self.assistant.check_message(legible(message))
        self._no_case(message)
        shapes.day(on)
        if conversation:
            self.assistant.store.conversation(legible(conversation), self.asker)

    def chat(self, message: str, conversation: str | None = None, on: str | None = None, region: str = "", *,
             earlier: Sequence[str] | None = None, cancelled: Event | None = None, tell: Callable[[str], None] | None = None) -> Json:
        self._no_case(legible(message))
        found = self.assistant.chat(message, conversation or None, asker=self.asker, on=shapes.day(on), region=legible(region or ""),
                                    earlier=earlier, cancelled=cancelled, tell=tell)
        return shapes.chatted(found)

    def conversations(self) -> Json:
        return {"conversations": [shapes.conversation(c) for c in self.assistant.store.conversations(self.asker)]}

    def conversation(self, id: str) -> Json:
        store = self.assistant.store
        return {**shapes.conversation(store.conversation(legible(id), self.asker)), "turns": [shapes.turn(t) for t in store.turns(id, self.asker)]}

    def rename_conversation(self, id: str, title: str) -> Json:
        return shapes.conversation(self.assistant.store.rename_conversation(legible(id), legible(title), asker=self.asker))

    def delete_conversation(self, id: str) -> None:
        self.assistant.store.delete_conversation(legible(id), asker=self.asker)

    def trace(self, id: str) -> Json:
        return shapes.trace(self.assistant.store.trace(legible(id), self.asker))

    def close(self) -> None:
        self.assistant.close()
