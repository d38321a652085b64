"""The routes of quality: what was measured, what an answer should be, whether it was of use."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from assistant.faces import quality
from assistant.faces.api import entry, schema
from assistant.faces.api.lanes import Lanes


class KnownAnswer(BaseModel):
    """一个应有的答案。"""

    model_config = ConfigDict(extra="forbid")

    question: str = Field(description="问题", max_length=5000)
    answer: str = Field(description="应有的答案和依据的条款", max_length=5000)
    by: str = Field(description="由谁提出", examples=["张三"], max_length=100)
    conversation: str = Field("", description="问题出自哪个对话", max_length=100)


class Opinion(BaseModel):
    """对一个回答的意见。"""

    model_config = ConfigDict(extra="forbid")

    useful: bool = Field(description="有没有用")
    trace: str = Field("", description="回答的记录编号，在 done 事件里", max_length=100)
    conversation: str = Field("", description="对话编号；没有记录编号时给出", max_length=100)


def router(lanes: Lanes) -> APIRouter:
    """Results to look at, known answers to propose, opinions to leave."""
    out = APIRouter(tags=["质量"])
    asking, reader = Depends(lanes.questions), Depends(entry.needs("ask"))

    refusals = schema.refusals

    @out.get("/api/quality", summary="评测结果", dependencies=[reader, asking], responses=refusals(503))
    def measured(request: Request) -> JSONResponse:
        """从源码运行时给出项目的评测结果；安装的版本里没有，`available` 为 false。"""
        return JSONResponse(quality.summary())

    @out.get("/api/known-answers", summary="提出过的答案", dependencies=[reader, asking], responses=refusals(503))
    def proposals(request: Request) -> JSONResponse:
        """自己提出的，新的在前。"""
        return JSONResponse(quality.proposals(entry.desk(request)))

    @out.post("/api/known-answers", summary="提出应有的答案", dependencies=[reader, asking], responses=refusals(404, 422, 503))
    def propose(request: Request, given: KnownAnswer) -> JSONResponse:
        """记在数据目录的 known-answers.jsonl 里，供评测采用；不会自动改变回答。有密级标志的不受理。"""
        return JSONResponse(quality.propose(entry.desk(request), given.question, given.answer, given.by, given.conversation))

    @out.post("/api/feedback", summary="有用没用", dependencies=[reader, asking], responses=refusals(404, 422, 503))
    def opinion(request: Request, given: Opinion) -> JSONResponse:
        """记下一个回答有没有用；只能对自己的回答。"""
        return JSONResponse(quality.opinion(entry.desk(request), given.useful, given.trace, given.conversation))

    return out
