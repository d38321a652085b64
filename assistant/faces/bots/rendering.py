"""From an answer (the shape of a chat) to what a chat platform shows: its markdown, its bytes, and nothing that acts.

Words of documents, of people and of a model are made inert: they mention nobody, link nowhere and carry no markup. The clauses
that an answer rests on always follow it, each whole, with number, clause and link; the label stands in every part.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from assistant.classifying.nouns import STATE_WORDS
from assistant.faces.bots.splitting import Piece, pack, shortened, size
from assistant.types import DIGEST_NOTE, LABEL

Json = Mapping[str, Any]

LONGEST_QUOTE = 120
"""Characters of a quote below an answer; the whole clause is behind the link."""
MOST_CITED = 12
ASK_OPINION = "回复“有用”或“没用”，告诉我们这次答得怎样。"
CUT = "（答复太长，后面的没有发送。请把问题问得具体一些，或到网页上提问。）"

_SIGNS = str.maketrans({"@": "＠", "<": "＜", ">": "＞", "*": "＊", "`": "｀", "~": "～", "|": "｜", "\\": "＼", "&": "＆", "_": "＿"})
_HIDDEN = re.compile("[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f\ud800-\udfff]")
_STEPS = ((re.compile(r"!(?=\[)"), "！"), (re.compile(r"\](?=\s*[(:\[])"), "］"), (re.compile(r"(?m)^(\s*)#"), r"\1＃"), (re.compile(r":(?=//)"), "："),
          (re.compile(r"(?i)\b(javascript|data|vbscript|file|tel|mailto|sms|dtmd|lark|feishu|wxwork|dingtalk)\s*:"), r"\1："),
          (re.compile(r"(?<=[A-Za-z0-9])\.(?=[A-Za-z])"), "．"), (re.compile(r"(?m)^(\s*)([-=+])(?=[-=+\s])"), lambda m: m[1] + {"-": "－", "=": "＝", "+": "＋"}[m[2]]))


@dataclass(frozen=True)
class Style:
    """What a platform shows: bytes of one message, how many messages, whether tables and marks (bold, links) are known."""

    limit: int
    parts: int = 6
    tables: bool = False
    marks: bool = True


@dataclass(frozen=True)
class Shown:
    """An answer as texts, each within the limit; ``about`` names it for opinions."""

    texts: tuple[str, ...]
    about: str = ""


def inert(text: str) -> str:
    """Words without anything that a chat platform acts on; as many characters as before, less hidden ones.

    >>> inert('<at user_id="all"></at> @张三 [点](javascript:alert(1)) http://a.cn/x **粗**')
    '＜at user＿id="all"＞＜/at＞ ＠张三 [点］(javascript：alert(1)) http：//a．cn/x ＊＊粗＊＊'
    """
    text = _HIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).translate(_SIGNS)
    for pattern, instead in _STEPS:
        text = pattern.sub(instead, text)
    return text


def title(document: Json) -> str:
    """《Title》 with its number, inert."""
    name = document["title"].replace("《", "〈").replace("》", "〉")
    name = f"《{name}》" if name else str(document["id"])
    return inert(name + (f"（{document['number']}）" if document.get("number") and document["number"] not in name else ""))


def clause_link(base_url: str, provision: str) -> str:
    """Where a clause can be read."""
    return f"{base_url.rstrip('/')}/clauses/{quote(provision, safe='')}"


def citation(place: int, of: Json, base_url: str, style: Style) -> str:
    """One clause as lines that stand together."""
    words = inert(" ".join(of["quote"].split()))
    words = words if len(words) <= LONGEST_QUOTE else words[:LONGEST_QUOTE] + "……"
    if of["document"].get("kind") == "digest":
        words = "要点：" + words + ("" if DIGEST_NOTE in words else DIGEST_NOTE)
    else:
        words = f"“{words}”"
    head = f"[{place}] {shortened(title(of['document']), 400)} {shortened(inert(of['path']), 150)}"
    room = style.limit // 3
    if base_url and size(link := clause_link(base_url, of["provision"])) <= 600:
        where = f"[查看条款原文]({link})" if style.marks else f"条款原文：{link}"
    else:
        where = f"条款编号：{shortened(inert(of['provision']), 300)}"
    return f"{head}\n{shortened(words, max(room, 60))}\n{where}\n"


def table(of: Json) -> tuple[tuple[str, str, str], ...]:
    """The elements of a case: name, state, words of the case."""
    return tuple((inert(f["title"]), STATE_WORDS.get(f["state"], f["state"]), inert(" ".join((f.get("quote") or "").split())) or "—") for f in of["findings"])


def elements(of: Json, style: Style) -> list[Piece]:
    """The elements of a case as a table where the platform shows one, else line by line."""
    rows = table(of)
    if style.tables:
        lines = ["| 要素 | 情况 | 案情中的话 |\n| --- | --- | --- |\n", *(f"| {a} | {b} | {shortened(c, 240)} |\n" for a, b, c in rows)]
        return [Piece("".join(lines), whole=size("".join(lines)) < style.limit // 2)]
    bold = "**" if style.marks else ""
    return [Piece(f"{bold}{shortened(a, 120)}{bold}：{b}" + (f"（“{shortened(c, 240)}”）" if c != "—" else "") + "\n", whole=True) for a, b, c in rows]


def head(reply: Json) -> str:
    return inert(reply["text"]).strip()


def cited(reply: Json, base_url: str, style: Style) -> list[str]:
    """The clauses of an answer as blocks, each once."""
    given = reply["citations"]
    out = [citation(n, c, base_url, style) for n, c in enumerate(given[:MOST_CITED], 1)]
    return out + ([f"另有 {len(given) - MOST_CITED} 处依据，请到网页上查看。\n"] if len(given) > MOST_CITED else [])


def notices(reply: Json) -> str:
    return "".join(f"提示：{shortened(inert(n), 600)}\n" for n in reply["notices"])


def number(reply: Json) -> str:
    """The short number of an answer, which also tells two equal answers apart."""
    return str(reply.get("trace") or "")[-12:]


def shown(reply: Json, style: Style, base_url: str = "", *, with_table: bool = True, ask: bool = True) -> Shown:
    """An answer as texts of at most ``style.limit`` bytes: what was found, its elements, its clauses, hints, the label."""
    label = inert(reply.get("label") or LABEL)
    about = number(reply)
    foot = f"\n{label}" + (f" · 编号 {about}" if about else "")
    last = foot + (f"\n{ASK_OPINION}" if ask and about else "")
    counter = size("（99/99）\n")
    room = style.limit - size(last) - counter
    body = [Piece(head(reply) + "\n")]
    if with_table and reply.get("determination"):
        body += [Piece("\n"), *elements(reply["determination"], style)]
    grounds = cited(reply, base_url, style)
    tail = [Piece(t, whole=True) for t in (["\n依据：\n"] if grounds else []) + grounds]
    hints = [Piece("\n" + notices(reply))] if reply["notices"] else []
    parts = joined(body, [*tail, *hints], room, style.parts)
    texts = [part.strip("\n") + (last if n == len(parts) else foot) for n, part in enumerate(parts, 1)]
    return Shown(tuple(f"（{n}/{len(texts)}）\n{t}" if len(texts) > 1 else t for n, t in enumerate(texts, 1)), about)


def joined(body: Sequence[Piece], tail: Sequence[Piece], room: int, most: int) -> list[str]:
    """Body and tail in parts; the tail begins a new part when only so it stays in one. Too many parts lose from the body, and say so."""
    together = pack([*body, *tail], room)
    grounds = pack(tail, room)
    if len(together) > 1 and len(grounds) == 1:
        front = pack(body, room)
        if front and size(front[-1]) + size(grounds[0]) <= room:
            together = [*front[:-1], front[-1] + grounds[0]]
        else:
            together = [*front, *grounds]
    if len(together) <= most:
        return together
    if most == 1:
        kept = "".join(grounds[:1])
        return [shortened("".join(p.text for p in body), max(room - size(CUT) - size(kept), 32)) + CUT + kept]
    grounds = grounds[:most - 1]
    front = pack(body, room)[:most - len(grounds)]
    front[-1] = shortened(front[-1], room - size(CUT)) + CUT
    return [*front, *grounds]


def told(text: str, limit: int) -> str:
    """A short text of ours, which may hold what a person wrote: inert, within the limit."""
    return shortened(inert(text), limit)
