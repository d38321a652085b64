"""Texts that would run in a page that takes text for markup, and answers of the HTTP interface that hold one in every place."""

from __future__ import annotations

import json
from urllib.parse import unquote, urlsplit

RUN = "window.ran++;alert(1)"

_VECTORS = (
    f"<script>{RUN}</script>", f"<img src=x onerror={RUN}>", f"<svg onload={RUN}>", f"<svg><script>{RUN}</script></svg>", f"<body onload={RUN}>",
    f"<iframe src='javascript:parent.{RUN}'></iframe>", f"<iframe srcdoc='<script>parent.{RUN}</script>'></iframe>", f"<a href='javascript:{RUN}'>x</a>",
    f"<input autofocus onfocus={RUN}>", f"<select autofocus onfocus={RUN}>", f"<textarea autofocus onfocus={RUN}>", f"<video><source onerror={RUN}></video>",
    f"<audio src=x onerror={RUN}>", f"<details open ontoggle={RUN}>", f"<marquee onstart={RUN}>", f"<object data='javascript:{RUN}'>",
    f"<embed src='javascript:{RUN}'>", f"<form action='javascript:{RUN}'><button>x</button></form>", f"<math><mtext><img src=x onerror={RUN}></math>",
    f"<table background='javascript:{RUN}'>", f"<base href='javascript:{RUN}//'>", f"<link rel=stylesheet href='javascript:{RUN}'>",
    "<link rel=import href='http://evil.example/x'>", "<img src='http://evil.example/leak'>", "![x](http://evil.example/leak)", f"[x](javascript:{RUN})",
    f"<style>@import 'http://evil.example/x.css';*{{background:url(javascript:{RUN})}}</style>", "<meta http-equiv=refresh content='0;url=http://evil.example/'>",
    f"<noscript><p title='</noscript><img src=x onerror={RUN}>'>", f"<template><img src=x onerror={RUN}></template>", f"{{{{constructor.constructor('{RUN}')()}}}}",
    f"${{{RUN}}}", f"javascript:{RUN}", f"data:text/html,<script>{RUN}</script>", f"<img src=x:x onerror\u2028={RUN}>", f"＜script＞{RUN}＜/script＞",
)
PAYLOADS = tuple(before + vector + after for vector in _VECTORS for before, after in (("", ""), ("\"'>", "<!--"), ("</textarea></title></option></mark>", "\u202e\x00]]>")))
"""108 of them: each bare, breaking out of an attribute, and breaking out of an element."""


