"""Help and usage errors of the terminal in Chinese, in place of Typer's English ones."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup

from assistant.faces.printing import pad


class Command(TyperCommand):
    """A command whose ``--help`` is Chinese."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        formatter.write(_help(self, ctx))


class Group(TyperGroup):
    """The program itself, whose ``--help`` is Chinese."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        formatter.write(_help(self, ctx))


def explain(error: typer.TyperException) -> str:
    """One Chinese line for a usage error: what is wrong, with which word, and where to look.

    Typer's own classes are private; they are told apart by name.
    """
    ctx = getattr(error, "ctx", None)
    command = ctx.command_path if ctx else "assistant"
    hint = f"用法见：{command} --help"
    param = getattr(error, "param", None)
    name = _name(param) if param is not None else ""
    match type(error).__name__:
        case "NoSuchOption":
            near = "、".join(sorted(error.possibilities or ()))  # type: ignore[attr-defined]
            return f"没有选项 {error.option_name}" + (f"，是不是 {near}？" if near else "。") + hint  # type: ignore[attr-defined]
        case "BadOptionUsage":
            return f"选项 {error.option_name} 用法不对：它后面要有一个值，或不应有值。{hint}"  # type: ignore[attr-defined]
        case "MissingParameter":
            return f"缺少 {name}。{hint}"
        case "BadParameter":
            return f"{name} 的值不能用。{hint}"
    if ctx is not None and isinstance(ctx.command, Group):
        names = "、".join(ctx.command.commands)
        return f"没有这个命令。可用的命令：{names}。{hint}"
    return f"多出了参数，或参数写法不对（含空格的问题要加引号）。{hint}"


def _name(param: Any) -> str:
    if isinstance(param, TyperArgument):
        return f"参数 {param.metavar or param.name}"
    return f"选项 {max(param.opts, key=len)}"


def _help(command: Any, ctx: Any) -> str:
    params = [p for p in command.get_params(ctx) if not getattr(p, "hidden", False)]
    arguments = [p for p in params if isinstance(p, TyperArgument)]
    options = [p for p in params if not isinstance(p, TyperArgument)]
    children = getattr(command, "commands", {})
    usage = [ctx.command_path, *(p.metavar or p.name for p in arguments), "[选项]"]
    if children:
        usage = [ctx.command_path, "命令", "[参数与选项]"]
    lines = ["用法：" + " ".join(usage), "", command.help or ""]
    if children:
        lines += ["", "命令：", *_rows((n, (c.help or "").split("\n")[0]) for n, c in children.items())]
    if arguments:
        lines += ["", "参数：", *_rows((p.metavar or p.name, p.help or "") for p in arguments)]
    lines += ["", "选项：", *_rows(_option(p) for p in options)]
    return "\n".join(lines) + "\n"


def _option(param: Any) -> tuple[str, str]:
    names = ", ".join(sorted(param.opts, key=len))
    if param.metavar:
        names += " " + param.metavar
    return names, "显示这份帮助" if "--help" in param.opts else param.help or ""


def _rows(pairs: Any) -> list[str]:
    rows = list(pairs)
    width = max(len(pad(left, 0)) + sum(c > "⺀" for c in left) for left, _ in rows) + 2
    return [f"  {pad(left, width)}{right}" for left, right in rows]
