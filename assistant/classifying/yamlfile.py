"""YAML with line numbers: plain data only, duplicate keys refused, every error with file and line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from assistant.errors import BadScheme

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Source:
    """A YAML file read; ``lines`` gives the line of every mapping, list and scalar by the path of keys that leads to it."""

    def __init__(self, path: Path):
        self.path = path
        self.lines: dict[tuple, int] = {}
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise BadScheme(f"{path.name} 读不了（{error}）。请检查文件和编码（须为 UTF-8）。") from None
        try:
            node = yaml.compose(text, Loader=_LOADER)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = mark.line + 1 if mark else 1
            raise BadScheme(f"{path.name} 第 {line} 行不是正确的 YAML（{getattr(error, 'problem', '') or '格式错误'}）。请改正后重试。") from None
        self.data: Any = self._plain(node, ()) if node is not None else None

    def fail(self, at: tuple, what: str) -> BadScheme:
        """An error that names the file and the line of a place (or of the nearest place around it)."""
        while at and at not in self.lines:
            at = at[:-1]
        return BadScheme(f"{self.path.name} 第 {self.lines.get(at, 1)} 行：{what}。请改正后重试。")

    def _plain(self, node: yaml.Node, at: tuple) -> Any:
        self.lines[at] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            out: dict[str, Any] = {}
            for key_node, value_node in node.value:
                key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
                if key is None or key in out:
                    raise BadScheme(f"{self.path.name} 第 {key_node.start_mark.line + 1} 行：键“{key or '?'}”重复或不是一个词。请改正后重试。")
                out[key] = self._plain(value_node, (*at, key))
                self.lines[(*at, key)] = key_node.start_mark.line + 1
            return out
        if isinstance(node, yaml.SequenceNode):
            return [self._plain(child, (*at, i)) for i, child in enumerate(node.value)]
        return node.value if node.tag != "tag:yaml.org,2002:null" else None
