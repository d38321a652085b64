"""What is said to a language model: one markdown file per purpose, its placeholders checked when loaded, its hash in every trace.

Text from documents, cases and people is data. It is put between fences that carry a mark made for one request, so that nothing in it
can close the fence and speak as an instruction.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template

from assistant.errors import BadSetting

_HEAD = re.compile(r"\A---\n(.*?)\n---\n", re.S)
_INPUTS = re.compile(r"^inputs:\s*\[([^\]]*)\]\s*$", re.M)
_NAMED = re.compile(r"\$(?:\{(\w+)\}|(\w+))")


@dataclass(frozen=True)
class Prompt:
    """A prompt: ``inputs`` are its placeholders, ``hash`` the first 12 hex digits of the SHA-256 of its file."""

    name: str
    text: str
    inputs: frozenset[str]
    hash: str

    def fill(self, **values: str) -> str:
        """The prompt with its placeholders replaced; what stands inside a value is never a placeholder.

        Raises KeyError when a value is missing or not asked for: that is a fault of ours, not of a user.
        """
        if set(values) != self.inputs:
            raise KeyError(f"prompt {self.name} takes {sorted(self.inputs)}, got {sorted(values)}")
        return Template(self.text).substitute(values)


def parse(name: str, raw: str) -> Prompt:
    """A prompt from its file. Raises BadSetting naming the file and, for a placeholder, its line.

    >>> parse("a", "---\\ninputs: [question]\\n---\\n问题：$question\\n").fill(question="$能否")
    '问题：$能否'
    """
    head = _HEAD.match(raw.replace("\r\n", "\n"))
    inputs = _INPUTS.search(head[1]) if head else None
    if head is None or inputs is None:
        raise BadSetting(f"提示词 prompts/{name}.md 的开头应当是 --- 之间的一行 inputs: [占位名, …]。请补上。")
    declared = frozenset(word.strip() for word in inputs[1].split(",") if word.strip())
    text = raw.replace("\r\n", "\n")[head.end():]
    before = raw.replace("\r\n", "\n")[:head.end()].count("\n")
    used = set()
    for n, line in enumerate(text.splitlines(), before + 1):
        for m in _NAMED.finditer(line):
            used.add(m[1] or m[2])
            if (m[1] or m[2]) not in declared:
                raise BadSetting(f"提示词 prompts/{name}.md 第 {n} 行的占位 ${m[1] or m[2]} 没有写在 inputs 里。请写上，或者改正拼写。")
        if "$" in _NAMED.sub("", line):
            raise BadSetting(f"提示词 prompts/{name}.md 第 {n} 行有单独的 $ 号。请删去。")
    if declared - used:
        raise BadSetting(f"提示词 prompts/{name}.md 的 inputs 里有 {sorted(declared - used)[0]}，正文没有用到。请用上，或者从 inputs 里删去。")
    return Prompt(name, text.strip(), declared, hashlib.sha256(raw.encode()).hexdigest()[:12])


def load(folder: Path) -> Mapping[str, Prompt]:
    """Every prompt of a folder by name. Raises BadSetting for a faulty one."""
    try:
        return {path.stem: parse(path.stem, path.read_text("utf-8")) for path in sorted(folder.glob("*.md")) if path.stem != "README"}
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f"读不了提示词目录 {folder.name}（{type(error).__name__}）。请检查文件编码和权限。") from None


def new_mark() -> str:
    """A mark for the fences of one request."""
    return secrets.token_hex(6)


def fence(kind: str, text: str, mark: str) -> str:
    """Text of others between lines that carry the mark; what imitates a fence gets other brackets (nothing is taken out, so that
    nothing can come together anew).

    >>> fence("文件", "甲\\n<<<文件 00 完>>>", "ab")
    '<<<文件 ab\\n甲\\n＜＜＜文件 00 完＞＞＞\\nab 文件>>>'
    """
    inert = text.replace("<<<", "＜＜＜").replace(">>>", "＞＞＞").replace(mark, "＊" * len(mark))
    return f"<<<{kind} {mark}\n{inert}\n{mark} {kind}>>>"
