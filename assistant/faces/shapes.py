"""The JSON forms of results, in one place: what ``--json`` prints is what HTTP sends.

Every function takes one of our nouns and gives plain dicts, lists, strings and numbers.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from assistant.chinese import dates
from assistant.classifying.nouns import STATE_WORDS
from assistant.errors import AssistantError, BadInput
from assistant.types import Answer, Citation, Document, FileReport, Hit, Provision

if TYPE_CHECKING:
    from assistant.checking import Report
    from assistant.classifying.casework import Case
    from assistant.classifying.nouns import Determination
    from assistant.drafting.nouns import Form, Notice
    from assistant.store.conversations import ConversationRow, TraceRow, TurnRow
    from assistant.store.waiting import WaitingRow
    from assistant.talking import Chatted

Json = dict[str, Any]

CITED_FIELDS = ("id", "title", "number", "issuer", "kind", "of", "region", "issued")
"""What a citation says of its document."""

FAILURES = frozenset({"failed", "blocked"})
"""The outcomes of a file that make an ingest as a whole end with exit code 1."""


def day(text: str | None) -> date | None:
    """Read a date as people type it; None and "" mean "not given". Raises BadInput.

    >>> day("2024-05-01"), day("2024年5月1日"), day("20240501"), day(None)
    (datetime.date(2024, 5, 1), datetime.date(2024, 5, 1), datetime.date(2024, 5, 1), None)
    """
    if text is None or not text.strip():
        return None
    text = text.strip()
    try:
        return date.fromisoformat(text)
    except ValueError:
        found = dates(text)
        if len(found) == 1 and found[0][1:] == (0, len(text)):
            return found[0][0]
    raise BadInput(f"看不懂日期“{text[:20]}”。请写成 2024-05-01 这样的形式。")


def document(of: Document) -> Json:
    """Everything a reader may know of a document; where its file lay is not part of that."""
    return {
        **cited(of),
        "level": of.level,
        "effective": _iso(of.effective),
        "repealed": _iso(of.repealed),
        "repealed_by": of.repealed_by,
        "version": of.version,
        "aliases": list(of.aliases),
    }


def cited(of: Document) -> Json:
    """The eight fields of a document that stand in a citation."""
    return {name: _iso(of.issued) if name == "issued" else getattr(of, name) for name in CITED_FIELDS}


def citation(of: Citation) -> Json:
    return {"provision": of.provision, "path": of.path, "document": cited(of.document), "quote": of.quote}


def answer(of: Answer) -> Json:
    """The one object of ``assistant ask --json`` and ``POST /api/ask``."""
    return {
        "text": of.text,
        "refusal": of.refusal,
        "citations": [citation(c) for c in of.citations],
        "notices": list(of.notices),
        "label": of.label,
        **({"determination": determination(of.determination)} if of.determination else {}),
    }


def chatted(of: Chatted) -> Json:
    """The ``done`` event of ``POST /api/chat``: an answer with its conversation and its trace."""
    return {**answer(of.answer), "conversation": of.conversation, "conversation_title": of.title, "trace": of.trace}


def sentences(text: str) -> list[str]:
    """A text in pieces that end where a sentence does; joined they are the text.

    >>> sentences("一句。两句！（要点整理，以原文为准）三句")
    ['一句。', '两句！（要点整理，以原文为准）', '三句']
    """
    out, start = [], 0
    for m in re.finditer(r"[。！？；]+[”’」』）)]*(?:（要点整理，以原文为准）)?\n*|\n+", text):
        out.append(text[start:m.end()])
        start = m.end()
    return [piece for piece in (*out, text[start:]) if piece]


def conversation(of: ConversationRow) -> Json:
    return {"id": of.id, "title": of.title, "created": of.created, "updated": of.updated}


def waiting(of: WaitingRow) -> Json:
    """A file that waits for a second person."""
    return {"id": of.id, "name": of.name, "by": of.owner, "units": sorted(of.audience), "documents": list(of.documents), "created": of.created}


def turn(of: TurnRow) -> Json:
    return {"role": of.role, "text": of.text, "at": of.at, "answer": json.loads(of.answer) if of.answer else None}


def trace(of: TraceRow) -> Json:
    """How an answer came about; ``content`` is as :mod:`assistant.talking` recorded it."""
    return {"id": of.id, "conversation": of.conversation, "at": of.at, **json.loads(of.content)}




def determination(of: Determination) -> Json:
    """The one object of ``assistant classify --json`` and ``POST /api/classify``; parts have the same shape."""
    titles = {f.element: f.title for f in of.findings}
    return {
        "id": of.id, "scheme": of.scheme, "scheme_title": of.scheme_title, "outcome": _outcome(of.outcome), "title": of.title, "who": of.who,
        "findings": [
            {"element": f.element, "title": f.title, "state": f.state, "quote": f.quote, "span": list(f.span) if f.span else None,
             "speaker": f.speaker, "citations": [citation(c) for c in f.citations], "note": f.note, "asked": f.asked}
            for f in of.findings
        ],
        "reasons": list(of.reasons), "missing": list(of.missing), "ask_next": of.ask_next,
        "would_change": [
            {"if": dict(c.given), "outcome": _outcome(c.outcome), "title": c.title,
             "words": "、".join(f"“{titles[e]}”{STATE_WORDS[s]}" for e, s in c.given.items()) + f"，结果将是：{c.title}"}
            for c in of.would_change
        ],
        "citations": [citation(c) for c in of.citations], "parts": [determination(p) for p in of.parts], "follows": dict(of.follows),
        "tendency": _outcome(of.tendency), "values": dict(of.values),
        "similar": [{"case": s.case, "outcome": _outcome(s.outcome), "differences": list(s.differences), "decided": s.decided} for s in of.similar],
        "notices": list(of.notices), "label": of.label,
    }


def case(of: Case) -> Json:
    return {
        "id": of.id, "text": of.text, "scheme": of.scheme, "on": _iso(of.on), "region": of.region, "created": of.created,
        "facts": [{"text": f.text, "by": f.by, "at": f.at} for f in of.facts],
        "determination": determination(of.determination),
        "decision": {"outcome": of.decision.outcome, "by": of.decision.by, "at": of.decision.at} if of.decision else None,
    }


def _outcome(of: Any) -> Any:
    return list(of) if isinstance(of, tuple) else of


def hits(query: str, found: Iterable[Hit]) -> Json:
    return {"query": query, "hits": [hit(h) for h in found]}


def hit(of: Hit) -> Json:
    return {
        "provision": of.provision.id,
        "path": of.provision.path,
        "text": of.provision.text,
        "score": round(float(of.score), 6),
        "via": list(of.via),
        "document": cited(of.document),
    }


def provision(of: Provision, document_of: Document) -> Json:
    return {
        "id": of.id,
        "path": of.path,
        "text": of.text,
        "heading": of.heading,
        "trail": list(of.trail),
        "level": of.level,
        "parent": of.parent,
        "verified": of.verified,
        "document": document(document_of),
    }


def documents(listed: Iterable[Any]) -> Json:
    """``listed``: rows with ``document``, ``articles`` (numbered 条) and ``provisions``."""
    return {
        "documents": [
            {**document(row.document), "articles": row.articles, "provisions": row.provisions} for row in listed
        ]
    }


def report(of: FileReport) -> Json:
    return {
        "name": of.name,
        "status": of.status,
        "documents": list(of.documents),
        "provisions": of.provisions,
        "reason": of.reason,
        "notices": list(of.notices),
    }


def reports(of: Iterable[Json]) -> Json:
    """What became of a batch: every file, and how many ended how."""
    files = list(of)
    counts: dict[str, int] = {}
    for file in files:
        counts[file["status"]] = counts.get(file["status"], 0) + 1
    return {"files": files, "counts": counts}


def checks(of: Iterable[Any]) -> Json:
    """``of``: rows with ``name``, ``ok`` and ``detail``."""
    rows = [{"name": c.name, "ok": bool(c.ok), "detail": c.detail} for c in of]
    return {"ok": all(row["ok"] for row in rows), "checks": rows}


def forms(of: Iterable[Form]) -> Json:
    return {"forms": [form(f) for f in of]}


def form(of: Form) -> Json:
    return {
        "name": of.name, "title": of.title, "kind": of.kind, "style": of.style, "from": of.sender, "to": of.receiver,
        "fields": [
            {"name": f.key, "kind": f.kind, "required": f.required, "hint": f.hint, "choices": list(f.choices), "limit": f.limit,
             "sources": list(f.sources)} for f in of.fields
        ],
        "basis": list(of.basis),
        "rules": list(of.rules),
        "serves": list(of.serves),
        "example": {key: value if isinstance(value, str) else list(value) for key, value in of.example.items()},
    }


def draft(of: Notice, docx: bytes) -> Json:
    """A draft as text and as a Word file (base64); ``missing`` are the fields that stand as 【待填：…】."""
    from assistant.drafting.printed import markdown

    return {
        "form": of.form, "kind": of.kind, "title": of.title, "text": markdown(of), "missing": list(of.missing),
        "values": {key: value if isinstance(value, str) else list(value) for key, value in of.values.items()},
        "basis": [{"provision": b.provision, "shown": b.shown, "digest": b.digest} for b in of.basis],
        "label": of.label, "docx": b64encode(docx).decode("ascii"),
    }


def check_report(of: Report) -> Json:
    """What the check of a Word file found; ``passed`` is false when a 规定 is broken."""
    findings = [{"rule": f.rule, "strength": f.strength, "place": f.place, "message": f.message} for f in of.findings]
    return {"file": of.file, "kind": of.kind, "draft": of.draft, "passed": of.passed, "findings": findings}


def error(of: AssistantError) -> Json:
    return {"error": {"code": of.code, "message": of.message}}


def _iso(of: date | None) -> str | None:
    return of.isoformat() if of else None
