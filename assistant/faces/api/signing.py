"""The routes of who asks: signing in and out, who one is, a code for the chat platforms; and what waits to be published."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi import Path as InPath
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from assistant.accounts.accounts import csrf
from assistant.errors import BadInput
from assistant.faces.api import entry, schema
from assistant.faces.api.lanes import Lanes
from assistant.faces.roster import person

Id = Annotated[str, InPath(description="等待发布的编号", max_length=100)]


class SignIn(BaseModel):
    """登录。"""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    name: str = Field(description="账号", max_length=100)
    password: str = Field(description="密码", max_length=1000, repr=False)


def router(lanes: Lanes) -> APIRouter:
    """Sessions, and what waits."""
    out = APIRouter(tags=["账号"])
    bringing = Depends(lanes.uploads)

    refusals = schema.refusals

    @out.post("/api/session", summary="登录", responses=refusals(401, 422, 429))
    def sign_in(request: Request, given: SignIn) -> JSONResponse:
        """登录后由 Cookie 认人；改动性的请求还要带上请求头 `X-CSRF-Token`，值是这里返回的 `csrf`。"""
        accounts, scheme = request.app.state.accounts, request.url.scheme
        if not accounts.exist:
            raise BadInput("现在是本机模式，没有账号，不用登录。")
        made = accounts.sign_in(given.name, given.password, request.client.host if request.client else "")
        if earlier := entry.session_token(request.headers.get("cookie", ""), scheme):
            accounts.sign_out(earlier)
        response = JSONResponse({**person(made.principal), "csrf": csrf(made.token), "expires": made.expires})
        # The browser forgets it when it closes; the server when it expires.
        response.set_cookie(entry.cookie_name(scheme), made.token, path="/", secure=scheme == "https", httponly=True, samesite="strict")
        return response

    @out.delete("/api/session", summary="退出", dependencies=[Depends(entry.signed_in)], responses=refusals(401, 403))
    def sign_out(request: Request) -> JSONResponse:
        """结束这次登录。"""
        scheme = request.url.scheme
        if token := entry.session_token(request.headers.get("cookie", ""), scheme):
            request.app.state.accounts.sign_out(token)
        response = JSONResponse({"signed_out": True})
        response.delete_cookie(entry.cookie_name(scheme), path="/", secure=scheme == "https", httponly=True, samesite="strict")
        return response

    @out.get("/api/me", summary="我是谁", dependencies=[Depends(entry.signed_in)], responses=refusals(401))
    def me(request: Request) -> JSONResponse:
        """账号、角色、单位和权限；`local` 为真是本机模式。用 Cookie 登录的还有 `csrf`。"""
        who = entry.principal(request)
        token = entry.session_token(request.headers.get("cookie", ""), request.url.scheme) if who.channel == "page" else ""
        return JSONResponse({**person(who), "csrf": csrf(token) if token else ""})

    @out.post("/api/me/code", summary="取绑定码", dependencies=[Depends(entry.signed_in)], responses=refusals(401, 403))
    def code(request: Request) -> JSONResponse:
        """一个 8 位绑定码，10 分钟内在企业聊天里发给机器人，就把那里的用户绑定到这个账号。"""
        who = entry.principal(request)
        if who.channel != "page":
            raise BadInput("绑定码要登录网页后再取；在服务器上可运行 assistant users code 名字。")
        made = request.app.state.accounts.issue_code(who.name)
        return JSONResponse({"code": made.code, "expires": made.expires})

    @out.get("/api/documents/pending", tags=["文件"], summary="等待发布的文件", dependencies=[Depends(entry.needs("documents"))],
             responses=refusals(401, 403))
    def pending(request: Request) -> JSONResponse:
        """自己上传的，以及有审核权时同单位和公开的。"""
        return JSONResponse(entry.desk(request).pending())

    @out.post("/api/documents/{id}/publish", tags=["文件"], summary="发布", dependencies=[Depends(entry.needs("review")), bringing],
              responses=refusals(401, 403, 404))
    def publish(request: Request, id: Id) -> JSONResponse:
        """审核后发布，从此用于回答。自己上传的要由另一个人发布。"""
        return JSONResponse(entry.desk(request).publish(id))

    @out.post("/api/documents/{id}/refuse", tags=["文件"], summary="不予发布", dependencies=[Depends(entry.needs("documents"))],
              responses=refusals(401, 403, 404))
    def refuse(request: Request, id: Id) -> JSONResponse:
        """从待发布清单里删去；自己的可以自己删。"""
        return JSONResponse(entry.desk(request).refuse(id))

    return out
