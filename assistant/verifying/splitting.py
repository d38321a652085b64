"""A reply into claims, and what a claim quotes."""

from __future__ import annotations

import re
import unicodedata

from assistant.chinese import CJK
from assistant.verifying.wording import DEPENDENT, NEUTRAL

_END = re.compile(r"[。！？!?；;]+[”’」』）)》]*|\n+")
_BULLET = re.compile(rf"^\s*(?:[-*•·●▪>]+\s+|#+\s*|\d{{1,2}}\s*[.．、)）]\s*(?=[{CJK}“《])|[（(]\d{{1,2}}[）)]\s*|\*\*)+")
_QUOTE = re.compile(r"“([^“”]+)”|「([^「」]+)」|\"([^\"]+)\"|『([^『』]+)』")


def sentences(text: str) -> tuple[str, ...]:
    """The claims of a reply, without bullets and bold marks; what cannot stand without the part before its ； stays with it.

    >>> sentences("1. 甲应当办。\\n- 乙不得办；情节严重的，开除。")
    ('甲应当办。', '乙不得办；情节严重的，开除。')
    """
    out: list[str] = []
    start, joined = 0, False
    depth_text = text.replace("**", "")
    cuts = [(m.start(), m.end(), m[0]) for m in _END.finditer(depth_text)] + [(len(depth_text), len(depth_text), "")]
    for at, end, mark in cuts:
        if _open_quote(depth_text[start:at]) and "\n" not in mark and mark and not re.search("[”」』]", mark):
            continue
        if mark[:1] in ("；", ";") and re.search("[：:]", depth_text[start:at]):
            continue
        piece = _BULLET.sub("", depth_text[start:end]).strip()
        start = end
        if not re.search(rf"[{CJK}\w]", piece):
            continue
        if joined and out and DEPENDENT.match(piece):
            out[-1] += piece
        else:
            out.append(piece)
        joined = mark.startswith(("；", ";"))
    return tuple(out)


def _open_quote(text: str) -> bool:
    return text.count("“") > text.count("”") or text.count("（") > text.count("）")


def quotes(claim: str) -> tuple[str, ...]:
    """What the claim puts between quotation marks; each must stand letter for letter in the clause it renders.

    >>> quotes("实行“有功记星”。")
    ('有功记星',)
    """
    return tuple(next(g for g in m.groups() if g) for m in _QUOTE.finditer(claim))


def neutral(claim: str) -> bool:
    """Whether a sentence claims nothing (请以原文为准。); matched whole, so that nothing rides along.

    >>> neutral("以上为初步意见，须经人工审核。"), neutral("您可以放心，请以原文为准。")
    (True, False)
    """
    bare = unicodedata.normalize("NFKC", claim).replace(" ", "").replace("\n", "")
    bare = re.sub("^[。.!:;,]+|[。.!:;,]+$", "", bare)
    bare = bare.replace(",", "，")
    return any(p.fullmatch(bare) or p.fullmatch(bare.replace("，", ",")) for p in NEUTRAL)
