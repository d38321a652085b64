"""经过：从版本记录里取出各次评测的主要数字，写成 eval/results/history.jsonl，供网页画出走势。"""

from __future__ import annotations

import argparse
import json
import subprocess
from collections.abc import Iterator, Sequence

from eval import record


def headlines(result: dict) -> Iterator[tuple[str, float, int]]:
    """The numbers by which a result is followed over time: name, share, N."""
    split = {"test": "测试集", "dev": "开发集"}.get(result.get("split", ""), result.get("split", ""))
    if result["task"] == "answers":
        documents = {"digests": "要点整理", "originals": "原文"}.get(result.get("documents", ""), "")
        both = result["overall"]["both"]
        yield f"回答：{split}，{documents}", both["k"] / both["n"], both["n"]
    elif result["task"] == "classify" and result["overall"].get("n"):
        yield f"分类：{split}", result["overall"]["k"] / result["overall"]["n"], result["overall"]["n"]
    elif result["task"] == "conversations":
        right = result["last_turn_right"]
        yield "接着问", right["k"] / right["n"], right["n"]
    elif result["task"] == "retrieval":
        for name in ("answers", "stard"):
            figures = result.get("sets", {}).get(name, {}).get("fused", {})
            if "recall@10" in figures:
                yield f"检索：{name} 前 10 条", figures["recall@10"], 0


def past() -> Iterator[dict]:
    """Every version of every result that is committed, as dicts."""
    def git(*words: str) -> str:
        return subprocess.run(["git", *words], check=False, cwd=record.ROOT, capture_output=True, text=True, timeout=60).stdout

    for file in sorted(record.RESULTS.glob("*.json")):
        name = file.relative_to(record.ROOT).as_posix()
        for commit in git("log", "--format=%H", "--", name).split():
            try:
                yield json.loads(git("show", f"{commit}:{name}"))
            except ValueError:
                continue


def run(argv: Sequence[str]) -> int:
    argparse.ArgumentParser(prog="python -m eval history", description=__doc__).parse_args(argv)
    found = {}
    for result in (*past(), *record.read()):
        if "task" not in result:
            continue
        try:
            for name, value, n in headlines(result):
                found[name, result["date"]] = {"name": name, "date": result["date"], "commit": result["commit"], "value": round(value, 4), "n": n}
        except (KeyError, TypeError, ZeroDivisionError):
            continue
    out = record.RESULTS / "history.jsonl"
    out.write_text("".join(json.dumps(found[key], ensure_ascii=False) + "\n" for key in sorted(found)), "utf-8")
    print(f"已写入 {out}（{len(found)} 个数）")
    return 0
