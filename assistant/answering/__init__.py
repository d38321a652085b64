"""A question in, an answer out, without a model: every sentence rests on a named clause, or it is refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from assistant import metadata, secrecy
from assistant.answering import comparing, identity, lists, refusing, support, telling
from assistant.answering.evidence import Evidence, gather
from assistant.answering.naming import Names
from assistant.answering.question import Question, understand
from assistant.answering.scope import about_policy
from assistant.chinese import fold, numeral
from assistant.lexicon import Lexicon
from assistant.retrieval import Retriever
from assistant.types import Answer, Asker, Document, Hit

ENOUGH = 0.22
"""How sure it must be that an evidence answers before it may."""
ABROAD = 0.15
"""Asked of a place, a rule that holds everywhere must carry the answer better by this much."""
LACKING = 0.2
"""And lack no more of the question than this."""
RELATED = 0.34
"""Coverage from which a clause is worth naming as 可能相关."""
ALIKE = 0.6
"""And for a question that has no word of public affairs."""
CANDIDATES = 24
"""Clauses looked at for one question."""


class Answerer:
    """Answers over one store. ``cut`` splits words, ``idf`` weighs a gram, ``near`` likens sentences to a text, ``common`` tells how often a word is used at all."""

    def __init__(self, store, retriever: Retriever, lexicon: Lexicon, *, cut: Callable[[str], list[str]],
                 idf: Callable[[str], float], near: Callable[[str, Sequence[str]], Sequence[float]], common: Callable[[str], int] = lambda word: 0,
                 terms: Sequence[str] = (), own_region: str = ""):
        self._terms = tuple(terms)
        self._known: dict[object, tuple[tuple[Document, ...], tuple[str, ...], Names]] = {}
        self._store, self._retriever, self._lexicon, self._near = store, retriever, lexicon, near
        self._cut, self._idf, self._common, self._own_region = cut, idf, common, own_region

    def answer(self, text: str, *, asker: Asker, on: date | None = None, region: str = "") -> Answer:
        """The answer to a question as of a day (None: today), for a place ("" = none given)."""
        marking = secrecy.inspect(text)
        if marking.blocked:
            return Answer(f"提问未处理，也未保存：{marking.blocked}。", refusal="classified")
        return replace(out := _Turn(self, text, asker, on, region).answer(), notices=(*marking.warned, *out.notices))


    def evidence(self, text: str, *, asker: Asker, on: date | None = None, region: str = "",
                 without: Callable[[Hit], bool] | None = None) -> list[Evidence]:
        """The sentences found for a question, best first, before it is judged whether any answers; ``without`` takes clauses away (for calibration)."""
        turn = _Turn(self, text, asker, on, region)
        if without:
            weigh = turn._weigh

            def rest(q: Question, hits: Sequence[Hit]) -> list[Evidence]:
                left = [h for h in hits if not without(h)]
                top = max((h.score for h in left), default=1.0) or 1.0
                return weigh(q, [replace(h, score=h.score / top) for h in left])

            turn._weigh = rest
        return turn.evidence()

    def known(self, asker: Asker, on: date | None, *, dormant: bool = False) -> tuple[tuple[Document, ...], tuple[str, ...], Names]:
        """The documents an asker may be answered from (or those asleep on the day), their regions and names; kept while nothing changes."""
        key = (self._store.generation, asker, on or date.today(), dormant)
        if key not in self._known:
            documents = self._store.documents(asker, on)
            if dormant:
                awake = self._store.entries(asker, on)
                documents = tuple(e.document for row, e in self._store.entries(asker, on, in_force=False).items() if row not in awake)
            regions = tuple(dict.fromkeys(d.region for d in documents if d.region and d.region != "全国"))
            if len(self._known) > 16:
                self._known.clear()
            self._known[key] = (documents, regions, Names(documents))
        return self._known[key]


class _Turn:
    """One question being answered: what it is asked of, and when."""

    def __init__(self, desk: Answerer, text: str, asker: Asker, on: date | None, region: str):
        self._store, self._retriever = desk._store, desk._retriever
        self._weigh = lambda q, hits: gather(q, hits, desk._idf, desk._near)
        self._asker, self._on, self._terms = asker, on, desk._terms
        self._documents, known, names = desk.known(asker, on)
        self._dormant = lambda: desk.known(asker, on, dormant=True)
        self._places_of = lambda t: tuple(p for p in metadata.regions_in(t, known) if p != "全国")
        self._read = lambda t, places: understand(t, names=names, places=places, lexicon=desk._lexicon, cut=desk._cut, idf=desk._idf, common=desk._common)
        places = self._places_of(text)
        self._q = self._read(text, places)
        self._place = "" if places else (region or (desk._own_region if self._q.local else ""))

    # The order of the ways to answer is the order in which a careful clerk would try them.
    def answer(self) -> Answer:
        q = self._q
        by_id = {d.id: d for d in self._documents}
        named = [by_id[i] for i in q.mentions]
        if q.unknown_titles and not named:
            return self._elsewhere() or refusing.absent((), f"语料中没有《{q.unknown_titles[0]}》，不能据以回答。")
        pool = named or comparing.of_place(q.places, self._documents)
        if len(q.places) >= 2 and comparing.FOREIGN.search(q.text):
            return self._foreign()
        if len(q.places) + len(named) >= 2 and (q.want == "compare" or comparing.COMPARES.search(q.text) or len(q.places) >= 2):
            sides = comparing.sides(q, named, self._documents)
            if len(sides) >= 2:
                return self._compare(sides)
        if q.article and pool:
            clause = identity.clause(q, pool, self._store, self._asker, self._on)
            if clause and (q.want == "article" or not q.units):
                return identity.read_out(clause, self._on)
            if clause:
                found = [e for e in self._weigh(q, [Hit(*clause, 1.0, ("number",))]) if e.typed and support.probability(e.features) >= ENOUGH]
                if not found:
                    return self._refuse(q, self._weigh(q, [Hit(*clause, 1.0, ("number",))]), named)
                return telling.tell(q, found[0], found, self._place, self._on) if found else identity.read_out(clause, self._on)
            if named:
                return identity.no_such(q, named[0], self._store, self._asker, self._on)
        if q.want in identity.WANTS and pool:
            told = identity.about(q, pool, self._store, self._asker, self._on)
            if told:
                return told
        if q.want in identity.WANTS and not pool and q.units and not identity.beyond(q):
            return refusing.VAGUE
        if q.count is not None and not q.places and not named and not self._place and not refusing.topical(q):
            return self._which()
        if not q.units and not named:
            return refusing.VAGUE
        return self._decide(q, named)

    def _decide(self, q: Question, named: Sequence[Document]) -> Answer:
        found = self._search(q, named)
        chosen = self._choose(q, found)
        topics = comparing.two_topics(q.text) if not named else None
        if topics:
            both = self._two(topics)
            if both:
                return both
        sleeper = self._sleeper(q) if self._on or chosen is None else None
        if sleeper and (chosen is None or sleeper.score > chosen.score + 0.1):
            return refusing.dormant(sleeper, self._on or date.today())
        if chosen is None:
            return self._refuse(q, found, named)
        other = comparing.rival(q, found, chosen, lambda e: support.probability(e.features) >= ENOUGH) if not (named or q.places or self._place) else None
        if other:
            return comparing.both_fit(chosen, other)
        return telling.tell(q, chosen, found, self._place, self._on)

    def evidence(self) -> list[Evidence]:
        by_id = {d.id: d for d in self._documents}
        return self._search(self._q, [by_id[i] for i in self._q.mentions])

    # -- finding ------------------------------------------------------------------------------------------------

    def _search(self, q: Question, named: Sequence[Document]) -> list[Evidence]:
        places = q.places or ((self._place,) if self._place else ())
        ids = {d.id for d in named}
        if ids:
            return self._gather(q, lambda d: d.id in ids)
        if not places:
            return self._gather(q, None)
        if places == ("全国",):
            return self._gather(q, lambda d: d.region == "全国")
        # A place's own rules come before those that hold everywhere.
        local = self._gather(q, lambda d: d.region != "全国" and any(metadata.applies(d.region, p) or metadata.within(d.region, p) for p in places))
        if self._choose(q, local):
            return local
        if q.places and (not local or q.want in identity.WANTS):
            return local
        national = [e for e in self._gather(q, lambda d: d.region == "全国")
                    if not q.places or e.lost <= LACKING and support.probability(e.features) >= ENOUGH + ABROAD]
        return sorted((*local, *national), key=lambda e: -e.score)

    def _gather(self, q: Question, keep, *, dormant: bool = False, k: int = CANDIDATES) -> list[Evidence]:
        extra = [w for u in q.units for w in u.alternatives]
        hits = self._retriever.search(f"{q.core} {q.text}", asker=self._asker, k=k, on=self._on, keep=keep, extra=extra, dormant=dormant)
        return self._weigh(q, hits)

    def _choose(self, q: Question, found: Sequence[Evidence]) -> Evidence | None:
        return next((e for e in found[:8] if e.typed and support.probability(e.features) >= ENOUGH
                     and self._has_name(q, e)), None)

    def _has_name(self, q: Question, e: Evidence) -> bool:
        """A list asked for by its name must be spoken of where it is answered."""
        text = fold(e.hit.provision.text)
        return not q.named or q.named in text or len(q.named) == 2 and text.count(q.named[-1]) >= (q.count or 2)

    def _sleeper(self, q: Question) -> Evidence | None:
        """What would answer, were it in force."""
        asleep, _, names = self._dormant()
        if not asleep:
            return None
        ids, *_ = names.find(q.text)
        found = self._gather(q, lambda d: (not ids or d.id in ids) and (not q.places or any(metadata.applies(d.region, p) for p in q.places)), dormant=True, k=8)
        chosen = self._choose(q, found)
        if chosen is None:
            return None
        day = self._on or date.today()
        # Of versions yet to come the first is meant.
        coming = sorted((d.effective or d.issued, d.version) for d in asleep if d.id == chosen.hit.document.id
                        and (d.effective or d.issued or day) > day)
        return next((e for e in found if coming and e.hit.document.version == coming[0][1] and e.typed), chosen)

    # -- several sides ------------------------------------------------------------------------------------------

    def _compare(self, sides: Sequence[tuple[str, list[Document]]]) -> Answer:
        found = []
        names = self._names_in_text(sides)
        for n, (_, pool) in enumerate(sides[:4]):
            text = comparing.part_of(fold(self._q.text), names, n) if len(names) == len(sides) else self._q.text
            one = self._read(text, self._places_of(text) or self._q.places)
            if not one.units:
                one = self._q
            ids = {d.id for d in pool}
            here = self._gather(replace(one, want=one.want if one.want != "compare" else "open"), lambda d, ids=ids: d.id in ids) if pool else []
            e = next((x for x in here[:6] if x.typed and support.probability(x.features) >= ENOUGH - 0.12), None) \
                or next((x for x in here[:4] if support.probability(x.features) >= ENOUGH), None)
            found.append((e, self._spans(one, e, here)) if e else None)
        return comparing.side_by_side([label for label, _ in sides[:4]], found, self._q, lambda text: refusing.absent((), text))

    def _two(self, topics: tuple[str, str]) -> Answer | None:
        """Two things asked in one question, each answered by itself; None when one of them is not answered."""
        out = []
        for text in topics:
            one = self._read(text, self._q.places)
            here = self._search(one, ())
            e = self._choose(one, here)
            if e is None:
                return None
            out.append((e, self._spans(one, e, here)))
        if len({(e.hit.provision.id, e.start) for e, _ in out}) < len(out):
            return None
        return comparing.side_by_side(topics, out, self._q, lambda text: refusing.absent((), text))

    def _spans(self, q: Question, e: Evidence, found: Sequence[Evidence]) -> list[tuple[int, int]]:
        told = telling.tell(replace(q, want="open", count=None), e, [x for x in found if x.hit.provision.id == e.hit.provision.id], "", self._on)
        text = e.hit.provision.text
        return [(text.find(c.quote), text.find(c.quote) + len(c.quote)) for c in told.citations if c.quote in text]

    def _names_in_text(self, sides: Sequence[tuple[str, list[Document]]]) -> list[str]:
        """How each side is called in the (folded) question; nothing when one of them cannot be told."""
        text = fold(self._q.text)
        spoken = dict(zip(self._q.mentions, self._q.spoken, strict=True))
        out = []
        for label, pool in sides:
            by_name = next((spoken[d.id] for d in pool if d.id in spoken and spoken[d.id] in text), "")
            places = sorted((fold(label[i:j]) for i in range(len(label)) for j in range(i + 2, len(label) + 1) if fold(label[i:j]) in text), key=len)
            if not by_name and not places:
                return []
            out.append(by_name or places[-1])
        return out

    def _foreign(self) -> Answer:
        evidence = []
        for p in self._q.places:
            ids = {d.id for d in comparing.of_place((p,), self._documents)}
            found = self._gather(replace(self._q, want="open", count=None), lambda d, ids=ids: d.id in ids) if ids else []
            if found and found[0].coverage >= RELATED:
                evidence.append(found[0])
        return comparing.foreign(self._q, evidence)

    # -- refusing -----------------------------------------------------------------------------------------------

    def _refuse(self, q: Question, found: Sequence[Evidence], named: Sequence[Document]) -> Answer:
        public = about_policy(q.text, self._terms)
        near = [e for e in found[:6] if e.coverage >= (RELATED if public else ALIKE)]
        places = q.places or ((self._place,) if self._place else ())
        if not near and not named and not comparing.of_place(places, self._documents) and not public:
            return refusing.OUT_OF_SCOPE
        notices: tuple[str, ...] = ()
        if places and not named:
            elsewhere = self._gather(q, None)
            other = self._choose(q, elsewhere)
            if other and other.hit.document.region not in ("", "全国"):
                d = other.hit.document
                notices = (f"{d.region}的{telling.compose.name(d)}有相关规定，只适用于{d.region}，不能用于{'、'.join(places)}。",)
            elif not comparing.of_place(places, self._documents):
                whose = "、".join(dict.fromkeys(d.region for d in self._documents if d.region and d.region != "全国"))
                notices = (f"现有地区文件：{whose}。",) if whose else ()
            if not comparing.of_place(places, self._documents):
                return refusing.absent((), f"语料中没有{'、'.join(places)}的规定，不能用其他地区的规定代替。", notices)
        subject = "、".join(telling.compose.name(d) for d in named[:2]) or ("、".join(places) + "的文件" if places else "现有文件")
        return refusing.absent(near, f"{subject}没有载明这一点，不能回答。", notices)

    def _which(self) -> Answer:
        q = self._q
        words = f"{q.count} {numeral(q.count)} {' '.join(refusing.phrases(q))}"
        hits = self._retriever.search(words, asker=self._asker, k=100, on=self._on)
        candidates = []
        for e in self._weigh(q, hits):
            if refusing.has_phrase(q, e.text) and (not q.counted or q.counted in {"情形", "情况", "内容", "方面"} or q.counted[0] in e.text):
                if all((e.hit.provision.id, e.start) != (c.hit.provision.id, c.start) for c in candidates):
                    candidates.append(e)
        if not candidates:
            return self._decide(q, ())
        if len({c.hit.provision.id for c in candidates}) == 1 and sum(v == q.count for v, _ in lists.counts(candidates[0].text)) == 1:
            return telling.tell(q, candidates[0], candidates, "", self._on)
        return refusing.which(q, candidates, self._on)

    def _elsewhere(self) -> Answer | None:
        """A 《title》 that is no document here may still be spoken of in one, or be a rule no longer in force."""
        q = self._q
        found = self._gather(q, None, k=8)
        for e in found[:5]:
            if any(fold(t) in fold(e.hit.provision.text) for t in q.unknown_titles) and support.probability(e.features) >= ENOUGH:
                return telling.tell(q, e, found, self._place, self._on)
        sleeper = self._sleeper(q)
        return refusing.dormant(sleeper, self._on or date.today()) if sleeper else None
