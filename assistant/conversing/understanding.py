"""A message understood in its conversation: what it asks by itself, what carries over, and the topic after the answer."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from assistant.answering.question import article_id, asking, wanted
from assistant.chunking import short_title
from assistant.conversing import phrasing
from assistant.conversing import topic as topics
from assistant.conversing.filling import fields_in
from assistant.conversing.finding import best, place_alone
from assistant.conversing.items import items_of
from assistant.conversing.knowing import Known
from assistant.conversing.rewriting import Rewriter, names_of
from assistant.conversing.topic import Topic
from assistant.regions import NATIONAL
from assistant.types import Answer

Kind = Literal["question", "original", "explain", "case_fact", "case", "draft", "list", "greeting", "thanks", "feedback"]


@dataclass(frozen=True)
class Reading:
    """One way to read a message as a question: standalone text, the place given beside it, what was carried over into it.

    With ``within`` an answer counts only when it rests on one of these clauses.
    """

    question: str
    region: str = ""
    carried: tuple[str, ...] = ()
    within: tuple[str, ...] = ()


@dataclass(frozen=True)
class Understood:
    """A message understood.

    ``question`` is standalone. ``otherwise`` are further readings, to be tried in order while those before find no answer.
    ``provisions`` are the clauses an ``original`` asks for, ``ordinal`` which of several (below 0 from the end), ``fields`` what
    was given for a form, ``finish`` whether the draft is to be shown (with ``feedback``: given up), ``since`` the year from which on documents count (0 = any).
    ``topic`` is the topic as it stands before the answer, ``carried`` what was carried over, in words for a notice.
    """

    kind: Kind
    question: str
    region: str = ""
    topic: Topic = Topic()
    provisions: tuple[str, ...] = ()
    ordinal: int | None = None
    carried: tuple[str, ...] = ()
    otherwise: tuple[Reading, ...] = ()
    fields: dict[str, str] = field(default_factory=dict)
    finish: bool = False
    since: int = 0
    fresh: bool = False


def understand(message: str, topic: Topic, *, known: Known, region: str = "") -> Understood:
    """Understand a message in its conversation, by rules. ``region`` is the place the asker has chosen ("" = none).

    A question that stands by itself is taken by itself: nothing of the talk reaches it.
    """
    text = unicodedata.normalize("NFKC", message).replace("?", "？").replace(",", "，").replace("!", "！").strip()
    return _Message(text, message.strip(), topic, known, region).understood()


class _Message:
    def __init__(self, text: str, told: str, topic: Topic, known: Known, region: str):
        self.text, self.told, self.topic, self.known, self.region = text, told, topic, known, region

    def understood(self) -> Understood:
        text, topic = self.text, self.topic
        for kind, says in (("greeting", phrasing.greets), ("thanks", phrasing.thanks), ("feedback", phrasing.feedback)):
            if says(text):
                return self._as(kind, text)
        if topic.form or self.known.wanted(text):
            draft = self._draft()
            if draft:
                return draft
        if len(text) >= 40 and self.known.tells_a_case(self.told):
            if topic.case and phrasing.adds_a_fact(text):
                return self._as("case_fact", self.told)
            return Understood("case", self.told, self.region, Topic(earlier=topics.left(topic)), fresh=True)
        if len(text) > _LONG:
            return self._alone()
        if back := phrasing.returns(text):
            return self._back(*back)
        if instead := phrasing.corrected(text):
            return self._again(instead, topic, corrects=True)
        if not topic.empty:
            found = self._of_the_case() or self._of_the_last_answer()
            if found:
                return found
        return self._question()

    # -- forms --------------------------------------------------------------------------------------------------

    def _draft(self) -> Understood | None:
        topic, text = self.topic, self.text
        wanted = self.known.wanted(text)
        if wanted:
            same = topic.form in (wanted.form.name, wanted.form.title)
            fields = {**(topic.fields if same else {}), **wanted.given}
            base = topic if same or topic.case else Topic(earlier=topics.left(topic))
            return Understood("draft", text, self.region, replace(base, form=wanted.form.title, fields=fields), fields=dict(wanted.given), fresh=not same)
        form = self.known.form(topic.form)
        if form is None:
            return None
        if phrasing.drops_form(text):
            return Understood("feedback", text, self.region, replace(topic, form="", fields={}), finish=True)
        if phrasing.ends_form(text):
            return self._as("draft", text, finish=True)
        keys = [f.key for f in form.fields]
        given = fields_in(self.told.replace("：", ":"), keys, [f.key for f in form.fields if f.required and f.key not in topic.fields])
        if given and not (phrasing.asks_form(text) or re.search(r"[？?]$", text)):
            return replace(self._as("draft", text, fields=given), topic=replace(topic, fields={**topic.fields, **given}))
        return self._as("draft", text) if phrasing.asks_form(text) else None

    # -- earlier topics -----------------------------------------------------------------------------------------

    def _back(self, what: str, then: str) -> Understood:
        found = best(what, (*self.topic.earlier, self.topic), self.known)
        if found is None:
            return self._again(what + ("，" + then if then else ""), self.topic)
        rest = topics.left(self.topic) if found is not self.topic else self.topic.earlier
        topic = replace(found, earlier=tuple(t for t in rest if t != replace(found, earlier=())))
        if then:
            return self._again(then, topic, returned=True)
        if topic.form:
            return Understood("draft", what, self.region, topic)
        if topic.case:
            return Understood("explain", what, self.region, topic)
        return Understood("question", topic.question, self._soft(topic, topic.question), topic, carried=(f"回到前面的问题：{topic.question}",))

    def _again(self, text: str, topic: Topic, *, corrects: bool = False, returned: bool = False) -> Understood:
        inner = _Message(text, text, topic, self.known, self.region)
        if not corrects:
            return inner.understood()
        return inner._of_the_last_answer() or inner._question(follows=True)

    # -- the case, the last answer ------------------------------------------------------------------------------

    def _of_the_case(self) -> Understood | None:
        text, topic = self.text, self.topic
        holder = topic if topic.case else next((t for t in topic.earlier if t.case), None)
        if holder is None:
            return None
        if topic.case:
            if phrasing.original(text) or phrasing.basis(text):
                return None
            if phrasing.explains(text) or phrasing.deeper(text):
                return self._as("explain", text)
            if phrasing.states(text) and not phrasing.since(text) and not self._switches():
                return self._as("case_fact", self.told)
            return None
        if phrasing.adds_a_fact(text) or re.search(r"(?:刚才|前面|那个|这个)(?:的)?(?:案子?|案件)", text):
            back = replace(holder, earlier=tuple(t for t in topics.left(topic) if t != holder))
            return Understood("case_fact" if phrasing.adds_a_fact(text) else "explain", self.told, self.region, back, carried=("按前面说的案件",))
        return None

    def _switches(self) -> bool:
        return phrasing.follows(self.text, False) and bool(self.known.places(self.text) or self.known.documents(self.text))

    def _of_the_last_answer(self) -> Understood | None:
        text, topic = self.text, self.topic
        own = self.known.documents(text)
        # A document of its own makes it a question of its own, unless that is the one talked of.
        if own and not any(p.split("#")[0] == i for p in topic.provisions for i, _ in own):
            return None
        nth = phrasing.ordinal(text)
        if phrasing.original(text) and not self._new_thing(text):
            return self._original(nth)
        if phrasing.basis(text) and topic.provisions:
            return self._as("original", text, provisions=topic.provisions[:3], carried=self._about())
        if nth and nth[1] in "条款" and topic.provisions and phrasing.points_only(text):
            return self._original(nth)
        if nth and phrasing.points_only(text) and (topic.items or topic.provisions):
            return self._as("list", text, ordinal=nth[0], provisions=topic.provisions, carried=self._about())
        if phrasing.more(text) and (topic.items or topic.provisions):
            if not topic.items and topic.subject:
                return None
            return self._as("list", text, provisions=topic.provisions, carried=self._about())
        if phrasing.deeper(text) and topic.provisions:
            return self._as("explain", text, provisions=topic.provisions, carried=self._about())
        return None

    def _original(self, nth: tuple[int, str] | None) -> Understood:
        topic = self.topic
        article = article_id(self.text)
        home = topic.provisions[0].split("#")[0].split("@")[0] if topic.provisions else ""
        if article and home and nth and (abs(nth[0]) > len(topic.provisions) or len(topic.provisions) < 2 or "." in article):
            return self._as("original", self.text, provisions=(f"{home}#{article}", *topic.provisions[:1]), ordinal=nth[0], carried=self._about())
        if nth and nth[1] in "条处个段款" and topic.provisions and abs(nth[0]) <= len(topic.provisions):
            chosen = topic.provisions[nth[0] - 1 if nth[0] > 0 else nth[0]]
            return self._as("original", self.text, provisions=(chosen,), ordinal=nth[0], carried=self._about())
        several = re.search(r"都|全部|所有|依据|这些|那些|几条", self.text)
        return self._as("original", self.text, provisions=topic.provisions[:3] if several else topic.provisions[:1], carried=self._about())

    def _new_thing(self, text: str) -> bool:
        """Whether a message that asks for the wording names a thing that is not the one talked of."""
        words = [w for w in self.known.content(text) if w not in phrasing.ASPECTS and len(w) > 1 and not phrasing.original(w)
                 and not re.search(r"条|给|原文|原话|全文|条文|条款|依据|贴|发|念|完整|上面|刚才|那条|这条|写|引用", w)]
        talked = self.topic.question + self.topic.subject + "".join(map(self.known.clause, self.topic.provisions[:3]))
        return bool(words) and not all(w in talked for w in words)

    # -- questions ----------------------------------------------------------------------------------------------

    def _question(self, follows: bool = False) -> Understood:
        text, topic = self.text, self.topic
        if topic.empty or not (topic.question or topic.subject):
            return self._alone()
        if year := phrasing.since(text):
            return self._as("question", topic.question, since=year, region=self._soft(topic, topic.question), carried=(f"按上文问的“{topic.question}”，只看{year}年以后的",))
        rewriter = Rewriter(topic, self.known)
        if phrasing.national(text):
            new = rewriter.without_place()
            return self._as("question", new, region=NATIONAL, carried=(f"按上文，问的仍是{_thing(topic)}，按国家规定",))
        core = phrasing.switched(text)
        places, documents = self.known.places(text) or self.known.places(core), self.known.documents(text)
        if not places and phrasing.follows(text, False) and (place := place_alone(core)):
            places = (place,)
        if topic.document and not places and not documents and (named := _DOCUMENT.sub(f"《{topic.document}》", text, count=1)) != text:
            return self._read([Reading(named, "", (f"按上文，指《{topic.document}》",))])
        named = "".join(names_of(p, core) for p in places)
        words = [w for w in self.known.content(core) if w not in phrasing.ASPECTS and len(w) > 1 and w not in named]
        asked = asking(phrasing.without_end(text))
        asked = "" if phrasing.names_a_side(asked) else asked
        marked = follows or phrasing.follows(text, bool(asked))
        if len(places) == 1 and not words and not documents:
            beside = len(core) - len(names_of(places[0], core))
            if not marked and (beside > (_SHORT if asked else 4) or len(self.known.content(core)) > 2):
                return self._alone()
            return self._elsewhere(rewriter, places[0], core, asked)
        if documents and not places and not words:
            if article_id(text) or wanted(core) in _OF_A_DOCUMENT or not marked:
                return self._alone()
            new = rewriter.in_document(documents[0][1]) if not asked or core == documents[0][1] else f"{topic.subject} {core}"
            return self._read([Reading(new, "", (f"按上文，问的仍是{_thing(topic)}",))], fresh=True)
        if places or documents:
            readings = [Reading(text, "")]
            if marked and not documents and len(places) == 1:
                other = rewriter.other_subject(core, words, place=places[0]) if not asked else []
                carried = [Reading(q, "", (f"按上文，问的是：{q}",)) for q in other]
                readings = [*carried, Reading(text)] if carried else [Reading(text), Reading(f"{places[0]}{topic.subject} {core}", "", (f"按上文，问的仍是{_thing(topic)}",))]
            return self._read(readings, fresh=True)
        if not words and marked and not asked and len(core) > 1 and not self.known.content(core):
            # 有过, 立功: words that are cut as if they told nothing.
            words = [core]
        if not words:
            sides = self.known.content(core)
            if not asked and not marked and not (sides and all(w in phrasing.ASPECTS for w in sides)):
                return self._alone()
            return self._aspect(rewriter, core, asked)
        if marked and not asked and len(core) <= 14:
            said = rewriter.other_subject(core, words)
            return self._read([*(Reading(q, self._soft(topic, q), (f"按上文，问的是：{q}",)) for q in said), Reading(f"{core}是什么？")])
        told = " ".join(map(self.known.clause, topic.provisions[:4])) + topic.question
        within_it = all(w in told for w in words)
        if marked or within_it:
            return self._on_the_way(rewriter, core if marked else text, words)
        if len(text) <= 6 and not asked:
            # Too short to be a question of its own, too new to be part of the last one.
            return self._read([Reading(text), *(Reading(q, self._soft(topic, q), (f"按上文，问的是：{q}",), topic.provisions)
                                                for q in rewriter.other_subject(core, words)[:1] if topic.provisions)], fresh=True)
        return self._alone()

    def _elsewhere(self, rewriter: Rewriter, place: str, core: str, asked: str) -> Understood:
        """The same question of another place; with words that ask, another side of it as well."""
        topic = self.topic
        carried = (f"按上文，问的仍是“{topic.subject or rewriter.stem()}”，地区换成{place}",)
        bare = asked and len(re.sub(r"[的\s]", "", core)) > len(names_of(place, core)) + 1
        question = f"{place}{topic.subject}{_without(core, place)}" if bare else rewriter.in_place(place)
        return self._read([Reading(question, "", carried)], region=place)

    def _aspect(self, rewriter: Rewriter, core: str, asked: str) -> Understood:
        """Another side of the thing talked of (谁来谈, 多久一次, 有什么后果)."""
        topic = self.topic
        side = phrasing.POINTS.sub("", core).strip("的 ，") or self.text
        side = side if asked or re.search(r"[吗么]|不$|能|可以", self.text) else f"{side}是什么？"
        about = (f"按上文，问的是{_thing(topic)}",)
        readings = [Reading(f"{rewriter.whose()}{topic.subject} {side}", self._soft(topic, rewriter.whose()), about)]
        if topic.document and topic.provisions:
            readings.append(Reading(f"《{topic.document}》{topic.subject} {side}", "", about))
        readings.append(Reading(f"{rewriter.whose()}{rewriter.stem()} {side}", self._soft(topic, rewriter.whose()), about))
        if topic.document and topic.provisions:
            readings.append(Reading(f"《{topic.document}》{side}", "", about, topic.provisions))
        return self._read(list(dict.fromkeys(readings)))

    def _on_the_way(self, rewriter: Rewriter, core: str, words: Sequence[str]) -> Understood:
        """A question with words of its own that goes on with the talk: place and document hold, the subject where it points back."""
        topic = self.topic
        points = bool(phrasing.POINTS.search(core))
        said = phrasing.POINTS.sub(topic.subject + " ", core, count=1) if points and topic.subject else core
        own = [w for w in words if w not in topic.subject]
        readings: list[Reading] = []
        where = _where(topic)
        about = (f"按上文，仍指{where}",) if where and not points else (f"按上文，问的是{_thing(topic)}",)
        if points:
            readings.append(Reading(f"{rewriter.whose()}{said}", self._soft(topic, ""), about))
        else:
            readings.append(Reading(f"{rewriter.whose()}{core}", self._soft(topic, ""), about if topic.region else ()))
            if own and topic.subject:
                readings.insert(1 if topic.region else 0, Reading(f"{rewriter.whose()}{topic.subject} {core}", self._soft(topic, ""), (f"按上文，问的是{_thing(topic)}",)))
        if not where and topic.document and topic.provisions:
            readings.append(Reading(f"《{topic.document}》{said}", "", about))
        readings.append(Reading(self.text))
        return self._read(list(dict.fromkeys(readings)))

    def _alone(self) -> Understood:
        return Understood("question", self.told, self.region, Topic(earlier=topics.left(self.topic)), fresh=True)

    def _read(self, readings: Sequence[Reading], *, region: str = "", fresh: bool = False) -> Understood:
        first, *rest = readings
        topic = replace(self.topic, region=region) if region else self.topic
        if fresh and not first.carried:
            topic = Topic(earlier=topics.left(self.topic))
        return Understood("question", first.question, first.region or self.region, topic, carried=first.carried, otherwise=tuple(rest), fresh=fresh)

    def _as(self, kind: Kind, question: str, **more) -> Understood:
        more.setdefault("region", self.region)
        return Understood(kind, question, topic=self.topic, **more)

    def _about(self) -> tuple[str, ...]:
        return ()

    def _soft(self, topic: Topic, text: str) -> str:
        """The region to give beside a question whose text names none."""
        return topic.region if topic.region and not self.known.places(text) else ""


def after(understood: Understood, answer: Answer, topic: Topic | None = None, *, known: Known, chosen: Reading | None = None,
          case: str = "") -> Topic:
    """The topic after an answer. ``chosen`` is the reading that was answered, ``case`` the id of a case that came of it.

    What was asked holds even where nothing was found: 换成鹤山呢 after a refusal asks the same of 鹤山.
    """
    now = understood.topic
    determined = getattr(answer.determination, "id", "") or case
    if determined:
        cites = tuple(dict.fromkeys(c.provision for c in answer.citations))[:8]
        base = now if now.case == determined else Topic(earlier=now.earlier if now.empty else topics.left(now))
        return replace(base, case=determined, provisions=cites or base.provisions, items=())
    if understood.kind != "question" or answer.refusal == "classified":
        return now
    question = chosen.question if chosen else understood.question
    places, documents = known.places(_TITLED.sub("", question)), known.documents(question)
    region = places[0] if len(places) == 1 else "" if places else (chosen.region if chosen else understood.region)
    cited = tuple(dict.fromkeys(c.provision for c in answer.citations))[:8] if answer.refusal in (None, "not_listed", "not_in_force") else ()
    titles = {short_title(c.document) for c in answer.citations}
    subject = " ".join(w for w in known.content(_TITLED.sub("", question)) if w not in phrasing.ASPECTS - _THINGS and (len(w) > 1 or len(question) < 8))
    if not cited and not understood.fresh and subject and set(now.subject.split()) & set(subject.split()) and _same(now.region, region):
        cited = now.provisions
    if now.subject and chosen and chosen.carried and now.subject in question and len(subject.split()) > 5:
        # What is carried from question to question must not grow.
        subject = now.subject
    new = Topic(question=question[:topics.LONGEST], region="" if region == NATIONAL else region, subject=subject or now.subject, provisions=cited,
                document=titles.pop() if cited and len(titles) == 1 else now.document if cited == now.provisions else documents[0][1] if documents else "",
                items=items_of(answer) if cited else (), case="" if understood.fresh else now.case)
    moved = new.subject != now.subject or new.region != now.region
    return replace(new, earlier=topics.left(now) if moved and not now.empty else now.earlier)


_LONG = 1000
"""Characters from which a message is no follow-up."""
_SHORT = 6
"""Characters beside the place up to which a question that names no thing asks of the thing talked of (鹤山多久评一次)."""
_OF_A_DOCUMENT = frozenset({"number", "issuer", "issued", "effective", "title", "addressee", "article"})
_DOCUMENT = re.compile(r"^(?:那|按照?|在|根据|依据|看)?(?:上面|上述|刚才)?(?:的|说的)?(?:这|那|该|此)(?:个|部|份|篇|件|项)?(?:条例|办法|规定|文件|法律?|方案|通知|意见|报道|材料|规则|细则)(?=[里中对的第是由，有什哪怎何自从几多还]|$)")

_TITLED = re.compile(r"《[^《》]*(?:《[^《》]*》[^《》]*)*》")

_THINGS = frozenset(["复核", "考核", "奖励", "申请", "监督", "检查", "督查", "通报", "反馈", "处理", "处罚", "责任", "认定", "程序", "标准", "条件"])
"""Sides of a thing that are things themselves when nothing else is named."""


def _same(a: str, b: str) -> bool:
    return a == b or not a or not b


def _where(topic: Topic) -> str:
    return topic.region or (f"《{topic.document}》" if topic.document and topic.provisions else "")


def _thing(topic: Topic) -> str:
    return f"{topic.region}的“{topic.subject}”" if topic.region and topic.subject else f"“{topic.subject}”" if topic.subject else topic.region or f"“{topic.question}”"


def _without(text: str, place: str) -> str:
    for name in sorted({names_of(place, text)} - {""}, key=len, reverse=True):
        text = text.replace(name, "", 1)
    return text.lstrip("的")
