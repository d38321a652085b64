"""``assistant``: the terminal. Heavy parts are imported inside the commands, so that ``--help`` is instant."""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.errors import AssistantError, BadInput
from assistant.faces import casework, drafts, finishing, people, printing, talk
from assistant.faces.bots import commands as bots
from assistant.faces.usage import Command, Group, explain

if TYPE_CHECKING:
    from assistant.faces.desk import Counter
    from assistant.settings import Settings

app = typer.Typer(cls=Group, add_completion=False, pretty_exceptions_enable=False, no_args_is_help=False)

TRACEBACK = "--traceback"
HOME_HELP = "数据目录（也可用环境变量 ASSISTANT_HOME）"
Home = Annotated[Path | None, typer.Option("--home", metavar="目录", help=HOME_HELP)]
On = Annotated[str | None, typer.Option("--on", metavar="日期", help="按哪一天有效的规定回答，如 2024-05-01")]
Region = Annotated[str, typer.Option("--region", metavar="地区", help="问的是哪个地区的规定，如 佛山市高明区")]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON")]


@app.callback(invoke_without_command=True)
def program(
    ctx: typer.Context,
    home: Home = None,
    version: Annotated[bool, typer.Option("--version", help="显示版本")] = False,
    traceback: Annotated[bool, typer.Option(TRACEBACK, help="出错时显示详细经过（供开发者）")] = False,
) -> None:
    """政策文件助手：用本机的文件回答政策问题，每句话都注明出处的条款；不联网。"""
    ctx.obj = {"home": home}
    if version:
        from importlib.metadata import version as installed

        print(installed("cadre-policy-assistant"))
    elif ctx.invoked_subcommand is None:
        print(ctx.get_help())


@app.command(cls=Command)
def ingest(
    ctx: typer.Context,
    paths: Annotated[list[Path], typer.Argument(metavar="路径…", help="文件、文件夹或 .zip，可以给多个")],
    home: Home = None,
) -> None:
    """读入文件（txt、md、html、docx、pdf，或文件夹、zip），列出收进了什么、跳过了什么、为什么。"""
    with _counter(ctx, home) as counter, _progress(paths) as tell:
        done = counter.ingest(paths, tell)
    printing.reports(done)
    if printing.failed(done):
        raise typer.Exit(1)


