"""What a file says it is (its suffix) and what it is (its first bytes); and what to tell whoever brought another format."""

from __future__ import annotations

import io
import re
import zipfile

_WORD = "请用 WPS 或 Word 打开，另存为 .docx 后再导入"
_SHEET = "请把需要的文字复制到 Word 或记事本，存为 .docx 或 .txt 后再导入"
_SLIDES = "请把文字复制到 Word，存为 .docx 后再导入，或导出为带文字层的 .pdf"
_PICTURE = "图片里没有文字层；请先做文字识别（OCR），核对后存为 .docx 或 .txt 再导入"
_OFD = "请用 OFD 阅读器导出为带文字层的 .pdf，或复制文字存为 .docx 后再导入"
_PACKED = "请先解压，或改用 .zip 打包后再导入"

_ADVICE = {
    **dict.fromkeys((".doc", ".dot", ".wps", ".wpt", ".rtf", ".odt", ".uot", ".pages"), _WORD),
    **dict.fromkeys((".docm", ".dotm", ".dotx"), "请用 WPS 或 Word 打开，去掉宏，另存为 .docx 后再导入"),
    **dict.fromkeys((".xls", ".xlsx", ".xlsm", ".et", ".ett", ".ods", ".csv", ".tsv"), _SHEET),
    **dict.fromkeys((".ppt", ".pptx", ".pptm", ".pps", ".ppsx", ".dps", ".odp", ".key"), _SLIDES),
    **dict.fromkeys((".ofd", ".gd", ".gw", ".sep", ".ceb", ".cebx", ".caj"), _OFD),
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".heic"), _PICTURE),
    **dict.fromkeys((".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".cab", ".iso"), _PACKED),
    **dict.fromkeys((".mht", ".mhtml", ".eml", ".msg", ".epub"), "请用浏览器或原软件打开，另存为 .html、.txt 或 .docx 后再导入"),
}

_MAGIC = ((b"PK\x03\x04", "zip"), (b"PK\x05\x06", "zip"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
          (b"{\\rtf", "rtf"), (b"\x89PNG\r\n", "picture"), (b"\xff\xd8\xff", "picture"), (b"GIF8", "picture"),
          (b"BM", "bmp?"), (b"II*\0", "picture"), (b"MM\0*", "picture"), (b"Rar!", "packed"), (b"7z\xbc\xaf", "packed"),
          (b"\x1f\x8b\x08", "packed"), (b"\x7fELF", "program"), (b"MZ", "program?"))

_SAID = {"pdf": "PDF 文件", "zip": "压缩包（zip）", "docx": "Word 文档（docx）", "xlsx": "电子表格（xlsx）", "pptx": "演示文稿（pptx）",
         "ofd": "OFD 版式文件", "ole": "旧版 Office/WPS 文档（.doc、.xls、.ppt、.wps 一类）", "rtf": "RTF 文档", "picture": "图片",
         "packed": "压缩包", "program": "程序", "html": "网页（HTML）", "encrypted": "加了密码的 Office 文档"}

_HTML = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html|head|body)[\s>]",
                   re.I | re.S)


def advice(suffix: str, known: frozenset[str]) -> str:
    """The Chinese sentence for a suffix that no reader takes; "" when one does."""
    if suffix in known:
        return ""
    offered = "、".join(sorted(known))
    if suffix in _ADVICE:
        return f"不支持 {suffix} 格式；{_ADVICE[suffix]}"
    what = f"不支持 {suffix} 格式" if suffix else "文件名没有扩展名，不知道是什么格式"
    return f"{what}；可导入的格式有 {offered}，请转换后再导入"


def sniff(data: bytes) -> str:
    """pdf, docx, xlsx, pptx, ofd, zip, ole, encrypted, rtf, picture, packed, program, html, or "" for what may be text."""
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            if kind == "zip":
                return _inside(data)
            if kind == "ole":
                return "encrypted" if "EncryptedPackage".encode("utf-16-le") in data else "ole"
            if kind.endswith("?"):
                return ("picture" if kind == "bmp?" else "program") if b"\0" in data[:64] else ""
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "picture"
    if data[:1024].lstrip().startswith(b"%PDF-") or re.search(rb"(?:^|[\r\n])%PDF-\d", data[:1024]):
        return "pdf"
    return "html" if _HTML.match(data[:4096]) else ""


def _inside(data: bytes) -> str:
    try:
        names = [entry.filename for entry in zipfile.ZipFile(io.BytesIO(data)).infolist()]
    except Exception:  # a broken directory: the reader of its suffix says so
        return "zip"
    if "[Content_Types].xml" in names:
        for folder, kind in (("word/", "docx"), ("xl/", "xlsx"), ("ppt/", "pptx")):
            if any(name.startswith(folder) for name in names):
                return kind
    return "ofd" if "OFD.xml" in names else "zip"


def disagreement(suffix: str, data: bytes) -> str:
    """The Chinese sentence when the first bytes are of another format than the suffix says; "" when they agree."""
    found = sniff(data)
    if found == "encrypted":
        return "文档加了密码；请用 WPS 或 Word 打开，取消密码后另存为 .docx 再导入"
    wanted = {".pdf": "pdf", ".docx": "docx", ".zip": "zip"}.get(suffix, "html" if suffix in (".html", ".htm") else "")
    if found == wanted or (wanted == "html" and not found) or (wanted == "docx" and found == "zip"):
        return ""
    if wanted in ("pdf", "docx", "zip") and not found:
        name = {"pdf": "PDF", "docx": "Word 文档（docx）", "zip": "zip 压缩包"}[wanted]
        return f"扩展名是 {suffix}，内容却不是 {name}（文件损坏或改过扩展名）；请用原软件打开检查，另存后再导入"
    if not found:
        return ""
    said = _SAID[found]
    right = {"pdf": ".pdf", "docx": ".docx", "zip": ".zip", "html": ".html"}.get(found)
    todo = f"请把扩展名改为 {right} 后再导入" if right else {
        "ole": _WORD, "rtf": _WORD, "picture": _PICTURE, "packed": _PACKED, "ofd": _OFD, "xlsx": _SHEET, "pptx": _SLIDES,
        "program": "请确认文件没有选错"}[found]
    return f"扩展名是 {suffix}，内容却是{' ' if said[0].isascii() else ''}{said}；{todo}"
