"""The routes of forms and drafts."""

from __future__ import annotations

from base64 import b64decode
from functools import partial
from typing import Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from assistant.faces.api import entry, schema
from assistant.faces.api.lanes import Lanes

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MARKDOWN = "text/markdown; charset=utf-8"


class FormField(BaseModel):
    """一个字段。"""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(description="字段名", examples=["姓名"])
    kind: Literal["text", "date", "amount", "person", "list", "choice", "phone", "int"] = Field(description="字段类型")
    required: bool = Field(description="是否必填；没有填的必填项写成【待填：…】")
    hint: str = Field(description="填什么")
    choices: list[str] = Field(description="选项，只用于 choice")
    limit: int = Field(description="最多多少字；列表则每一项")
    sources: list[str] = Field(description="没有人填写时从案件、认定或设置的哪里取")


class Form(BaseModel):
    """一种文书。"""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    name: str = Field(description="名称，给程序用", examples=["no-tolerance-notice"])
    title: str = Field(description="标题", examples=["不予容错告知书"])
    kind: str = Field(description="文种")
    style: Literal["document", "letter", "plain"] = Field(description="版式：document 文件，letter 信函，plain 无版头")
    sender: str = Field(alias="from", description="谁发")
    to: str = Field(description="发给谁")
    fields: list[FormField] = Field(description="字段")
    basis: list[str] = Field(description="正文引用的条款编号")
    rules: list[str] = Field(description="措辞要求")
    serves: list[str] = Field(description="能从哪些案件起草：方案名，或 方案名.结果；空为任何案件")
    example: dict[str, str | list[str]] = Field(description="一份填好的例子")


class Forms(BaseModel):
    forms: list[Form] = Field(description="可以起草的文书")


class DraftRequest(BaseModel):
    """起草一份文书。"""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [
        {"form": "不予容错告知书", "fields": {"姓名": "张三", "单位": "某县某局", "不具备条件": ["为特定关系人谋取利益。"]}}]})

    form: str = Field(description="文书的名称或标题", max_length=100)
    fields: dict[str, str | int | float | list[str]] = Field(default_factory=dict, description="字段的值")
    case: str | None = Field(None, description="从哪个案件取事实", max_length=100)
    format: Literal["docx", "md", "json"] = Field("docx", description="docx 文件，md 文本，json 两者都有")


def router(lanes: Lanes) -> APIRouter:
    """Forms to read, drafts to make."""
    out = APIRouter(tags=["文书"])
    asking, reader = Depends(lanes.questions), Depends(entry.needs("draft"))

    refusals = partial(schema.refusals, _404="没有这种文书或案件", _422="字段不能用")

    @out.get("/api/forms", summary="文书清单", dependencies=[reader, asking], response_model=Forms, responses=refusals(503))
    def forms(request: Request) -> JSONResponse:
        """可以起草的文书、各自的字段、依据和措辞要求。"""
        return JSONResponse(entry.desk(request).forms())

    @out.post("/api/drafts", summary="起草文书", dependencies=[reader, asking], response_class=Response, responses={
        200: {"content": {DOCX: {}, "text/markdown": {}, "application/json": {}}, "description": "文书草稿；X-Missing 是待填的项数"},
        **refusals(404, 422, 503)})
    def draft(request: Request, given: DraftRequest) -> Response:
        """起草一份文书。缺的写成【待填：…】；姓名、金额、日期一字不差地来自字段或案件。"""
        said = entry.desk(request).draft(given.form, given.fields, given.case)
        if given.format == "json":
            return JSONResponse(said)
        content, kind = (b64decode(said["docx"]), DOCX) if given.format == "docx" else (said["text"].encode(), MARKDOWN)
        name = quote(f"{said['title']}.{given.format}", safe="")
        return Response(content, media_type=kind, headers={
            "Content-Disposition": f"attachment; filename=\"draft.{given.format}\"; filename*=UTF-8''{name}", "X-Missing": str(len(said["missing"]))})

    return out
