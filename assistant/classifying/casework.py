"""Cases over time: told, classified, added to, judged again, decided by a named person. Every call takes the asker."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from assistant import secrecy
from assistant.classifying import keeping, routing
from assistant.classifying.classifier import Classifier
from assistant.classifying.nouns import Determination
from assistant.classifying.proposed import Proposal
from assistant.classifying.similar import similar
from assistant.errors import BadInput, Classified, NotFound
from assistant.store import Store
from assistant.store.cases import CaseRow, DecisionRow, FactRow
from assistant.types import Asker, Citation

LONGEST = 50_000
"""Characters of a case with all that is added to it."""
SHORTEST = 4


@dataclass(frozen=True)
class Case:
    """A case as its owner sees it. ``text`` holds the first telling and every added fact, so that all spans lie in it."""

    id: str
    text: str
    scheme: str
    on: date | None
    region: str
    created: str
    facts: tuple[FactRow, ...]
    determination: Determination
    decision: DecisionRow | None = None
    owner: str = ""


class Casework:
    """The cases of one home, for those who own them."""

    def __init__(self, store: Store, classifier: Callable[[], Classifier]):
        self._store, self._classifier = store, classifier

    def classify(self, text: str, scheme: str | None, on: date | None, region: str, asker: Asker) -> Determination:
        """A preliminary opinion on a new case, which is stored. Raises BadInput, Classified, NotFound (scheme), BadScheme."""
        text = self.usable(text)
        classifier = self._classifier().seen_by(asker)
        if scheme:
            scheme = classifier.ready(scheme).scheme.name
        done = classifier.classify(text, scheme or None, on=on, region=region)
        done = replace(done, similar=similar(done, self._others(done.scheme, asker)))
        row = self._store.put_case(text, done.scheme, on, region, keeping.dump(done), asker=asker)
        return replace(done, id=row.id)

    def add_fact(self, id: str, fact: str, by: str, asker: Asker) -> Case:
        """Add what was learnt and who said it; the case is judged again. Raises NotFound, BadInput, Classified."""
        row = self._store.case(id, asker)
        fact, by = self.usable(fact), by.strip()
        if not by:
            raise BadInput("没有写明由谁补充。请加上 --by 姓名（接口里是 by）。")
        text = whole(row)
        if len(text) + len(fact) > LONGEST:
            raise BadInput(f"加上这条事实，案情超过 {LONGEST} 个字的上限。请精简后再补充。")
        done = self._judged(row, f"{text}\n{fact}", asker)
        return self._case(self._store.add_fact(id, fact, by, keeping.dump(done), asker=asker), asker)

    def read_again(self, id: str, proposals: Sequence[Proposal], asker: Asker) -> Case:
        """Judge a case again with what a language model read in it; the new determination is stored. Raises NotFound."""
        row = self._store.case(id, asker)
        done = self._judged(row, whole(row), asker, proposals)
        return self._case(self._store.judge_case(id, keeping.dump(done), asker=asker), asker)

    def _judged(self, row: CaseRow, text: str, asker: Asker, proposals: Sequence[Proposal] = ()) -> Determination:
        """A stored case judged by its text with whatever was added to it, the nearest other cases beside it."""
        later = len(row.text) + 1 if len(text) > len(row.text) else None
        done = self._classifier().seen_by(asker).classify(text, row.scheme, on=_day(row.on), region=row.region, later=later, proposals=proposals)
        return replace(done, similar=similar(done, self._others(row.scheme, asker, row.id)))

    def decide(self, id: str, outcome: str, by: str, asker: Asker) -> Case:
        """Record a decision that a named person took. Raises NotFound, BadInput for an outcome that the scheme does not have."""
        row = self._store.case(id, asker)
        by = by.strip()
        if not by:
            raise BadInput("没有写明由谁决定。请加上 --by 姓名（接口里是 by）。")
        scheme = self._classifier().ready(row.scheme).scheme
        names = {n: o.title for n, o in scheme.outcomes.items()}
        chosen = next((n for n, title in names.items() if outcome.strip() in (n, title)), "")
        if not chosen:
            known = "、".join(f"{n}（{title}）" for n, title in names.items())
            raise BadInput(f"“{outcome[:40]}”不是“{scheme.title}”的结果。可用：{known}。")
        return self._case(self._store.decide_case(id, chosen, by, asker=asker), asker)

    def case(self, id: str, asker: Asker) -> Case:
        """A case by id. Raises NotFound, the same for "not there" and "not yours"."""
        return self._case(self._store.case(id, asker), asker)

    def cases(self, asker: Asker) -> tuple[Case, ...]:
        """The asker's cases, newest first."""
        return tuple(self._case(row, asker) for row in self._store.cases(asker))

    def tells_a_case(self, question: str) -> bool:
        """Whether a question tells concrete facts of an act instead of asking in general; cheap for short ones."""
        return routing.might_tell(question) and routing.tells_a_case(self._classifier(), question)

    def usable(self, text: str) -> str:
        """Case text that can be read. Raises BadInput (empty, too short, too long) or Classified before anything is stored."""
        text = text.strip()
        if sum(c.isalnum() for c in text) < SHORTEST:
            raise BadInput("案情是空的或太短。请写清楚谁、什么时候、做了什么事、走了什么程序、造成什么后果、怎样补救。")
        if len(text) > LONGEST:
            raise BadInput(f"案情有 {len(text)} 个字，超过 {LONGEST} 个字的上限。请精简后再试。")
        marking = secrecy.inspect(text)
        if marking.blocked:
            raise Classified(f"{marking.blocked}。没有保存任何内容。")
        return text

    def _others(self, scheme: str, asker: Asker, but: str = "") -> Iterator[tuple[Determination, str]]:
        own = Asker(asker.name) if not asker.all_units else asker
        for row in self._store.cases(own, scheme):
            if row.id != but and row.determination:
                yield replace(self._load(row, asker), id=row.id), row.decision.outcome if row.decision else ""

    def _case(self, row: CaseRow, asker: Asker) -> Case:
        return Case(row.id, whole(row), row.scheme, _day(row.on), row.region, row.created, row.facts,
                    replace(self._load(row, asker), id=row.id), row.decision, row.owner)

    def _load(self, row: CaseRow, asker: Asker) -> Determination:
        on = _day(row.on)

        def cite(id: str, quote: str) -> Citation | None:
            try:
                provision, document, _ = self._store.resolve(id, asker, on)
            except NotFound:
                return None
            return Citation(provision.id, provision.path, document, quote) if quote in provision.text else None

        return keeping.load(row.determination, cite)


def whole(row: CaseRow) -> str:
    """The first telling and every added fact, one below the other."""
    return "\n".join([row.text, *(fact.text for fact in row.facts)])


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
