"""报告：把 eval/results/*.json 画成一个自带图的 HTML 文件。"""

from __future__ import annotations

import argparse
import html
import io
from collections.abc import Sequence
from pathlib import Path

from eval import record

FONTS = ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei",
         "Microsoft YaHei", "PingFang SC", "SimHei", "Noto Sans CJK JP", "AR PL UMing CN", "Droid Sans Fallback")
OURS, THEIRS, INK = "#1f6f8b", "#c98b4b", "#333333"
STYLE = """body{font:15px/1.6 system-ui,"Noto Sans CJK SC","Microsoft YaHei",sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#222}
table{border-collapse:collapse;margin:.6rem 0}td,th{border-bottom:1px solid #ddd;padding:.2rem .7rem;text-align:left}
td.n{text-align:right;font-variant-numeric:tabular-nums}.ok{color:#19703a}.no{color:#b3261e}small{color:#666}svg{max-width:100%;height:auto}"""


class Plots:
    """matplotlib without a screen, Chinese labels when a font on this machine has them, English ones otherwise."""

    def __init__(self) -> None:
        import matplotlib

        matplotlib.use("Agg")
        from matplotlib import font_manager, pyplot

        here = {font.name for font in font_manager.fontManager.ttflist}
        self.font = next((name for name in FONTS if name in here), "")
        matplotlib.rcParams.update({"font.family": [self.font, "DejaVu Sans"] if self.font else ["DejaVu Sans"], "svg.fonttype": "path",
                                    "axes.unicode_minus": False, "axes.spines.top": False, "axes.spines.right": False})
        self.pyplot = pyplot

    def say(self, chinese: str, english: str) -> str:
        """The label that can be drawn here."""
        return chinese if self.font else english

    def svg(self, figure) -> str:
        """The drawing as an SVG element to put into a page."""
        out = io.StringIO()
        figure.savefig(out, format="svg", bbox_inches="tight", metadata={"Date": None})
        self.pyplot.close(figure)
        text = out.getvalue()
        return text[text.index("<svg"):]

    def groups(self, result: dict) -> str:
        """Right-and-cited by group with Wilson intervals."""
        rows = [(name, g["both"]) for name, g in result["groups"].items()] + [("overall", result["overall"]["both"])]
        rows.reverse()
        figure, axes = self.pyplot.subplots(figsize=(8, 0.32 * len(rows) + 1))
        rates = [r["rate"] or 0 for _, r in rows]
        spread = [[x - r["low"] for x, (_, r) in zip(rates, rows, strict=True)], [r["high"] - x for x, (_, r) in zip(rates, rows, strict=True)]]
        axes.barh([f"{name} ({r['n']})" for name, r in rows], rates, xerr=[[max(0, v) for v in side] for side in spread],
                  color=OURS, ecolor=INK, capsize=2)
        axes.set_xlim(0, 1.05)
        axes.axvline(0.92, color=THEIRS, linestyle="--", linewidth=1)
        axes.set_xlabel(self.say("答对且依据正确（95% 区间）", "right and right clause cited (95 % interval)"))
        return self.svg(figure)

    def latency(self, result: dict) -> str:
        """Our ask and search beside the recipe's retrieval, at each size that was measured."""
        places = [(self.say("随附语料", "shipped"), result["shipped"])]
        places += [(f"{s['articles']:,}", s) for s in result.get("sizes", ()) if "error" not in s["ours"]]
        bars = []
        for name, place in places:
            for key, what in (("ask", self.say("问答", "ask")), ("search", self.say("检索", "search"))):
                if key in place["ours"]:
                    bars.append((f"{name} {what}", place["ours"][key], OURS))
            if "search" in place.get("recipe", {}):
                bars.append((f"{name} LangChain", place["recipe"]["search"], THEIRS))
        if not bars:
            return ""
        figure, axes = self.pyplot.subplots(figsize=(8, 0.36 * len(bars) + 1))
        bars.reverse()
        axes.barh([b[0] for b in bars], [b[1]["p95"] for b in bars], color=[b[2] for b in bars], alpha=0.45)
        axes.barh([b[0] for b in bars], [b[1]["p50"] for b in bars], color=[b[2] for b in bars])
        axes.set_xscale("log")
        axes.set_xlabel(self.say("毫秒（深色 p50，浅色 p95，对数）", "ms (dark p50, light p95, log)"))
        return self.svg(figure)

    def retrieval(self, result: dict) -> str:
        """nDCG@10 of each set by each system, with the interval of ours."""
        systems = (("bm25_jieba", "#d8b48a"), ("bm25_ngram", THEIRS), ("dense", "#9cc5d3"), ("fused", OURS))
        names = list(result["sets"])
        figure, axes = self.pyplot.subplots(figsize=(8, 3.2))
        for n, (system, colour) in enumerate(systems):
            values = [result["sets"][name][system]["ndcg@10"] for name in names]
            bounds = [result["intervals"][name][system]["ndcg@10"] for name in names]
            spread = [[v - low for v, (low, _) in zip(values, bounds, strict=True)], [high - v for v, (_, high) in zip(values, bounds, strict=True)]]
            axes.bar([i + 0.2 * n for i in range(len(names))], values, 0.19, label=system, color=colour,
                     yerr=[[max(0, x) for x in side] for side in spread] if system == "fused" else None, ecolor=INK, capsize=2)
        axes.set_xticks([i + 0.3 for i in range(len(names))], names)
        axes.set_ylim(0, 1.05)
        axes.set_ylabel("nDCG@10")
        axes.legend(frameon=False, fontsize=8, ncols=4, loc="upper center", bbox_to_anchor=(0.5, 1.15))
        return self.svg(figure)

    def ingestion(self, result: dict) -> str:
        """Seconds over articles, with the straight line through the smallest size."""
        points = [(s["articles"], s["ours"]["ingestion"]["seconds"]) for s in result.get("sizes", ()) if "ingestion" in s["ours"]]
        if len(points) < 2:
            return ""
        figure, axes = self.pyplot.subplots(figsize=(6, 3.2))
        axes.plot(*zip(*points, strict=True), "o-", color=OURS, label=self.say("本系统", "ours"))
        n, seconds = points[0]
        axes.plot([0, points[-1][0]], [0, seconds / n * points[-1][0]], "--", color=INK, linewidth=1, label=self.say("线性", "linear"))
        rival = [(s["articles"], s["recipe"]["ingestion_seconds"]) for s in result["sizes"] if "ingestion_seconds" in s.get("recipe", {})]
        if rival:
            axes.plot(*zip(*rival, strict=True), "s", color=THEIRS, label="LangChain")
        axes.set_xlabel(self.say("条数", "articles"))
        axes.set_ylabel(self.say("导入用时（秒）", "ingestion (s)"))
        axes.legend(frameon=False)
        return self.svg(figure)

    def history(self, results: Sequence[dict]) -> str:
        """Right-and-cited over commits, one line a split and corpus."""
        lines: dict[tuple[str, str], list[dict]] = {}
        for result in results:
            lines.setdefault((result["split"], result["documents"]), []).append(result)
        if not any(len(line) > 1 for line in lines.values()):
            return ""
        figure, axes = self.pyplot.subplots(figsize=(8, 3))
        order = list(dict.fromkeys(f"{r['date'][5:16]}\n{r['commit']}" for r in results))
        for (split, documents), line in sorted(lines.items()):
            axes.plot([order.index(f"{r['date'][5:16]}\n{r['commit']}") for r in line], [r["overall"]["both"]["rate"] for r in line],
                      "o-", label=f"{split} · {documents}")
        axes.set_xticks(range(len(order)), order, fontsize=7, rotation=45)
        axes.set_ylim(0, 1.02)
        axes.axhline(0.92, color=THEIRS, linestyle="--", linewidth=1)
        axes.legend(frameon=False, fontsize=8)
        return self.svg(figure)


