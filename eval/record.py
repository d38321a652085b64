"""Results on disk: JSON with the commit, the date and N, so that runs can be compared over time."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RESULTS = Path(__file__).parent / "results"


def commit(root: Path = ROOT) -> str:
    """The short commit of the checkout, ``+`` when program files differ from it; empty outside a checkout."""
    try:
        head = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=root, capture_output=True, text=True, timeout=10)
        dirty = subprocess.run(["git", "status", "--porcelain", "--", "assistant", "corpus", "eval/datasets"], cwd=root,
                               capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.SubprocessError):
        return ""
    return head.stdout.strip() + ("+" if dirty.stdout.strip() else "") if head.returncode == 0 else ""


def stamp(task: str) -> dict:
    """What every result begins with."""
    return {"task": task, "commit": commit(), "date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "machine": {"cpus": os.cpu_count(), "python": platform.python_version()}}


def write(result: dict, file: Path) -> None:
    """Write a result as readable JSON, its folders made."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"已写入 {file}")


def read(folder: Path = RESULTS) -> list[dict]:
    """All results in a folder, oldest first; files that are not results are passed over."""
    found = []
    for file in sorted(folder.glob("*.json")):
        try:
            result = json.loads(file.read_text(encoding="utf-8"))
        except ValueError:
            continue
        if isinstance(result, dict) and "task" in result:
            found.append({**result, "file": file.name})
    return sorted(found, key=lambda r: r.get("date", ""))