class Hostile:
    """Answers every call of the page with JSON whose every text is a payload; list after list holds all of them."""

    def answer(self, route):
        path = unquote(urlsplit(route.request.url).path)
        said = self.stream() if path == "/api/chat" else self.json(path, route.request.method)
        if isinstance(said, str):
            route.fulfill(status=200, content_type="text/event-stream", body=said)
        elif said is None:
            route.fulfill(status=422, content_type="application/json", body=json.dumps({"error": {"code": "bad_input", "message": PAYLOADS[0]}}))
        else:
            route.fulfill(status=200, content_type="application/json", body=json.dumps(said, ensure_ascii=False))

    def json(self, path, method):
        all_ = PAYLOADS
        case = {"id": all_[0], "text": "案情" + "".join(all_), "scheme": "s", "on": all_[1], "region": all_[2], "created": all_[3],
                "facts": [{"text": p, "by": p, "at": p} for p in all_], "determination": self.determination(), "decision": {"outcome": all_[4], "by": all_[5], "at": all_[6]}}
        document = self.document(all_[0])
        if path == "/api/me":
            return {"name": all_[0], "display": all_[1], "local": False, "csrf": "x"}
        if path == "/api/conversations":
            return {"conversations": [{"id": f"c{i}", "title": p, "created": p, "updated": p} for i, p in enumerate(all_)]}
        if path.startswith("/api/conversations/"):
            turns = [t for p in all_ for t in ({"role": "user", "text": p, "at": p, "answer": None}, {"role": "assistant", "text": p, "at": p, "answer": self.reply(p)})]
            return {"id": "c", "title": all_[0], "created": "", "updated": "", "turns": turns}
        if path.endswith("/provisions"):
            clauses = [{"id": f"d#{i}", "path": p, "own": p, "level": p, "heading": p, "parent": "", "verified": p} for i, p in enumerate(all_)]
            return {"document": document, "provisions": clauses}
        if path.endswith("/versions"):
            return {"versions": [{**self.document(p), "in_force": False} for p in all_]}
        if path.endswith("/compare"):
            rows = [{"path": p, "heading": p, "status": "changed", "old": p, "new": "新" + p} for p in all_]
            return {"old": document, "new": document, "counts": {"same": 0, "changed": len(rows), "added": 0, "removed": 0}, "clauses": rows}
        if path == "/api/documents/pending":
            return {"pending": [{"id": "1", "name": p, "by": p, "units": [p], "created": p} for p in all_]}
        if path == "/api/documents" and method == "POST":
            return {"files": [{"name": p, "status": "failed", "documents": [p], "provisions": 0, "reason": p, "notices": [p]} for p in all_], "counts": {}}
        if path == "/api/documents":
            return {"documents": [{**self.document(p), "articles": 1, "provisions": 1} for p in all_]}
        if path.startswith("/api/provisions/"):
            return {"id": "d#0", "path": all_[0], "text": all_[0], "heading": all_[0], "trail": [], "level": "", "parent": "", "verified": "", "document": document}
        if path == "/api/cases":
            return {"cases": [{"id": f"k{i}", "text": p, "created": p, "determination": {"scheme_title": p, "title": p}} for i, p in enumerate(all_)]}
        if path.startswith("/api/cases/"):
            return case
        if path == "/api/schemes":
            return {"schemes": [{"name": f"s{i}" if i else "s", "title": p, "outcomes": [{"name": p, "title": p}]} for i, p in enumerate(all_)]}
        if path == "/api/forms":
            fields = [{"name": p, "kind": "choice" if i % 3 else "text", "required": bool(i % 2), "hint": p, "choices": [p], "limit": 10, "sources": [p]} for i, p in enumerate(all_)]
            return {"forms": [{"name": f"f{i}", "title": p, "kind": p, "style": "plain", "from": p, "to": p, "fields": fields if i == 0 else [], "basis": [], "rules": list(all_),
                               "serves": [], "example": {}} for i, p in enumerate(all_)]}
        if path == "/api/drafts":
            return {"form": "f0", "kind": all_[0], "title": all_[1], "text": "\n".join(p.replace("\n", " ") for p in all_), "missing": list(all_[:9]), "values": {p: p for p in all_},
                    "basis": [{"provision": p, "shown": p, "digest": True} for p in all_], "label": all_[0], "docx": ""}
        if path == "/api/drafts/check":
            return {"file": all_[0], "kind": "", "draft": True, "passed": False, "findings": [{"rule": "x", "strength": p, "place": p, "message": p} for p in all_]}
        if path == "/api/text":
            return {"name": all_[0], "text": "".join(all_), "notices": list(all_)}
        if path == "/api/quality":
            bars = [{"name": p, "value": 0.5, "low": 0.4, "high": 0.6, "k": 1, "n": 2} for p in all_]
            return {"available": True, "charts": [{"title": p, "note": p, "unit": "share", "bars": bars[:2]} for p in all_],
                    "confusions": [{"scheme": all_[0], "n": 1, "labels": list(all_[:9]), "cells": [[1] * 9] * 9}], "runs": [],
                    "misses": [{"id": p, "task": p, "question": p, "expected": p, "provisions": [p]} for p in all_],
                    "trends": [{"name": p, "points": [{"date": p, "commit": p, "value": 0.5}] * 2} for p in all_]}
        if path == "/api/known-answers":
            return {"proposals": [{"at": p, "owner": p, "by": p, "question": p, "answer": p, "conversation": ""} for p in all_]}
        return None

    def document(self, p):
        return {"id": p, "title": p, "number": p, "issuer": p, "kind": "digest", "of": p, "region": p, "issued": p, "level": p, "effective": p, "repealed": None,
                "repealed_by": p, "version": p, "aliases": [p]}

    def reply(self, p):
        cited = {"provision": f"{p}#1", "path": p, "quote": p, "title": p, "number": p, "kind": p, "region": p}
        return {"text": p, "refusal": "ambiguous" if len(p) % 2 else None, "citations": [cited], "notices": [p], "label": p, "case": p}

    def determination(self):
        found = [{"element": f"e{i}", "title": p, "state": ("met", "unmet", "unclear")[i % 3], "quote": p, "span": [i, i + 5], "speaker": p, "note": p, "asked": bool(i % 2),
                  "citations": [{"provision": f"{p}#1", "path": p, "quote": p, "document": self.document(p)}]} for i, p in enumerate(PAYLOADS)]
        return {"id": "k", "scheme": "s", "scheme_title": PAYLOADS[0], "outcome": PAYLOADS[0], "title": PAYLOADS[1], "who": PAYLOADS[2], "findings": found, "reasons": list(PAYLOADS),
                "missing": list(PAYLOADS), "ask_next": PAYLOADS[3], "would_change": [{"if": {}, "outcome": p, "title": p, "words": p} for p in PAYLOADS], "citations": [], "parts": [],
                "follows": {p: p for p in PAYLOADS}, "tendency": None, "values": {p: p for p in PAYLOADS}, "notices": list(PAYLOADS), "label": PAYLOADS[0],
                "similar": [{"case": p, "outcome": p, "differences": [p], "decided": p} for p in PAYLOADS]}

    def stream(self):
        events = [{"type": "status", "text": p} for p in PAYLOADS] + [{"type": "text", "text": p + "\n"} for p in PAYLOADS]
        events += [{"type": "citation", "citation": {"provision": f"{p}#1", "path": p, "quote": p, "document": self.document(p)}} for p in PAYLOADS]
        events += [{"type": "notice", "text": p} for p in PAYLOADS]
        whole = {"type": "done", **self.reply(PAYLOADS[0]), "text": "\n".join(PAYLOADS), "notices": list(PAYLOADS), "conversation": PAYLOADS[0], "conversation_title": PAYLOADS[0], "trace": "t"}
        whole["citations"] = [{"provision": f"{p}#1", "path": p, "quote": p, "document": self.document(p)} for p in PAYLOADS]
        return "".join(f"event: {e['type']}\ndata: {json.dumps(e, ensure_ascii=False)}\n\n" for e in [*events, whole])
