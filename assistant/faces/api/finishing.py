"""The routes of a draft on its way out: its check, and its release as final."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, File, Form, Query, Request, UploadFile
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from assistant.errors import BadInput
from assistant.faces.api import entry, schema
from assistant.faces.api.drafts import DOCX
from assistant.faces.api.lanes import Lanes
from assistant.faces.api.routes import bare_name


class Finding(BaseModel):
    """一处问题。"""

    model_config = ConfigDict(extra="forbid")

    rule: str = Field(description="规则编号", examples=["number.form"])
    strength: Literal["规定", "一般", "推荐", "实务"] = Field(description="强度；只有“规定”算不合格")
    place: str = Field(description="在哪里")
    message: str = Field(description="什么问题，怎么改")


class CheckReport(BaseModel):
    """一份公文的检查结果。"""

    model_config = ConfigDict(extra="forbid")

    file: str = Field(description="文件名")
    kind: str = Field(description="标题里的文种；空为看不出")
    draft: bool = Field(description="是否带有草稿标记")
    passed: bool = Field(description="没有“规定”一级的问题")
    findings: list[Finding] = Field(description="发现的问题，强的在前")


def router(lanes: Lanes) -> APIRouter:
    """A Word file to check, a draft to release."""
    out = APIRouter(tags=["文书"])
    bringing = Depends(lanes.uploads)

    refusals = partial(schema.refusals, _422="文件或输入不能用")

    @out.post("/api/drafts/check", summary="检查公文", dependencies=[Depends(entry.needs("draft")), bringing], response_model=CheckReport, responses=refusals(413, 422, 503))
    def check(
        request: Request,
        file: Annotated[UploadFile | None, File(description="一个 .docx")] = None,
        on: Annotated[str | None, Query(description="按哪一天有效的规定核对所引条款；不给就按成文日期", examples=["2024-05-01"])] = None,
    ) -> JSONResponse:
        """对照 GB/T 9704—2012 和所引条款检查一份 .docx。文件不保存。"""
        name, data = _given(file)
        return JSONResponse(entry.desk(request).check(name, data, on))

    @out.post("/api/drafts/release", summary="定稿", dependencies=[Depends(entry.needs("review")), bringing], response_class=Response, responses={
        200: {"content": {DOCX: {}}, "description": "去掉草稿标记的文件"}, **refusals(413, 422, 503)})
    def release(
        request: Request,
        file: Annotated[UploadFile | None, File(description="审核修改完毕的 .docx")] = None,
        by: Annotated[str, Form(description="由谁定稿", examples=["张三"])] = "",
    ) -> Response:
        """去掉草稿标记，并记下由谁、何时去掉。文件里还有【待填】【待核原文】时不受理。"""
        name, data = _given(file)
        final = entry.desk(request).release(name, data, by)
        return Response(final, media_type=DOCX, headers={
            "Content-Disposition": f"attachment; filename=\"final.docx\"; filename*=UTF-8''{quote(name, safe='')}"})

    return out


def _given(file: UploadFile | None) -> tuple[str, bytes]:
    if file is None:
        raise BadInput("没有收到文件。请用 multipart/form-data 的 file 字段上传。")
    return bare_name(file.filename), file.file.read()
