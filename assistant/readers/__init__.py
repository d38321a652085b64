"""Files to text: .txt .md .html .docx .pdf, folders and .zip of those; each parsed in a child process with limits."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from assistant.readers.extract import Extract, Limits, Sidecar, Unreadable

__all__ = ["Extract", "Limits", "Unreadable", "perform", "read", "read_bytes"]


def read(path: Path | str, *, limits: Limits = Limits()) -> Iterator[Extract | Unreadable]:
    """Every text in a file, a folder (with what is below it, sorted by name, hidden files passed over) or a .zip.

    What cannot be read comes as Unreadable and never stops the rest; nothing is raised for a bad file.
    """
    from assistant.readers import folder

    path = Path(path)
    name = folder.display(path.name or os.path.basename(os.path.realpath(path)))
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        yield Unreadable(name, "链接指向的文件已不在；请检查" if path.is_symlink() else "找不到这个文件或文件夹；请检查路径是否写对")
        return
    except PermissionError:
        yield Unreadable(name, "没有权限读取；请检查文件权限后再导入")
        return
    except (OSError, ValueError) as error:
        yield Unreadable(name, f"打不开（{getattr(error, 'strerror', None) or '路径写法有误'}）；请检查路径")
        return
    if not stat.S_ISDIR(mode):
        yield from _file(path, name, limits, follow=True)
        return
    empty = True
    for item in folder.listed(path, limits):
        empty = False
        if isinstance(item, Unreadable):
            yield item
        else:
            yield from _file(*item, limits, follow=False)
    if empty:
        yield Unreadable(name, "文件夹里没有文件；请检查路径是否写对")


def read_bytes(name: str, data: bytes, *, sidecar: bytes = b"", limits: Limits = Limits()) -> Iterator[Extract | Unreadable]:
    """The same for bytes that were uploaded under a name; only the last part of the name is used.

    ``sidecar`` is the text of a sidecar, b"" for none.
    """
    from assistant.readers.archive import shown_name

    name = shown_name(PurePosixPath(name.replace("\\", "/")).name) or "未命名"
    most = limits.archive if name.lower().endswith(".zip") else limits.file
    if len(data) > most:
        yield Unreadable(name, f"有 {len(data) >> 20} MB，超过 {most >> 20} MB 的上限；请拆分后再导入")
        return
    yield from _parsed(name, data, Sidecar(f"{name}.yaml", sidecar) if sidecar else Sidecar(), limits)


def perform(task: str, name: str, data: bytes, *, limits: Limits) -> bytes | Unreadable:
    """One of the other things the child process does with a Word file: ``sheet`` (its layout, as JSON), ``unmark``
    (the file without the draft mark)."""
    from assistant.readers import cage
    from assistant.readers.archive import shown_name

    name = shown_name(PurePosixPath(name.replace("\\", "/")).name) or "未命名"
    if PurePosixPath(name).suffix.lower() != ".docx":
        return Unreadable(name, "不是 .docx 文件；请用 WPS 或 Word 打开，另存为 .docx 再试")
    if len(data) > limits.file:
        return Unreadable(name, f"有 {len(data) >> 20} MB，超过 {limits.file >> 20} MB 的上限；请确认没有选错文件")
    found = cage.perform(task, name, data, limits) if data else Unreadable(name, "文件是空的（0 字节）；请检查是否保存完整")
    return Unreadable(name, found.reason.replace("再导入", "再试")) if isinstance(found, Unreadable) else found


def _file(path: Path, name: str, limits: Limits, *, follow: bool) -> Iterator[Extract | Unreadable]:
    from assistant.readers import folder

    reason = _unwanted(name)
    data = reason or (folder.content(path, limits, follow=follow) if not follow or folder.regular(path)
                      else "不是普通文件（是管道、设备或套接字一类），未读取；请选择文档文件")
    sidecar = folder.beside(path) if not isinstance(data, str) else Sidecar()
    if isinstance(data, str) or isinstance(sidecar, str):
        yield Unreadable(name, data if isinstance(data, str) else sidecar)
    else:
        yield from _parsed(name, data, sidecar, limits)


def _parsed(name: str, data: bytes, sidecar: Sidecar, limits: Limits) -> Iterator[Extract | Unreadable]:
    from assistant.readers import cage

    reason = _unwanted(name)
    if reason:
        yield Unreadable(name, reason)
    elif not data:
        yield Unreadable(name, "文件是空的（0 字节）；请检查是否保存完整，再导入")
    else:
        yield from cage.parse(name, data, sidecar, limits)


def _unwanted(name: str) -> str:
    from assistant.readers.signature import advice
    from assistant.readers.worker import formats

    return advice(PurePosixPath(name).suffix.lower(), frozenset([*formats(), ".zip"]))
