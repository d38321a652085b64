"""How a notice names a clause: 《title》（number）第五十条, out of the store, within what the asker may see and what applies here."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from assistant.drafting.nouns import Basis
from assistant.errors import BadInput, NotFound
from assistant.regions import applies
from assistant.types import Asker, Document, Provision

_INNER = str.maketrans("《》", "〈〉")
_UNNUMBERED = re.compile(r"(?:要点|题头|导语|标题|段|附件|第[一二三四五六七八九十]+章)")
_ID = re.compile(r"[^#\s]+#[^#\s]+")


class Clauses:
    """Clauses by id for one asker and day. ``region`` is where the notice goes out: another region's rule is none here."""

    def __init__(self, fetch: Callable[[str], tuple[Provision, Document]], region: str = ""):
        self._fetch, self._region = fetch, region
        self._known: dict[str, Basis | None] = {}

    @classmethod
    def of(cls, store, asker: Asker, on: date | None = None, region: str = "") -> Clauses:
        return cls(lambda i: store.provision(i, asker, on), region)

    def __call__(self, id: str, typed: bool = False) -> Basis | None:
        """The clause, None where there is none in force that applies here.

        ``typed`` is for ids that a person or a determination gave: a clause of another region is then refused with BadInput.
        """
        if id not in self._known:
            self._known[id] = self._look(id, typed)
        return self._known[id]

    def _look(self, id: str, typed: bool) -> Basis | None:
        if not _ID.fullmatch(id):
            return None
        try:
            provision, document = self._fetch(id)
        except NotFound:
            return None
        if "news" in (document.kind, document.of):
            if typed:
                raise BadInput(f"《{document.title.translate(_INNER)}》是新闻报道，不能作为文书的依据。请改用规定的原文。")
            return None
        if document.region not in ("", "全国"):
            here = bool(self._region) and applies(document.region, self._region)
            if typed and self._region and not here:
                raise BadInput(f"{named(provision, document)}是{document.region}的规定，不能作为{self._region}文书的依据。请改用本地或全国的规定。")
            if not here and not typed:
                return None
        return Basis(provision.id, named(provision, document), document.kind == "digest")


def named(provision: Provision, document: Document) -> str:
    """A clause as official documents name it: title, number, place; no place where the digest numbers its points itself."""
    if "talk" in (document.kind, document.of):
        return f"“{document.title}”的要求"
    number = f"（{document.number}）" if document.number and document.number not in document.title else ""
    path = "" if _UNNUMBERED.match(provision.path) else provision.path
    return f"《{document.title.translate(_INNER)}》{number}{path}"