@app.command(cls=Command)
def ask(
    ctx: typer.Context,
    question: Annotated[str | None, typer.Argument(metavar="[问题]", help="要问的话；不写就进入连续问答")] = None,
    on: On = None,
    region: Region = "",
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """提问，得到注明条款的回答；文件里没有的，会说没有。"""
    with _counter(ctx, home) as counter:
        if question is not None:
            said = counter.ask(question, on, region)
            _out(said) if as_json else print(printing.answer(said))
        else:
            _converse(counter, on, region, as_json)


@app.command(cls=Command)
def search(
    ctx: typer.Context,
    query: Annotated[str, typer.Argument(metavar="检索词", help="关键词、一句话，或“第十七条”这样的条号")],
    k: Annotated[int, typer.Option("-k", metavar="条数", help="最多列出几条（默认 10）")] = 10,
    on: On = None,
    region: Region = "",
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """检索条款，按相关程度列出原文。"""
    with _counter(ctx, home) as counter:
        found = counter.search(query, k, on, region)
    _out(found) if as_json else print(printing.hits(found))


@app.command(cls=Command)
def show(
    ctx: typer.Context,
    provision: Annotated[str, typer.Argument(metavar="条款编号", help="如 明委办〔2022〕20号#三.（三）；某日的版本写作 编号@日期")],
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """显示一个条款的全文和它所在的文件。"""
    with _counter(ctx, home) as counter:
        found = counter.show(provision)
    _out(found) if as_json else print(printing.provision(found))


@app.command(cls=Command)
def documents(
    ctx: typer.Context,
    words: Annotated[list[str] | None, typer.Argument(metavar="[动作] [编号]", help="不写列出全部；pending 等待发布的；publish、refuse 编号")] = None,
    on: On = None,
    by: Annotated[str, typer.Option("--by", metavar="账号", help="由哪个账号审核，要有审核权，不能是上传的人")] = "",
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """列出现行有效的文件；发布（publish）或不予发布（refuse）别人上传的文件。"""
    with _counter(ctx, home) as counter:
        match words or []:
            case []:
                found = counter.documents(on)
            case ["pending"]:
                found = counter.pending()
            case ["publish", id]:
                found = counter.publish(id, by)
            case ["refuse", id]:
                found = counter.refuse(id, by)
            case _:
                raise BadInput("看不懂。用法：assistant documents；documents pending；documents publish|refuse 编号 --by 账号")
    if as_json:
        _out(found)
    elif "files" in found:
        printing.reports(found)
    else:
        print(printing.documents(found) if "documents" in found else printing.pending(found))


@app.command(cls=Command)
def index(
    ctx: typer.Context,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="从数据库重建检索索引")] = False,
    home: Home = None,
) -> None:
    """维护检索索引。"""
    if not rebuild:
        raise BadInput("要做什么？重建索引请运行：assistant index --rebuild；检查状况请运行：assistant doctor")
    with _counter(ctx, home) as counter, _steps("正在重建索引") as tell:
        counter.rebuild(tell)
    print("索引已重建。")


@app.command(cls=Command)
def adapt(ctx: typer.Context, home: Home = None) -> None:
    """用本机已导入的文件继续训练内置向量模型，变好才保留。"""
    from assistant.assistant import Assistant

    with Assistant.open(_settings(ctx, home), notice=_note) as assistant:
        done = assistant.adapt()
    print(f"训练样本 {done.pairs} 组，留出 {done.held_back} 组：MRR {done.before['mrr']:.3f} → {done.after['mrr']:.3f}。")
    if done.folder is None:
        print("没有变好，未保留；仍用原来的模型。")
    else:
        print(f"新模型已写入 {done.folder}。启用：设置环境变量 ASSISTANT_EMBEDDING={done.folder}，再运行 assistant index --rebuild")


@app.command(cls=Command)
def doctor(ctx: typer.Context, as_json: AsJson = False, home: Home = None) -> None:
    """检查数据目录、数据库和索引是否正常。"""
    try:
        with _counter(ctx, home) as counter:
            found = counter.doctor()
    except AssistantError as error:
        found = {"ok": False, "checks": [{"name": "打开数据目录", "ok": False, "detail": error.message}]}
    _out(found) if as_json else print(printing.checks(found))
    if not found["ok"]:
        raise typer.Exit(1)


@app.command(cls=Command)
def serve(
    ctx: typer.Context,
    host: Annotated[str | None, typer.Option("--host", metavar="地址", help="监听地址（默认 127.0.0.1，只供本机）；别的地址要先有管理员账号")] = None,
    port: Annotated[int | None, typer.Option("--port", metavar="端口", help="监听端口，0 表示任选空闲的一个")] = None,
    home: Home = None,
) -> None:
    """提供网页和 HTTP 接口。"""
    from assistant.faces.api.server import run

    run(_settings(ctx, home, host=host, port=port), program=_program())


@app.command(cls=Command)
def mcp(ctx: typer.Context, home: Home = None) -> None:
    """经标准输入输出提供 MCP 只读工具（检索、提问、打开条款、文件清单），由别的程序启动。"""
    from assistant.faces import mcp as tools

    with _counter(ctx, home) as counter:
        tools.serve(counter)


drafts.install(app, lambda ctx, home: _counter(ctx, home), lambda said: _out(said))
casework.install(app, lambda ctx, home: _counter(ctx, home), lambda said: _out(said))
finishing.install(app, lambda ctx, home: _counter(ctx, home), lambda said: _out(said))
bots.install(app, lambda ctx, home: _settings(ctx, home))
talk.install(app, lambda ctx, home: _counter(ctx, home), lambda said: _out(said))
people.install(app, lambda ctx, home: _counter(ctx, home), lambda said: _out(said))


def main() -> None:
    """Run the program; whatever goes wrong ends in one Chinese line on standard error and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal of another encoding shows escapes instead of ending the program.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        code = app([word for word in sys.argv[1:] if word != TRACEBACK], prog_name="assistant", standalone_mode=False)
        if code == 130:
            _fail("已中断。", code)
        sys.stdout.flush()
    except typer.TyperException as error:
        code = _fail(explain(error), error.exit_code)
    except (KeyboardInterrupt, EOFError, typer.Abort):
        code = _fail("已中断。", 130)
    except BaseException as error:
        if isinstance(error, SystemExit) or TRACEBACK in sys.argv:
            raise
        code = _fail(*_told(error))
    _leave(code if isinstance(code, int) else 0)


def _told(error: BaseException) -> tuple[str, int]:
    """The line and the exit code for an error that came up to the top."""
    if isinstance(error, AssistantError):
        return error.message, 1
    cause: BaseException | None = error
    while cause is not None:
        number = getattr(cause, "errno", None)
        if number == errno.EPIPE:
            return "", 1
        if number in (errno.ENOSPC, errno.EDQUOT) or "disk is full" in str(cause):
            return "磁盘已满，没有写完；已写入的部分仍然完整。请腾出空间后重试。", 1
        if isinstance(cause, PermissionError) and cause.filename:
            return f"没有权限访问 {cause.filename}。请检查它的权限，或用 --home 换一个数据目录。", 1
        if isinstance(cause, OSError) and cause.filename:
            return f"读写 {cause.filename} 失败（{cause.strerror}）。请检查路径，或用 --home 换一个数据目录。", 1
        cause = cause.__cause__ or cause.__context__
    kind = type(error).__name__
    return f"程序内部出错（{kind}）。请先运行 assistant doctor 检查；开发者可加 --traceback 查看经过。", 1


def _fail(line: str, code: int) -> int:
    if line:
        try:
            print(printing.clean(line).replace("\n", " "), file=sys.stderr)
        except OSError:
            pass
    return code


def _leave(code: int) -> None:
    """End with a code; a reader that has gone away is no reason for a second error at exit."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)


def _settings(ctx: typer.Context, home: Path | None, **given: object) -> Settings:
    from assistant.settings import load

    return load(home=home or (ctx.obj or {}).get("home"), **given)


@contextmanager
def _counter(ctx: typer.Context, home: Path | None) -> Iterator[Counter]:
    """The server that serves the home if one runs, else the assistant opened in this process."""
    from assistant.faces.client import beside

    settings = _settings(ctx, home)
    counter = beside(settings.home) or _open(settings)
    try:
        yield counter
    finally:
        counter.close()


def _open(settings: Settings) -> Counter:
    from assistant.assistant import Assistant
    from assistant.faces.desk import Desk

    return Desk(Assistant.open(settings, notice=_note))


def _note(line: str) -> None:
    """What the facade is busy with, off standard output, where only results stand."""
    print(line, file=sys.stderr, flush=True)


def _converse(counter: Counter, on: str | None, region: str, as_json: bool) -> None:
    """Question after question until an empty end of input; a bad question does not end the conversation."""
    talking = sys.stdin.isatty()
    if talking:
        with suppress(ImportError):
            import readline  # noqa: F401  input() then edits lines and remembers them
        print("请提问，一行一个问题；按 Ctrl-D 结束。")
    while True:
        try:
            question = input("问> " if talking else "").strip()
        except (EOFError, KeyboardInterrupt):
            if talking:
                print()
            return
        if not question:
            continue
        try:
            said = counter.ask(question, on, region)
        except AssistantError as error:
            print(error.message, file=sys.stderr)
            continue
        print(json.dumps(said, ensure_ascii=False) if as_json else printing.answer(said) + "\n", flush=True)


def _out(said: dict) -> None:
    print(json.dumps(said, ensure_ascii=False, indent=2))


@contextmanager
def _progress(paths: list[Path]) -> Iterator:
    """A bar over the files found under the paths, on standard error and only on a screen."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    total = sum(1 if not p.is_dir() else sum(len(files) for _, _, files in os.walk(p)) for p in paths)
    columns = TextColumn("读入"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[name]}", markup=False)
    with Progress(*columns, console=printing.console(sys.stderr), transient=True) as bar:
        task = bar.add_task("", total=total, name="")
        yield lambda report: bar.update(task, advance=1, name=printing.clean(report["name"])[-40:])


@contextmanager
def _steps(words: str) -> Iterator:
    if not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = TextColumn(words), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=printing.console(sys.stderr), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _program() -> str:
    """How this program was called, for the hint that ``serve`` prints."""
    called = Path(sys.argv[0])
    try:
        return str(called.absolute().relative_to(Path.cwd())) if called.name == "assistant" else "assistant"
    except ValueError:
        return "assistant"


if __name__ == "__main__":
    main()
