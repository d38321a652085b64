"""The tools a model may call: search, read, list, classify, add a fact, compute a period, list forms, draft. Nothing else is reachable.

A tool reads what its asker may read, writes only to the asker's own case, and answers in fenced text; whatever goes wrong is an
answer in words, never an exception. Arguments come back from stand-ins to the real words before they are used, results go out masked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Protocol

from langchain_core.tools import BaseTool, StructuredTool
from pydantic import BaseModel, ConfigDict, Field

from assistant.errors import AssistantError
from assistant.masking import Masker
from assistant.prompting import fence
from assistant.types import Document, Hit, Provision

MOST_HITS, LONGEST, LONGEST_RESULT = 6, 500, 6000
"""Hits of one search, characters of one clause, characters of one result."""
MOST_CALLS = 12
"""Calls of one answer, all tools together; a call beyond does nothing, nor does a second one that writes to a case."""
NO_MORE = "这次回答里不能再用，请用已有的资料。"


class Desk(Protocol):
    """What the facade offers to one asker's tools; every call is already bound to that asker, day and region."""

    def search(self, query: str, k: int) -> Sequence[Hit]: ...
    def provision(self, id: str) -> tuple[Provision, Document]: ...
    def documents(self) -> Sequence[Document]: ...
    def classify(self, text: str, scheme: str | None) -> str: ...
    def add_fact(self, case: str, fact: str) -> str: ...
    def period(self, sanction: str, decided: date) -> str: ...
    def forms(self) -> Sequence[tuple[str, str, tuple[str, ...]]]: ...
    def draft(self, form: str, fields: Mapping[str, str], case: str | None) -> str: ...


