"""What goes in and out over HTTP, for validation of requests and for the description of the interface."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from assistant.types import LABEL

REFUSED = {401: "没有登录，或账号、密码不对", 403: "没有这个权限", 404: "没有，或无权查看", 413: "太大", 422: "输入不能用", 429: "试得太频繁，按 Retry-After 再试",
           503: "一时太忙，按 Retry-After 再试"}
"""What each status of an error means, where a route says nothing closer."""


def refusals(*statuses: int, **closer: str) -> dict[int | str, dict[str, Any]]:
    """The errors of a route for the description of the interface; ``closer`` says one otherwise (``_422="字段不能用"``)."""
    return {status: {"model": Error, "description": closer.get(f"_{status}", REFUSED[status])} for status in statuses}


DOCUMENT = {
    "id": "某发〔2022〕20号", "title": "某市容错纠错办法", "number": "某发〔2022〕20号", "issuer": "某市委办公室",
    "kind": "normative", "of": "", "region": "某省某市", "issued": "2022-12-20",
}


class Question(BaseModel):
    """一个问题。"""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"question": "容错认定后多久反馈？", "on": "2024-05-01", "region": "某省某市"}]}
    )

    question: str = Field(description="要问的话")
    on: str | None = Field(None, description="按哪一天有效的规定回答，如 2024-05-01；不给就是今天")
    region: str | None = Field("", description="问的是哪个地区的规定；不给就用本单位设置的地区，或说明是谁的规定")
    cases: bool = Field(True, description="提问讲了一件具体的事时，是否分析并保存案情；false 就不受理")


class CitedDocument(BaseModel):
    """引用里的文件。"""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [DOCUMENT]})

    id: str = Field(description="文件编号：文号，没有文号的用标题")
    title: str = Field(description="标题")
    number: str = Field(description="文号，六角括号形式")
    issuer: str = Field(description="发文机关")
    kind: str = Field(description="normative 规范性文件，news 报道，talk 经验交流，digest 要点整理，model 示范文本；空为不详")
    of: str = Field(description="要点整理所依据原件的类别")
    region: str = Field(description="适用地区")
    issued: str | None = Field(description="发布日期")


class Document(CitedDocument):
    """一份文件。"""

    level: str = Field(description="national、province、city、county、unit；空为不详")
    effective: str | None = Field(description="施行日期")
    repealed: str | None = Field(description="废止日期")
    repealed_by: str = Field(description="被什么文件废止")
    version: str = Field(description="版本，通常是施行或发布日期")
    aliases: list[str] = Field(description="别名")


class ListedDocument(Document):
    """清单里的一份文件。"""

    articles: int = Field(description="编号的条有多少")
    provisions: int = Field(description="可引用的条款有多少")


class Documents(BaseModel):
    documents: list[ListedDocument] = Field(description="现行有效的文件")


class Citation(BaseModel):
    """回答所依据的一个条款。"""

    model_config = ConfigDict(extra="forbid")

    provision: str = Field(description="条款编号，可用 GET /api/provisions/{id} 打开", examples=["某发〔2022〕20号#三.（三）"])
    path: str = Field(description="条款在文件里的位置", examples=["三、（三）"])
    document: CitedDocument
    quote: str = Field(description="条款里一字不差的原话", examples=["在7个工作日内反馈"])


class Answer(BaseModel):
    """一个回答。"""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(description="回答", examples=["应在7个工作日内反馈。"])
    refusal: Literal["out_of_corpus", "not_listed", "ambiguous", "not_in_force", "out_of_scope", "classified"] | None = Field(
        description="没有直接作答的原因：out_of_corpus 文件里没有，not_listed 只有数目没有列举，ambiguous 有歧义，"
        "not_in_force 当日无效，out_of_scope 不属政策问题，classified 涉密；正常作答为 null"
    )
    citations: list[Citation] = Field(description="依据；not_listed 和 ambiguous 也有")
    notices: list[str] = Field(description="提示，如是谁的规定、施行日期不详")
    label: str = Field(description="固定标识", examples=[LABEL])
    determination: dict | None = Field(None, description="讲了一段具体案情时的初步意见，形状同 POST /api/classify")


class Hit(BaseModel):
    """检索到的一个条款。"""

    model_config = ConfigDict(extra="forbid")

    provision: str = Field(description="条款编号")
    path: str = Field(description="条款在文件里的位置")
    text: str = Field(description="条款原文")
    score: float = Field(description="得分，只在这一次检索里可比")
    via: list[str] = Field(description="从哪些途径找到")
    document: CitedDocument


class Hits(BaseModel):
    model_config = ConfigDict(extra="forbid")

    query: str = Field(description="检索词")
    hits: list[Hit] = Field(description="按相关程度排列")


class Provision(BaseModel):
    """一个条款的全文。"""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(description="条款编号", examples=["某发〔2022〕20号#三.（三）"])
    path: str = Field(description="条款在文件里的位置", examples=["三、（三）"])
    text: str = Field(description="条款全文，含下属款项")
    heading: str = Field(description="小标题")
    trail: list[str] = Field(description="所在的各级标题")
    level: str = Field(description="层级，如 条、款、项、一、（一）")
    parent: str = Field(description="上一级条款的编号；空为最上一级")
    verified: str = Field(description="要点整理的核对情况：true、partial；空为不适用")
    document: Document


class FileReport(BaseModel):
    """一个文件的结果。"""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(description="文件名")
    status: Literal["added", "updated", "unchanged", "replaced_digest", "failed", "blocked", "skipped", "pending"] = Field(
        description="added 已加入，updated 已更新，unchanged 没有变化，replaced_digest 替换了要点整理，failed 失败，"
        "blocked 因密级标志拦截，skipped 跳过，pending 等待另一个人发布"
    )
    documents: list[str] = Field(description="得到的文件编号")
    provisions: int = Field(description="得到多少条款")
    reason: str = Field(description="没有收进来的原因和怎么办")
    notices: list[str] = Field(description="提示")


class FileReports(BaseModel):
    model_config = ConfigDict(extra="forbid")

    files: list[FileReport]
    counts: dict[str, int] = Field(description="各种结果各有几个")


class Health(BaseModel):
    """服务状况。"""

    model_config = ConfigDict(extra="forbid")

    status: Literal["ok"] = Field(description="能应答就是 ok")
    version: str = Field(description="程序版本")
    server: str = Field(description="这个服务的标识，供本机命令辨认")


class ErrorDetail(BaseModel):
    code: str = Field(description="给程序看的固定名称", examples=["not_found"])
    message: str = Field(description="发生了什么、怎么办", examples=["没有条款“某发〔2022〕20号#九十九”。请核对编号。"])


class Error(BaseModel):
    """出错。"""

    error: ErrorDetail
