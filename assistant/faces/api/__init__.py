"""The HTTP face: FastAPI with plain ``def`` endpoints over a Desk, behind pure ASGI guards (shield.py)."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from threading import Event

from fastapi import Depends, FastAPI

from assistant.accounts import Accounts, Buckets
from assistant.faces.api import casework, chat, drafts, entry, faults, finishing, mcp, measured, openai, refusals, routes, shelf, signing, web
from assistant.faces.api.lanes import Lanes
from assistant.faces.api.shield import Shield
from assistant.faces.desk import Desk
from assistant.faces.doorplate import fingerprint, new_token

DESCRIPTION = """\
用本机的政策文件回答问题：每句话都落在一个可以打开的条款上，文件里没有的就说没有。不联网。

* 所有回答都带标识“AI生成 · 初步意见 · 须经人工审核”。
* `quote` 是该条款里一字不差的原话；`document.kind` 为 `digest` 的是要点整理，以原文为准。
* 出错时返回 `{"error": {"code", "message"}}`，`message` 用中文说明发生了什么、接下来怎么办。
* 503、429 表示一时太忙，按 `Retry-After` 的秒数稍后再试。
"""


def release() -> str:
    """The installed version of the project, or 0 in a bare checkout."""
    try:
        return version("cadre-policy-assistant")
    except PackageNotFoundError:
        return "0"


def create_app(
    desk: Desk,
    *,
    token: str = "",
    hosts: frozenset[str] = frozenset(),
    max_upload_mb: int = 50,
    stopping: Event | None = None,
    lanes: Lanes | None = None,
    accounts: Accounts | None = None,
    loopback: bool = True,
    buckets: Buckets | None = None,
) -> FastAPI:
    """The HTTP application over one desk.

    ``token`` opens the local-only routes; ``hosts`` are names it answers to besides those of this machine;
    ``stopping``, once set, makes long work end at the next whole document. ``loopback``: bound to this machine only,
    where nobody has to show who they are as long as there are no accounts; ``buckets`` bound the requests of each account.
    """
    app = FastAPI(
        title="政策文件助手",
        version=release(),
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        dependencies=[Depends(entry.declared)],
    )
    app.state.desk = desk
    app.state.token = token or new_token()
    app.state.server = fingerprint(app.state.token)
    app.state.stopping = stopping or Event()
    app.state.max_upload = max_upload_mb * 1024 * 1024
    app.state.lanes = lanes or Lanes()
    app.state.accounts = accounts or Accounts(desk.assistant.store)
    app.include_router(routes.public(app.state.lanes))
    app.include_router(chat.router(app.state.lanes))
    app.include_router(casework.router(app.state.lanes))
    app.include_router(drafts.router(app.state.lanes))
    app.include_router(finishing.router(app.state.lanes))
    app.include_router(openai.router(app.state.lanes))
    app.include_router(mcp.router(app.state.lanes))
    app.include_router(shelf.router(app.state.lanes))
    app.include_router(measured.router(app.state.lanes))
    app.include_router(web.router())
    app.include_router(signing.router(app.state.lanes))
    app.include_router(routes.local())
    refusals.install(app)
    app.add_middleware(entry.Entry, accounts=app.state.accounts, token=app.state.token, loopback=loopback, buckets=buckets or Buckets(0, 1))
    app.add_middleware(Shield, hosts=hosts, max_upload=app.state.max_upload, anywhere=not loopback)
    app.add_middleware(faults.Worded)
    return app
