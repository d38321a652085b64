"""Saying no in one sentence: not in the corpus, not policy, not in force, too vague, or which of several."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from assistant.answering import compose, lists
from assistant.answering.evidence import Evidence
from assistant.answering.question import Question
from assistant.chinese import fold, numeral
from assistant.chunking import short_title
from assistant.types import Answer

OUT_OF_SCOPE = Answer("这个问题不在干部政策文件的范围内，本助手不回答。", refusal="out_of_scope")
VAGUE = Answer("请把问题说得具体一些：问的是哪件事、哪个文件或哪个地区。", refusal="ambiguous")


def absent(near: Sequence[Evidence], text: str, notices: tuple[str, ...] = ()) -> Answer:
    """Not in the corpus; the nearest clauses are offered as 可能相关."""
    cites, seen = [], set()
    for e in near:
        if e.hit.provision.id not in seen and len(cites) < 2:
            seen.add(e.hit.provision.id)
            cites.append(compose.citation(e.hit, e.start, e.end))
    if cites:
        text += "可能相关：" + "；".join(f"《{short_title(c.document)}》{c.path}" for c in cites) + "。"
    return Answer(text, tuple(cites), "out_of_corpus", notices, trace={"coverage": round(near[0].coverage, 3) if near else 0.0})


def dormant(e: Evidence, day: date) -> Answer:
    """The rule that would answer is not in force on the day: say since when or until when."""
    d = e.hit.document
    if d.repealed and d.repealed <= day:
        by = d.repealed_by.strip("《》")
        why = f"已于{_day(d.repealed)}废止" + (f"，由《{by}》代替" if by else "")
    else:
        why = f"自{_day(d.effective or d.issued)}起施行"
    dated = replace(compose.citation(e.hit, e.start, e.end), provision=f"{e.hit.provision.id}@{d.version}")
    return Answer(f"{compose.name(d)}{why}，在{_day(day)}不是有效规定，不能据以回答。", (dated,), "not_in_force",
                  (f"所列条款：{compose.place_of(e.hit)}。",))


def which(q: Question, candidates: Sequence[Evidence], on: date | None) -> Answer:
    """Several clauses give the same number: name them and ask which is meant."""
    lines, cites, seen = [], [], set()
    for e in candidates:
        words = _around(e.text, q.count or 0)
        if fold(words) in seen:
            continue
        seen.add(fold(words))
        lines.append(f"（{len(lines) + 1}）{compose.place_of(e.hit, local=True)}：{compose.plain(words).rstrip('，,；;')}")
        cites.append(compose.citation(e.hit, e.start, e.end))
        if len(lines) == 7:
            break
    return Answer("这个数目在文件里不止一处，请说明问的是哪一项：\n" + "\n".join(lines), tuple(cites), "ambiguous",
                  compose.notices([c.document for c in cites], on), trace={"claims": ()})


def phrases(q: Question) -> tuple[str, ...]:
    """The ways the asked number is written with its measure: 8种, 八种, 8项 …"""
    measure = re.search(r"(?:\d+|[一二三四五六七八九十百]+)\s*(个|种|项|类|条|大|名|方面|点|期|次|位|户)", q.text)
    m = measure[1] if measure else "种"
    forms = (str(q.count), numeral(q.count or 0))
    return tuple(f + m for f in forms)


def has_phrase(q: Question, text: str) -> bool:
    """Whether a sentence writes the asked number with its measure (8种, not 18种)."""
    kinds = "(?:种|项|类|个(?!月|工作日|小时))" if any(p.endswith(("种", "项", "类", "个")) for p in phrases(q)) else ""
    for form in (str(q.count), numeral(q.count or 0)):
        tail = kinds or phrases(q)[0][len(str(q.count)):]
        if re.search(rf"(?<![\d一二三四五六七八九十百第]){form}\s*{tail}", text):
            return True
    return False


def topical(q: Question) -> bool:
    """Whether a question says what the counted things are about."""
    generic = re.compile(r"情形|情况|内容|清单|条件|措施|标准|表现|方面|机制|类型|事项|对象|问题|具体|明细|典型|\d+|[一二三四五六七八九十百]+|[种项类条个大名位点]+")
    return any(generic.sub("", u.word) for u in q.units)


def _around(sentence: str, count: int) -> str:
    parts = re.findall(r"[^，,；;：:]+[，,；;：:。]?", sentence)
    held = [p for p in parts if any(v == count for v, _ in lists.counts(p))]
    return "".join(held) or sentence


def _day(day: date | None) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if day else "（日期未载）"
