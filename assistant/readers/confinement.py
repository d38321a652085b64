"""No network, no programs, no writing for the process that calls ``lock``: an audit hook for Python, seccomp for native code.

Linux on x86-64 and arm64 gets both; elsewhere the audit hook and the resource limits stand alone.
"""

from __future__ import annotations

import contextlib
import os
import platform
import struct
import sys

_FORBIDDEN = ("socket.", "subprocess.", "os.system", "os.exec", "os.fork", "os.spawn", "os.posix_spawn", "os.remove", "os.rename",
              "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.chmod", "os.chown", "os.truncate", "shutil.", "pty.", "urllib.",
              "ftplib.", "http.", "smtplib.", "tempfile.", "webbrowser.")
_CALLS = {"x86_64": (0xC000003E, (41, 42, 49, 50, 53, 57, 58, 59, 76, 82, 83, 84, 86, 87, 88, 90, 92, 101, 258, 263, 264, 265, 266,
                                  316, 322, 425, 437)),
          "aarch64": (0xC00000B7, (34, 35, 36, 37, 38, 45, 53, 54, 117, 198, 199, 200, 201, 203, 221, 276, 281, 425, 437))}
"""Audit architecture, and the numbers of socket, connect, bind, fork, execve, ptrace, rename, mkdir, unlink and their kin."""


def lock() -> None:
    """Take the rights away; there is no way back for this process."""
    sys.addaudithook(_refuse)
    with contextlib.suppress(Exception):
        _seccomp()


def _refuse(event: str, arguments: tuple) -> None:
    if event.startswith(_FORBIDDEN) or (event == "open" and _writes(arguments)):
        raise PermissionError(f"not allowed while parsing: {event}")


def _writes(arguments: tuple) -> bool:
    flags = arguments[2] if len(arguments) > 2 and isinstance(arguments[2], int) else 0
    return bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND)) and arguments[0] != os.devnull


def _seccomp() -> None:
    import ctypes

    architecture, calls = _CALLS[platform.machine()]
    code = [(0x20, 0, 0, 4), (0x15, 1, 0, architecture), (0x06, 0, 0, 0x00050001), (0x20, 0, 0, 0)]
    for i, call in enumerate(calls):
        code.append((0x15, len(calls) - i, 0, call))
    code += [(0x06, 0, 0, 0x7FFF0000), (0x06, 0, 0, 0x00050001)]  # allow; else fail with EPERM
    program = b"".join(struct.pack("HBBI", *line) for line in code)
    held = ctypes.create_string_buffer(program)
    pointer = struct.pack("HxxxxxxQ", len(code), ctypes.addressof(held))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS
    libc.prctl(22, 2, ctypes.create_string_buffer(pointer), 0, 0)  # PR_SET_SECCOMP, SECCOMP_MODE_FILTER
