"""The shipped clauses and forms for tests of drafting, without a home."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from assistant import library, readers
from assistant.drafting import forms
from assistant.errors import NotFound

CORPUS = Path(__file__).resolve().parents[1] / "corpus"
GOLDEN = Path(__file__).with_name("golden") / "notices"


@lru_cache(maxsize=1)
def provisions():
    """Every shipped clause: id -> (provision, document)."""
    return {p.id: (p, d.document) for item in readers.read(CORPUS / "documents") for d in library.prepare(item) for p in d.provisions}


def fetch(id):
    """A clause the way a store gives it."""
    if id not in provisions():
        raise NotFound(f"没有“{id}”。")
    return provisions()[id]


FORMS = forms.load(CORPUS / "notices")
