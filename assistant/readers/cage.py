"""The parent's side of parsing: workers kept for the next file, watched by the clock, replaced when they die.

A worker is a fresh interpreter started by exec, so this also works inside a threaded server. It gets an empty
environment and only the bytes of the file.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import select
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict

from assistant.readers.extract import MIB, Extract, Limits, Sidecar, Unreadable

_FRAME = struct.Struct(">II")
_REUSE = 60
"""Seconds a worker may have been idle and still be used; well below the time after which it ends by itself."""
_TOGETHER = 4
"""Workers at work at once in this process."""

_START = "import sys,json;sys.path[:]=json.loads(sys.argv[1]);from assistant.readers.worker import main;main()"


class Broken(Exception):
    """The worker is gone; its text is the Chinese reason to give for the file it held."""


class Worker:
    """One child process. ``started`` counts how many this program has begun."""

    started = 0

    def __init__(self):
        kept = {k: v for k, v in os.environ.items() if k in ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT")}
        self._process = subprocess.Popen(
            [sys.executable, "-E", "-s", "-c", _START, json.dumps([os.path.abspath(p) for p in sys.path])],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0, cwd="/",
            start_new_session=True,  # Ctrl-C in the terminal is for the parent to handle
            env={**kept, "LC_ALL": "C.UTF-8", "MALLOC_ARENA_MAX": "1", "PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1"})
        self.owner = os.getpid()
        self.rested = time.monotonic()
        self._in, self._out = self._process.stdin.fileno(), self._process.stdout.fileno()
        os.set_blocking(self._in, False)
        Worker.started += 1

    def fresh(self) -> bool:
        """Whether it may take another file."""
        return self.owner == os.getpid() and time.monotonic() - self.rested < _REUSE and self._process.poll() is None

    def kill(self) -> None:
        """End it now."""
        if self.owner == os.getpid():
            with contextlib.suppress(OSError):
                self._process.kill()
            self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                stream.close()

    def ask(self, name: str, data: bytes, sidecar: Sidecar, limits: Limits, start: int, task: str = "") -> Iterator[tuple[dict, bytes]]:
        """Frames of the answer; raises Broken when the worker dies, hangs or says too much."""
        top = json.dumps({"name": name, "sidecar": sidecar.name, "beside": len(sidecar.data), "start": start, "limits": asdict(limits),
                          "task": task}).encode()
        self._send(_FRAME.pack(len(top), len(data) + len(sidecar.data)) + top, data, sidecar.data, limits=limits)
        most = 4 * limits.chars + 64 * MIB
        while True:
            head_size, body_size = _FRAME.unpack(self._receive(_FRAME.size, limits))
            if head_size > 64 * MIB or body_size > most:
                raise Broken("解析结果过大，已中止；请拆分文件后再导入")
            try:
                head = json.loads(self._receive(head_size, limits))
            except ValueError as error:
                raise Broken("解析程序返回的内容无法理解，已中止；请用原软件打开后另存再导入") from error
            yield head, self._receive(body_size, limits)
            if head.get("kind") == "end":
                return

    def _send(self, *pieces: bytes, limits: Limits) -> None:
        deadline = time.monotonic() + limits.wall
        for piece in pieces:
            view = memoryview(piece)
            while view:
                if not select.select([], [self._in], [], max(0, deadline - time.monotonic()))[1]:
                    raise Broken(_late(limits))
                try:
                    view = view[os.write(self._in, view[:1 << 20]):]
                except BlockingIOError:
                    continue
                except OSError as error:
                    raise Broken(self._death(limits)) from error

    def _receive(self, size: int, limits: Limits) -> bytes:
        deadline = time.monotonic() + limits.wall
        out = bytearray()
        while len(out) < size:
            if not select.select([self._out], [], [], max(0, deadline - time.monotonic()))[0]:
                raise Broken(_late(limits))
            piece = os.read(self._out, min(1 << 20, size - len(out)))
            if not piece:
                raise Broken(self._death(limits))
            out += piece
        return bytes(out)

    def _death(self, limits: Limits) -> str:
        try:
            code = self._process.wait(5)
        except subprocess.TimeoutExpired:
            code = 0
        if code == -24:  # SIGXCPU
            return f"解析用时超过 {limits.cpu} 秒，已中止（文件过于复杂，或是有意构造）；请用原软件打开后另存或拆分再导入"
        if code == 77:
            return f"解析所需内存超过 {limits.memory // MIB} MB，已中止（可能是压缩炸弹）；请检查来源，或拆分后再导入"
        return "解析时异常退出（文件损坏、内存超限或有意构造），已跳过；请用原软件打开后另存再导入"


def _late(limits: Limits) -> str:
    return f"解析超过 {limits.wall} 秒，已中止（文件过于复杂，或是有意构造）；请用原软件打开后另存或拆分再导入"


_idle: list[Worker] = []
_lock = threading.Lock()
_slots = threading.BoundedSemaphore(_TOGETHER)


def parse(name: str, data: bytes, sidecar: Sidecar, limits: Limits) -> Iterator[Extract | Unreadable]:
    """Every text in one file, parsed by a worker; a worker that dies costs the text it was at, not the ones after it."""
    start = 0
    while start is not None:
        start = yield from _turn(name, data, sidecar, limits, start)


def perform(task: str, name: str, data: bytes, limits: Limits) -> bytes | Unreadable:
    """What one of the worker's other tasks makes of a file; ``worker.TASKS`` names them."""
    [result] = _turn(name, data, Sidecar(), limits, 0, task)
    return result


def _turn(name: str, data: bytes, sidecar: Sidecar, limits: Limits, start: int, task: str = "") -> Iterator[Extract | Unreadable | bytes]:
    """One worker's share; returns how many members are done when it died over one of an archive, else None."""
    with _slots:
        worker = _borrow()
        done, current, index, good = False, name, start, False
        try:
            for head, body in worker.ask(name, data, sidecar, limits, start, task):
                kind = head.get("kind")
                if kind == "begin":
                    current, index = str(head["name"]), int(head["index"])
                elif kind == "unreadable":
                    yield Unreadable(str(head["name"]), str(head["reason"]))
                elif kind == "result":
                    yield body
                elif kind == "extract":
                    yield Extract(str(head["name"]), body.decode("utf-8", "replace"), str(head["format"]), str(head["sha256"]),
                                  {k: tuple(v) if isinstance(v, list) else v for k, v in head["front"].items()},
                                  tuple(head["notices"]), tuple(head["marks"]))
                else:
                    done, good = True, not head.get("retire")
            return None
        except Broken as broken:
            yield Unreadable(current, str(broken))
            return index if name.lower().endswith(".zip") and index > start else None
        finally:
            _give_back(worker, done and good)


def _borrow() -> Worker:
    with _lock:
        while _idle:
            worker = _idle.pop()
            if worker.fresh():
                return worker
            worker.kill()
    return Worker()


def _give_back(worker: Worker, usable: bool) -> None:
    if usable:
        worker.rested = time.monotonic()
        with _lock:
            if len(_idle) < 2:
                _idle.append(worker)
                return
    worker.kill()


@atexit.register
def close() -> None:
    """End the idle workers."""
    with _lock:
        while _idle:
            _idle.pop().kill()