def latest(results: Sequence[dict], *keys: str) -> list[dict]:
    """The newest result of each combination of some fields."""
    newest = {tuple(r.get(k, "") for k in keys): r for r in results}
    return list(newest.values())


def table(rows: Sequence[Sequence[object]], head: Sequence[str] = ()) -> str:
    """Rows as an HTML table, numbers to the right, everything escaped."""
    def cell(value: object) -> str:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return f'<td class="n">{value:,}</td>' if number else f"<td>{html.escape(str(value))}</td>"

    top = "<tr>" + "".join(f"<th>{html.escape(h)}</th>" for h in head) + "</tr>" if head else ""
    return "<table>" + top + "".join("<tr>" + "".join(map(cell, row)) + "</tr>" for row in rows) + "</table>"


def _rate(figure: dict) -> str:
    if not figure.get("n"):
        return "—"
    return f"{figure['rate']:.1%}（{figure['k']}/{figure['n']}，{figure['low']:.1%}–{figure['high']:.1%}）" if "rate" in figure else f"{figure['k']} / {figure['n']}"


TARGETS = (("answered_and_cited", "答对且依据正确", "≥ 92%", lambda f: f["rate"] >= 0.92),
           ("count_without_list", "有数无单", "≥ 95%", lambda f: f["rate"] >= 0.95),
           ("out_of_corpus", "库外", "≥ 95%", lambda f: f["rate"] >= 0.95),
           ("wrongly_refused", "误拒", "≤ 3%", lambda f: f["rate"] <= 0.03),
           ("quotes_not_in_store", "引文不在库中", "0", lambda f: f["k"] == 0))


def _answers(plots: Plots, results: Sequence[dict]) -> str:
    parts = ["<h2>已知答案</h2>"]
    for result in latest(results, "split", "documents"):
        documents = "导入原文" if result["documents"] == "originals" else "随附要点"
        parts.append(f"<h3>{html.escape(result['split'])} · {documents}（N = {result['n']}）</h3>{_stamp(result)}")
        rows = []
        for key, name, goal, met in TARGETS:
            figure = result["targets"][key]
            mark = "—" if not figure.get("n") else "达到" if met(figure) else "未达到"
            rows.append((name, _rate(figure), goal, mark))
        latency = result["latency_ms"]
        rows.append(("耗时", f"p50 {latency['p50']} 毫秒，p95 {latency['p95']} 毫秒", "", ""))
        parts += [table(rows, ("指标", "结果", "目标", "")), plots.groups(result)]
    if drawn := plots.history(results):
        parts += ["<h3>历次</h3>", drawn]
    return "".join(parts)


