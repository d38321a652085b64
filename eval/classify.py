"""案情分类：各方案的准确率、要素、派生集（删事实、换名、换序、加无关句、翻转、注入），危险错误单列。"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval import cases, record
from eval.cases import Case
from eval.scoring import percentile, share

SAFE = "exempt"
OPEN = "insufficient"

WORDS = {"false": "met", "mistaken": "unmet"}
"""Names that cases give to states of ``accusation``: slander, and an honest mistake."""


@dataclass(frozen=True)
class Judged:
    """A case, what was said of it, the states of its elements, whether every quote stands in it, and how long it took."""

    case: Case
    said: str | tuple[str, ...]
    states: dict[str, str]
    dates: dict[str, str]
    verbatim: bool
    seconds: float

    @property
    def right(self) -> bool:
        return self.said in self.case.accepted


Judge = Callable[[Case], Judged]


def judge_with(classifier) -> Judge:
    def judge(case: Case) -> Judged:
        started = time.perf_counter()
        done = classifier.classify(case.text, case.scheme, on=case.on, region=case.region)
        seconds = time.perf_counter() - started
        said = tuple(sorted(done.outcome)) if isinstance(done.outcome, tuple) else done.outcome
        verbatim = all(f.span is None or case.text[f.span[0]:f.span[1]] == f.quote for f in done.findings)
        return Judged(case, said, {f.element: f.state for f in done.findings}, dict(done.values), verbatim, seconds)

    return judge


def name(outcome: str | tuple[str, ...]) -> str:
    return outcome if isinstance(outcome, str) else "+".join(outcome) or "（无）"


def macro_f1(judged: Sequence[Judged]) -> float:
    """Mean F1 over the outcomes that are expected; an accepted second outcome counts as the expected one."""
    pairs = [(j.case.outcome, j.case.outcome if j.right else j.said) for j in judged]
    scores = []
    for label in {a for a, _ in pairs}:
        hit = sum(a == b == label for a, b in pairs)
        scores.append(2 * hit / (sum(a == label for a, _ in pairs) + sum(b == label for _, b in pairs)))
    return sum(scores) / len(scores) if scores else 0.0


def interval(judged: Sequence[Judged], rounds: int = 400) -> tuple[float, float]:
    """Bootstrap 95 % interval of macro-F1, drawn by situation: wordings of one situation are not independent."""
    by: dict[str, list[Judged]] = {}
    for j in judged:
        by.setdefault(j.case.situation, []).append(j)
    groups, chance = list(by.values()), random.Random(cases.SEED)
    found = sorted(macro_f1([j for g in chance.choices(groups, k=len(groups)) for j in g]) for _ in range(rounds))
    return found[int(rounds * 0.025)], found[int(rounds * 0.975)]


def summarise(judged: Sequence[Judged]) -> dict:
    """The figures of one scheme."""
    outcomes = sorted({j.case.outcome for j in judged}, key=str)
    low, high = interval(judged)
    elements = [(WORDS.get(state, state), j.states.get(element)) for j in judged for element, state in j.case.elements if element in j.states]
    dated = [all(j.dates.get(k) == v for k, v in j.case.dates) for j in judged if j.case.dates]
    return {
        "n": len(judged), "situations": len({j.case.situation for j in judged}), "accuracy": share([j.right for j in judged]),
        "macro_f1": {"value": round(macro_f1(judged), 4), "low": round(low, 4), "high": round(high, 4)},
        "recall": {name(o): share([j.right for j in judged if j.case.outcome == o]) for o in outcomes},
        "insufficient_found": share([j.right for j in judged if j.case.outcome == OPEN]),
        "wrongly_deferred": share([j.said == OPEN for j in judged if OPEN not in j.case.accepted]),
        "unsafe": {"k": sum(unsafe(j) for j in judged), "n": sum(j.case.outcome in ("exclude", OPEN) for j in judged)},
        "elements": share([a == b for a, b in elements]), "dates": share(dated), "verbatim": share([j.verbatim for j in judged]),
        "confusion": {f"{name(a)} → {name(b)}": n for (a, b), n in sorted(
            Counter((j.case.outcome, j.case.outcome if j.right else j.said) for j in judged).items(), key=str)},
    }


def unsafe(j: Judged) -> bool:
    """An excluded or unproved case that was called tolerable."""
    return j.said == SAFE and j.case.outcome in ("exclude", OPEN) and SAFE not in j.case.accepted


def derived(judged: Sequence[Judged], judge: Judge) -> dict:
    """The sets made by program. What must not change is measured against what was said of the case itself."""
    gone = [judge(c) for j in judged for c in cases.removed(j.case)]
    turned = [judge(c) for j in judged for c in cases.flipped(j.case)]
    out = {
        "removed_deferred": share([g.said == OPEN for g in gone]), "removed_called_tolerable": {"k": sum(g.said == SAFE for g in gone), "n": len(gone)},
        "flipped_changed": share([t.said != j.said for t, j in zip(turned, (j for j in judged if list(cases.flipped(j.case))), strict=True)]),
        "flipped_right": share([t.right for t in turned]), "flipped_unsafe": {"k": sum(unsafe(t) for t in turned), "n": len(turned)},
    }
    for title, change in (("swapped", cases.swapped), ("reordered", cases.reordered), ("padded", cases.padded), ("injected", cases.injected)):
        again = [judge(change(j.case)) for j in judged]
        out[f"{title}_same"] = share([a.said == j.said for a, j in zip(again, judged, strict=True)])
        out[f"{title}_unsafe"] = {"k": sum(unsafe(a) for a in again), "n": len(again)}
        gone += again
    return out | {"verbatim": share([g.verbatim for g in [*gone, *turned]])}


def plot(confusion: dict[str, int], labels: Sequence[str], out: Path) -> None:
    """The confusion matrix as an SVG."""
    from eval.report import Plots

    plots = Plots()
    figure, axes = plots.pyplot.subplots(figsize=(1.1 * len(labels) + 2, 0.9 * len(labels) + 1.5))
    grid = [[confusion.get(f"{a} → {b}", 0) for b in labels] for a in labels]
    axes.imshow(grid, cmap="Blues")
    for y, row in enumerate(grid):
        for x, n in enumerate(row):
            axes.text(x, y, str(n), ha="center", va="center", color="white" if n > max(map(max, grid)) / 2 else "black")
    axes.set_xticks(range(len(labels)), labels, rotation=30, ha="right")
    axes.set_yticks(range(len(labels)), labels)
    axes.set_xlabel(plots.say("程序给出", "said"))
    axes.set_ylabel(plots.say("应为", "expected"))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(plots.svg(figure), encoding="utf-8")


def table(results: dict[str, dict]) -> str:
    def cell(figure: dict) -> str:
        return f"{figure['rate']:.1%}（{figure['k']}/{figure['n']}，{figure['low']:.1%}–{figure['high']:.1%}）" if figure.get("n") else "—"

    lines = []
    for scheme, r in results.items():
        lines += [f"== {scheme}  N={r['n']}，{r['situations']} 个情境", f"  准确率 {cell(r['accuracy'])}  宏平均F1 {r['macro_f1']['value']:.3f}"
                  f"（{r['macro_f1']['low']:.3f}–{r['macro_f1']['high']:.3f}）  要素 {cell(r['elements'])}"]
        lines += ["  召回 " + "  ".join(f"{o} {f['k']}/{f['n']}" for o, f in r["recall"].items())]
        if r["insufficient_found"]["n"]:
            lines += [f"  事实不足识别 {cell(r['insufficient_found'])}  明确却推迟 {cell(r['wrongly_deferred'])}"]
        if scheme == "tolerance":
            lines += [f"  危险错误 {r['unsafe']['k']}/{r['unsafe']['n']}"]
        if r["dates"]["n"]:
            lines += [f"  日期 {cell(r['dates'])}"]
        for key, figure in r.get("derived", {}).items():
            lines += [f"  {key:<26}{cell(figure) if 'rate' in figure else str(figure['k']) + ' / ' + str(figure['n'])}"]
    return "\n".join(lines)


def run(argv: Sequence[str]) -> int:
    """``python -m eval classify``: exit 1 on an unsafe error or a quote that is not verbatim."""
    parser = argparse.ArgumentParser(prog="python -m eval classify", description=__doc__)
    parser.add_argument("--split", choices=("dev", "test", "all"), default="test", help="数据子集")
    parser.add_argument("--scheme", default="", help="只测一个方案")
    parser.add_argument("--misses", action="store_true", help="列出判错的案件（测试集只列编号）")
    parser.add_argument("--no-derived", action="store_true", help="不做派生集")
    parser.add_argument("--json", type=Path, help="把结果写入此文件，混淆矩阵图写在旁边")
    options = parser.parse_args(argv)

    from assistant.assistant import Assistant

    given = cases.load(options.split, options.scheme)
    if not given:
        parser.error("没有这样的案件，请检查 --scheme 和 --split")
    results: dict[str, dict] = {}
    with tempfile.TemporaryDirectory(prefix="eval-") as home, Assistant.open(home=Path(home)) as assistant:
        judge = judge_with(assistant._classifier)
        for scheme in dict.fromkeys(c.scheme for c in given):
            judge(next(c for c in given if c.scheme == scheme))
            judged = [judge(c) for c in given if c.scheme == scheme]
            results[scheme] = summarise(judged)
            seconds = [j.seconds * 1000 for j in judged]
            results[scheme]["latency_ms"] = {"p50": round(percentile(seconds, 50), 2), "p95": round(percentile(seconds, 95), 2)}
            if scheme == "tolerance" and not options.no_derived:
                results[scheme]["derived"] = derived(judged, judge)
            if options.misses:
                for j in judged:
                    if not j.right:
                        print(f"[{j.case.id}] 应为 {name(j.case.outcome)}，得到 {name(j.said)}"
                              + (f"：{j.case.text[:60]}" if j.case.split == "dev" else ""))
    print(table(results))
    everything = {k: sum(r["accuracy"][k] for r in results.values()) for k in ("k", "n")}
    print(f"全部方案：{everything['k']}/{everything['n']}")
    if options.json:
        record.write(record.stamp("classify") | {"split": options.split, "overall": everything, "schemes": results}, options.json)
        for scheme, r in results.items():
            if scheme == "tolerance":
                plot(r["confusion"], list(r["recall"]), options.json.with_name(f"{options.json.stem}-{scheme}.svg"))
    return 1 if any(r["unsafe"]["k"] and s == "tolerance" or r["verbatim"]["k"] < r["verbatim"]["n"] for s, r in results.items()) else 0
