"""The child process that parses: takes one file after another on stdin, answers in frames on stdout.

It never gets a path, opens no network, writes nothing, and starts no program. A frame is two 4-byte big-endian lengths,
a JSON object, and a body of bytes; nothing is unpickled on either side.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import pkgutil
import resource
import select
import struct
import sys
from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256
from pathlib import PurePosixPath
from types import ModuleType

from assistant.readers.extract import Limits, Parsed, Refused, Sidecar

IDLE = 120
"""Seconds without a file after which a worker ends by itself."""

_FAILED = "解析失败（{}），文件可能已损坏；请用原软件打开后另存再导入"
_FRAME = struct.Struct(">II")
_OWN = 192 << 20
"""Address space in bytes above its start at which a worker asks to be replaced."""


@lru_cache
def formats() -> dict[str, ModuleType]:
    """Suffix to module, for every module in this folder that says which SUFFIXES it reads.

    >>> formats()[".pdf"].FORMAT
    'pdf'
    """
    import assistant.readers as package

    found = (importlib.import_module(f"assistant.readers.{m.name}") for m in pkgutil.iter_modules(package.__path__))
    return {suffix: module for module in found for suffix in getattr(module, "SUFFIXES", ())}


def pack(head: dict, body: bytes = b"") -> bytes:
    """One frame."""
    top = json.dumps(head, ensure_ascii=False).encode("utf-8", "replace")
    return _FRAME.pack(len(top), len(body)) + top + body


def answers(name: str, data: bytes, sidecar: Sidecar, limits: Limits, start: int = 0) -> Iterator[tuple[dict, bytes]]:
    """The frames for one file: ``begin`` before each text is parsed, then ``extract`` or ``unreadable``, at last ``end``.

    ``start`` is the number of archive members already dealt with (by a worker that died over one of them).
    """
    from assistant.readers import archive

    known = formats()
    readable = frozenset([*known, ".zip"])
    suffix = PurePosixPath(name).suffix.lower()
    reason = _unfit(name, data, readable)
    if suffix == ".zip" and sidecar.name:
        reason = f"旁注文件 {sidecar.name} 不能说明整个压缩包，未导入；请把旁注文件放进包里每个文件的旁边，或移走它，再导入"
    if reason or suffix != ".zip":
        yield {"kind": "begin", "index": 0, "name": name}, b""
        yield _one(name, data, sidecar, known, limits) if not reason else ({"kind": "unreadable", "name": name, "reason": reason}, b"")
    else:
        count = 0
        try:
            for inner, held, beside in archive.members(data, limits):
                count += 1
                if count <= start:
                    continue
                inner = f"{name}/{inner}"
                yield {"kind": "begin", "index": count, "name": inner}, b""
                inside = held if isinstance(held, str) else _unfit(inner, held, readable)
                yield _one(inner, held, beside, known, limits) if not inside else ({"kind": "unreadable", "name": inner, "reason": inside}, b"")
            if not count:
                raise Refused("压缩包里没有可读的文件；请检查内容")
        except Refused as refused:
            yield {"kind": "unreadable", "name": name, "reason": str(refused)}, b""
        except MemoryError:
            raise
        except Exception as error:  # whatever a damaged directory may do to the standard library
            yield {"kind": "unreadable", "name": name, "reason": _FAILED.format(type(error).__name__)}, b""
    yield {"kind": "end"}, b""


TASKS = {"sheet": "assistant.readers.sheet", "unmark": "assistant.readers.draftmark"}
"""What else a worker does with a Word file besides taking its text: the module whose ``perform`` gives the result's bytes."""


def results(task: str, name: str, data: bytes, limits: Limits) -> Iterator[tuple[dict, bytes]]:
    """The frames for one of the other tasks: ``begin``, then ``result`` or ``unreadable``, at last ``end``."""
    yield {"kind": "begin", "index": 0, "name": name}, b""
    reason = _unfit(name, data, frozenset((".docx",)))
    body = b""
    if not reason:
        try:
            body = importlib.import_module(TASKS[task]).perform(data, limits)
        except Refused as refused:
            reason = str(refused)
        except MemoryError:
            raise
        except Exception as error:  # a parser's own failure must not end the worker
            reason = _FAILED.format(type(error).__name__)
    yield {"kind": "unreadable", "name": name, "reason": reason} if reason else {"kind": "result", "name": name}, body
    yield {"kind": "end"}, b""


