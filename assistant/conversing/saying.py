"""Replies that need no search: greetings, clauses read out, an item of a list, a case explained, a draft that goes on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from assistant.answering import compose
from assistant.classifying.nouns import STATE_WORDS
from assistant.conversing.topic import Topic
from assistant.types import DIGEST_NOTE, Answer, Citation, Document, Provision

LONGEST = 800
"""Characters of one clause read out before it is cut at the end of a sentence."""

GREETING = Answer("你好。我可以回答干部政策文件里的问题、分析案情、起草文书；所答都附条款，供人工审核。")
THANKS = Answer("不客气。还有问题请接着问。")
FEEDBACK = Answer("请说明哪里不对或想问什么，我重新查。也可以说“把依据贴出来”核对条款。")
DROPPED = Answer("好的，这份文书先不起草了。")
NOTHING_BEFORE = Answer("前面还没有引用过条款。请说明是哪个文件的哪一条，或先问一个问题。", refusal="ambiguous")
NOT_A_SET = "上面的依据没有逐项列出，说不出是第几项。"


def cut(text: str, longest: int = LONGEST) -> str:
    """The beginning of a text, whole sentences up to a length.

    >>> cut("一句。两句。三句。", 7)
    '一句。两句。'
    """
    if len(text) <= longest:
        return text
    ends = [m.end() for m in re.finditer(r"[。；！？]\n?|\n", text[:longest])]
    return text[:ends[-1]] if ends else text[:longest]


def read_out(found: Sequence[tuple[Provision, Document]], on: date | None, lead: str = "") -> Answer:
    """Clauses word for word, each with its place; a long one is cut at the end of a sentence, and that is said."""
    lines, cites, notices = [lead] if lead else [], [], []
    for provision, document in found:
        quote = cut(provision.text).strip()
        note = DIGEST_NOTE if document.kind == "digest" else ""
        lines.append(f"{compose.name(document)}{provision.path}：\n{quote}{note}")
        cites.append(Citation(provision.id, provision.path, document, quote))
        if len(quote) < len(provision.text.strip()):
            notices.append(f"{provision.path}较长，这里引到第 {len(quote)} 字，全条 {len(provision.text.strip())} 字。")
        if document.kind == "digest":
            notices.append(f"{compose.name(document)}在库中只有要点，没有原文；导入原文后可逐字引用。")
    documents = list({d.id: d for _, d in found}.values())
    return Answer("\n".join(lines), tuple(cites), None, tuple(dict.fromkeys((*notices, *compose.notices(documents, on)))), trace={"claims": ()})


def item(topic: Topic, which: int, found: Sequence[tuple[Provision, Document]], on: date | None) -> Answer:
    """One item of what was listed; when nothing was listed or not so many, that is said beside the clause."""
    total = len(topic.items)
    if not total or not 1 <= (which if which > 0 else total + 1 + which) <= total:
        said = f"上面列出的只有 {total} 项，没有第 {which} 项。" if total else NOT_A_SET
        out = read_out(found[:1], on, said)
        return Answer(out.text, out.citations, "not_listed", out.notices, trace=out.trace)
    place = which if which > 0 else total + 1 + which
    words = topic.items[place - 1]
    holder = next(((p, d) for p, d in found if words in p.text), None)
    if holder is None:
        return NOTHING_BEFORE
    provision, document = holder
    sentence = next((m[0].strip() for m in re.finditer(r"[^。\n]*[。\n]?", provision.text) if words in m[0]), words)
    sentence = sentence if len(sentence) <= LONGEST else words
    note = DIGEST_NOTE if document.kind == "digest" else ""
    return Answer(f"第 {place} 项（共 {total} 项）：{words}。（{compose.name(document)}{provision.path}）{note}",
                  (Citation(provision.id, provision.path, document, sentence),), None, compose.notices([document], on), trace={"claims": ()})


def rest(topic: Topic, found: Sequence[tuple[Provision, Document]], on: date | None) -> Answer:
    """All that was listed, or the whole clause where nothing was."""
    out = read_out(found[:1], on)
    if not topic.items:
        return out
    lines = [f"共 {len(topic.items)} 项：", *(f"（{n}）{words}" for n, words in enumerate(topic.items, 1)), "依据：", out.text]
    return Answer("\n".join(lines), out.citations, None, out.notices, trace=out.trace)


def explained(case, question: str) -> Answer:
    """What is known of a case: the preliminary opinion, why, what is missing, what would change it, as the question asks."""
    of = case.determination
    lines = [f"初步意见：{of.title}。"]
    if re.search("缺|差|需要|核实|补", question):
        lines += [f"还需要核实：{m}" for m in of.missing] or ["没有还缺的事实。"]
        lines += [f"先问：{of.ask_next}"] if of.ask_next else []
    elif re.search("如果|要是|假如|什么情况|才能|才算|改变", question):
        lines += [f"如果查明“{'、'.join(_title(of, e, s) for e, s in c.given.items())}”，初步意见会是：{c.title}" for c in of.would_change[:6]] or ["没有哪一项单独查明会改变初步意见。"]
    else:
        lines += list(of.reasons)
        lines += [f"还需要核实：{of.ask_next}"] if of.ask_next else []
    if of.follows:
        names = {"who": "由谁认定", "how": "程序", "within": "时限"}
        lines += [f"{names[k]}：{v}" for k, v in of.follows.items() if k in names and re.search("程序|下一步|谁|怎么办|最后", question)]
    return Answer("\n".join(lines), of.citations, None, tuple(of.notices), determination=of)


def _title(of, element: str, state: str) -> str:
    title = next((f.title for f in of.findings if f.element == element), element)
    return title + STATE_WORDS[state]


def drafted(notice, topic: Topic, form, finish: bool, text: str) -> Answer:
    """How far a draft has come: what is filled, what is missing; the whole text when asked for or complete."""
    given = "；".join(f"{k}：{v}" for k, v in topic.fields.items())
    lines = [f"《{form.title}》" + (f"已填 {len(topic.fields)} 项：{given}。" if given else "还没有填写。")]
    hints = {f.key: f for f in form.fields}
    if notice.missing and not finish:
        lines.append(f"还缺 {len(notice.missing)} 项：")
        lines += [f"- {k}" + (f"：{hints[k].hint}" if k in hints and hints[k].hint else "") for k in notice.missing]
        lines.append("请接着说，例如“姓名张三，单位某镇政府”；说“先出一版”就按现有内容出稿，没填的写成【待填：…】。")
    else:
        lines += [f"还有 {len(notice.missing)} 项待填：{'、'.join(notice.missing)}。"] if notice.missing else []
        lines += ["", text]
    return Answer("\n".join(lines), trace={"form": form.name, "fields": dict(topic.fields), "missing": tuple(notice.missing)})
