"""The routes behind the page: a document clause by clause, its versions, taking it out; schemes; the text of a case's file."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, File, Query, Request, UploadFile
from fastapi import Path as InPath
from fastapi.responses import JSONResponse

from assistant.errors import BadInput
from assistant.faces import browsing
from assistant.faces.api import entry, schema
from assistant.faces.api.lanes import Lanes
from assistant.faces.api.routes import bare_name

Id = Annotated[str, InPath(description="文件编号，按百分号编码", examples=["某发〔2022〕20号"])]


def router(lanes: Lanes) -> APIRouter:
    """Documents to leaf through and to take out, schemes to choose from, a file to read a case from."""
    out = APIRouter()
    asking, bringing = Depends(lanes.questions), Depends(lanes.uploads)
    reader, staff, casework = Depends(entry.needs("ask")), Depends(entry.needs("documents")), Depends(entry.needs("cases"))

    refusals = partial(schema.refusals, _403="不是自己导入的")

    @out.get("/api/documents/{id:path}/provisions", tags=["文件"], summary="文件的全部条款", dependencies=[reader, asking], responses=refusals(404, 422, 503))
    def provisions(request: Request, id: Id, on: Annotated[str | None, Query(description="哪一天有效的版本；不给就是今天")] = None) -> JSONResponse:
        """按原文顺序列出条款，`own` 是条款自己的文字，`parent` 是上一级条款的编号。某一版本写作 编号@日期。"""
        return JSONResponse(browsing.provisions(entry.desk(request), id, on))

    @out.get("/api/documents/{id:path}/versions", tags=["文件"], summary="文件的各个版本", dependencies=[reader, asking], responses=refusals(404, 503))
    def versions(request: Request, id: Id) -> JSONResponse:
        """旧的在前。"""
        return JSONResponse(browsing.versions(entry.desk(request), id))

    @out.get("/api/documents/{id:path}/compare", tags=["文件"], summary="逐条比较两个版本", dependencies=[reader, asking], responses=refusals(404, 422, 503))
    def compare(
        request: Request, id: Id,
        old: Annotated[str, Query(description="旧版本", examples=["2018-01-01"])], new: Annotated[str, Query(description="新版本", examples=["2021-03-01"])],
    ) -> JSONResponse:
        """`status` 是 same 没有变化，changed 有改动，added 新增，removed 删去。"""
        return JSONResponse(browsing.compare(entry.desk(request), id, old, new))

    @out.delete("/api/documents/{id:path}", tags=["文件"], summary="撤下文件", dependencies=[staff, asking], responses=refusals(403, 404, 503))
    def withdraw(request: Request, id: Id) -> JSONResponse:
        """不再用于回答；记录留在库里供审计。只能撤下自己导入的。"""
        return JSONResponse(browsing.withdraw(entry.desk(request), id))

    @out.get("/api/schemes", tags=["案件"], summary="分类方案", dependencies=[casework, asking], responses=refusals(503))
    def schemes(request: Request) -> JSONResponse:
        """可以选用的方案和各自可能的结果。"""
        return JSONResponse(browsing.schemes(entry.desk(request)))

    @out.post("/api/text", tags=["案件"], summary="取出文件里的文字", dependencies=[casework, bringing], responses=refusals(413, 422, 503))
    def text(request: Request, file: Annotated[UploadFile | None, File(description="一个讲案情的文件")] = None) -> JSONResponse:
        """取出一个文件里的文字，供核对后作为案情提交。不保存；有密级标志的不受理。"""
        if file is None:
            raise BadInput("没有收到文件。请用 multipart/form-data 的 file 字段上传。")
        return JSONResponse(browsing.text(entry.desk(request), bare_name(file.filename), file.file.read()))

    return out
