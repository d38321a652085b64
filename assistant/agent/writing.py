"""An answer that a model phrases: it searches and writes claims, plain code checks every one, what fails is repaired once, then dropped.

The offline answer comes first and stays the measure: a refusal of its is never overruled, its clauses are offered as a checked draft,
and when nothing of what the model wrote stands, it is the answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from assistant.agent.replying import Said, parse
from assistant.errors import AssistantError, Cancelled, ModelUnavailable
from assistant.masking import Masker
from assistant.prompting import Prompt, fence, new_mark
from assistant.regions import applies
from assistant.types import DIGEST_NOTE, Answer, Citation, Document, Hit, Provision
from assistant.verifying import Ground, Verdict, neutral, verify

if TYPE_CHECKING:
    from langchain_core.language_models.chat_models import BaseChatModel

    from assistant.agent.tools import Desk

Held = tuple[Provision, Document]

MOST_LEADS = 2
"""How far up the clauses above an item are fetched."""
MOST_STEPS = 5
"""Calls of the model in one answer, the repair apart."""
FAULT_WORDS = {"existence": "条款编号不存在或者与内容不符", "in_force": "条款在这一天无效", "region": "不是这个地区的规定", "quote": "引号里的话与原文不符",
               "number": "数字、期限或者日期与条款不符", "modality": "“应当”“可以”“不得”一类的字与条款不符", "exception": "漏了除外的规定",
               "entity": "有条款里没有的人、机关或者名称", "support": "内容在所引条款里找不到", "instruction": "不是条款内容", "markup": "有链接或者标记"}

_ENDED = re.compile(r"[。！？!?][”’」』）)]*$")


@dataclass(frozen=True)
class Asked:
    """A standalone question. ``told`` is everything the asker said in this conversation, ``region`` the place that it is about."""

    question: str
    on: date
    region: str = ""
    told: str = ""


@dataclass(frozen=True)
class Draft:
    """What the offline answer vouches for: its quotes by clause, the same with stand-ins, the places that its documents speak for.

    A quote said back whole is no new claim; a piece of it (one item of its list) is.
    """

    quotes: Mapping[str, tuple[str, ...]]
    masked: frozenset[str]
    places: frozenset[str]

    @classmethod
    def of(cls, offline: Answer, masker: Masker) -> Draft:
        quotes: dict[str, tuple[str, ...]] = {}
        for c in offline.citations:
            quotes[c.provision] = (*quotes.get(c.provision, ()), c.quote)
        return cls(quotes, frozenset(masker.mask(c.quote).strip() for c in offline.citations), frozenset(c.document.region for c in offline.citations))


@dataclass(frozen=True)
class Checked:
    """One claim and what the checks said of it; without verdicts it holds. ``grounds`` are the clauses it may rest on."""

    said: Said
    verdicts: tuple[Verdict, ...] = ()
    grounds: tuple[Held, ...] = ()


@dataclass(frozen=True)
class Written:
    """What came of it: the answer, None when nothing stands; the record for the trace; why the offline answer stands in ("" = it does not)."""

    answer: Answer | None
    record: Mapping[str, Any] = field(default_factory=dict)
    why: str = ""


class Writer:
    """Writes answers with one model per answer. ``prompts`` are those of ``prompts/``, ``desk`` reaches what the asker may see."""

    def __init__(self, model: BaseChatModel, prompts: Mapping[str, Prompt], desk: Desk, *, cases: bool = False,
                 tell: Callable[[str], None] | None = None):
        self._model, self._prompts, self._desk, self._cases = model, prompts, desk, cases
        self._tell = tell or (lambda status: None)

    def write(self, asked: Asked, offline: Answer, hits: Sequence[Hit]) -> Written:
        """The answer to a question whose offline answer is known. Never raises for what a model does, but Cancelled."""
        from assistant.agent.tools import Toolbox

        masker, mark = Masker(), new_mark()
        tools = Toolbox(self._desk, masker, mark, cases=self._cases, told=asked.told or asked.question, tell=self._tell)
        record: dict[str, Any] = {"prompts": {n: self._prompts[n].hash for n in ("agent", "question", "repair")}, "question": asked.question,
                                  "passages": [h.provision.id for h in hits]}
        try:
            messages = self._run(tools, self._opening(asked, offline, hits, masker, mark))
            draft = Draft.of(offline, masker)
            checked = [self._check(said, asked, draft) for said in self._claims(messages, draft, masker)]
            record |= {"tools": list(tools.calls), "reached": list(dict.fromkeys(tools.reached)), "checks": _verdicts(checked)}
            dropped = sum(bool(c.verdicts) for c in checked)
            if dropped:
                repaired = self._repair(messages, checked, asked, draft, masker)
                record["repaired"] = _verdicts(repaired)
                checked = [c for c in checked if not c.verdicts] + repaired
                dropped = max(0, dropped - sum(not c.verdicts for c in repaired))
        except Cancelled:
            raise
        except ModelUnavailable as error:
            return Written(None, record | {"fault": error.code}, error.message)
        except Exception as error:  # a library stumbled over what a model sent: no reason to leave the asker without an answer
            return Written(None, record | {"fault": type(error).__name__}, "大模型的输出不能用。")
        kept = [c for c in checked if not c.verdicts and not neutral(c.said.text)]
        record |= {"kept": [{"text": c.said.text, "provisions": list(c.said.provisions)} for c in kept], "dropped": dropped}
        if not kept:
            return Written(None, record, "大模型的回答没有通过核对。" if checked else "大模型没有给出可核对的内容。")
        return Written(self._compose(kept, offline), record)

    def _opening(self, asked: Asked, offline: Answer, hits: Sequence[Hit], masker: Masker, mark: str) -> list[Any]:
        from langchain_core.messages import HumanMessage, SystemMessage

        from assistant.agent.tools import shown

        rules = self._prompts["agent"].fill(mark=mark, today=asked.on.isoformat(), region=asked.region or "没有说明")
        draft = "\n".join(f"[{c.provision}] {c.quote}" for c in offline.citations)
        passages = "\n".join(shown(h.provision, h.document) for h in hits)
        ask = self._prompts["question"].fill(
            question=fence("提问", masker.mask(asked.question), mark), draft=fence("草稿", masker.mask(draft), mark),
            passages=fence("条款", masker.mask(passages), mark))
        return [SystemMessage(rules), HumanMessage(ask)]

    def _run(self, tools: Any, messages: list[Any]) -> list[Any]:
        from langchain.agents import create_agent
        from langchain.agents.middleware import ModelCallLimitMiddleware

        graph = create_agent(self._model, tools.all(), middleware=[ModelCallLimitMiddleware(run_limit=MOST_STEPS, exit_behavior="end")])
        return graph.invoke({"messages": messages}, {"recursion_limit": 6 * MOST_STEPS})["messages"]

    def _claims(self, messages: Sequence[Any], draft: Draft, masker: Masker) -> list[Said]:
        text = messages[-1].text if messages and messages[-1].type == "ai" else ""
        return [Said(masker.restore(s.text), tuple(masker.restore(i) for i in s.provisions)) for s in parse(text, draft.masked).claims]

    def _check(self, said: Said, asked: Asked, draft: Draft) -> Checked:
        if neutral(said.text):
            return Checked(said)
        grounds: list[Held] = []
        for id in said.provisions:
            try:
                grounds.append(self._desk.provision(id))
            except AssistantError:
                return Checked(Said(said.text, tuple(p.id for p, _ in grounds)), (Verdict("existence", id),))
        if not grounds:
            return Checked(said, (Verdict("support", "没有写明条款"),))

        def wrong(some: Sequence[Held]) -> tuple[Verdict, ...]:
            shown = tuple(quote for p, _ in some for quote in draft.quotes.get(p.id, ()))
            return verify(said.text, Ground(tuple(some), asked.question, shown=shown), on=asked.on, region=asked.region)

        found = () if whole(said.text) or any(said.text == q.strip() for p, _ in grounds for q in draft.quotes.get(p.id, ())) else (Verdict("support", "不是一句完整的话"),)
        found = found or wrong(grounds)
        if found and (above := self._leads(grounds)) and whole(said.text) and not wrong(above):
            # Only the clause around an item says what the claim says, so that one is cited.
            grounds, found = above, ()
        if not found:
            grounds = carrying(grounds, wrong)
            found = tuple(Verdict("region", d.id) for _, d in grounds if not _speaks_for(d, draft.places, asked.region))
        return Checked(Said(said.text, tuple(p.id for p, _ in grounds)), found, tuple(grounds))

    def _leads(self, grounds: Sequence[Held]) -> list[Held]:
        """The clauses that hold the lead of an item: an item says nothing without it."""
        out: dict[str, Held] = {}
        for provision, _ in grounds:
            above = provision.parent
            for _ in range(MOST_LEADS):
                if not above or above in out:
                    break
                try:
                    out[above] = self._desk.provision(above)
                except AssistantError:
                    break
                above = out[above][0].parent
        return list(out.values())

    def _repair(self, messages: list[Any], checked: Sequence[Checked], asked: Asked, draft: Draft, masker: Masker) -> list[Checked]:
        """The claims that failed, written again; the model hears which and by what rule, nothing else. No tools this time."""
        from langchain_core.messages import HumanMessage

        faults = "\n".join(f"{n}. {'；'.join(dict.fromkeys(FAULT_WORDS.get(v.rule, v.rule) for v in c.verdicts))}：{masker.mask(c.said.text)}"
                           for n, c in enumerate((c for c in checked if c.verdicts), 1))
        try:
            reply = self._model.invoke([*messages, HumanMessage(self._prompts["repair"].fill(faults=faults))])
        except ModelUnavailable:
            return [c for c in checked if c.verdicts]
        held = {c.said.text for c in checked if not c.verdicts}
        return [self._check(said, asked, draft) for said in self._claims([reply], draft, masker) if said.text not in held]

    def _compose(self, kept: Sequence[Checked], offline: Answer) -> Answer:
        quotes = {c.provision: c.quote for c in reversed(offline.citations)}
        citations: dict[str, Citation] = {}
        digest = False
        known = frozenset(c.document.id for c in offline.citations)
        told: list[str] = []
        for claim in kept:
            told.append(_sourced(claim, known))
            for provision, document in claim.grounds:
                digest = digest or document.kind == "digest"
                quote = quotes.get(provision.id) or nearest(claim.said.text, provision.text)
                citations.setdefault(provision.id, Citation(provision.id, provision.path, document, quote))
        text = "".join(dict.fromkeys(told)) + (DIGEST_NOTE if digest else "")
        return replace(offline, text=text, citations=tuple(citations.values()), trace={**offline.trace, "claims": tuple(c.said.text for c in kept)})


def whole(claim: str) -> bool:
    """Whether a claim is a sentence of its own: it does not break off, and what it opens it closes.

    >>> whole("应当在7日内反馈"), whole("有下列情形之一的，"), whole("“有功记星")
    (True, False, False)
    """
    pairs = all(claim.count(a) == claim.count(b) for a, b in ("“”", "‘’", "（）", "《》", "「」", "〔〕"))
    return pairs and not claim.rstrip().endswith(("，", "、", "：", ",", ":", "（", "“", "《"))


def carrying(grounds: Sequence[Held], wrong: Callable[[Sequence[Held]], tuple[Verdict, ...]]) -> list[Held]:
    """Of clauses that together hold a claim, those that carry it: each that does so alone, else as few as do it together.

    A clause that only stands beside them would be cited for what it does not say.
    """
    if len(grounds) < 2:
        return list(grounds)
    if alone := [g for g in grounds if not wrong([g])]:
        return alone
    kept = list(grounds)
    for ground in reversed(grounds):
        rest = [g for g in kept if g is not ground]
        if rest and not wrong(rest):
            kept = rest
    return kept


def _speaks_for(document: Document, places: frozenset[str], region: str) -> bool:
    """Whether a document holds at a place that the offline answer speaks about: rules of another county are true and no answer."""
    return document.region in places or any(applies(document.region, place) for place in (*places, region) if place)


def _sourced(claim: Checked, known: frozenset[str]) -> str:
    """A kept claim as a whole sentence; one that rests on a document the offline answer does not cite names it."""
    text = re.sub("[；;]+$", "。", claim.said.text.rstrip())
    text += "" if _ENDED.search(text) else "。"
    strange = next(((p, d) for p, d in claim.grounds if d.id not in known), None)
    if strange is None or strange[1].title in text:
        return text
    provision, document = strange
    return f"《{document.title}》{'' if text.startswith(provision.path) else provision.path}：{text}"


def nearest(claim: str, text: str) -> str:
    """The sentence of a clause that shares most with a claim, verbatim.

    >>> nearest("半年评价一次。", "由组织部负责。每半年评价一次。结果公开。")
    '每半年评价一次。'
    """
    pieces, start = [], 0
    for at, letter in enumerate(text):
        if letter in "。；\n":
            pieces.append(text[start:at + 1])
            start = at + 1
    pieces = [p.strip() for p in (*pieces, text[start:]) if p.strip()]
    grams = {claim[i:i + 2] for i in range(len(claim) - 1)}
    return max(pieces or [text], key=lambda p: sum(g in p for g in grams) / (len(p) + 20))


def _verdicts(checked: Sequence[Checked]) -> list[dict[str, Any]]:
    """For the trace: of what failed the rules only, never the words."""
    return [{"provisions": list(c.said.provisions), "rules": sorted({v.rule for v in c.verdicts}), "length": len(c.said.text)} for c in checked]