def _unfit(name: str, data: bytes, readable: frozenset[str]) -> str:
    from assistant.readers import signature

    suffix = PurePosixPath(name).suffix.lower()
    if not data:
        return "文件是空的（0 字节）；请检查是否保存完整，再导入"
    return signature.advice(suffix, readable) or signature.disagreement(suffix, data)


def _one(name: str, data: bytes, sidecar: Sidecar, known: dict[str, ModuleType], limits: Limits) -> tuple[dict, bytes]:
    from assistant.readers.front import front_matter

    module = known[PurePosixPath(name).suffix.lower()]
    try:
        parsed: Parsed = module.parse(data, limits)
        if len(parsed.text) > limits.chars:
            raise Refused(f"文字超过 {limits.chars // 10000} 万字的上限；请拆分后再导入")
        if not parsed.text.strip():
            raise Refused("文件里没有文字；请检查是否保存完整，再导入")
        front = front_matter(parsed.text, name)
        if sidecar.name:
            front |= _beside(sidecar)
    except Refused as refused:
        return {"kind": "unreadable", "name": name, "reason": str(refused)}, b""
    except MemoryError:
        raise
    except RecursionError:
        return {"kind": "unreadable", "name": name, "reason": "内容嵌套过深（可能是有意构造），未读取；请用原软件打开后另存再导入"}, b""
    except Exception as error:  # a parser's own failure must not end the batch
        return {"kind": "unreadable", "name": name, "reason": _FAILED.format(type(error).__name__)}, b""
    return {"kind": "extract", "name": name, "format": module.FORMAT, "sha256": sha256(data).hexdigest(), "front": front,
            "notices": parsed.notices, "marks": [m[:10_000] for m in parsed.marks[:2_000]]}, parsed.text.encode("utf-8", "replace")


def _beside(sidecar: Sidecar) -> dict[str, str | tuple[str, ...]]:
    from assistant.readers.encoding import decode
    from assistant.readers.front import values

    try:
        text, _ = decode(sidecar.data)
    except Refused as refused:
        raise Refused(f"旁注文件 {sidecar.name} 读不出来：{refused}") from refused
    return values(text, f"旁注文件 {sidecar.name} ")


def main() -> None:
    """Serve until stdin closes or nothing comes for a while."""
    out = os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 1)
    os.dup2(null, 2)
    confine()
    sys.setrecursionlimit(3000)
    first = _address_space()
    while select.select([0], [], [], IDLE)[0]:
        frame = _read_frame()
        if frame is None:
            return
        head, body = frame
        limits = Limits(**head["limits"])
        _bound(limits)
        size = len(body) - head["beside"]
        data, sidecar = body[:size], Sidecar(head["sidecar"], body[size:])
        del body, frame
        try:
            frames = results(head["task"], head["name"], data, limits) if head.get("task") else answers(
                head["name"], data, sidecar, limits, head["start"])
            for answer, text in frames:
                if answer["kind"] == "begin":
                    _bound(limits)
                elif answer["kind"] == "end":
                    answer["retire"] = _address_space() > first + _OWN
                _write(out, pack(answer, text))
        except MemoryError:
            # Too little is left to go on with; the parent reads this exit status.
            os._exit(77)
        del data, sidecar


def confine() -> None:
    """Give up, for good, what a parser never needs."""
    from assistant.readers import confinement

    for kind, most in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_NOFILE, 64)):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, most))
    confinement.lock()


def _bound(limits: Limits) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = round(used.ru_utime + used.ru_stime)
    for kind, most in ((resource.RLIMIT_AS, limits.memory), (resource.RLIMIT_CPU, spent + limits.cpu)):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, resource.getrlimit(kind)[1]))


def _address_space() -> int:
    try:
        with open("/proc/self/statm") as stat:
            return int(stat.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def _read_frame() -> tuple[dict, bytes] | None:
    top = _read(_FRAME.size)
    if len(top) < _FRAME.size:
        return None
    head, body = _FRAME.unpack(top)
    return json.loads(_read(head)), _read(body)


def _read(size: int) -> bytes:
    out = bytearray()
    while len(out) < size:
        piece = os.read(0, min(1 << 20, size - len(out)))
        if not piece:
            break
        out += piece
    return bytes(out)


def _write(out: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(out, view):]


if __name__ == "__main__":
    main()
