"""Every error as ``{"error": {"code", "message"}}`` in Chinese, with the right status."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from assistant.errors import AssistantError
from assistant.faces import shapes

RETRY_SECONDS = "3"

BY_STATUS = {
    400: ("bad_request", "请求读不出来。请检查请求体的格式。"),
    404: ("not_found", "没有这个地址或这样东西。接口一览见 /docs。"),
    405: ("method_not_allowed", "这个地址不支持这种请求方法。接口一览见 /docs。"),
    408: ("too_slow", "请求体迟迟没有传完，已停止接收。请重试。"),
    413: ("too_large", "请求体太大，没有接收。请分成小一些的文件后再传。"),
}


def install(app: FastAPI) -> None:
    app.add_exception_handler(AssistantError, _ours)  # type: ignore[arg-type]
    app.add_exception_handler(RequestValidationError, _malformed)  # type: ignore[arg-type]
    app.add_exception_handler(HTTPException, _http)  # type: ignore[arg-type]


def body(code: str, message: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}


def _ours(_: Request, error: AssistantError) -> JSONResponse:
    return JSONResponse(shapes.error(error), error.status, headers_of(error))


def headers_of(error: AssistantError) -> dict[str, str]:
    """What a refusal says besides its body: when to come again, or how to show who one is."""
    if error.status == 401:
        return {"WWW-Authenticate": 'Bearer realm="assistant"'}
    return {"Retry-After": str(getattr(error, "retry", RETRY_SECONDS))} if error.status in (429, 503) else {}


def _malformed(_: Request, error: RequestValidationError) -> JSONResponse:
    return JSONResponse(body("bad_input", words(error.errors()[0])), 422)


def _http(_: Request, error: HTTPException) -> JSONResponse:
    code, message = BY_STATUS.get(error.status_code, ("error", "请求没有成功。接口一览见 /docs。"))
    return JSONResponse(body(code, message), error.status_code, error.headers)


def words(fault: dict[str, Any]) -> str:
    """One fault of validation in Chinese: where, what, and what would be right."""
    where = "、".join(str(part) for part in fault["loc"][1:]) or "请求体"
    match fault["type"]:
        case "missing":
            return f"缺少 {where}。请补上后再试。" if len(fault["loc"]) > 1 else "缺少请求体。请补上后再试。"
        case "json_invalid":
            return "请求体不是合法的 JSON。请检查引号、逗号和编码（UTF-8）。"
        case "model_attributes_type" | "dict_type":
            return "请求体要是 JSON 对象，并注明 Content-Type: application/json。"
        case "extra_forbidden":
            return f"不认识字段 {where}。请去掉它，接口说明见 /docs。"
        case "string_type" | "string_unicode":
            return f"{where} 要是一段文字（UTF-8）。请改正后再试。"
        case "int_parsing" | "int_type" | "int_from_float":
            return f"{where} 要是整数。请改正后再试。"
    return f"{where} 的值不能用。请对照 /docs 改正后再试。"
