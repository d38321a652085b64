"""A draft let go as final: the mark comes off when nothing is left open, by a named person, and what is recorded of it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from hashlib import sha256

from assistant import checking
from assistant.checking.anatomy import dissect
from assistant.checking.language import blanks
from assistant.errors import BadInput
from assistant.readers.draftmark import AIGC
from assistant.readers.sheet import Sheet

_NAME = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff·]{2,20}|[A-Za-z][A-Za-z .'-]{1,39}")


@dataclass(frozen=True)
class Released:
    """The final file and its line in the audit: draft number and hash of the final file, no words of either."""

    data: bytes
    subject: str


def person(name: str) -> str:
    """The name of who releases. Raises BadInput for what is no person's name."""
    name = name.strip()
    if not _NAME.fullmatch(name):
        raise BadInput("请用 --by 写明定稿人的姓名（2 到 20 个汉字），例如 --by 张三。")
    return name


def release(name: str, data: bytes) -> Released:
    """Take the draft mark off a .docx.

    Raises UnreadableFile for no sound .docx or one without the mark, Classified for a secrecy mark, BadInput while
    【待填】 or 【待核原文】 stand in it.
    """
    sheet = checking.sheet_of(name, data)
    left = [f for f in blanks(checking.parts(dissect(sheet)))]
    if left:
        raise BadInput(f"{name} 还不能定稿，有 {len(left)} 处没有完成：{left[0].place}，{left[0].message}。请改好后再试；assistant check 可列出全部。")
    final = checking.unmarked(name, data)
    again = checking.sheet_of(name, final)
    if checking.marked(again) or again.text != sheet.text:
        raise BadInput(f"{name} 的草稿标记没有去干净，原文件未改动。请用 WPS 或 Word 打开，另存为 .docx 再试。")
    return Released(final, f"{_number(sheet)} {sha256(final).hexdigest()}")


def _number(sheet: Sheet) -> str:
    """The draft's number as its file tells it; "-" when it tells none."""
    try:
        found = json.loads(sheet.properties.get(AIGC, "")).get("ProduceID", "")
    except (ValueError, AttributeError):
        return "-"
    return found if isinstance(found, str) and re.fullmatch(r"[0-9a-f]{32}", found) else "-"
