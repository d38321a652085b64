"""Evidence into words: short, plain, with the clause behind it, and honest about what kind of document says it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from assistant.answering.evidence import Evidence
from assistant.chunking import short_title
from assistant.types import DIGEST_NOTE, Citation, Document, Hit

LONGEST = 130
"""Characters of one sentence shown in an answer before it is cut to the parts that answer."""

_SOURCE_WORDS = {"news": "据报道，", "talk": "据经验交流材料，"}


def nature(document: Document) -> str:
    """The kind that decides how a document may be quoted: a digest counts as what it is a digest of."""
    return document.of if document.kind == "digest" else document.kind


def name(document: Document) -> str:
    """《short title》（number）."""
    number = f"（{document.number}）" if document.number else ""
    return f"《{short_title(document)}》{number}"


def place_of(hit: Hit, *, local: bool = False) -> str:
    """《title》 and the path of a clause; with ``local`` the region first when the title does not tell it."""
    d = hit.document
    told = d.region in ("", "全国") or any(part and part in d.title for part in _stems(d.region))
    return f"{d.region if local and not told else ''}{name(d)}{hit.provision.path}"


def _stems(region: str) -> list[str]:
    parts = re.findall(r".+?(?:特别行政区|自治[区州县]|地区|省|市|县|区|州|盟|旗)", region) or [region]
    return [parts[-1][:-1] if len(parts[-1]) > 2 else parts[-1]]


def citation(hit: Hit, start: int, end: int) -> Citation:
    """A citation of ``provision.text[start:end]``, verbatim, without the white space around it."""
    quote = hit.provision.text[start:end].strip()
    return Citation(hit.provision.id, hit.provision.path, hit.document, quote)


def plain(text: str) -> str:
    """A sentence without its number, heading marks and line breaks."""
    text = re.sub(r"\s*\n\s*", "", text.strip())
    return re.sub(r"^(?:第[〇零一二三四五六七八九十百千]+条(?:之[一二三四五六七八九十]+)?\s*|[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[）)]|\d{1,2}[.．、](?!\d))\s*", "", text)


def trimmed(evidence: Evidence, words: Sequence[str]) -> tuple[int, int]:
    """``[start, end)`` of the comma-separated parts of a long sentence that hold the words and the typed answer."""
    text = evidence.text
    if len(text) <= LONGEST:
        return evidence.start, evidence.end
    parts = [(m.start(), m.end()) for m in re.finditer(r"[^，,；;]+[，,；;]?", text)]
    held = [any(w in text[a:b] for w in words) for a, b in parts]
    first = next((i for i, h in enumerate(held) if h), 0)
    last = len(held) - 1 - next((i for i, h in enumerate(reversed(held)) if h), 0)
    while last + 1 < len(parts) and parts[last + 1][1] - parts[first][0] <= LONGEST:
        last += 1
    while first and parts[last][1] - parts[first - 1][0] <= LONGEST:
        first -= 1
    if parts[last][1] - parts[first][0] > 2 * LONGEST:
        return evidence.start, evidence.end
    return evidence.start + parts[first][0], evidence.start + parts[last][1]


def said(hit: Hit, texts: str | Sequence[str], *, local: bool = False) -> str:
    """Statements of one clause with their source: 据报道 for news, （要点整理） for a digest."""
    parts = [finished(t) for t in ([texts] if isinstance(texts, str) else texts)]
    lead = _SOURCE_WORDS.get(nature(hit.document), "")
    note = DIGEST_NOTE if hit.document.kind == "digest" else ""
    return f"{lead}{''.join(parts)}（{place_of(hit, local=local)}）{note}"


def finished(text: str) -> str:
    """A stretch of a clause as a whole sentence; the lines of a list are kept."""
    lines = [line.strip() for line in text.strip().split("\n") if line.strip()]
    if not lines:
        return ""
    lines[0] = plain(lines[0])
    body = "\n".join(lines)
    if body[-1] in "，,；;、":
        body = body[:-1] + "。"
    return body if body[-1] in "。！？：:）”" else body + "。"


def notices(documents: Sequence[Document], on: date | None) -> tuple[str, ...]:
    """What a reader must know of the documents cited: unknown date of effect, news or talk as source, a day in the past."""
    out: list[str] = []
    for d in dict.fromkeys(documents):
        kind = nature(d)
        if kind in {"news", "talk"}:
            what = "新闻报道" if kind == "news" else "经验交流材料"
            out.append(f"《{short_title(d)}》是{what}，不是规范性文件，不能作为办理依据。")
        elif d.effective is None and d.issued is None:
            out.append(f"《{short_title(d)}》的施行日期来源未载，按现行使用，请核对。")
    if on is not None and on < date.today():
        out.append(f"按 {on.isoformat()} 当日有效的规定回答。")
    return tuple(out)