class _Given(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Query(_Given):
    query: Annotated[str, Field(min_length=1, max_length=200, description="要查的内容，用文件里的说法")]


class Named(_Given):
    provision: Annotated[str, Field(min_length=1, max_length=300, description="条款编号，如 某办法#第三条")]


class Told(_Given):
    text: Annotated[str, Field(min_length=10, max_length=20_000, description="案情原文")]
    scheme: Annotated[str | None, Field(max_length=40, description="方案名；不清楚就不给")] = None


class Fact(_Given):
    case: Annotated[str, Field(min_length=1, max_length=60, description="案件编号")]
    fact: Annotated[str, Field(min_length=2, max_length=2000, description="提问的人补充的事实，用他的原话")]


class Sanctioned(_Given):
    sanction: Annotated[str, Field(min_length=2, max_length=20, description="处分或者组织处理的名称，如 党内警告")]
    decided: Annotated[date, Field(description="生效日期，如 2024-05-01")]


class Drafted(_Given):
    form: Annotated[str, Field(min_length=1, max_length=40, description="文书名称")]
    fields: Annotated[dict[str, str], Field(max_length=40, description="提问的人给出的栏目和内容，不得自己补")] = {}
    case: Annotated[str | None, Field(max_length=60, description="案件编号")] = None


class Nothing(_Given):
    """A tool without arguments; any that are given are refused."""


class Toolbox:
    """The tools of one answer. ``reached`` are the ids of clauses that its results showed, ``calls`` the names of what was called."""

    def __init__(self, desk: Desk, masker: Masker, mark: str, *, cases: bool, told: str = "", tell: Callable[[str], None] | None = None):
        self.desk, self._masker, self._mark, self._told = desk, masker, mark, told
        self._tell = tell or (lambda status: None)
        self.reached: list[str] = []
        self.calls: list[str] = []
        self._cases, self._wrote = cases, False

    def all(self) -> list[BaseTool]:
        """The tools; those that touch cases only where cases may be seen by the model."""
        found = [
            self._tool("search_policy", "检索现行有效的政策条款", Query, "正在检索条款", self._search),
            self._tool("read_provision", "读一个条款的全文", Named, "正在读条款", self._read),
            self._tool("list_documents", "列出现行有效的文件", Nothing, "正在看文件清单", self._documents),
            self._tool("compute_period", "计算处分影响期的起止日期", Sanctioned, "正在计算期限", self._period),
            self._tool("list_forms", "列出能起草的文书和它们的栏目", Nothing, "正在看文书清单", self._forms),
        ]
        if self._cases:
            found += [
                self._tool("classify_case", "对案情逐项判断，给出初步意见", Told, "正在逐项判断案情", self._classify),
                self._tool("add_case_fact", "把提问的人补充的事实记入他自己的案件并重新判断", Fact, "正在补充事实", self._fact),
                self._tool("draft_notice", "用给出的栏目起草文书（预览，缺的写作待填）", Drafted, "正在起草", self._draft),
            ]
        return found

    def _tool(self, name: str, description: str, given: type[BaseModel], status: str, work: Callable[..., str]) -> BaseTool:
        def call(**arguments: Any) -> str:
            if len(self.calls) >= MOST_CALLS:
                return fence("查询结果", NO_MORE, self._mark)
            self.calls.append(name)
            self._tell(status)
            try:
                said = work(**{k: self._real(v) for k, v in arguments.items()})
            except AssistantError as error:
                said = error.message
            return fence("查询结果", self._masker.mask(said)[:LONGEST_RESULT], self._mark)

        return StructuredTool.from_function(call, name=name, description=description, args_schema=given, handle_tool_error=True,
                                            handle_validation_error="参数不对，请按说明重新填写。")

    def _real(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._masker.restore(value)
        return {self._masker.restore(k): self._masker.restore(v) for k, v in value.items()} if isinstance(value, dict) else value

    def _search(self, query: str) -> str:
        hits = self.desk.search(query, MOST_HITS)
        self.reached += [h.provision.id for h in hits]
        return "\n".join(shown(h.provision, h.document) for h in hits) or "没有找到。"

    def _read(self, provision: str) -> str:
        found, document = self.desk.provision(provision)
        self.reached.append(found.id)
        return shown(found, document, LONGEST_RESULT)

    def _documents(self) -> str:
        return "\n".join(f"《{d.title}》{d.number} {d.region}" for d in self.desk.documents())

    def _period(self, sanction: str, decided: date) -> str:
        return self.desk.period(sanction, decided)

    def _forms(self) -> str:
        return "\n".join(f"{title}：{'、'.join(fields)}" for _, title, fields in self.desk.forms())

    def _classify(self, text: str, scheme: str | None = None) -> str:
        # Only what the asker told is a case: a model does not make one up.
        if not _sentences_of(text, self._told):
            return "只能判断提问的人自己讲的案情原文。"
        return NO_MORE if self._second() else self.desk.classify(text, scheme)

    def _fact(self, case: str, fact: str) -> str:
        if not _sentences_of(fact, self._told):
            return "只能补充提问的人自己说的话。"
        return NO_MORE if self._second() else self.desk.add_fact(case, fact)

    def _second(self) -> bool:
        """Whether a case was written to before in this answer; now it was."""
        before, self._wrote = self._wrote, True
        return before

    def _draft(self, form: str, fields: Mapping[str, str] | None = None, case: str | None = None) -> str:
        strange = [k for k, v in (fields or {}).items() if not _within(v, self._told)]
        if strange:
            return f"栏目“{strange[0][:20]}”的内容不是提问的人给的，不能填。"
        return self.desk.draft(form, fields or {}, case)


def shown(provision: Provision, document: Document, longest: int = LONGEST) -> str:
    """A clause as a model is shown it: its id, where it stands, its words."""
    text = provision.text if len(provision.text) <= longest else provision.text[:longest] + "……"
    return f"编号 {provision.id}｜《{document.title}》{provision.path}\n{text}"


def _within(words: str, told: str) -> bool:
    """Whether words are the asker's own, letter for letter but for spaces."""
    return "".join(words.split()) in "".join(told.split()) and bool(words.strip())


def _sentences_of(words: str, told: str) -> bool:
    """Whether words are whole sentences of the asker's own: what is cut out of a sentence may say its opposite.

    >>> _sentences_of("他受贿。", "没有人说他受贿。"), _sentences_of("他退了钱", "他退了钱。单位查实。")
    (False, True)
    """
    ends = "。！？；\n"
    bare, whole = "".join(words.split()).strip(ends), "".join(f"\n{line}\n" for line in told.splitlines())
    whole = "\n" + "".join(c for c in whole if c == "\n" or not c.isspace()) + "\n"
    at = whole.find(bare) if bare else -1
    while at >= 0:
        if whole[at - 1] in ends and whole[at + len(bare)] in ends:
            return True
        at = whole.find(bare, at + 1)
    return False
