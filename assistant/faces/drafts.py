"""Forms and drafts at the terminal: ``assistant forms`` and ``assistant draft``."""

from __future__ import annotations

import os
import sys
import tempfile
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.errors import BadInput
from assistant.faces import printing
from assistant.faces.desk import Counter
from assistant.faces.shapes import Json
from assistant.faces.usage import Command

if TYPE_CHECKING:
    from assistant.drafting import values

Home = Annotated[Path | None, typer.Option("--home", metavar="目录", help="数据目录（也可用环境变量 ASSISTANT_HOME）")]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON")]


def install(app: typer.Typer, counter: Callable[..., AbstractContextManager[Counter]], out: Callable[[Json], None]) -> None:
    """Add the commands; ``counter`` opens the desk or the running server, ``out`` prints JSON."""

    @app.command(cls=Command)
    def forms(
        ctx: typer.Context,
        name: Annotated[str | None, typer.Argument(metavar="[文书]", help="只看一种文书，列出它的字段")] = None,
        as_json: AsJson = False,
        home: Home = None,
    ) -> None:
        """列出可以起草的文书和各自要填的字段。"""
        with counter(ctx, home) as desk:
            said = desk.forms()
        if name is not None:
            said = {"forms": [_chosen(said, name)]}
        if as_json:
            out(said)
        else:
            print(_described(said["forms"][0]) if name is not None else _listed(said))

    @app.command(cls=Command)
    def draft(
        ctx: typer.Context,
        form: Annotated[str, typer.Argument(metavar="文书", help="文书的名称，如 不予容错告知书；assistant forms 可以列出")],
        case: Annotated[str | None, typer.Option("--case", metavar="案件编号", help="从这个案件取事实")] = None,
        field: Annotated[list[str] | None, typer.Option("--field", metavar="键=值", help="填一个字段，可以重复；列表的各项重复写同一个键")] = None,
        fields: Annotated[Path | None, typer.Option("--fields", metavar="文件", help="字段文件（YAML，每行“键: 值”）")] = None,
        output: Annotated[Path | None, typer.Option("-o", "--output", metavar="文件", help="写到哪个 .docx 或 .md；不写就显示文字")] = None,
        as_json: AsJson = False,
        home: Home = None,
    ) -> None:
        """起草一份文书：缺的写成【待填：…】，不编造。"""
        given = _given(field or [], fields)
        if output is not None:
            check_target(output)
        with counter(ctx, home) as desk:
            said = desk.draft(form, given, case)
            if said["missing"] and sys.stdin.isatty() and not as_json:
                asked = _ask(_chosen(desk.forms(), said["form"]), said["missing"])
                said = desk.draft(form, {**given, **asked}, case) if asked else said
        content = b64decode(said.pop("docx"))
        kept = write(output, content if output.suffix.lower() == ".docx" else said["text"].encode()) if output else None
        if as_json:
            out({**said, "file": str(output) if output else None})
        elif output is None:
            print(printing.clean(said["text"]))
        else:
            print(printing.clean(_told(said, output, kept)))


def _given(pairs: list[str], file: Path | None) -> dict[str, values.Value]:
    """Fields from a file and from ``键=值`` words, which go before it; a repeated key makes a list."""
    from assistant.drafting import forms as reading

    out: dict[str, values.Value] = {}
    if file is not None:
        try:
            if file.stat().st_size > 1 << 20:
                raise BadInput(f"字段文件 {file} 太大。请只留字段，详细材料作为附件。")
            out = reading.typed(file.read_text("utf-8-sig"), file.name)
        except UnicodeDecodeError:
            raise BadInput(f"字段文件 {file} 不是 UTF-8 编码。请另存为 UTF-8。") from None
        except OSError as error:
            raise BadInput(f"读不了字段文件 {file}（{error.strerror}）。请检查路径。") from None
    words: dict[str, list[str]] = {}
    for pair in pairs:
        key, found, value = pair.partition("=")
        if not found or not key.strip():
            raise BadInput(f"“{pair[:30]}”不是“键=值”的形式。请写成 --field 姓名=张三。")
        words.setdefault(key.strip(), []).append(value)
    return {**out, **{key: items[0] if len(items) == 1 else tuple(items) for key, items in words.items()}}


