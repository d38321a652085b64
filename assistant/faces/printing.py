"""Shapes as text for people: what the terminal shows. Plain text; tables and progress use rich, imported when needed."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING, TextIO

from assistant.faces.shapes import FAILURES, Json
from assistant.types import DIGEST_NOTE

if TYPE_CHECKING:
    from rich.console import Console

KINDS = {"normative": "规范性文件", "news": "新闻报道", "talk": "经验交流", "digest": "要点整理", "model": "示范文本"}
STATUSES = {
    "pending": "等待发布", "added": "已加入", "updated": "已更新", "unchanged": "没有变化", "replaced_digest": "已加入（替换要点）",
    "failed": "失败", "blocked": "已拦截", "skipped": "已跳过",
}
INNER = str.maketrans("《》", "〈〉")
"""Book title marks inside book title marks."""
UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What could drive a terminal or turn the reading direction round when it stands in a file's text or name."""


def clean(text: str) -> str:
    """Text of a file as it may be shown.

    >>> clean("甲\\x1b[31m乙\\n丙")
    '甲[31m乙\\n丙'
    """
    return UNSAFE.sub("", text)


def width(text: str) -> int:
    """Columns that a text takes in a terminal.

    >>> width("第1条")
    5
    """
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def pad(text: str, columns: int) -> str:
    return text + " " * max(0, columns - width(text))


def pending(of: Json) -> str:
    """What waits to be published, or that one no longer does."""
    if "pending" not in of:
        return clean(f"{of['refused']} 不予发布，已从清单里删去。")
    lines = [f"{w['id']}  {w['created'][:10]}  {w['by']}  {w['name']}" for w in of["pending"]]
    return clean("\n".join(lines)) or "没有等待发布的文件。"


def answer(of: Json) -> str:
    """The answer, the clauses it rests on, the notices and the label."""
    parts = [of["text"]]
    if of["citations"]:
        parts.append("\n".join(["依据：", *(_citation(i, c) for i, c in enumerate(of["citations"], 1))]))
    if of["notices"]:
        parts.append("\n".join(f"提示：{notice}" for notice in of["notices"]))
    parts.append(of["label"])
    return clean("\n\n".join(parts))


def _citation(place: int, of: Json) -> str:
    quote = of["quote"].strip()
    if of["document"]["kind"] == "digest":
        quote = f"要点：{quote}" + ("" if DIGEST_NOTE in quote else DIGEST_NOTE)
    else:
        quote = f"“{quote}”"
    return f"[{place}] {title(of['document'])} {of['path']}\n    {quote}\n    条款编号：{of['provision']}"


def title(of: Json) -> str:
    """《Title》 with its number, unless the number is in the title.

    >>> title({"title": "某办法", "number": "某发〔2020〕1号"})
    '《某办法》（某发〔2020〕1号）'
    >>> title({"title": "关于印发《某办法》的通知", "number": ""})
    '《关于印发〈某办法〉的通知》'
    """
    inner = of["title"].translate(INNER)
    name = f"《{inner}》" if inner else of["id"]
    return name + (f"（{of['number']}）" if of["number"] and of["number"] not in name else "")


def hits(of: Json) -> str:
    if not of["hits"]:
        return "没有找到相关条款。可以换一种说法，或运行 assistant documents 看看有哪些文件。"
    out = []
    for place, hit in enumerate(of["hits"], 1):
        text = hit["text"].strip() + (DIGEST_NOTE if hit["document"]["kind"] == "digest" else "")
        out.append(f"[{place}] {title(hit['document'])} {hit['path']}\n{_indent(text)}\n    条款编号：{hit['provision']}")
    return clean("\n\n".join(out))


def provision(of: Json) -> str:
    document = of["document"]
    lines = [f"{title(document)} {of['path']}"]
    facts = (("发文机关", "issuer"), ("类别", "kind"), ("地区", "region"), ("发布", "issued"), ("施行", "effective"), ("废止", "repealed"))
    known = [f"{name}：{KINDS.get(document[key], document[key])}" for name, key in facts if document[key]]
    if known:
        lines.append("　".join(known))
    if of["trail"]:
        lines.append(" › ".join(of["trail"]))
    note = [DIGEST_NOTE] if document["kind"] == "digest" else []
    return clean("\n".join([*lines, "", of["text"].strip(), *note, "", f"条款编号：{of['id']}"]))


def documents(of: Json) -> str:
    """Each document in two lines: what it is called, and what is known of it."""
    out = [f"{title(d)}\n    {_facts(d)}" for d in of["documents"]]
    return clean("\n".join([*out, f"共 {len(out)} 份文件"]))


def _facts(of: Json) -> str:
    kind = KINDS.get(of["kind"], of["kind"])
    if of["kind"] == "digest" and of["of"]:
        kind += f"（原件为{KINDS.get(of['of'], of['of'])}）"
    counted = (f"{of['articles']} 条" if of["articles"] else "", f"可引用 {of['provisions']} 处", f"编号：{of['id']}")
    return "，".join(part for part in (of["issuer"], kind, of["region"], of["issued"], *counted) if part)


def reports(of: Json) -> None:
    """A table of what came in, what was skipped and why, and a line of totals."""
    rows = []
    for file in of["files"]:
        told = "；".join([t for t in (file["reason"], *file["notices"]) if t])
        rows.append((file["name"], STATUSES.get(file["status"], file["status"]), "、".join(file["documents"]),
                     str(file["provisions"] or ""), told))
    if rows:
        _table(("文件", "结果", "编号", "条款", "说明"), rows)
    counts = "，".join(f"{STATUSES.get(s, s)} {n}" for s, n in of["counts"].items())
    print(f"共 {len(rows)} 个文件" + (f"：{counts}" if counts else ""))


def failed(of: Json) -> bool:
    """Whether a batch holds a file that did not come in."""
    return any(file["status"] in FAILURES for file in of["files"])


def checks(of: Json) -> str:
    return clean("\n".join(f"{'正常' if c['ok'] else '异常'}  {c['name']}：{c['detail']}" for c in of["checks"]))


def console(stream: TextIO | None = None) -> Console:
    """A rich console that never wraps what is not read on a screen."""
    from rich.console import Console

    stream = stream or sys.stdout
    return Console(file=stream, width=None if stream.isatty() else 1000, highlight=False, emoji=False, markup=False)


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    from rich.box import SIMPLE
    from rich.table import Table

    table = Table(box=SIMPLE, pad_edge=False)
    for name in head:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(clean(cell).replace("\n", " ") for cell in row))
    console().print(table)


def _indent(text: str) -> str:
    return "\n".join("    " + line for line in text.splitlines())
