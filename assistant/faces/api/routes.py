"""The routes: the public interface, and those that only a command on this machine with the home's token may use."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Annotated

from fastapi import APIRouter, Body, Depends, File, Query, Request, UploadFile
from fastapi import Path as InPath
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, StreamingResponse

from assistant.errors import AssistantError, BadInput
from assistant.faces import shapes
from assistant.faces.api import entry, pages, schema
from assistant.faces.api.lanes import Lanes
from assistant.faces.desk import MOST_HITS

PULSE_SECONDS = 3.0
"""How often a stream of long work sends an empty line, so that the other side knows that it lives."""

On = Annotated[str | None, Query(description="按哪一天有效的规定，如 2024-05-01；不给就是今天", examples=["2024-05-01"])]
Region = Annotated[str, Query(description="哪个地区的规定")]


def public(lanes: Lanes) -> APIRouter:
    """What anyone who reaches the server may call."""
    router = APIRouter()
    asking, bringing = Depends(lanes.questions), Depends(lanes.uploads)
    reader, staff = Depends(entry.needs("ask")), Depends(entry.needs("documents"))

    @router.post(
        "/api/ask", tags=["问答"], summary="提问", dependencies=[reader, asking],
        response_model=schema.Answer, responses=schema.refusals(422, 503),
    )
    def ask(request: Request, given: schema.Question) -> JSONResponse:
        """回答一个问题，注明所依据的条款；文件里没有的，用 `refusal` 说明。"""
        return JSONResponse(entry.desk(request).ask(given.question, given.on, given.region or "", given.cases))

    @router.get(
        "/api/search", tags=["检索"], summary="检索条款", dependencies=[reader, asking],
        response_model=schema.Hits, responses=schema.refusals(422, 503),
    )
    def search(
        request: Request,
        q: Annotated[str, Query(description="关键词、一句话，或“第十七条”这样的条号", examples=["澄清 反馈 时限"])],
        k: Annotated[int, Query(description=f"最多几条，1 到 {MOST_HITS}")] = 10,
        on: On = None,
        region: Region = "",
    ) -> JSONResponse:
        """按相关程度列出条款原文。"""
        return JSONResponse(entry.desk(request).search(q, k, on, region))

    @router.get(
        "/api/documents", tags=["文件"], summary="文件清单", dependencies=[reader, asking],
        response_model=schema.Documents, responses=schema.refusals(422, 503),
    )
    def documents(request: Request, on: On = None) -> JSONResponse:
        """现行有效的文件，`articles` 是编号的条数。"""
        return JSONResponse(entry.desk(request).documents(on))

    @router.post(
        "/api/documents", tags=["文件"], summary="上传文件", dependencies=[staff, bringing],
        response_model=schema.FileReports, responses=schema.refusals(413, 422, 503),
    )
    def upload(
        request: Request,
        file: Annotated[list[UploadFile], File(description="一个文件（txt、md、html、docx、pdf、zip）")] = [],  # noqa: B006
        files: Annotated[list[UploadFile], File(description="几个文件")] = [],  # noqa: B006
    ) -> JSONResponse:
        """上传一个或几个文件。坏文件不影响其余的；一个也没收进来时返回 422，`files` 里有各自的原因。"""
        given = [*file, *files]
        if not given:
            raise BadInput("没有收到文件。请用 multipart/form-data 的 file 字段上传。")
        found = [r for one in given for r in entry.desk(request).ingest_bytes(bare_name(one.filename), one.file.read())]
        said = shapes.reports(found)
        if found and all(r["status"] in shapes.FAILURES for r in found):
            code = "classified" if any(r["status"] == "blocked" for r in found) else "unreadable_file"
            message = "；".join(f"{r['name']}：{r['reason']}" for r in found[:3])
            return JSONResponse({"error": {"code": code, "message": message}, **said}, 422)
        return JSONResponse(said)

    @router.get(
        "/api/provisions/{id:path}", tags=["文件"], summary="打开一个条款", dependencies=[reader, asking],
        response_model=schema.Provision, responses=schema.refusals(404, 422, 503),
    )
    def provision(
        request: Request,
        id: Annotated[str, InPath(description="条款编号，按百分号编码；某日的版本写作 编号@日期", examples=["某发〔2022〕20号#三.（三）"])],
        on: On = None,
    ) -> JSONResponse:
        """一个条款的全文和它所在的文件。没有的和无权看的，应答一样。"""
        return JSONResponse(entry.desk(request).show(id, on))

    @router.get("/api/health", tags=["运行"], summary="是否在运行", response_model=schema.Health)
    async def health(request: Request) -> JSONResponse:
        """不排队、不查库，忙时也立即应答。"""
        return JSONResponse({"status": "ok", "version": request.app.version, "server": request.app.state.server})

    @router.get("/docs", include_in_schema=False, dependencies=[reader])
    async def docs(request: Request) -> HTMLResponse:
        return HTMLResponse(pages.docs(request.app.openapi()))

    @router.get("/style.css", include_in_schema=False)
    async def style() -> PlainTextResponse:
        return PlainTextResponse(pages.STYLE, media_type="text/css")

    return router


def local() -> APIRouter:
    """For commands of the same user on this machine: they read files by path and rebuild the index."""
    router = APIRouter(prefix="/api/local", include_in_schema=False, dependencies=[Depends(entry.local_only)])

    @router.post("/ingest")
    def ingest(request: Request, given: Annotated[dict, Body()]) -> StreamingResponse:
        paths = [Path(path) for path in given.get("paths", [])]
        return _stream(request, lambda tell: entry.desk(request).ingest(paths, lambda file: tell({"file": file})))

    @router.post("/rebuild")
    def rebuild(request: Request) -> StreamingResponse:
        return _stream(request, lambda tell: entry.desk(request).rebuild(lambda *step: tell({"step": step})))

    @router.post("/doctor")
    def doctor(request: Request) -> JSONResponse:
        return JSONResponse(entry.desk(request).doctor())

    @router.post("/pending")
    def pending(request: Request) -> JSONResponse:
        return JSONResponse(entry.desk(request).pending())

    @router.post("/publish")
    def publish(request: Request, given: Annotated[dict, Body()]) -> JSONResponse:
        return JSONResponse(entry.desk(request).publish(str(given.get("id", "")), str(given.get("by", ""))))

    @router.post("/refuse")
    def refuse(request: Request, given: Annotated[dict, Body()]) -> JSONResponse:
        return JSONResponse(entry.desk(request).refuse(str(given.get("id", "")), str(given.get("by", ""))))

    @router.post("/people")
    def people(request: Request, given: Annotated[dict, Body()]) -> JSONResponse:
        return JSONResponse(entry.desk(request).people(str(given.get("call", "")), given.get("given") or {}))

    return router


class _Stopped(Exception):
    """The server is stopping or the other side has gone; raised between two documents, where nothing is half done."""


def _stream(request: Request, work: Callable[[Callable[[dict], None]], dict]) -> StreamingResponse:
    """Run ``work`` in a thread and send what it tells as JSON lines; its result comes last as ``{"done": ...}``."""
    stopping: Event = request.app.state.stopping
    gone = Event()
    said: SimpleQueue[dict | None] = SimpleQueue()

    def tell(event: dict) -> None:
        if stopping.is_set() or gone.is_set():
            raise _Stopped
        said.put(event)

    def run() -> None:
        try:
            said.put({"done": work(tell)})
        except _Stopped:
            said.put({"error": {"code": "server_gone", "message": "服务正在停止，余下的没有做；已完成的部分完好。请稍后重新运行。"}})
        except AssistantError as error:
            said.put(shapes.error(error))
        except Exception:
            said.put({"error": {"code": "internal", "message": "程序内部出错。请运行 assistant doctor 检查。"}})
        said.put(None)

    def lines() -> Iterator[bytes]:
        Thread(target=run, daemon=True).start()
        try:
            while True:
                try:
                    event = said.get(timeout=PULSE_SECONDS)
                except Empty:
                    yield b"\n"
                    continue
                if event is None:
                    return
                yield json.dumps(event).encode("ascii") + b"\n"
        finally:
            gone.set()

    return StreamingResponse(lines(), media_type="application/x-ndjson")


def bare_name(name: str | None) -> str:
    """The last part of what the client calls its file: a name to show, never a place to write to.

    >>> bare_name("../../etc/办法.txt"), bare_name("C:\\\\甲.docx"), bare_name("..")
    ('办法.txt', '甲.docx', '未命名')
    """
    bare = "".join(c for c in (name or "").replace("\\", "/").rsplit("/", 1)[-1] if c.isprintable()).strip()
    return bare[-200:] if bare.strip(".") else "未命名"
