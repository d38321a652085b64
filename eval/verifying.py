"""核验模型写的句子：变造句抓住多少，如实的句子放过多少。"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from assistant.types import LOCAL, Document, Provision
from assistant.verifying import Ground, verify
from eval import record
from eval.mutating import FAITHFUL, MUTATIONS, Claim, faithful

DATASET = Path(__file__).parent / "datasets" / "verifying.jsonl"
DAY = date(2026, 1, 1)
Held = tuple[Provision, Document]


@dataclass(frozen=True)
class Judged:
    """A sentence of the hand-written set."""

    id: str
    split: str
    claim: str
    provisions: tuple[str, ...]
    holds: bool


def read(path: Path = DATASET) -> list[Judged]:
    """The hand-written set."""
    rows = map(json.loads, path.read_text("utf-8").splitlines())
    return [Judged(r["id"], r["split"], r["claim"], tuple(r["provisions"]), r["holds"]) for r in rows]


def corpus() -> list[Held]:
    """Every provision of the shipped corpus with its document."""
    from assistant.assistant import Assistant

    with tempfile.TemporaryDirectory() as home, Assistant.open(home=Path(home)) as assistant:
        return [(p, listed.document) for listed in assistant.documents() for p in assistant.store.provisions(listed.document.id, LOCAL)]


def _rate(k: int, n: int) -> dict:
    return {"k": k, "n": n, "rate": round(k / n, 4) if n else None}


def mechanical(held: Sequence[Held], seed: int, per_kind: int) -> dict:
    """The claims made by program: how many faithful ones pass, how many mutated ones are caught, by kind."""
    draw = random.Random(seed)
    claims = faithful(held)
    out: dict = {"faithful": {}, "mutations": {}, "misses": {}, "dropped": {}}
    seconds: list[float] = []

    def holds(claim: Claim) -> bool:
        started = time.perf_counter()
        found = verify(claim.text, Ground(claim.ground), on=DAY)
        seconds.append(time.perf_counter() - started)
        return not found

    for way in FAITHFUL:
        mine = [c for c in claims if c.way == way]
        mine = draw.sample(mine, min(len(mine), 900))
        passed = [c for c in mine if holds(c)]
        out["faithful"][way] = _rate(len(passed), len(mine))
        kept = {id(c) for c in passed}
        out["dropped"][way] = [c.text for c in mine if id(c) not in kept][:12]
    base = [c for c in claims if c.way in ("as_is", "prefix")]
    titles = sorted({d.title for _, d in held})
    for kind, mutate in MUTATIONS.items():
        draw.shuffle(base)
        made: dict[str, Claim] = {}
        for claim in base:
            for text in mutate(claim, draw, titles):
                if text != claim.text:
                    made.setdefault(text, claim)
            if len(made) >= per_kind:
                break
        missed = [text for text, claim in made.items() if holds(Claim(text, claim.way, claim.ground))]
        out["mutations"][kind] = {**_rate(len(made) - len(missed), len(made)), "from": len({c.text for c in made.values()})}
        out["misses"][kind] = missed[:12]
    seconds.sort()
    out["milliseconds"] = {"p50": round(1000 * seconds[len(seconds) // 2], 2), "p95": round(1000 * seconds[int(len(seconds) * 0.95)], 2),
                           "mean": round(1000 * sum(seconds) / len(seconds), 2)}
    return out


def hand(held: Iterable[Held], rows: Sequence[Judged]) -> tuple[dict, list[str]]:
    """The hand-written set by split; the second value shows what went wrong on the dev half only."""
    by_id = {p.id: (p, d) for p, d in held}
    count: Counter[tuple[str, bool, bool]] = Counter()
    shown = []
    for row in rows:
        found = verify(row.claim, Ground(tuple(by_id[p] for p in row.provisions)), on=DAY)
        count[row.split, row.holds, not found] += 1
        if row.holds == bool(found) and row.split == "dev":
            shown.append(f"[{row.id}] {'误删' if row.holds else '放过'} {row.claim} {'；'.join(f'{v.rule}:{v.thing}' for v in found)}")
    return {split: {"paraphrases_passed": _rate(count[split, True, True], count[split, True, True] + count[split, True, False]),
                    "lies_passed": _rate(count[split, False, True], count[split, False, True] + count[split, False, False])}
            for split in ("dev", "test")}, shown


def run(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval verifying", description=__doc__)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--each", type=int, default=600, help="每种变造最多造多少句")
    parser.add_argument("--show", action="store_true", help="列出没抓住的与误删的")
    parser.add_argument("--out", type=Path, default=record.RESULTS / "verifying.json")
    options = parser.parse_args(argv)
    held = corpus()
    made = mechanical(held, options.seed, options.each)
    judged, shown = hand(held, read())
    misses, dropped = made.pop("misses"), made.pop("dropped")
    for title, figures in (("如实的句子放过", made["faithful"]), ("变造的句子抓住", made["mutations"])):
        print(title)
        for kind, f in figures.items():
            print(f"  {kind:<14}{f['k']:>6} / {f['n']:<6}{(f['rate'] or 0):.2%}" + (f"  取自 {f['from']} 句" if "from" in f else ""))
    for split, f in judged.items():
        print(f"人写的（{split}）：如实转述放过 {f['paraphrases_passed']['k']}/{f['paraphrases_passed']['n']}，不实的放过 {f['lies_passed']['k']}/{f['lies_passed']['n']}")
    print(f"每句毫秒 {made['milliseconds']}")
    if options.show:
        for name, texts in (*misses.items(), *dropped.items()):
            for text in texts:
                print(f"{name}: {text}")
        print("\n".join(shown))
    record.write({**record.stamp("verifying"), "seed": options.seed, **made, "hand": judged}, options.out)
    return 0
