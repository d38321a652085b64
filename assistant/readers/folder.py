"""Files on disk: what lies in a folder, and the bytes of one file, without following links out or opening devices."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from assistant.readers.archive import is_sidecar, junk, only_sidecar, shown_name, sidecars
from assistant.readers.extract import MIB, SIDECAR, Limits, Refused, Sidecar, Unreadable


def display(path: Path | str) -> str:
    """A path's text as it may be shown; names that are not UTF-8 are read as GB18030."""
    raw = os.fsencode(path)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", "replace")
    return shown_name(text)


def listed(root: Path, limits: Limits) -> Iterator[tuple[Path, str] | Unreadable]:
    """(path, name relative to ``root``) of each file below it, sorted; links that lead out and unreadable folders are told."""
    real = os.path.realpath(root)
    found: list[tuple[str, Path | str]] = []
    # Folders waiting, so that no depth of nesting can exhaust the stack.
    waiting = [""]
    while waiting:
        below = waiting.pop()
        try:
            entries = list(os.scandir(os.path.join(root, below) if below else root))
        except PermissionError:
            found.append((below or ".", "没有权限打开这个文件夹；请检查权限后再导入"))
            continue
        except OSError as error:
            found.append((below or ".", f"文件夹打不开（{error.strerror}）；请检查后再导入"))
            continue
        for entry in entries:
            name = os.path.join(below, entry.name) if below else entry.name
            if junk(entry.name):
                continue
            if entry.is_symlink():
                target = os.path.realpath(entry.path)
                if target != real and not target.startswith(real.rstrip(os.sep) + os.sep):
                    found.append((name, "是指向文件夹之外的链接，未读取；请把文件本身放进来再导入"))
            elif entry.is_dir(follow_symlinks=False):
                waiting.append(name)
            else:
                found.append((name, Path(entry.path)))
        if len(found) > limits.files:
            yield Unreadable(display(root.name), f"文件超过 {limits.files} 个的上限；请分批导入")
            return
    names = {name for name, _ in found}
    for name, what in sorted(found, key=lambda item: item[0]):
        if isinstance(what, str):
            yield Unreadable(display(name), what)
        elif not is_sidecar(name, names):
            yield what, display(name)


def content(path: Path, limits: Limits, *, follow: bool) -> bytes | str:
    """The bytes of a regular file, or the Chinese reason why there are none."""
    most = limits.archive if path.suffix.lower() == ".zip" else limits.file
    try:
        # Without O_NONBLOCK opening a FIFO would wait for a writer for ever.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY | (0 if follow else os.O_NOFOLLOW))
    except FileNotFoundError:
        return "找不到这个文件；请检查路径是否写对"
    except PermissionError:
        return "没有权限读取；请检查文件权限后再导入"
    except OSError as error:
        return f"打不开（{error.strerror}）；请检查文件后再导入"
    try:
        about = os.fstat(handle)
        if not stat.S_ISREG(about.st_mode):
            return "不是普通文件（是管道、设备或套接字一类），未读取；请选择文档文件"
        if about.st_size > most:
            return f"有 {about.st_size // MIB} MB，超过 {most // MIB} MB 的上限；请拆分后再导入"
        with os.fdopen(handle, "rb", closefd=False) as stream:
            data = stream.read(most + 1)
        return data if len(data) <= most else f"超过 {most // MIB} MB 的上限；请拆分后再导入"
    except OSError as error:
        return f"读取时出错（{error.strerror}）；请检查磁盘或网络盘后再导入"
    finally:
        os.close(handle)


def regular(path: Path) -> bool:
    """Whether opening the path is safe: a regular file (links followed), nothing that acts when opened."""
    try:
        return stat.S_ISREG(os.stat(path).st_mode)
    except OSError:
        return False


def beside(path: Path) -> Sidecar | str:
    """A file's sidecar, or the Chinese reason why the one that lies there cannot be used."""
    try:
        name = only_sidecar(path.name, _lying(path))
    except Refused as refused:
        return str(refused)
    if not name:
        return Sidecar()
    shown, held = display(name), path.with_name(name)
    if held.is_symlink() or not regular(held):
        return f"旁注文件 {shown} 是链接或不是普通文件，未读取；请把文件本身放在旁边，或移走它，再导入"
    if held.stat().st_size > SIDECAR:
        return f"旁注文件 {shown} 超过 {SIDECAR >> 10} KB；请只写“键: 值”的说明，再导入"
    data = content(held, Limits(), follow=False)
    if isinstance(data, str):
        return f"旁注文件 {shown} {data}"
    return Sidecar(shown, data) if data.strip() else f"旁注文件 {shown} 是空的；请写上“键: 值”，或删去它，再导入"


def _lying(path: Path) -> frozenset[str]:
    found = {}
    for name in sidecars(path.name):
        try:
            about = os.lstat(path.with_name(name))
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:
                continue
            raise Refused(f"看不到旁边有没有旁注文件（{error.strerror}）；请检查文件夹权限后再导入") from error
        # Where upper and lower case are one, the same file answers to several names.
        found.setdefault((about.st_dev, about.st_ino), name)
    return frozenset(found.values())
