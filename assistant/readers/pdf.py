"""PDF with a text layer, by pdfium: the one reader of those tried that gives Chinese text without stray radicals."""

from __future__ import annotations

import re

from assistant.readers.encoding import garbled, likeness, unify
from assistant.readers.extract import Limits, Parsed, Refused

FORMAT = "pdf"
SUFFIXES = (".pdf",)

_OCR = "请先做文字识别（OCR），核对后存为 .docx、.txt 或带文字层的 .pdf 再导入"
_THIN = 20
"""Fewer characters than this on a page mean that it is a picture of a page."""


def parse(data: bytes, limits: Limits) -> Parsed:
    """The text of each page in reading order, pages divided by ``\\n\\f``."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower() or "security" in str(error).lower():
            raise Refused("PDF 加了密码；请用原密码打开，取消密码后另存再导入") from error
        raise Refused("PDF 文件已损坏，打不开；请向来源重新索取，或用阅读器打开后另存再导入") from error
    count = len(document)
    if not count:
        raise Refused("PDF 里没有页面；请检查文件是否完整")
    if count > limits.pages:
        raise Refused(f"PDF 有 {count} 页，超过 {limits.pages} 页的上限；请拆分后再导入")
    pages, total, thin = [], 0, []
    for i in range(count):
        try:
            page = document[i]
            text = _tidy(page.get_textpage().get_text_range())
        except pypdfium2.PdfiumError:
            page, text = None, ""
        if len(re.sub(r"\s", "", text)) < _THIN and (page is None or _pictured(page)):
            thin.append(i + 1)
        if page is not None:
            page.close()
        total += len(text)
        if total > limits.chars:
            raise Refused(f"文字超过 {limits.chars // 10000} 万字的上限；请拆分后再导入")
        pages.append(text)
    visible = sum(len(re.sub(r"\s", "", text)) for text in pages)
    if visible < _THIN * count and (thin or not visible):
        raise Refused(f"PDF 没有文字层（共 {count} 页，只取到 {visible} 个字），多半是扫描件；{_OCR}")
    text = unify("\n\f".join(pages))
    if garbled(text) or _uncommon(text):
        raise Refused(f"PDF 的字体没有文字对照，取出的是乱码；{_OCR}")
    notices = ()
    if thin:
        shown = "、".join(map(str, thin[:10])) + ("等" if len(thin) > 10 else "")
        notices = (f"第 {shown} 页没有文字层（多半是图片），其中的文字未收入",)
    meta = document.get_metadata_dict(skip_empty=True)
    marks = tuple(meta[key] for key in ("Title", "Subject", "Keywords") if meta.get(key))
    return Parsed(text, notices, marks)


def _uncommon(text: str) -> bool:
    """Whether the characters are random ones: a font whose codes are mapped to the wrong characters, or to private ones."""
    wide = re.sub(r"[\x00-\x7f\s]", "", text[:20_000])
    return len(wide) >= 60 and likeness(wide) < 0.12


def _tidy(text: str) -> str:
    # pdfium writes U+FFFE where a line ends in a hyphen, and NUL for glyphs without a code.
    return re.sub("[\ufffe\uffff\0\ufeff]", "", text.replace("\r\n", "\n").replace("\r", "\n")).strip("\n")


def _pictured(page) -> bool:
    import pypdfium2.raw as raw

    return any(o.type == raw.FPDF_PAGEOBJ_IMAGE for o, _ in zip(page.get_objects(max_depth=3), range(50), strict=False))
