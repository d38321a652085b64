"""Members of a .zip, one after another, each with the name its maker gave it; nothing is ever written to disk."""

from __future__ import annotations

import re
import unicodedata
import zipfile
from collections.abc import Collection, Container, Iterator
from pathlib import PurePosixPath

from assistant.readers.encoding import likeness
from assistant.readers.extract import SIDECAR, Limits, Refused, Sidecar
from assistant.readers.packed import opened, unpacked

_YAML = (".yaml", ".yml", ".YAML", ".YML", ".Yaml", ".Yml")
JUNK = frozenset(("__MACOSX", "Thumbs.db", "desktop.ini", ".DS_Store"))


def members(data: bytes, limits: Limits) -> Iterator[tuple[str, bytes | str, Sidecar]]:
    """(name, bytes or the Chinese reason why there are none, its sidecar) in order of names.

    Folders, hidden files and sidecars are passed over. Raises Refused for an archive that cannot be used at all.
    """
    archive = opened(data, limits)
    named = sorted(((member_name(entry), entry) for entry in archive.infolist() if not entry.filename.endswith(("/", "\\"))), key=lambda item: item[0])
    files = {name: entry for name, entry in named}
    shown = [(name, entry) for name, entry in named if not junk(name)]
    for name, entry in shown:
        if is_sidecar(name, files):
            continue
        beside = _sidecar(archive, name, files, limits)
        if isinstance(beside, str):
            yield name, beside, Sidecar()
        else:
            yield name, _member(archive, name, entry, limits), beside


def _member(archive: zipfile.ZipFile, name: str, entry: zipfile.ZipInfo, limits: Limits) -> bytes | str:
    if name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in PurePosixPath(name).parts:
        return "压缩包内的文件名指向压缩包之外（可能是有意构造），未读取；请重新打包后再导入"
    if (entry.external_attr >> 16) & 0o170000 == 0o120000:
        return "压缩包内的这一项是链接，未读取；请打包文件本身后再导入"
    if PurePosixPath(name).suffix.lower() in (".zip", ".rar", ".7z", ".gz", ".tgz"):
        return "压缩包里还有压缩包，未展开；请先解开里面的压缩包再导入"
    try:
        return unpacked(archive, entry, limits, limits.file)
    except Refused as refused:
        return str(refused)


def _sidecar(archive: zipfile.ZipFile, name: str, files: dict[str, zipfile.ZipInfo], limits: Limits) -> Sidecar | str:
    try:
        beside = only_sidecar(name, files)
        data = unpacked(archive, files[beside], limits, SIDECAR) if beside else b""
    except Refused as refused:
        return f"旁注文件不能用：{refused}"
    if beside and not data.strip():
        return f"旁注文件 {beside} 是空的；请写上“键: 值”，或删去它，再导入"
    return Sidecar(beside, data)


def sidecars(name: str) -> tuple[str, ...]:
    """The names under which a file's sidecar may lie beside it."""
    stem = PurePosixPath(name).suffix and name[:-len(PurePosixPath(name).suffix)]
    return tuple(base + ending for base in (name, stem) if base for ending in _YAML)


def only_sidecar(name: str, among: Container[str]) -> str:
    """The one sidecar of a file among the names beside it, "" if there is none; Refused when several lie there."""
    found = [beside for beside in sidecars(name) if beside in among and beside != name]
    if len(found) > 1:
        raise Refused(f"旁边有 {len(found)} 份旁注文件（{'、'.join(map(shown_name, found))}），不知以哪一份为准；请只留一份再导入")
    return found[0] if found else ""


def is_sidecar(name: str, among: Collection[str]) -> bool:
    """Whether a name is that of a sidecar of another of these names."""
    if not name.endswith(_YAML):
        return False
    stem = name[:name.rindex(".")]
    return stem in among or any(other.startswith(stem) and stem + PurePosixPath(other).suffix == other and not other.endswith(_YAML) for other in among)


def junk(name: str) -> bool:
    """Hidden files, lock files of office programs, and what systems leave in folders."""
    return any(part in JUNK or part.startswith((".", "~$")) and part not in (".", "..") for part in PurePosixPath(name).parts)


def member_name(entry: zipfile.ZipInfo) -> str:
    """The member's name: UTF-8 when flagged (or when it is valid UTF-8), else GB18030 or Big5 before the cp437 of the standard."""
    name = entry.filename
    if not entry.flag_bits & 0x800:
        try:
            raw = name.encode("cp437")
        except UnicodeEncodeError:
            raw = b""
        if raw and not raw.isascii():
            name = _read(raw, name)
    return shown_name(name.replace("\\", "/")) or "未命名"


def _read(raw: bytes, name: str) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        best = name
        for encoding in ("big5", "gb18030"):
            try:
                read = raw.decode(encoding)
            except UnicodeDecodeError:
                continue
            if encoding == "gb18030" and likeness(read) + 0.1 >= likeness(best) or likeness(read) > likeness(best):
                best = read
        return best


def shown_name(name: str) -> str:
    """A name that is safe to show: control, direction and private characters become ``_``, at most 200 characters.

    >>> shown_name("a\\u202etxt.exe\\n")
    'a_txt.exe_'
    """
    name = "".join("_" if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") else c for c in unicodedata.normalize("NFC", name))
    if len(name) > 200:
        suffix = PurePosixPath(name).suffix[:10]
        name = name[:199 - len(suffix)] + "…" + suffix
    return name
