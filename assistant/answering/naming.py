"""Which documents a question names: by number, title, alias, the end of a title, or who speaks in them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from assistant.chinese import fold
from assistant.chunking import short_title
from assistant.types import Document

_QUOTED_TITLE = re.compile(r"《([^《》]{2,60})》")
_TYPE = "法|条例|规定|办法|规则|细则|准则|意见|通知|方案|决定|指引|规程|纲要|章程"
_TITLE_END = re.compile(rf"(?:{_TYPE})$")
_WEAK_PIECE = re.compile(rf"(?:工作|实施|管理|若干|有关|指导|具体|暂行|试行)?(?:{_TYPE})|[作施理干关行]?的?(?:{_TYPE})"
                         r"|若干规定|处分条例|工作规则|工作的?通知|工作的?意见|实施方案|实施办法|管理办法|暂行条例")
_LAW = re.compile(r"([\u4e00-\u9fff]{1,12}?(?:(?<![办方做说看想违执司守合依非立普书用没犯学枉])法(?:典)?|条例))(?=规定|里|中|对|第|的|怎|是|有|说|讲|上|[，,。？?\s]|$)")
_ORGAN = re.compile(r"(?:党组|党委|党工委|委员会|办公室)$")
_COMMON_ORGAN = re.compile(r"(?:中共)?(?:省|市|区|县|州)?(?:委|政府)?(?:组织|宣传|统战|办公|政法)?(?:部|厅|室|局|委|纪委|监委)?")


class Names:
    """The names of some documents, made once and asked of every question."""

    def __init__(self, documents: Iterable[Document]):
        self._names: list[tuple[str, tuple[str, ...]]] = []
        self._ends: dict[str, list[tuple[str, str]]] = {}
        self._bare: list[tuple[str, str]] = []
        stems = []
        for d in documents:
            self._names.append((d.id, tuple({fold(n) for n in (d.number, *filter(_is_name, (*d.aliases, short_title(d), d.title))) if len(n) >= 3})))
            self._bare.append((d.id, fold(short_title(d))))
            stem = re.sub(r"\((?:试行|暂行|修订).*?\)$", "", fold(short_title(d)))
            if _TITLE_END.search(stem):
                least = 3 if stem.endswith("法") else 4
                self._ends.setdefault(stem[-least:], []).append((d.id, stem))
            if d.issuer and (d.of or d.kind) in {"talk", "news"}:
                stems.append((d.id, _ORGAN.sub("", fold(d.issuer))))
        self._speakers = [(i, piece) for i, stem in stems for piece in (_own_piece(stem, [s for _, s in stems]),) if piece]

    def find(self, text: str) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], str]:
        """Ids of the documents a text names, the (folded) words that name each, the 《titles》 it names that are none of them, and the text without the names.

        Where several names fit, the longest wins; an id stands once.
        """
        folded = fold(text)
        best: dict[str, str] = {}
        for i, stem_piece in self._speakers:
            piece = next((stem_piece[-n:] for n in range(len(stem_piece), 3, -1) if stem_piece[-n:] in folded), "")
            if piece and not _COMMON_ORGAN.fullmatch(piece):
                best[i] = piece
        for i, names in self._names:
            found = max((n for n in names if n in folded), key=len, default="")
            if found and len(found) >= len(best.get(i, "")):
                best[i] = found
        quoted = {fold(t) for t in _QUOTED_TITLE.findall(text)}
        best.update((i, title) for i, title in self._bare if title in quoted)
        for end, titles in self._ends.items():
            if end not in folded:
                continue
            for i, stem in titles:
                piece = next(stem[-n:] for n in range(len(stem), len(end) - 1, -1) if stem[-n:] in folded)
                if i not in best and not _WEAK_PIECE.fullmatch(piece):
                    best[i] = piece
        kept = {i: n for i, n in best.items() if not any(n != o and n in o for o in best.values())}
        pieces = sorted(set(kept.values()), key=len, reverse=True)
        unknown = tuple(t for t in _QUOTED_TITLE.findall(text) if not any(p in fold(t) or fold(t) in p for p in pieces))
        return tuple(kept), tuple(kept.values()), unknown, _without(text, pieces)

    def unheard(self, text: str) -> tuple[str, ...]:
        """The laws and regulations that a text names without 《》 and that no document here resembles (安全生产法对瞒报怎么罚)."""
        out = []
        for m in _LAW.finditer(text):
            name = re.split(r".*(?:根据|依据|依照|按照|按|请问|关于|违反|和|与|跟|的|在|看)", m[1])[-1]
            stem = re.sub(r"(?:法典|法|条例)$", "", name)
            if len(name) >= 3 and stem and not any(sum(c in title for c in stem) >= 0.6 * len(stem) for _, title in self._bare):
                out.append(name)
        return tuple(out)


def _own_piece(stem: str, stems: Sequence[str]) -> str:
    """The issuer as it may be called: the whole, of which an end that no other issuer has may be said."""
    least = next((n for n in range(4, len(stem) + 1) if sum(s.endswith(stem[-n:]) for s in stems) == 1), 0)
    return stem if least else ""


def _is_name(alias: str) -> bool:
    """A title or alias that is a topic of its own (能上能下) names a document only in 《》."""
    return len(alias) >= 8 or bool(re.search(r"\d|(?:法|条例|规定|办法|规则|细则|准则|意见|通知|方案|决定|指引|规程|报道|发言|材料|文件?|讲话)$", alias))


def _without(text: str, folded_pieces: Sequence[str]) -> str:
    for piece in folded_pieces:
        pattern = r"\s*".join(re.escape(c) for c in piece)
        text = re.sub(rf"《?{pattern}》?", " ", unicodedata.normalize("NFKC", text).replace("〔", "(").replace("〕", ")"), flags=re.IGNORECASE)
    return text
