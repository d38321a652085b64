"""The draft mark in a Word file, and the file without it: header text and what the file says of itself (GB 45438—2025)."""

from __future__ import annotations

import io
import re
import zipfile

from assistant.readers.docx import Package
from assistant.readers.extract import Limits, Refused
from assistant.readers.numbering import attribute, local
from assistant.types import LABEL

AIGC = "AIGC"
"""Name of the custom property that marks generated content."""

_EDGE = re.compile(r"(?:header|footer)\d*\.xml")


def perform(data: bytes, limits: Limits) -> bytes:
    """The same file without its mark; everything else stays byte for byte. Raises Refused when there is none to take away."""
    package = Package(data, limits)
    changed: dict[str, bytes] = {}
    for name in package.names:
        if name.startswith("docProps/") and name.endswith(".xml"):
            root = package.part(name)
            if root is not None and _properties(root):
                changed[name] = _written(root)
        elif name.startswith(package.folder) and _EDGE.fullmatch(name[len(package.folder):]):
            root = package.part(name)
            if root is not None and _text(root):
                changed[name] = _written(root)
    if not changed:
        raise Refused("没有草稿标记：不是本助手起草的文件，或标记已经去掉，不用再定稿")
    return _packed(package, changed, limits)


def _properties(root) -> bool:
    """Take out the AIGC field and every property that holds the label; whether there was one."""
    found = [e for e in root if attribute(e, "name") == AIGC or LABEL in "".join(e.itertext())]
    for element in found:
        root.remove(element)
    return bool(found)


def _text(root) -> bool:
    """Take the label out of each paragraph, over however many runs a word processor has spread it."""
    found = False
    for paragraph in root.iter():
        if local(paragraph) != "p":
            continue
        pieces = [t for t in paragraph.iter() if local(t) == "t"]
        whole = "".join(t.text or "" for t in pieces)
        while LABEL in whole:
            found = True
            _cut(pieces, whole.index(LABEL), len(LABEL))
            whole = "".join(t.text or "" for t in pieces)
    return found


def _cut(pieces: list, start: int, length: int) -> None:
    at = 0
    for piece in pieces:
        text = piece.text or ""
        low, high = max(0, start - at), max(0, min(len(text), start + length - at))
        at += len(text)
        if low < high:
            piece.text = text[:low] + text[high:]


def _written(root) -> bytes:
    from lxml import etree

    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _packed(package: Package, changed: dict[str, bytes], limits: Limits) -> bytes:
    out = io.BytesIO()
    total = 0
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in package.archive.infolist():
            data = changed.get(entry.filename.lstrip("/"))
            data = package.raw(entry.filename.lstrip("/")) if data is None else data
            total += len(data)
            if total > limits.inflated:
                raise Refused("展开后太大，未处理；请检查文件来源")
            info = zipfile.ZipInfo(entry.filename, entry.date_time)
            info.compress_type, info.external_attr = entry.compress_type if entry.compress_type in (0, 8) else 8, entry.external_attr
            target.writestr(info, data)
    return out.getvalue()
