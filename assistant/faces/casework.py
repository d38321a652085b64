"""Cases at the terminal: ``assistant classify`` and ``assistant cases``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated

import typer

from assistant.classifying.nouns import STATE_WORDS
from assistant.errors import BadInput
from assistant.faces import printing
from assistant.faces.desk import Counter
from assistant.faces.drafts import AsJson, Home
from assistant.faces.shapes import Json
from assistant.faces.usage import Command

LARGEST = 1 << 20
"""Bytes of a case file; more is refused before it is read."""


def install(app: typer.Typer, counter: Callable[..., AbstractContextManager[Counter]], out: Callable[[Json], None]) -> None:
    """Add the commands; ``counter`` opens the desk or the running server, ``out`` prints JSON."""

    @app.command(cls=Command)
    def classify(
        ctx: typer.Context,
        file: Annotated[Path | None, typer.Argument(metavar="[文件]", help="案情所在的文本文件；- 或不写就从标准输入读")] = None,
        scheme: Annotated[str | None, typer.Option("--scheme", metavar="方案", help="用哪个方案，如 tolerance；不写就按案情选用")] = None,
        on: Annotated[str | None, typer.Option("--on", metavar="日期", help="行为发生的日期，如 2024-05-01")] = None,
        region: Annotated[str, typer.Option("--region", metavar="地区", help="案件所在地区，如 福建省福州市")] = "",
        as_json: AsJson = False,
        home: Home = None,
    ) -> None:
        """对一段案情逐项分析要素，给出初步意见和还缺的事实；不作最后认定。"""
        text = _told(file)
        with counter(ctx, home) as desk:
            said = desk.classify(text, scheme, on, region)
        out(said) if as_json else print(report(said))

    @app.command(cls=Command)
    def cases(
        ctx: typer.Context,
        words: Annotated[list[str] | None, typer.Argument(
            metavar="[动作] [编号] [事实]", help="不写列出全部；编号 看一件；add-fact 编号 事实 补充事实；decide 编号 记下决定")] = None,
        by: Annotated[str, typer.Option("--by", metavar="姓名", help="由谁补充或者决定")] = "",
        outcome: Annotated[str, typer.Option("--outcome", metavar="结果", help="决定的结果，如 exempt 或 可予容错")] = "",
        as_json: AsJson = False,
        home: Home = None,
    ) -> None:
        """列出案件、看一件案件、补充事实（add-fact）、记下有权的人作出的决定（decide）。"""
        words = words or []
        with counter(ctx, home) as desk:
            match words:
                case []:
                    said = desk.cases()
                case ["add-fact", id, *fact] if fact:
                    said = desk.add_fact(id, " ".join(fact), by)
                case ["decide", id] if outcome:
                    said = desk.decide(id, outcome, by)
                case [id] if id not in ("add-fact", "decide"):
                    said = desk.case(id)
                case _:
                    raise BadInput("看不懂。用法：assistant cases；assistant cases 编号；assistant cases add-fact 编号 \"事实\" --by 姓名；"
                                   "assistant cases decide 编号 --outcome 结果 --by 姓名")
        if as_json:
            out(said)
        else:
            print(listed(said) if "cases" in said else told(said))


def _told(file: Path | None) -> str:
    try:
        if file is None or str(file) == "-":
            data = sys.stdin.buffer.read(LARGEST + 1)
        else:
            with file.open("rb") as f:
                data = f.read(LARGEST + 1)
    except OSError as error:
        raise BadInput(f"案情文件 {file} 读不了（{error.strerror}）。请检查路径，或用 - 从标准输入读。") from None
    if len(data) > LARGEST:
        raise BadInput("案情太长，超过 1 MB。请精简后再试。")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadInput("案情的编码认不出来。请存成 UTF-8 文本后再试。")


def report(of: Json) -> str:
    """A determination as a table that a person can read."""
    who = f"（{of['who']}）" if of.get("who") else ""
    lines = [f"方案：{of['scheme_title']}{who}", f"初步意见：{of['title']}"]
    if of["id"]:
        lines.insert(0, f"案件编号：{of['id']}")
    if of["tendency"]:
        lines.append(f"倾向：{of['tendency'] if isinstance(of['tendency'], str) else '、'.join(of['tendency'])}")
    rows = [(f["title"], STATE_WORDS[f["state"]], f["speaker"], f["quote"].replace("\n", " ")) for f in of["findings"] if f["span"] or f["asked"]]
    if rows:
        wide = [max(printing.width(row[i]) for row in rows) + 2 for i in range(3)]
        lines += ["", *("  " + "".join(printing.pad(cell, w) for cell, w in zip(row, wide, strict=False)) + row[3] for row in rows)]
    for title, items in (("理由", of["reasons"]), ("还缺", of["missing"])):
        if items:
            lines += ["", f"{title}：", *(f"  {i}. {line}" for i, line in enumerate(items, 1))]
    if of["ask_next"]:
        lines += ["", f"先问：{of['ask_next']}"]
    if of["would_change"]:
        lines += ["", "如果查明：", *(f"  {change['words']}" for change in of["would_change"])]
    if of["values"]:
        lines += ["", "计算：" + "，".join(f"{k} {v}" for k, v in of["values"].items())]
    if of["citations"]:
        lines += ["", "依据：", *(f"  《{c['document']['title'].translate(printing.INNER)}》{c['path']}（{c['provision']}）" for c in of["citations"])]
    if of["follows"]:
        names = {"who": "由谁认定", "how": "程序", "within": "时限"}
        lines += ["", *(f"{names[k]}：{v}" for k, v in of["follows"].items())]
    for one in of["similar"]:
        lines += ["", f"相近案件 {one['case']}：{one['outcome']}" + ("；" + "；".join(one["differences"]) if one["differences"] else "，要素相同")]
    lines += ["", *(f"提示：{notice}" for notice in of["notices"])] if of["notices"] else []
    for part in of["parts"]:
        lines += ["", "—" * 20, report(part)]
    return printing.clean("\n".join([*lines, *(["", of["label"]] if not of.get("who") else [])]))


def told(of: Json) -> str:
    """One case: what was told, added, determined and decided."""
    lines = [f"案情：{of['text']}", *(f"补充（{f['by']}，{f['at'][:10]}）：{f['text']}" for f in of["facts"]), "", report(of["determination"])]
    if of["decision"]:
        lines += ["", f"决定：{of['decision']['outcome']}（{of['decision']['by']}，{of['decision']['at'][:10]}）"]
    return printing.clean("\n".join(lines))


def listed(of: Json) -> str:
    if not of["cases"]:
        return "还没有案件。请用 assistant classify 分析一段案情。"
    out = []
    for one in of["cases"]:
        decided = f"；已由{one['decision']['by']}决定：{one['decision']['outcome']}" if one["decision"] else ""
        out.append(f"{one['id']}  {one['created'][:10]}  {one['determination']['scheme_title']}  初步意见：{one['determination']['title']}{decided}\n"
                   f"    {one['text'][:50].replace(chr(10), ' ')}{'……' if len(one['text']) > 50 else ''}")
    return printing.clean("\n".join(out))