def _speed(plots: Plots, results: Sequence[dict]) -> str:
    result = results[-1]
    parts = ["<h2>速度</h2>", _stamp(result)]
    rows = []
    for name, place in [("随附语料", result["shipped"]), *((f"{s['articles']:,} 条", s) for s in result.get("sizes", ()))]:
        for side in ("ours", "recipe"):
            one = place.get(side, {})
            if not one or "error" in one:
                continue
            taken = one.get("ingestion", {})
            rows.append((name, "本系统" if side == "ours" else "LangChain", *(one.get(k, {}).get(p, "") for k in ("ask", "search") for p in ("p50", "p95")),
                         taken.get("articles_per_second", one.get("articles_per_second", "")), one["memory"]["now"]))
    parts.append(table(rows, ("规模", "", "问答 p50", "问答 p95", "检索 p50", "检索 p95", "导入 条/秒", "内存 MB")))
    if "median_seconds" in result["cold"]:
        parts.append(f"<p>冷启动问答（中位数，{result['cold']['n']} 次）：{result['cold']['median_seconds']} 秒；"
                     f"路径上的重库：{html.escape('、'.join(result['cold']['heavy_imports']) or '无')}。</p>")
    return "".join([*parts, plots.latency(result), plots.ingestion(result)])


def _retrieval(plots: Plots, results: Sequence[dict]) -> str:
    result = results[-1]
    keys = ("recall@1", "recall@10", "recall@100", "mrr@10", "ndcg@10")
    rows = []
    for name, systems in result["sets"].items():
        n = result["questions"][name]["n"]
        for system, figures in systems.items():
            low, high = result["intervals"][name][system]["ndcg@10"]
            rows.append((f"{name}（{n} 问）", system, *(figures[k] for k in keys), f"{low:.3f}–{high:.3f}"))
    encoding = result["costs"]["encoding"]
    lines = [f"向量模型 {result['model']['name']}，加载 {result['costs']['model_load_s']} 秒，一问 {encoding['one_question_ms']} 毫秒，"
             f"每秒 {encoding['questions_per_s']:,} 问、{encoding['passages_per_s']:,} 段，加载后内存 {result['costs']['resident_after_load_mb']} MB。"]
    lines += [f"{name}：相似度的 Spearman 相关 {found['spearman']}（{found['n']} 对）。" for name, found in result["likeness"].items()]
    return "".join(["<h2>检索</h2>", _stamp(result), table(rows, ("数据集", "", *keys, "nDCG@10 的 95% 区间")), plots.retrieval(result),
                    *(f"<p>{html.escape(line)}</p>" for line in lines)])


def scalars(result: dict, prefix: str = "", depth: int = 3) -> list[tuple[str, object]]:
    """The plain figures of any result, named by their place, for tasks without a section of their own."""
    found: list[tuple[str, object]] = []
    for key, value in result.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict) and depth:
            found += scalars(value, name + ".", depth - 1)
        elif isinstance(value, int | float | str) and key not in ("task", "commit", "date", "file"):
            found.append((name, value))
    return found


def _stamp(result: dict) -> str:
    return f"<p><small>提交 {html.escape(result.get('commit', ''))}，{html.escape(result.get('date', ''))}，{html.escape(result.get('file', ''))}</small></p>"


def page(results: Sequence[dict]) -> str:
    """The whole report as one HTML text without anything to fetch."""
    plots = Plots()
    by_task: dict[str, list[dict]] = {}
    for result in results:
        by_task.setdefault(result["task"], []).append(result)
    parts = []
    if found := by_task.pop("answers", None):
        parts.append(_answers(plots, found))
    if found := by_task.pop("speed", None):
        parts.append(_speed(plots, found))
    if found := by_task.pop("retrieval", None):
        parts.append(_retrieval(plots, found))
    for task, found in sorted(by_task.items()):
        parts.append(f"<h2>{html.escape(task)}</h2>{_stamp(found[-1])}{table(scalars(found[-1])[:80])}")
    return (f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>评测报告</title><style>{STYLE}</style>'
            f"<h1>评测报告</h1>{''.join(parts) or '<p>还没有结果。请先运行 python -m eval answers --json eval/results/名称.json。</p>'}</html>\n")


def run(argv: Sequence[str]) -> int:
    """``python -m eval report``: write the page."""
    parser = argparse.ArgumentParser(prog="python -m eval report", description=__doc__)
    parser.add_argument("--results", type=Path, default=record.RESULTS, help="结果目录")
    parser.add_argument("--out", type=Path, help="写到此文件，默认 结果目录/report.html")
    options = parser.parse_args(argv)
    out = options.out or options.results / "report.html"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(page(record.read(options.results)), encoding="utf-8")
    print(f"已写入 {out}")
    return 0
