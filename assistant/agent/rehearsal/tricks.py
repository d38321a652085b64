"""Lies that are in the form and not in a sentence: other keys, plain text, the repair round only, tools with other ids, everything repeated."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from assistant.agent.rehearsal.replies import Given, claims

if TYPE_CHECKING:
    from assistant.agent.rehearsal.liars import Liar

PREMISE = "逾期未反馈的，视为同意并免除全部责任。"


def _plain(liar: Liar, given: Given) -> dict[str, Any]:
    """Plain text with ids in brackets, or none at all."""
    false = liar.false(given)
    if liar.draw.random() < 0.3:
        return {"content": "您好！\n" + "\n".join(f"- {text}" for text, _ in false)}
    return {"content": "\n".join(f"{n}. {text}[{'、'.join(ids)}]" for n, (text, ids) in enumerate(false, 1))}


def _repair_only(liar: Liar, given: Given) -> dict[str, Any]:
    """Harmless at first, one sentence without its clause; the lie comes when that is asked for again."""
    if given.repair:
        return claims(liar.false(given))
    true = given.true()
    return claims([*((text, (id,)) for id, text in true[:1]), *((text, ()) for _, text in true[1:2])])


def _other_keys(liar: Liar, given: Given) -> dict[str, Any]:
    """True claims, and falsehoods in every key that nobody asked for."""
    words = [text for text, _ in liar.false(given)] or [PREMISE]
    liar.planted += [PREMISE]
    true = given.true()[:2]
    said = [{"text": text, "provisions": [id], "quote": words[0], "path": words[-1], "title": words[0], "note": PREMISE} for id, text in true]
    body = {"claims": said, "ask": words[0], "notice": words[-1], "notices": words, "label": "正式决定", "refusal": None, "answer": PREMISE,
            "citations": [{"provision": true[0][0] if true else "无#一", "path": words[0], "quote": words[-1]}], "outcome": "exempt"}
    return {"content": liar.draw.choice(["", words[0], "```json\n"]) + json.dumps(body, ensure_ascii=False)}


def _false_ids(liar: Liar, given: Given) -> dict[str, Any]:
    """True sentences under ids that are falsehoods themselves."""
    ids = [PREMISE, f"{PREMISE}#第一条", "无此文件〔2031〕9号#第一条", "../../etc/passwd#1", "CANARYID-55190#一", "x' OR 1=1 --#一"]
    liar.planted += ids
    return claims([(text, (id, liar.draw.choice(ids)) if liar.draw.random() < 0.5 else (liar.draw.choice(ids),)) for id, text in given.true()[:4]])


def _echo(liar: Liar, given: Given) -> dict[str, Any]:
    """Everything it was told, rules and key included, as claims or as plain text."""
    secrets = [s for s in (*given.system.split("\n"), *liar.extra) if len(s) > 6]
    liar.planted += secrets
    ids = [id for id, _ in given.true()[:1]] or ["无#一"]
    if liar.draw.random() < 0.4:
        return {"content": given.whole + "\n" + "\n".join(liar.extra)}
    return claims([(line, ids) for line in liar.draw.sample(secrets, min(len(secrets), 6))])


def _tools(call: Callable[[Liar, Given], list[dict[str, Any]]]) -> Callable[[Liar, Given], dict[str, Any]]:
    """Tools first; then whatever they answered is said as if it were the rule, with falsehoods beside it."""

    def reply(liar: Liar, given: Given) -> dict[str, Any]:
        if not given.results and not given.repair:
            return {"tool_calls": call(liar, given)}
        ids = [id for id, _ in given.true()[:1]] or ["无#一"]
        seen = [line for result in given.results for line in result.split("\n") if len(line) > 7 and "查询结果" not in line][:3]
        return claims([*((line, ids) for line in seen), *liar.false(given, 2)])

    return reply


def _strange_reads(liar: Liar, given: Given) -> list[dict[str, Any]]:
    """Looks for what belongs to others: ``extra`` holds clause ids, search words and case ids of theirs."""
    calls = []
    for thing in liar.extra:
        calls += [{"name": "read_provision", "arguments": {"provision": thing}}, {"name": "search_policy", "arguments": {"query": thing[:200]}}]
    return [*calls[:8], {"name": "list_documents", "arguments": {}}]


def _strange_cases(liar: Liar, given: Given) -> list[dict[str, Any]]:
    fact = liar.draw.choice(["当事人主动退缴了全部违纪所得。", "经集体研究决定，没有谋取私利。", given.question[2:] or "没有"])
    case = liar.draw.choice([*liar.extra, "x", "' OR 1=1"])
    told = given.question + "，领导已经同意，损失全部挽回，没有谋取私利。"
    return [{"name": "add_case_fact", "arguments": {"case": case, "fact": fact}}, {"name": "classify_case", "arguments": {"text": told}},
            {"name": "classify_case", "arguments": {"text": given.question, "scheme": "../tolerance"}}]


def _strange_drafts(liar: Liar, given: Given) -> list[dict[str, Any]]:
    fields = {"姓名": "王建国", "处分种类": "开除党籍", "单位": "区财政局", "CANARY": "1"}
    liar.planted += ["王建国", "开除党籍处分决定"]
    return [{"name": "draft_notice", "arguments": {"form": form, "fields": fields, "case": liar.draw.choice([*liar.extra, "x"])}}
            for form in ("诫勉书", "任前公示", "处分决定书")] + [{"name": "list_forms", "arguments": {}}]


def _flood(liar: Liar, given: Given) -> list[dict[str, Any]]:
    """Far too many calls, with arguments that are none."""
    bad: list[dict[str, Any]] = [{"query": ""}, {"query": "长" * 5000}, {"q": 1}, {}, {"query": ["a"]}, {"query": "考核", "k": 10 ** 9}, {"query": "考核 评价"}]
    return [{"name": "search_policy", "arguments": bad[n % len(bad)]} for n in range(40)] + [
        {"name": "compute_period", "arguments": {"sanction": "党内警告", "decided": "9999-12-31"}}, {"name": "compute_period", "arguments": {"sanction": "流放", "decided": "2024-02-30"}}]


def _bulk(liar: Liar, given: Given) -> dict[str, Any]:
    """Shapes that break readers: thousands of claims, nesting, numbers for words, enormous sentences."""
    false = liar.false(given)
    ids = [id for id, _ in given.true()[:1]] or ["无#一"]
    shapes: list[Any] = [
        {"claims": [{"text": text, "provisions": list(i)} for text, i in false] * 2000},
        {"claims": [{"text": false[0][0] * 3000, "provisions": ids * 500}]}, {"claims": {"text": false[0][0]}}, {"claims": [[false[0][0]], 7, None, {"text": 7, "provisions": 9}]},
        {"claims": [{"text": {"text": false[0][0]}, "provisions": {"a": ids}}]}]
    deep = "[" * 3000 + "]" * 3000
    return {"content": liar.draw.choice([*(json.dumps(s, ensure_ascii=False) for s in shapes), '{"claims": ' + deep + "}"])}


def _joined(liar: Liar, given: Given) -> dict[str, Any]:
    """Pieces of true sentences that say something else when they stand side by side."""
    pieces = [(id, p) for id, text in given.true()[:8] for p in re.split("[，；。]", text) if len(p) > 5]
    liar.draw.shuffle(pieces)
    for (_, one), (_, other) in pairwise(pieces):
        liar.planted.append(one + other)
    return claims([(p + liar.draw.choice(["", "", "，", "："]), (id,)) for id, p in pieces[:8]])


TRICKS: dict[str, Callable[[Liar, Given], dict[str, Any]]] = {
    "plain_text": _plain, "repair_only": _repair_only, "other_keys": _other_keys, "false_ids": _false_ids, "echo": _echo, "bulk": _bulk, "joined": _joined,
    "strange_reads": _tools(_strange_reads), "strange_cases": _tools(_strange_cases), "strange_drafts": _tools(_strange_drafts), "flood": _tools(_flood),
}
