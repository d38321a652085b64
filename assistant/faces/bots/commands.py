"""Bots at the terminal: ``assistant bots doctor``, ``assistant bots simulate`` and ``assistant push``."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.errors import BadInput, BadSetting
from assistant.faces import printing
from assistant.faces.usage import Command, Group

if TYPE_CHECKING:
    from assistant.settings import Settings

Home = Annotated[Path | None, typer.Option("--home", metavar="目录", help="数据目录（也可用环境变量 ASSISTANT_HOME）")]
NONE = "没有机器人配置。请在数据目录里写 bots.toml（或用环境变量 ASSISTANT_BOTS 指明文件），写法见 assistant bots example；先试一试可运行 assistant bots simulate wecom。"


def install(app: typer.Typer, settings_of: Callable[[typer.Context, Path | None], Settings]) -> None:
    """Add the commands."""
    bots = typer.Typer(cls=Group, help="企业微信、钉钉、飞书机器人")
    app.add_typer(bots, name="bots")

    @bots.command(cls=Command)
    def doctor(
        ctx: typer.Context,
        channel: Annotated[str, typer.Option("--channel", metavar="渠道", help="只查一个渠道：wecom、wecom-app、dingtalk、feishu")] = "",
        to: Annotated[str, typer.Option("--to", metavar="账号", help="给谁发一条测试消息（平台上的用户账号）")] = "",
        home: Home = None,
    ) -> None:
        """逐个检查机器人：配置、接收地址、访问令牌和权限；加 --to 还发一条测试消息。"""
        from assistant.faces.bots import doctor as doctoring
        from assistant.faces.bots.wire import Wire

        path, office = _office(settings_of(ctx, home))
        wire, well = Wire(office.hosts), True
        for bot, look in doctoring.looks(office, path, wire, time.time(), channel, to):
            well = well and look.ok
            print(printing.clean(f"{'正常' if look.ok else '有问题'}　{bot}　{look.name}：{look.detail}"), flush=True)
        wire.close()
        if not well:
            raise typer.Exit(1)

    @bots.command(cls=Command)
    def simulate(
        ctx: typer.Context,
        channel: Annotated[str, typer.Argument(metavar="渠道", help="wecom、wecom-app、dingtalk 或 feishu")],
        group: Annotated[bool, typer.Option("--group", help="在群里说话")] = False,
        stranger: Annotated[bool, typer.Option("--stranger", help="作为没有绑定账号的人")] = False,
        home: Home = None,
    ) -> None:
        """在本机假扮一个平台，在终端里和机器人对话；不联网，不需要平台账号。空行结束。"""
        from assistant.assistant import Assistant
        from assistant.faces.bots.rehearsal.talking import CHANNELS, Rehearsal, converse

        if channel not in CHANNELS:
            raise BadInput(f"没有渠道“{channel[:40]}”。可以预演的有：{'、'.join(CHANNELS)}。")
        with Assistant.open(settings_of(ctx, home), notice=lambda line: print(line, file=sys.stderr)) as assistant:
            rehearsal = Rehearsal(assistant, channel, group=group, stranger=stranger)
            print(f"预演：{CHANNELS[channel]}。请说话，空行结束。", file=sys.stderr)
            try:
                converse(rehearsal, _line, lambda text: print(printing.clean(text) + "\n", flush=True))
            finally:
                rehearsal.close()

    @bots.command(cls=Command)
    def example() -> None:
        """打印一份带说明的 bots.toml。"""
        print(Path(__file__).with_name("example.toml").read_text("utf-8"), end="")

    @bots.command(cls=Command)
    def undelivered(ctx: typer.Context, home: Home = None) -> None:
        """列出可能没有送达的答复。"""
        from assistant.store import Store

        store = Store.open(settings_of(ctx, home).home)
        rows = store.undelivered()
        store.close()
        words = {"unknown": "不知道是否送达", "failed": "没有送达"}
        print("\n".join(printing.clean(f"{n}　{channel}.{bot}　{words[state]}：{detail}") for n, channel, bot, state, detail in rows) or "没有。")

    @app.command(cls=Command)
    def push(
        ctx: typer.Context,
        webhook: Annotated[str, typer.Argument(metavar="名称", help="bots.toml 里 [webhook.名称] 的名称")],
        text: Annotated[str, typer.Argument(metavar="[内容]", help="要推送的话；- 或不写就从标准输入读")] = "-",
        title: Annotated[str, typer.Option("--title", metavar="标题", help="标题")] = "通知",
        home: Home = None,
    ) -> None:
        """把一段话推送到群里（群机器人只能推送，不能收消息）。"""
        from assistant.faces.bots.contract import Sent
        from assistant.faces.bots.wire import Wire

        _, office = _office(settings_of(ctx, home))
        if webhook not in office.webhooks:
            raise BadInput(f"没有群推送“{webhook[:40]}”。可用的有：{'、'.join(office.webhooks) or '（没有）'}；请写在 bots.toml 的 [webhook.名称] 里。")
        words = (sys.stdin.read(1 << 20) if text == "-" else text).strip()
        if not words:
            raise BadInput("要推送的内容是空的。请写在命令里，或从标准输入给出。")
        wire = Wire(office.hosts)
        outcomes = office.webhooks[webhook].push(title, words, wire, time.time)
        wire.close()
        if not isinstance(outcomes[-1], Sent):
            sent = len(outcomes) - 1
            raise BadInput(f"没有全部推送：已发 {sent} 条，随后{outcomes[-1].detail}")
        print(f"已推送 {len(outcomes)} 条。")


def _line() -> str:
    try:
        return input("> " if sys.stdin.isatty() else "")
    except EOFError:
        return ""


def _office(settings: Settings):
    from assistant.faces.bots import config

    path = config.find(settings.home, settings.bots)
    if path is None:
        raise BadSetting(NONE)
    return path, config.load(path)
