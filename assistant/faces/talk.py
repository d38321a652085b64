"""Conversations at the terminal: ``assistant chat`` and ``assistant trace``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Annotated

import typer

from assistant.errors import AssistantError
from assistant.faces import printing
from assistant.faces.desk import Counter
from assistant.faces.drafts import AsJson, Home
from assistant.faces.shapes import Json
from assistant.faces.usage import Command

LEAVE = frozenset({"", "退出", "再见", "exit", "quit"})
RULES = {"existence": "条款不存在", "in_force": "条款不在有效期内", "region": "地区不符", "quote": "引文不符", "number": "数字不符", "modality": "应当、可以、不得等字不符",
         "exception": "漏了除外规定", "entity": "有来历不明的名称", "support": "条款里没有这个内容", "instruction": "不是条款内容", "markup": "有链接或标记"}


def install(app: typer.Typer, counter: Callable[..., AbstractContextManager[Counter]], out: Callable[[Json], None]) -> None:
    """Add the commands; ``counter`` opens the desk or the running server, ``out`` prints JSON."""

    @app.command(cls=Command)
    def chat(
        ctx: typer.Context,
        on: Annotated[str | None, typer.Option("--on", metavar="日期", help="按哪一天有效的规定，如 2024-05-01")] = None,
        region: Annotated[str, typer.Option("--region", metavar="地区", help="问的是哪个地区的规定")] = "",
        conversation: Annotated[str | None, typer.Option("--conversation", metavar="编号", help="接着以前的对话")] = None,
        home: Home = None,
    ) -> None:
        """连续对话：可以接着上文问，如“换成鹤山呢”“上面那条的原文”。空行或“退出”结束。"""
        with counter(ctx, home) as desk:
            while (message := _line()) not in LEAVE:
                try:
                    said = desk.chat(message, conversation, on, region)
                except AssistantError as error:
                    print(error.message, file=sys.stderr)
                    continue
                conversation = said["conversation"]
                print(f"\n{printing.answer(said)}\n（对话 {conversation}，来历 {said['trace']}）\n", flush=True)

    @app.command(cls=Command)
    def trace(
        ctx: typer.Context,
        id: Annotated[str, typer.Argument(metavar="编号", help="一次回答的来历编号")],
        as_json: AsJson = False,
        home: Home = None,
    ) -> None:
        """一次回答是怎么来的：怎样理解提问、找到哪些条款、用了什么提示词和模型、各项核对的结果。"""
        with counter(ctx, home) as desk:
            said = desk.trace(id)
        out(said) if as_json else print(told(said))


def _line() -> str:
    try:
        return input("> " if sys.stdin.isatty() else "").strip()
    except EOFError:
        return ""


def told(of: Json) -> str:
    """A trace as lines for a person."""
    lines = [f"时间：{of['at']}", f"提问：{of.get('message', '')}"]
    if of.get("standalone") and of["standalone"] != of.get("message"):
        lines.append(f"理解为：{of['standalone']}")
    if of.get("region"):
        lines.append(f"地区：{of['region']}")
    lines.append(f"依据日期：{of.get('on', '')}")
    if of.get("model"):
        lines.append(f"模型：{of['model']}，提示词 " + "、".join(f"{n} {h}" for n, h in of.get("prompts", {}).items()))
    if of.get("passages"):
        lines.append("交给模型的条款：" + "；".join(of["passages"]))
    for stage, title in (("checks", "核对"), ("repaired", "重写后核对")):
        for n, one in enumerate(of.get(stage, ()), 1):
            verdict = "通过" if not one["rules"] else "没有通过（" + "、".join(RULES.get(r, r) for r in one["rules"]) + "）"
            lines.append(f"{title} {n}：{verdict}；{'；'.join(one['provisions'])}")
    if of.get("why") or of.get("fault"):
        lines.append(f"没有采用模型的回答：{of.get('why') or of.get('fault')}")
    lines.append("最后引用：" + ("；".join(of.get("cited", ())) or "无") + (f"（{of['refusal']}）" if of.get("refusal") else ""))
    return printing.clean("\n".join(lines))
