"""Determinations as JSON for the store, and back. Clauses are kept by id and quote; their text comes from the store again."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from assistant.classifying.nouns import Change, Determination, Finding, Similar
from assistant.types import Citation

Cite = Callable[[str, str], Citation | None]


def dump(of: Determination) -> str:
    """JSON of a determination."""
    return json.dumps(_plain(of), ensure_ascii=False)


def _plain(of: Determination) -> dict[str, Any]:
    out = {k: v for k, v in vars(of).items() if k not in ("findings", "citations", "parts", "would_change", "similar", "id")}
    out["citations"] = [[c.provision, c.quote] for c in of.citations]
    out["findings"] = [{**{k: v for k, v in vars(f).items() if k != "citations"}, "citations": [[c.provision, c.quote] for c in f.citations]}
                       for f in of.findings]
    out["would_change"] = [asdict(c) for c in of.would_change]
    out["similar"] = [asdict(s) for s in of.similar]
    out["parts"] = [_plain(p) for p in of.parts]
    return out


def load(text: str, cite: Cite) -> Determination:
    """A determination from its JSON; a clause that is no longer to be had is left out."""
    return _whole(json.loads(text), cite)


def _whole(raw: Mapping[str, Any], cite: Cite) -> Determination:
    def citations(pairs: list) -> tuple[Citation, ...]:
        return tuple(c for c in (cite(id, quote) for id, quote in pairs) if c)

    findings = tuple(Finding(**{**f, "span": tuple(f["span"]) if f["span"] else None, "citations": citations(f["citations"])})
                     for f in raw["findings"])
    known = {k: _tuple(v) for k, v in raw.items() if k not in ("findings", "citations", "parts", "would_change", "similar")}
    return Determination(**{**known, "findings": findings, "citations": citations(raw["citations"]),
                            "would_change": tuple(Change(c["given"], _tuple(c["outcome"]), c["title"]) for c in raw["would_change"]),
                            "similar": tuple(Similar(**{k: _tuple(v) for k, v in s.items()}) for s in raw["similar"]),
                            "parts": tuple(_whole(p, cite) for p in raw["parts"])})


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
