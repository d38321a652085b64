"""Errors in the shape that clients of the OpenAI interface read: ``{"error": {"message", "type", "param", "code"}}``."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from assistant.errors import AssistantError
from assistant.faces.api import refusals, shield

TYPES = {403: "permission_error", 408: "timeout_error", 429: "rate_limit_error"}
PATHS = ("/v1/", "/chat/completions", "/models")


class Refused(AssistantError):
    """A request of this interface that cannot be met; ``param`` is the field at fault."""

    def __init__(self, message: str, param: str | None = None, status: int = 400, code: str = "bad_input"):
        super().__init__(message)
        self.param, self.status, self.code = param, status, code


def told(error: AssistantError) -> dict[str, Any]:
    """The error object."""
    return _object(error.message, error.code, _status(error), getattr(error, "param", None))


def failure(error: AssistantError) -> JSONResponse:
    return JSONResponse(told(error), _status(error), refusals.headers_of(error))


def internal() -> AssistantError:
    return AssistantError("程序内部出错，这次没有回答。请重试；还不行请运行 assistant doctor 检查。")


def _object(message: str, code: str, status: int, param: str | None = None) -> dict[str, Any]:
    kind = TYPES.get(status, "server_error" if status >= 500 else "invalid_request_error")
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def _status(error: AssistantError) -> int:
    # 422 is not among what these clients know as a fault of the request.
    return 400 if error.status == 422 else error.status


class InTheirWords(APIRoute):
    """A route whose errors have this shape."""

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:
        inner = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                return await inner(request)
            except AssistantError as error:
                return failure(error)
            except RequestValidationError as error:
                first = error.errors()[0]
                return failure(Refused(refusals.words(first), ".".join(str(part) for part in first["loc"][1:]) or None))
            except HTTPException as error:
                code, message = refusals.BY_STATUS.get(error.status_code, ("error", "请求没有成功。接口一览见 /docs。"))
                return failure(Refused(message, status=error.status_code, code=code))
            except Exception as error:
                shield.log.error("unforeseen %s at %s", type(error).__name__, shield.place(error))
                return failure(internal())

        return handler


class Worded:
    """ASGI middleware, outermost: what was refused before a route was reached gets this shape too, at this interface's addresses."""

    def __init__(self, app: Any):
        self.app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(PATHS):
            await self.app(scope, receive, send)
            return
        held: dict[str, Any] = {}

        async def worded(message: dict[str, Any]) -> None:
            nonlocal held
            if message["type"] == "http.response.start" and message["status"] >= 400:
                held = message
            elif held:
                body = _worded(message.get("body", b""), held["status"])
                others = [(name, value) for name, value in held["headers"] if name.lower() != b"content-length"]
                await send({**held, "headers": [*others, (b"content-length", str(len(body)).encode())]})
                held = {}
                await send({**message, "body": body})
            else:
                await send(message)

        await self.app(scope, receive, worded)


def _worded(body: bytes, status: int) -> bytes:
    """The body of a refusal (each comes in one piece) in this shape; what is none, or has it already, as it is."""
    try:
        error = json.loads(body)["error"]
        if "type" in error:
            return body
        return json.dumps(_object(error["message"], error["code"], status), ensure_ascii=False).encode()
    except (ValueError, KeyError, TypeError):
        return body
