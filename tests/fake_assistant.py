"""A facade of fixed answers, for tests of the faces: same signatures as ``assistant.assistant.Assistant``."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import date

from assistant.errors import BadInput, NotFound
from assistant.types import Answer, Citation, Document, FileReport, Hit, Provision

RULE = Document(
    id="某发〔2022〕20号", title="某市容错纠错办法", number="某发〔2022〕20号", issuer="某市委办公室", kind="normative",
    level="city", region="某省某市", issued=date(2022, 12, 20), version="2022-12-20", source="/secret/place",
)
CLAUSE = Provision(id="某发〔2022〕20号#三.（三）", document=RULE.id, path="三、（三）", text="在7个工作日内反馈。", own="在7个工作日内反馈。", level="（一）")
ODD = Provision(id="a/b#c?d〔e〕 100%#第一条", document="a/b#c?d〔e〕 100%", path="第一条", text="奇怪的编号。", own="奇怪的编号。")


@dataclass
class Listed:
    document: Document
    articles: int
    provisions: int


@dataclass
class Check:
    name: str
    ok: bool
    detail: str


class NoAccounts:
    """A store without anyone in it: local mode."""

    def any_account(self):
        return False


@dataclass
class FakeAssistant:
    """``delay`` seconds before each answer; ``asked`` keeps what came in."""

    delay: float = 0.0
    store: NoAccounts = field(default_factory=NoAccounts)
    asked: list = field(default_factory=list)
    closed: bool = False

    def ask(self, question, *, asker, on=None, region=""):
        self.asked.append((question, on, region))
        time.sleep(self.delay)
        if not question.strip():
            raise BadInput("问题是空的。请写出要问的事。")
        if question == "坏":
            raise RuntimeError("原文不得外泄")
        return Answer("应在7个工作日内反馈。", (Citation(CLAUSE.id, CLAUSE.path, RULE, "在7个工作日内反馈"),), notices=("这是某市的规定",))

    def search(self, query, *, asker, k=10, on=None, region=""):
        return (Hit(CLAUSE, RULE, 1.0, ("grams",)),)[:k]

    def provision(self, id, *, asker, on=None):
        for found in (CLAUSE, ODD):
            if found.id == id:
                return found, RULE
        raise NotFound(f"没有条款“{id}”。请核对编号。")

    def documents(self, *, asker, on=None):
        return (Listed(RULE, 20, 31),)

    def ingest(self, paths, *, asker, progress=None, audience=frozenset()):
        done = []
        for path in paths:
            report = (
                FileReport(path.name, "added", (RULE.id,), 3) if path.is_file()
                else FileReport(path.name, "failed", reason="找不到这个文件。请检查路径。")
            )
            done.append(report)
            if progress:
                progress(report)
        return tuple(done)

    def ingest_bytes(self, name, data, *, asker):
        if not data:
            return (FileReport(name, "failed", reason="文件是空的。请检查后重新上传。"),)
        return (FileReport(name, "added", (RULE.id,), len(data)),)

    def rebuild_index(self, progress=None):
        for done in range(3):
            if progress:
                progress(done + 1, 3)
        return 3

    def check_schemes(self):
        return 1

    def doctor(self):
        return (Check("数据库", True, "可以打开"),)

    def close(self):
        self.closed = True
