"""Counted accidents: kills, cut and flipped index files, a full disk, one file fifty times."""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import select
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from eval import record


def child(*arguments: object, given: object = None) -> dict:
    """What a process of ``eval.crashing`` reports; {"wrong": [...]} when it died."""
    done = subprocess.run([sys.executable, "-m", "eval.crashing", *map(str, arguments)], cwd=record.ROOT,
                          input=json.dumps(given), capture_output=True, text=True, timeout=900, check=False)
    try:
        return json.loads(done.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        return {"wrong": [f"died with {done.returncode}: {done.stderr[-500:]}"], "state": {}, "opened": 0, "mended": [],
                "notice": "", "checked": 0, "passages": 0, "database": ""}


class Ledger:
    """What was acknowledged: document -> the editions it may be in now."""

    def __init__(self) -> None:
        self.may: dict[str, list[int | None]] = {}

    def hear(self, line: dict) -> None:
        """Take one line of the changing process into account."""
        for name, edition in line.get("changes", ()):
            before = self.may.get(name, [None])
            if line["say"] == "done":
                self.may[name] = [edition]
            else:
                self.may[name] = [*before, edition]

    def settle(self, state: dict[str, int | None]) -> None:
        """What was found is what must be there from now on."""
        self.may = {name: [edition] for name, edition in state.items()}


def trial(home: Path, ledger: Ledger, seed: int, *, wait: float = 0.0, limit: int = 0, steps: int = 10**9) -> dict:
    """Let a process change the home, kill it after ``wait`` seconds (0: let it end), then look what is left."""
    process = subprocess.Popen([sys.executable, "-m", "eval.crashing", "change", str(home), str(seed), str(limit), str(steps)],
                               cwd=record.ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    acknowledged, refused, deadline = 0, "", None
    while True:
        left = None if deadline is None else max(0.0, deadline - time.monotonic())
        if not select.select([process.stdout], [], [], left)[0]:
            process.kill()
            deadline = None
            continue
        raw = process.stdout.readline()
        if not raw:
            break
        with contextlib.suppress(ValueError):
            line = json.loads(raw)
            if line["say"] == "ready" and wait:
                deadline = time.monotonic() + wait
            acknowledged += line["say"] == "done"
            refused = line.get("why", refused)
            ledger.hear(line)
    noise = process.stderr.read().decode()
    process.wait()
    report = child("look", home, given={"expected": ledger.may, "tokens": 150})
    if not wait and not refused and process.returncode:
        report["wrong"].append(f"the writer died: {noise[-500:]}")
    ledger.settle(report["state"])
    return report | {"acknowledged": acknowledged, "refused": refused}


def kills(n: int, seed: int, folder: Path) -> dict:
    """SIGKILL a process that ingests, re-ingests and withdraws; a new home every 25 kills."""
    rng, reports = random.Random(seed), []
    for i in range(n):
        if i % 25 == 0:
            home, ledger = folder / f"kills{i}", Ledger()
        reports.append(trial(home, ledger, seed * 100000 + i, wait=rng.uniform(0.02, 4)))
        if i % 25 == 24:
            shutil.rmtree(home)
        print(f"\r中断 {i + 1}/{n}，出错 {sum(bool(r['wrong']) for r in reports)}", end="", flush=True)
    print()
    return summary(reports) | {"acknowledged": sum(r["acknowledged"] for r in reports)}


def summary(reports: list[dict]) -> dict:
    """Counts over trials."""
    opened = sorted(r["opened"] for r in reports) or [0.0]
    return {"n": len(reports), "wrong": sum(bool(r["wrong"]) for r in reports),
            "examples": [w for r in reports for w in r["wrong"]][:10],
            "checked": sum(r["checked"] for r in reports), "rebuilt": sum(bool(r["mended"]) for r in reports),
            "notices": sum(bool(r["notice"]) for r in reports), "passages_max": max((r["passages"] for r in reports), default=0),
            "open_p50_s": round(opened[len(opened) // 2], 3), "open_max_s": round(opened[-1], 3)}


def _cut(path: Path, rng: random.Random) -> str:
    at = rng.randrange(path.stat().st_size) if path.stat().st_size else 0
    with open(path, "r+b") as file:
        file.truncate(at)
    return "cut"


def _flip(path: Path, rng: random.Random) -> str:
    data = bytearray(path.read_bytes())
    for _ in range(rng.choice((1, 1, 20))):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    path.write_bytes(data)
    return "flip"


def _zero(path: Path, rng: random.Random) -> str:
    data = bytearray(path.read_bytes())
    at = rng.randrange(len(data))
    data[at:at + 4096] = bytes(len(data[at:at + 4096]))
    path.write_bytes(data)
    return "zero"


def _remove(path: Path, rng: random.Random) -> str:
    if rng.random() < 0.5 and path.parent.name not in ("chroma", "lexical"):
        shutil.rmtree(path.parent)
        return "remove folder"
    path.unlink()
    return "remove"


def damage(n: int, seed: int, folder: Path) -> dict:
    """Each index file hurt ``n`` times, after a clean end and with the dirty mark set; found out, rebuilt, all there again."""
    rng, home, ledger = random.Random(seed), folder / "whole", Ledger()
    trial(home, ledger, seed, steps=40)
    files = [p.relative_to(home) for side in ("chroma", "lexical") for p in sorted((home / side).rglob("*"))
             if p.is_file() and p.stat().st_size and not p.name.endswith(".lock")]
    out: dict[str, list[dict]] = {"clean": [], "dirty": []}
    for name in files:
        for i in range(n):
            for mode in out:
                hurt = folder / "hurt"
                shutil.rmtree(hurt, ignore_errors=True)
                shutil.copytree(home, hurt)
                before = (hurt / name).read_bytes()
                how = (_cut, _cut, _flip, _zero, _remove)[i % 5](hurt / name, rng)
                if (hurt / name).exists() and (hurt / name).read_bytes() == before:
                    continue
                if mode == "dirty":
                    with contextlib.closing(sqlite3.connect(hurt / "assistant.db")) as c:
                        c.execute("update meta set value = '1' where key = 'index_dirty'")
                        c.commit()
                report = child("look", hurt, given={"expected": ledger.may, "tokens": 300})
                if mode == "clean" and not report["mended"]:
                    report["wrong"].append(f"{how} of {name.name} went unnoticed")
                out[mode].append(report)
        print(f"\r损坏 {name.name:<40} 出错 {sum(bool(r['wrong']) for rs in out.values() for r in rs)}", end="", flush=True)
    print()
    shutil.rmtree(home)
    return {mode: summary(reports) for mode, reports in out.items()}


def full(n: int, seed: int, folder: Path) -> dict:
    """No file may grow past a random size: what was refused is whole or absent, what was acknowledged is there."""
    rng, reports, ledger, home = random.Random(seed), [], Ledger(), folder / "full"
    for i in range(n):
        if i % 10 == 0:
            shutil.rmtree(home, ignore_errors=True)
            ledger = Ledger()
        reports.append(trial(home, ledger, seed * 1000 + i, limit=rng.randrange(50_000, 8_000_000), steps=60))
        print(f"\r磁盘写满 {i + 1}/{n}，出错 {sum(bool(r['wrong']) for r in reports)}", end="", flush=True)
    print()
    refused = [r["refused"] for r in reports if r["refused"]]
    return summary(reports) | {"refused": len(refused), "said": sorted({r.split("（")[0][:12] for r in refused})}


def tiny(folder: Path, seed: int) -> dict:
    """The same on a tmpfs of 24 MB, where it can be mounted."""
    mount = folder / "tiny"
    mount.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(mount)], capture_output=True, check=False).returncode:
        return {"n": 0, "why": "not mountable here"}
    try:
        reports = []
        for i in range(3):
            home, ledger = mount / f"home{i}", Ledger()
            reports.append(trial(home, ledger, seed + i, steps=400))
            shutil.rmtree(home)
        return summary(reports) | {"refused": sum(bool(r["refused"]) for r in reports),
                                   "said": sorted({r["refused"].split("：")[0][:16] for r in reports})}
    finally:
        subprocess.run(["umount", str(mount)], check=False)


def run(argv: list[str]) -> int:
    """Run the parts that are asked for; 1 when anything was lost."""
    parser = argparse.ArgumentParser(prog="python -m eval robustness", description=__doc__)
    parser.add_argument("--kills", type=int, default=100, help="SIGKILL 次数")
    parser.add_argument("--cuts", type=int, default=5, help="每个索引文件损坏次数")
    parser.add_argument("--full", type=int, default=20, help="写满磁盘次数")
    parser.add_argument("--same", type=int, default=50, help="同一文件重复导入次数")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, default=record.RESULTS / "robustness.json")
    options = parser.parse_args(argv)
    result = record.stamp("robustness") | {"seed": options.seed}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if options.same:
            result["same"] = child("same", folder / "same", options.same)
        if options.kills:
            result["kills"] = kills(options.kills, options.seed, folder)
        if options.cuts:
            result["damage"] = damage(options.cuts, options.seed, folder)
        if options.full:
            result["full"] = full(options.full, options.seed, folder)
            result["tiny"] = tiny(folder, options.seed)
    record.write(result, options.json)
    print(json.dumps(result, ensure_ascii=False, indent=1))
    parts = [result.get("kills"), *result.get("damage", {}).values(), result.get("full"), result.get("tiny")]
    once = result.get("same") or {"documents": 1, "passages": 0, "should": 0, "added": 1}
    sound = once.get("documents") == once.get("added") == 1 and once["passages"] == once["should"]
    return 0 if sound and not any(p and p.get("wrong") for p in parts) else 1
