"""The routes of cases: classify, read, add facts, record a decision."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi import Path as InPath
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from assistant.faces.api import entry, schema
from assistant.faces.api.lanes import Lanes

Id = Annotated[str, InPath(description="案件编号", examples=["20240501-1a2b3c4d"])]


class Told(BaseModel):
    """一段案情。"""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{
        "text": "暴雨夜镇长未经会议动用应急资金抢修堤坝，次日书面报告，审计未发现谋取私利。", "scheme": "tolerance"}]})

    text: str = Field(description="案情，最多 50000 字")
    scheme: str | None = Field(None, description="方案名，如 tolerance；不给就按案情选用")
    on: str | None = Field(None, description="行为发生的日期，如 2024-05-01；不给就是今天")
    region: str | None = Field("", description="案件所在地区")


class AddedFact(BaseModel):
    """补充的一条事实。"""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(description="事实", examples=["经审计核实，未发现谋取私利。"])
    by: str = Field(description="由谁补充", examples=["张三"])


class Decided(BaseModel):
    """有权的人作出的决定。"""

    model_config = ConfigDict(extra="forbid")

    outcome: str = Field(description="结果的名称或者标题", examples=["exempt"])
    by: str = Field(description="由谁决定", examples=["李四"])


class Finding(BaseModel):
    """一个要素的情况。"""

    element: str = Field(description="要素名")
    title: str = Field(description="要素标题")
    state: str = Field(description="met 具备，unmet 不具备，unclear 不清楚")
    quote: str = Field(description="案情里一字不差的原话；没有就是空")
    span: list[int] | None = Field(description="原话在案情里的起止位置")
    speaker: str = Field(description="谁说的：经查、据反映、本人自述、材料陈述、材料未说明")
    citations: list[schema.Citation] = Field(description="这个要素依据的条款")
    note: str = Field(description="怎样算出来的")
    asked: bool = Field(description="这个要素在本案里是否要查")


class Determination(BaseModel):
    """一个初步意见。"""

    id: str = Field(description="案件编号")
    scheme: str = Field(description="方案名")
    scheme_title: str = Field(description="方案标题")
    outcome: str | list[str] = Field(description="结果；五必谈是列表，没有触发时为空")
    title: str = Field(description="结果的标题")
    findings: list[Finding] = Field(description="逐项要素")
    reasons: list[str] = Field(description="理由")
    missing: list[str] = Field(description="还缺的事实，最要紧的在前")
    ask_next: str | None = Field(description="最该先问的一句；没有为 null")
    would_change: list[dict[str, Any]] = Field(description="如果查明某些要素，结果会变成什么")
    citations: list[schema.Citation] = Field(description="依据的条款")
    parts: list[dict[str, Any]] = Field(description="有几个人时，每人一份，形状相同")
    who: str = Field(description="分人判断时是谁")
    follows: dict[str, str] = Field(description="由谁、按什么程序、在多长时间内认定")
    tendency: str | list[str] | None = Field(description="清单尚未导入时的倾向")
    values: dict[str, str] = Field(description="算出的日期和数")
    similar: list[dict[str, Any]] = Field(description="相近的案件及其差别")
    notices: list[str] = Field(description="提示")
    label: str = Field(description="固定标识")


class Case(BaseModel):
    """一件案件。"""

    id: str
    text: str = Field(description="案情和补充的事实")
    scheme: str
    on: str | None
    region: str
    created: str
    facts: list[dict[str, str]] = Field(description="补充的事实：text、by、at")
    determination: Determination
    decision: dict[str, str] | None = Field(description="有权的人的决定：outcome、by、at；没有为 null")


class Cases(BaseModel):
    cases: list[Case]


def router(lanes: Lanes) -> APIRouter:
    """Cases to classify, read, add to and decide."""
    out = APIRouter(tags=["案件"])
    asking, reader = Depends(lanes.questions), Depends(entry.needs("cases"))

    refusals = schema.refusals

    @out.post("/api/classify", summary="案情初步分类", dependencies=[reader, asking], response_model=Determination, responses=refusals(404, 422, 503))
    def classify(request: Request, given: Told) -> JSONResponse:
        """逐项分析要素，给出初步意见和还缺的事实。有密级标志的不受理，也不保存。"""
        return JSONResponse(entry.desk(request).classify(given.text, given.scheme, given.on, given.region or ""))

    @out.get("/api/cases", summary="案件清单", dependencies=[reader, asking], response_model=Cases, responses=refusals(503))
    def cases(request: Request) -> JSONResponse:
        """自己的案件，新的在前。"""
        return JSONResponse(entry.desk(request).cases())

    @out.get("/api/cases/{id}", summary="一件案件", dependencies=[reader, asking], response_model=Case, responses=refusals(404, 503))
    def case(request: Request, id: Id) -> JSONResponse:
        """没有的和无权看的，应答一样。"""
        return JSONResponse(entry.desk(request).case(id))

    @out.post("/api/cases/{id}/facts", summary="补充事实", dependencies=[reader, asking], response_model=Case, responses=refusals(404, 422, 503))
    def add_fact(request: Request, id: Id, given: AddedFact) -> JSONResponse:
        """记下谁补充了什么，并重新判断。"""
        return JSONResponse(entry.desk(request).add_fact(id, given.text, given.by))

    @out.post("/api/cases/{id}/decision", summary="记下决定", dependencies=[reader, Depends(entry.needs("review")), asking], response_model=Case, responses=refusals(404, 422, 503))
    def decide(request: Request, id: Id, given: Decided) -> JSONResponse:
        """记下有权的人作出的决定；本系统自己从不作决定。"""
        return JSONResponse(entry.desk(request).decide(id, given.outcome, given.by))

    return out
