"""A draft on its way out, at the terminal: ``assistant check`` and ``assistant release``."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated

import typer

from assistant.errors import BadInput
from assistant.faces import printing
from assistant.faces.desk import Counter
from assistant.faces.drafts import AsJson, Home, check_target, write
from assistant.faces.shapes import Json
from assistant.faces.usage import Command

LARGEST = 20 * 1024 * 1024
"""Bytes that a Word file of this kind may have; more is refused before it is read."""


def install(app: typer.Typer, counter: Callable[..., AbstractContextManager[Counter]], out: Callable[[Json], None]) -> None:
    """Add the commands; ``counter`` opens the desk or the running server, ``out`` prints JSON."""

    @app.command(cls=Command)
    def check(
        ctx: typer.Context,
        file: Annotated[Path, typer.Argument(metavar="文件", help="要检查的 .docx，本系统起草的或别人写的都可以")],
        on: Annotated[str | None, typer.Option("--on", metavar="日期", help="按哪一天有效的规定核对所引条款；不写就按成文日期")] = None,
        as_json: AsJson = False,
        home: Home = None,
    ) -> None:
        """对照公文格式（GB/T 9704—2012）检查一份 .docx；有“规定”一级的问题时退出码为 1。"""
        data = _read(file)
        with counter(ctx, home) as desk:
            said = desk.check(file.name, data, on)
        out(said) if as_json else print(report(said))
        if not said["passed"]:
            raise typer.Exit(1)

    @app.command(cls=Command)
    def release(
        ctx: typer.Context,
        file: Annotated[Path, typer.Argument(metavar="文件", help="审核修改完毕的 .docx")],
        by: Annotated[str, typer.Option("--by", metavar="姓名", help="由谁定稿；记入审计")] = "",
        output: Annotated[Path | None, typer.Option("-o", "--output", metavar="文件", help="写到哪个 .docx；不写就写回原文件，原来的改名保留")] = None,
        home: Home = None,
    ) -> None:
        """定稿：去掉页眉和文件属性里的草稿标记，并记下由谁、何时去掉。"""
        target = output or file
        data = _read(file)
        check_target(target)
        if target.suffix.lower() != ".docx":
            raise BadInput(f"不能写成“{target.name}”。文件名要以 .docx 结尾。")
        with counter(ctx, home) as desk:
            final = desk.release(file.name, data, by)
        kept = write(target, final)
        lines = [f"已定稿：{target}。草稿标记已去掉，由 {by.strip()} 定稿，已记入审计。"]
        print(printing.clean("\n".join([*lines, f"原来的文件改名为 {kept.name}。"] if kept else lines)))


def _read(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise BadInput(f"{path} 是文件夹。请给出一个 .docx 文件。")
        if path.is_file() and path.stat().st_size > LARGEST:
            raise BadInput(f"{path} 有 {path.stat().st_size >> 20} MB，超过 {LARGEST >> 20} MB 的上限。请确认没有选错文件。")
        if not path.is_file():
            raise BadInput(f"找不到文件 {path}，或它不是普通文件。请检查路径。")
        return path.read_bytes()
    except OSError as error:
        raise BadInput(f"读不了 {path}（{error.strerror}）。请检查路径和权限。") from None


def report(said: Json) -> str:
    """What was found, strongest first."""
    counts: dict[str, int] = {}
    for finding in said["findings"]:
        counts[finding["strength"]] = counts.get(finding["strength"], 0) + 1
    head = f"{said['file']}：" + (f"文种 {said['kind']}，" if said["kind"] else "") + ("草稿标记在，" if said["draft"] else "没有草稿标记，")
    summed = "、".join(f"{strength} {n} 处" for strength, n in counts.items())
    lines = [head + (f"发现 {summed}。" if counts else "没有发现问题。")]
    lines += [f"[{f['strength']}] {f['place']}：{f['message']}（{f['rule']}）" for f in said["findings"]]
    if not said["passed"]:
        lines.append("“规定”一级的问题应当改正后再发出。")
    return printing.clean("\n".join(lines))
