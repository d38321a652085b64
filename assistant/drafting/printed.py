"""A notice as Markdown: the same words as in the Word file, for reading, for comparing and for the web."""

from __future__ import annotations

import re

from assistant.drafting.nouns import Notice, numbers

_LIVE = re.compile(r"([\\`*_<>\[\]|#~&])")


def inert(text: str) -> str:
    """Text in which nothing is markup any more; it reads as it did.

    >>> inert("<b>张*三")
    '\\\\<b\\\\>张\\\\*三'
    """
    return _LIVE.sub(r"\\\1", text)


def markdown(notice: Notice) -> str:
    """The whole notice, the label first, one paragraph a block; what is missing stands in a list at the end."""
    out = [f"> {notice.label}", ""]
    if notice.issuer and notice.style != "plain":
        out += [f"**{inert(notice.issuer)}**", ""]
    number = inert(notice.number) + (f"　签发人：{inert(notice.signer)}" if notice.signer else "")
    if number:
        out += [number, ""]
    out += [f"# {inert(notice.title)}", ""]
    if notice.addressees:
        out += [inert("、".join(notice.addressees)) + "：", ""]
    for block, mark in zip(notice.body, numbers(b.level for b in notice.body)):
        out += [mark.replace(".", "\\.") + inert(block.text), ""]
    if notice.attachments:
        single = len(notice.attachments) == 1
        out += ["附件：" + "　".join((inert(a) if single else f"{i}\\. {inert(a)}") for i, a in enumerate(notice.attachments, 1)), ""]
    out += [inert(line) + "  " for line in (notice.signature, notice.date) if line]
    out += [""] if notice.signature or notice.date else []
    if notice.note:
        out += [f"（{inert(notice.note)}）", ""]
    if notice.copies:
        out += [f"抄送：{inert('，'.join(notice.copies))}。", ""]
    if notice.printer or notice.printed:
        out += [f"{inert(notice.printer)}　{inert(notice.printed)}{'印发' if notice.printed else ''}".strip(), ""]
    if notice.missing:
        out += ["---", "", f"待填（{len(notice.missing)} 项）：{inert('、'.join(notice.missing))}", ""]
    return "\n".join(out).rstrip() + "\n"