def check_target(path: Path) -> None:
    """Raises BadInput for a file that cannot be written here, before any work is done."""
    if path.suffix.lower() not in (".docx", ".md"):
        raise BadInput(f"不能写成“{path.name}”。文件名要以 .docx 或 .md 结尾。")
    if path.is_dir() or not path.parent.is_dir():
        raise BadInput(f"写不了 {path}：{'它是一个文件夹' if path.is_dir() else f'没有文件夹 {path.parent}'}。请换一个位置。")


def write(path: Path, content: bytes) -> Path | None:
    """Write whole or not at all; a file that was there is kept under another name, which is given back."""
    kept, temporary = None, ""
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".draft-")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(temporary, 0o600)
        if path.exists():
            kept = next(p for p in _spare(path) if not p.exists())
            os.rename(path, kept)
        os.replace(temporary, path)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise BadInput(f"写不了 {path}（{error.strerror}）。请检查文件夹的权限和空间，或换一个位置。") from None
    return kept


def _spare(path: Path) -> Iterator[Path]:
    n = 1
    while True:
        yield path.with_name(f"{path.stem}.旧{n}{path.suffix}")
        n += 1


def _chosen(said: Json, name: str) -> Json:
    from assistant.drafting import forms as reading

    class Named:
        def __init__(self, of: Json):
            self.name, self.title, self.of = of["name"], of["title"], of

    return reading.find({f["name"]: Named(f) for f in said["forms"]}, name).of  # type: ignore[arg-type, attr-defined]


def _ask(form: Json, missing: list[str]) -> dict[str, values.Value]:
    """Ask at the terminal for what is missing; an empty line leaves a field open, the end of input ends the asking."""
    print(f"《{form['title']}》还缺 {len(missing)} 项，直接回车可以留空：", file=sys.stderr)
    known = {f["name"]: f for f in form["fields"]}
    out: dict[str, values.Value] = {}
    try:
        for key in missing:
            if key in known:
                value = _one(known[key])
                if value:
                    out[key] = value
    except EOFError:
        print(file=sys.stderr)
    return out


def _one(of: Json) -> values.Value:
    from assistant.drafting import values
    from assistant.drafting.nouns import Field

    field = Field(of["name"], of["kind"], of["required"], choices=tuple(of["choices"]), limit=of["limit"])
    hint = "、".join(of["choices"]) or of["hint"]
    many = "；一行一项，空行结束" if field.kind == "list" else ""
    while True:
        lines = [input(f"{field.key}（{hint}{many}）> ")]
        while many and lines[-1].strip():
            lines.append(input("> "))
        try:
            return values.read(field, tuple(lines) if many else lines[0])
        except BadInput as error:
            print(error.message, file=sys.stderr)


def _listed(said: Json) -> str:
    lines = []
    for form in said["forms"]:
        needed = sum(f["required"] for f in form["fields"])
        lines.append(f"{form['title']}\n    {form['kind']}，{form['from']} → {form['to']}，必填 {needed} 项，可选 {len(form['fields']) - needed} 项")
    return printing.clean("\n".join([*lines, f"共 {len(lines)} 种文书；assistant forms 名称 列出字段"]))


def _described(form: Json) -> str:
    lines = [f"{form['title']}（{form['kind']}），{form['from']} → {form['to']}"]
    for needed, head in ((True, "必填："), (False, "可以不填：")):
        rows = [f for f in form["fields"] if f["required"] == needed]
        if rows:
            lines.append(head)
            lines += [f"  {printing.pad(f['name'], 14)}{f['hint']}" + (f"（{'、'.join(f['choices'])}）" if f["choices"] else "") for f in rows]
    lines += ["要求：", *(f"  {rule}" for rule in form["rules"])] if form["rules"] else []
    return printing.clean("\n".join(lines))


def _told(said: Json, path: Path, kept: Path | None) -> str:
    lines = [f"已写入 {path}（{said['title']}）。"]
    if kept:
        lines.append(f"原来的文件改名为 {kept.name}。")
    if said["missing"]:
        lines.append(f"待填 {len(said['missing'])} 项：{'、'.join(said['missing'])}。")
    digests = sum(b["digest"] for b in said["basis"])
    if digests:
        lines.append(f"依据中有 {digests} 处只有要点，已标【待核原文】。")
    return "\n".join([*lines, said["label"]])
