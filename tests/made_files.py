"""Files made by code for the readers' tests: documents of each format, and hostile ones."""

from __future__ import annotations

import io
import zipfile
import zlib

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
TYPES = ('<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
         '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>')


def zipped(members, strength: int | None = None) -> bytes:
    """A .zip of (name, bytes, str or an iterable of bytes)."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=strength) as archive:
        for name, data in members:
            if isinstance(data, (bytes, str)):
                archive.writestr(name, data)
            else:
                with archive.open(name, "w", force_zip64=True) as stream:
                    for piece in data:
                        stream.write(piece)
    return held.getvalue()


def p(text: str, properties: str = "", run: str = "") -> str:
    """A paragraph; ``properties`` inside w:pPr, ``run`` inside w:rPr."""
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:rPr>{run}</w:rPr><w:t>{text}</w:t></w:r></w:p>"


def numbered(number: int, depth: int = 0) -> str:
    """The properties of a list paragraph."""
    return f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr>'


def docx(body: str, *, prolog: str = "", types: str = TYPES, **parts: str | bytes) -> bytes:
    """A .docx; further parts by path with ``__`` for ``/`` and ``_`` for ``.`` (``word__header1_xml``)."""
    extra = [(name.replace("__", "/").replace("_", "."), data) for name, data in parts.items()]
    return zipped([("[Content_Types].xml", types), ("word/document.xml", f"{prolog}<w:document {W}><w:body>{body}</w:body></w:document>"), *extra])


def level(depth: int, form: str, text: str, *, start: int = 1, more: str = "") -> str:
    """One w:lvl of numbering.xml."""
    return (f'<w:lvl w:ilvl="{depth}"><w:start w:val="{start}"/><w:numFmt w:val="{form}"/>{more}<w:lvlText w:val="{text}"/></w:lvl>')


def numbering(*lists: str, nums: str = "") -> str:
    """A numbering.xml with one w:abstractNum and w:num (ids from 1) for each string of levels."""
    abstract = "".join(f'<w:abstractNum w:abstractNumId="{i}">{levels}</w:abstractNum>' for i, levels in enumerate(lists, 1))
    made = "".join(f'<w:num w:numId="{i}"><w:abstractNumId w:val="{i}"/></w:num>' for i in range(1, len(lists) + 1))
    return f"<w:numbering {W}>{abstract}{made}{nums}</w:numbering>"


def pdf(pages: list[list[str]], *, encrypted: bool = False, picture: bool = False, title: str = "") -> bytes:
    """A PDF whose pages hold these lines, in a Chinese font that is not embedded."""
    objects: list[bytes] = [b"", b""]

    def add(data: bytes) -> int:
        objects.append(data)
        return len(objects)

    described = add(b"<</Type/FontDescriptor/FontName/STSong/Flags 6/FontBBox[0 0 1000 1000]/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 700/StemV 80>>")
    cid = add(b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>/FontDescriptor %d 0 R/DW 1000>>" % described)
    font = add(b"<</Type/Font/Subtype/Type0/BaseFont/STSong/Encoding/UniGB-UCS2-H/DescendantFonts[%d 0 R]>>" % cid)
    image = add(b"<</Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8/Length 1>>stream\n0\nendstream") if picture else 0
    kids = []
    for lines in pages:
        drawn = b"".join(b"<" + line.encode("utf-16-be").hex().encode() + b"> Tj T* " for line in lines)
        stream = b"BT /F1 16 Tf 20 TL 72 760 Td " + drawn + b"ET" + (b" q 500 0 0 700 40 60 cm /I1 Do Q" if picture else b"")
        content = add(b"<</Length %d>>stream\n" % len(stream) + stream + b"\nendstream")
        named = b"/XObject<</I1 %d 0 R>>" % image if picture else b""
        kids.append(add(b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R/Resources<</Font<</F1 %d 0 R>>%s>>>>" % (content, font, named)))
    objects[0] = b"<</Type/Catalog/Pages 2 0 R>>"
    objects[1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(kids), b" ".join(b"%d 0 R" % kid for kid in kids))
    trailer = b""
    if encrypted:
        locked = add(b"<</Filter/Standard/V 1/R 2/O<" + b"41" * 32 + b">/U<" + b"42" * 32 + b">/P -4>>")
        trailer = b"/Encrypt %d 0 R/ID[<00><00>]" % locked
    if title:
        trailer += b"/Info %d 0 R" % add(b"<</Title<feff" + title.encode("utf-16-be").hex().encode() + b">>>")
    return assembled(objects, trailer)


def pdf_bomb(size: int) -> bytes:
    """A PDF of about a kilobyte whose page content inflates through three filters to ``size`` bytes."""
    once = zlib.compressobj(1)
    stream = b"".join(once.compress(b" " * (1 << 20)) for _ in range(size >> 20)) + once.flush()
    stream = zlib.compress(zlib.compress(stream, 9), 9)
    return assembled([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
                      b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>",
                      b"<</Length %d/Filter[/FlateDecode/FlateDecode/FlateDecode]>>stream\n" % len(stream) + stream + b"\nendstream"])


def assembled(objects: list[bytes], trailer: bytes = b"") -> bytes:
    """A PDF from its objects, numbered from 1; the first is the catalogue."""
    out, offsets = b"%PDF-1.7\n", []
    for i, data in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n" % i + data + b"\nendobj\n"
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + b"".join(b"%010d 00000 n \n" % at for at in offsets)
    return out + table + b"trailer<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, trailer, len(out))
