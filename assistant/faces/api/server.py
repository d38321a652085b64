"""``assistant serve``: bind, open the home, leave the note for commands beside it, serve, stop in time."""

from __future__ import annotations

import logging
import os
import shlex
import signal
import socket
import sys
from ipaddress import ip_address
from threading import Event, Timer
from types import FrameType
from typing import TYPE_CHECKING

from assistant.errors import AssistantError, BadSetting
from assistant.faces import doorplate

if TYPE_CHECKING:
    from assistant.settings import Settings

LOOPBACK = {"127.0.0.1": socket.AF_INET, "localhost": socket.AF_INET, "::1": socket.AF_INET6}
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}
"""Addresses that mean all of this machine's, and where a command beside the server finds it then."""
GRACE_SECONDS = 20
LAST_SECONDS = 28
"""After this long a stop no longer waits: what is stored is whole at any moment, so leaving at once loses nothing."""


class PortTaken(AssistantError):
    """The address cannot be bound."""

    status, code = 409, "port_taken"


def run(settings: Settings, *, program: str = "assistant") -> None:
    """Serve one home until SIGTERM or Ctrl-C. Raises BadSetting, PortTaken, HomeBusy or HomeBroken before it serves."""
    if settings.host not in LOOPBACK:
        guard(settings)
    listening = bind(settings.host, settings.port)
    try:
        _serve(settings, listening, program)
    finally:
        listening.close()


def guard(settings: Settings) -> None:
    """Raises BadSetting unless someone can be told from another: without an administrator's account nobody else is let in."""
    from assistant.accounts import Accounts
    from assistant.store import Store
    from assistant.store.schema import DATABASE

    _family(settings.host)
    admin = False
    if (settings.home / DATABASE).is_file():
        store = Store.open(settings.home)
        admin = Accounts(store).has_admin
        store.close()
    if not admin:
        raise BadSetting(f"不能在 {settings.host} 上服务：还没有管理员账号，分不清来的是谁，只能在本机使用。"
                         "请先运行 assistant users add 名字 --role admin，或改用 --host 127.0.0.1。")


def _family(host: str) -> socket.AddressFamily:
    if host in LOOPBACK:
        return LOOPBACK[host]
    try:
        return socket.AF_INET6 if ip_address(host).version == 6 else socket.AF_INET
    except ValueError:
        raise BadSetting(f"不能在 {host} 上服务：要写 IP 地址。请改用 --host 127.0.0.1（只供本机）或 --host 0.0.0.0（所有地址）。") from None


def bind(host: str, port: int) -> socket.socket:
    """A listening socket. Raises BadSetting for what is no address, PortTaken."""
    listening = socket.socket(_family(host))
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1" if host == "localhost" else host, port))
    except OSError as error:
        listening.close()
        raise PortTaken(f"端口 {port} 用不了（{error.strerror}）。请用 --port 换一个，或写 --port 0 自动选择。") from None
    return listening


def _serve(settings: Settings, listening: socket.socket, program: str) -> None:
    import uvicorn

    from assistant.accounts import Accounts, Buckets
    from assistant.assistant import Assistant
    from assistant.faces.api import create_app
    from assistant.faces.api.callbacks import Callbacks
    from assistant.faces.bots import opening
    from assistant.faces.desk import Desk

    print("正在打开数据目录……", file=sys.stderr, flush=True)
    assistant = Assistant.open(settings, notice=lambda line: print(line, file=sys.stderr, flush=True))
    accounts = Accounts(assistant.store, session_hours=settings.session_hours)
    try:
        assistant.check_schemes()
        bots = opening.opened(assistant, accounts)
    except BaseException:
        assistant.close()
        raise
    host, port = listening.getsockname()[:2]
    plate = doorplate.Doorplate(EVERYWHERE.get(host, host), port, doorplate.new_token())
    loopback = settings.host in LOOPBACK
    stopping = Event()
    app = create_app(
        Desk(assistant), token=plate.token, max_upload_mb=settings.max_upload_mb, stopping=stopping, loopback=loopback,
        hosts=frozenset(h.strip() for h in settings.hosts.replace("，", ",").split(",") if h.strip()),
        accounts=accounts, buckets=Buckets(settings.rate_per_minute, settings.rate_burst),
    )
    if not loopback:
        print("提醒：这里不加密。请只在可信的内网使用，或在前面放一个提供 https 的反向代理。", file=sys.stderr, flush=True)
    if bots is not None:
        app.add_middleware(Callbacks, pipeline=bots.pipeline)
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, server_header=False, lifespan="off", loop="asyncio",
        timeout_graceful_shutdown=GRACE_SECONDS, timeout_keep_alive=15, backlog=512,
    )
    logging.getLogger("assistant").addHandler(logging.StreamHandler())

    class Server(uvicorn.Server):
        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            if not stopping.is_set():
                stopping.set()
                print("正在停止……", file=sys.stderr, flush=True)
                watchdog = Timer(LAST_SECONDS, os._exit, (0,))
                watchdog.daemon = True
                watchdog.start()
            # Not uvicorn's own way: it would raise the signal again afterwards, before our cleaning up.
            self.force_exit = self.should_exit and sig == signal.SIGINT
            self.should_exit = True

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            doorplate.write(settings.home, plate)
            _greet(host, port, program, settings)
            if bots is not None:
                bots.start()

    server = Server(config)
    try:
        server.run(sockets=[listening])
    finally:
        doorplate.remove(settings.home, plate)
        if bots is not None:
            bots.stop()
        assistant.close()


def _greet(host: str, port: int, program: str, settings: Settings) -> None:
    """Where it serves, and how to ask one question in the terminal."""
    address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    usual = type(settings).model_fields["home"].get_default(call_default_factory=True)
    where = "" if settings.home == usual else f" --home {shlex.quote(str(settings.home))}"
    print(f"正在服务：{address}（接口说明 {address}/docs；按 Ctrl-C 停止）", flush=True)
    print(f'在另一个终端里提问：{program} ask "高明多久对干部考核评价一次？"{where}', flush=True)
