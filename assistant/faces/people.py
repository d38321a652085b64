"""Who may ask, at the terminal: ``assistant users`` and ``assistant keys``. A password comes from a prompt or standard input, never as a word."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Annotated

import typer

from assistant.errors import BadInput
from assistant.faces import printing
from assistant.faces.desk import Counter
from assistant.faces.drafts import AsJson, Home
from assistant.faces.shapes import Json
from assistant.faces.usage import Command

ROLES = {"reader": "读者", "staff": "经办", "reviewer": "审核", "admin": "管理员"}
USERS = ("看不懂。用法：assistant users；users add 名字 --role 角色；users set 名字 --role 角色 --unit 单位；users disable|enable|password|code 名字；"
         "users link|unlink 名字 平台 企业编号 用户编号")
KEYS = "看不懂。用法：assistant keys [list] [名字]；keys add 名字 --label 用途 --scope ask,cases --days 365；keys revoke 编号"


def install(app: typer.Typer, counter: Callable[..., AbstractContextManager[Counter]], out: Callable[[Json], None]) -> None:
    """Add the commands; ``counter`` opens the desk or the running server, ``out`` prints JSON."""

    @app.command(cls=Command)
    def users(
        ctx: typer.Context,
        words: Annotated[list[str] | None, typer.Argument(
            metavar="[动作] [名字]", help="不写或 list 列出；add、set、disable、enable、password 名字；code 名字 取绑定码；link、unlink 名字 平台 企业 用户")] = None,
        role: Annotated[str | None, typer.Option("--role", metavar="角色", help="reader 读者，staff 经办，reviewer 审核，admin 管理员")] = None,
        display: Annotated[str | None, typer.Option("--display", metavar="姓名", help="显示的姓名")] = None,
        unit: Annotated[list[str] | None, typer.Option("--unit", metavar="单位", help="所在单位，可以给多个；给一个空的就清除")] = None,
        no_password: Annotated[bool, typer.Option("--no-password", help="不设密码：只用密钥或企业聊天，不能登录")] = False,
        as_json: AsJson = False,
        home: Home = None,
    ) -> None:
        """账号：列出、新增、改角色和单位、停用、设密码、绑定企业聊天。有了账号，网页和接口就要登录。"""
        units = None if unit is None else [u for u in unit if u.strip()]
        given = {"role": role, "display": display, "units": units}
        match words or ["list"]:
            case ["list"]:
                call = "users", {}
            case ["add", name]:
                call = "add", {"name": name, **given, "password": "" if no_password else _password(f"{name} 的密码")}
            case ["set", name] if any(v is not None for v in given.values()):
                call = "set", {"name": name, **given}
            case ["disable" | "enable" as what, name]:
                call = "set", {"name": name, "disabled": what == "disable"}
            case ["password", name]:
                call = "password", {"name": name, "password": "" if no_password else _password(f"{name} 的新密码")}
            case ["code", name]:
                call = "code", {"name": name}
            case ["link" | "unlink" as what, name, platform, tenant, user]:
                call = what, {"name": name, "platform": platform, "tenant": tenant, "user": user}
            case _:
                raise BadInput(USERS)
        with counter(ctx, home) as desk:
            said = desk.people(*call)
        out(said) if as_json else print(printing.clean(_told(call[0], said)))

    @app.command(cls=Command)
    def keys(
        ctx: typer.Context,
        words: Annotated[list[str] | None, typer.Argument(metavar="[动作] [名字或编号]", help="不写或 list 列出；add 名字 发一个；revoke 编号 撤销")] = None,
        label: Annotated[str, typer.Option("--label", metavar="用途", help="记着它做什么用")] = "",
        scope: Annotated[str, typer.Option("--scope", metavar="范围", help="逗号分隔：ask,cases,draft,documents,review,admin；不写就是 ask")] = "ask",
        days: Annotated[int, typer.Option("--days", metavar="天数", help="有效期（默认 365）")] = 365,
        as_json: AsJson = False,
        home: Home = None,
    ) -> None:
        """密钥：给别的程序以某个账号的名义使用。密钥只显示一次。"""
        match words or ["list"]:
            case ["list"]:
                call = "keys", {}
            case ["list", name]:
                call = "keys", {"name": name}
            case ["add", name]:
                call = "issue", {"name": name, "label": label, "days": days,
                                 "scope": [s.strip() for s in scope.replace("，", ",").split(",") if s.strip()]}
            case ["revoke", id]:
                call = "revoke", {"id": id}
            case _:
                raise BadInput(KEYS)
        with counter(ctx, home) as desk:
            said = desk.people(*call)
        out(said) if as_json else print(printing.clean(_told(call[0], said)))


def _password(words: str) -> str:
    """A password typed twice without being shown, or one line of standard input."""
    if sys.stdin.isatty():
        given = typer.prompt(words, hide_input=True, default="", show_default=False, err=True)
        if given != typer.prompt("再输一遍", hide_input=True, default="", show_default=False, err=True):
            raise BadInput("两遍输入的密码不一样，没有改动。请重新运行。")
    else:
        given = sys.stdin.readline().rstrip("\r\n")
    if not given:
        raise BadInput("没有收到密码。请在提示后输入，或从标准输入给一行；不需要密码请加 --no-password。")
    return given


def _told(call: str, said: Json) -> str:
    match call:
        case "users":
            return _listed(said)
        case "add" | "set" | "password":
            return _account(said)
        case "code":
            return f"绑定码：{said['code']}（{said['expires'][11:16]} UTC 前有效，只能用一次）。请在企业聊天里发给机器人：绑定 {said['code']}"
        case "link":
            return f"{said['platform']} {said['tenant']} {said['user']} 就是账号 {said['account']}。"
        case "unlink":
            return "已解除绑定。" if said["unlinked"] else "本来没有绑定。"
        case "keys":
            return "\n".join(map(_key, said["keys"])) or "还没有密钥。请用 assistant keys add 名字 发一个。"
        case "issue":
            return f"{said['key']}\n只显示这一次，请妥善保存。编号 {said['id']}，账号 {said['account']}，范围 {'、'.join(said['scope'])}，{said['expires'][:10]} 到期。"
    return f"密钥 {said['id']} 已撤销。"


def _listed(said: Json) -> str:
    if not said["accounts"]:
        return "还没有账号，现在是本机模式。第一个账号要是管理员：assistant users add 名字 --role admin"
    links = [f"    绑定：{one['platform']} {one['tenant']} {one['user']} → {one['account']}" for one in said["links"]]
    return "\n".join([*map(_account, said["accounts"]), *links])


def _account(of: Json) -> str:
    units = "、".join(of["units"]) or "没有单位"
    return f"{of['name']}  {of['display']}  {ROLES.get(of['role'], of['role'])}  {units}{'  已停用' if of['disabled'] else ''}"


def _key(of: Json) -> str:
    state = f"{of['revoked'][:10]} 已撤销" if of["revoked"] else f"{of['expires'][:10]} 到期"
    used = f"，最近使用 {of['last_used'][:10]}" if of["last_used"] else ""
    return f"{of['id']}  {of['account']}  {of['label'] or '（未注明用途）'}  {'、'.join(of['scope'])}  {state}{used}"
