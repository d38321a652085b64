"""Dispatch ``python -m eval TASK``: every module beside this one that has ``run(argv) -> int`` is a task."""

from __future__ import annotations

import ast
import importlib
import sys
from pathlib import Path

HERE = Path(__file__).parent


def tasks() -> dict[str, str]:
    """Task name -> first line of the module's docstring, found by reading, not importing, the modules."""
    found = {}
    for file in sorted(HERE.glob("*.py")):
        if file.stem.startswith("_"):
            continue
        tree = ast.parse(file.read_text(encoding="utf-8"))
        if any(isinstance(node, ast.FunctionDef) and node.name == "run" for node in tree.body):
            found[file.stem] = (ast.get_docstring(tree) or "").split("\n")[0]
    return found


def main(argv: list[str]) -> int:
    """Run one task; 2 when there is no such task."""
    known = tasks()
    if not argv or argv[0] in ("-h", "--help") or argv[0] not in known:
        asked = argv[0] if argv else ""
        if asked and asked not in ("-h", "--help"):
            print(f"没有名为“{asked}”的评测。可用的评测：")
        else:
            print("用法：python -m eval 评测名 [选项]。可用的评测：")
        for name, line in known.items():
            print(f"  {name:<12}{line}")
        return 0 if asked in ("-h", "--help") else 2
    return importlib.import_module(f"eval.{argv[0]}").run(argv[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
