"""速度：热问、检索、导入、内存、冷启动，同一次运行中与 LangChain 常用做法对比。"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from assistant.errors import AssistantError
from eval import dataset, record, statutes
from eval.scoring import percentile

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
CORPUS, LAY = "laws_national.corpus.jsonl.gz", "stard.queries.dev.jsonl"
COLD = "高明记星多久评一次？"
WARM_UP = 20
FEW = 60
"""Questions at the sizes on the way, where ingestion is what is measured."""


def figures(seconds: Sequence[float]) -> dict:
    """Milliseconds: mean, p50, p95 and largest of some latencies in seconds."""
    ms = [s * 1000 for s in seconds]
    return {"n": len(ms), "mean": round(statistics.fmean(ms), 3) if ms else 0.0, "p50": round(percentile(ms, 50), 3),
            "p95": round(percentile(ms, 95), 3), "max": round(max(ms, default=0.0), 3)}


def clock(call: Callable[[str], object], queries: Sequence[str]) -> list[tuple[float, float]]:
    """Seconds each call took by the clock and by the processor, after a warm-up; an expected refusal by error counts as a call."""
    taken = []
    for query in (*queries[:WARM_UP], *queries):
        started, worked = time.perf_counter(), time.process_time()
        try:
            call(query)
        except AssistantError:
            pass
        taken.append((time.perf_counter() - started, time.process_time() - worked))
    return taken[min(WARM_UP, len(queries)):]


def measure(call: Callable[[str], object], queries: Sequence[str]) -> dict:
    """:func:`figures` of the clock, and beside them ``cpu``, those of the processor: they tell a slow program from a busy machine."""
    taken = clock(call, queries)
    return figures([wall for wall, _ in taken]) | {"cpu": figures([work for _, work in taken])}


def resident() -> dict:
    """Megabytes this process holds now and held at most (Linux; zeros elsewhere)."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return {"now": 0.0, "peak": 0.0}
    held = {line.split(":")[0]: int(line.split()[1]) / 1024 for line in lines if line.startswith(("VmRSS", "VmHWM"))}
    return {"now": round(held.get("VmRSS", 0.0), 1), "peak": round(held.get("VmHWM", 0.0), 1)}


def queries_of(data: Path, count: int) -> tuple[list[str], list[str]]:
    """Questions to a policy office (ours) and lay legal questions (``data``'s, when there)."""
    ours = [q.question for q in dataset.load() if not q.on and q.group != "classified"]
    lay = []
    if (data / LAY).is_file():
        lay = [json.loads(line)["text"] for line in (data / LAY).read_text(encoding="utf-8").splitlines() if line.strip()]
    return ours[:count], lay[:count]


def work(job: dict) -> dict:
    """One measurement in a process of its own, so that memory is of that alone. ``job['kind']``: ours or recipe."""
    folder = Path(job["texts"]) if job.get("texts") else None
    ours, lay = job["ours"], job["lay"]
    with tempfile.TemporaryDirectory(prefix="speed-") as home:
        if job["kind"] == "ours":
            return _ours(Path(home), folder, ours, lay, job["articles"])
        return _recipe(Path(home), folder, ours, lay, job["articles"])


def _ours(home: Path, folder: Path | None, ours: list[str], lay: list[str], articles: int) -> dict:
    from assistant.assistant import Assistant
    from assistant.types import LOCAL

    started = time.perf_counter()
    assistant = Assistant.open(home=home)
    result: dict = {"open_seconds": round(time.perf_counter() - started, 3)}
    if folder:
        started = time.perf_counter()
        reports = assistant.ingest([folder], asker=LOCAL)
        taken = time.perf_counter() - started
        provisions = sum(r.provisions for r in reports)
        result["ingestion"] = {
            "articles": articles, "provisions": provisions, "files": len(reports), "seconds": round(taken, 2),
            "failed": sum(r.status in ("failed", "blocked") for r in reports),
            "articles_per_second": round(articles / taken, 1), "provisions_per_second": round(provisions / taken, 1)}
    result["memory_after_ingestion"] = resident()
    result["ask"] = measure(lambda q: assistant.ask(q, asker=LOCAL), ours)
    if lay and folder:
        result["ask_lay"] = measure(lambda q: assistant.ask(q, asker=LOCAL), lay)
    result["search"] = measure(lambda q: assistant.search(q, asker=LOCAL, k=10), lay if lay and folder else ours)
    result["memory"] = resident()
    started = time.perf_counter()
    assistant.close()
    result["size_mb"] = round(sum(f.stat().st_size for f in home.rglob("*") if f.is_file()) / 2**20, 1)
    started = time.perf_counter()
    again = Assistant.open(home=home)
    again.ask(COLD, asker=LOCAL)
    result["reopen_and_ask_seconds"] = round(time.perf_counter() - started, 3)
    again.close()
    return result


def _shipped_texts() -> list[str]:
    from assistant.settings import shipped

    return [f.read_text(encoding="utf-8") for f in sorted((shipped("corpus") / "documents").glob("*.md"))]


def _recipe(home: Path, folder: Path | None, ours: list[str], lay: list[str], articles: int) -> dict:
    from assistant import embedding
    from eval.recipe import Recipe, versions

    texts = _shipped_texts() + ([f.read_text(encoding="utf-8") for f in sorted(folder.glob("*.txt"))] if folder else [])
    made = Recipe.build(texts, embedding.load(), home)
    result = {"versions": versions(), "chunks": made.chunks, "seconds": made.seconds, "ingestion_seconds": round(made.ingestion, 2),
              "memory_after_ingestion": resident()}
    if articles:
        result["articles_per_second"] = round(articles / made.ingestion, 1)
    result["search"] = measure(made.search, lay if lay and folder else ours)
    result["search_ours"] = measure(made.search, ours)
    result["memory"] = resident()
    return result


def _apart(job: dict) -> dict:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("ASSISTANT_")}
    done = subprocess.run([sys.executable, "-m", "eval.speed"], input=json.dumps(job), capture_output=True, text=True,
                          cwd=record.ROOT, env=environment)
    if done.returncode:
        return {"error": (done.stderr.strip().splitlines() or ["?"])[-1][:300]}
    return json.loads(done.stdout.strip().splitlines()[-1])


def cold(times: int = 7) -> dict:
    """Seconds from a shell to an answer, the home already there, and which heavy modules that path imports."""
    with tempfile.TemporaryDirectory(prefix="cold-") as home:
        command = [sys.executable, "-c", "from assistant.faces.cli import main; main()", "ask", COLD, "--home", home]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("ASSISTANT_")}

        def once(first: Sequence[str] = command) -> tuple[float, subprocess.CompletedProcess]:
            started = time.perf_counter()
            done = subprocess.run(first, capture_output=True, text=True, env=environment, cwd=record.ROOT)
            return time.perf_counter() - started, done

        first, done = once()
        if done.returncode:
            return {"error": (done.stderr or done.stdout).strip()[-300:]}
        taken = [once()[0] for _ in range(times)]
        _, traced = once([command[0], "-X", "importtime", *command[1:]])
        imported = {line.rsplit("|", 1)[-1].strip().split(".")[0] for line in traced.stderr.splitlines()}
    heavy = sorted(imported & {"torch", "sentence_transformers", "transformers", "langchain", "sklearn", "pandas"})
    return {"first_seconds": round(first, 3), "n": times, "median_seconds": round(statistics.median(taken), 3),
            "max_seconds": round(max(taken), 3), "heavy_imports": heavy}


def sizes_of(whole: int) -> list[int]:
    """The sizes at which ingestion is measured: an eighth, a quarter, half, all.

    >>> sizes_of(58750)
    [7343, 14687, 29375, 58750]
    """
    return sorted({max(1, whole // part) for part in (8, 4, 2, 1)})


def linearity(points: Sequence[tuple[int, float]]) -> float | None:
    """Seconds an article between the two largest sizes over that between the two smallest: 1 is linear, above it worse.

    Differences, so that the fixed cost of a start does not flatter the large sizes.

    >>> linearity([(100, 2.0), (200, 3.0), (800, 10.2)])
    1.2
    """
    ordered = sorted(points)
    slopes = [(t1 - t0) / (n1 - n0) for (n0, t0), (n1, t1) in zip(ordered, ordered[1:], strict=False) if n1 > n0]
    return round(slopes[-1] / slopes[0], 3) if len(slopes) > 1 and slopes[0] > 0 else None


def ratio(theirs: float, ours: float) -> float | None:
    """How many times as long the other takes; above 1 means ours is faster."""
    return round(theirs / ours, 2) if ours and theirs else None


def compare(ours: dict, theirs: dict) -> dict:
    """The recipe's retrieval time over our search and over our whole ask, and the same for ingestion."""
    found: dict = {}
    for p in ("p50", "p95"):
        if "search" in ours and "search" in theirs:
            found[f"search_{p}"] = ratio(theirs["search"][p], ours["search"][p])
            if "cpu" in ours["search"] and "cpu" in theirs["search"]:
                found[f"search_cpu_{p}"] = ratio(theirs["search"]["cpu"][p], ours["search"]["cpu"][p])
            whole = ours.get("ask_lay") or ours["ask"]
            found[f"ask_{p}"] = ratio(theirs["search"][p], whole[p])
    if "ingestion" in ours and "ingestion_seconds" in theirs:
        found["ingestion"] = ratio(theirs["ingestion_seconds"], ours["ingestion"]["seconds"])
    return found


def _show(name: str, place: dict) -> None:
    for side, key in (("本系统", "ours"), ("LangChain 常用做法", "recipe")):
        if not (result := place.get(key)):
            continue
        if "error" in result:
            print(f"{name} {side}：失败 {result['error']}")
            continue
        parts = [f"{what} p50 {result[key]['p50']} p95 {result[key]['p95']} 毫秒（处理器 p95 {result[key]['cpu']['p95']}）" for key, what in
                 (("ask", "问答"), ("ask_lay", "问答（群众提问）"), ("search", "检索")) if key in result]
        if "ingestion" in result:
            i = result["ingestion"]
            parts.append(f"导入 {i['articles']} 条 {i['seconds']} 秒（{i['articles_per_second']} 条/秒，{i['provisions_per_second']} 款项/秒）")
        elif "ingestion_seconds" in result:
            parts.append(f"导入 {result['chunks']} 块 {result['ingestion_seconds']} 秒")
        parts.append(f"内存 {result['memory']['now']} MB（峰值 {result['memory']['peak']}）")
        print(f"{name} {side}：" + "；".join(parts))
    if "times_faster" in place:
        print(f"{name} 对方用时 ÷ 本系统用时：{place['times_faster']}")


def run(argv: Sequence[str]) -> int:
    """``python -m eval speed``: exit 1 when a measurement failed."""
    parser = argparse.ArgumentParser(prog="python -m eval speed", description=__doc__)
    parser.add_argument("--provisions", type=int, default=58750, help="大库的条数，0 表示只测随附语料")
    parser.add_argument("--data", type=Path, default=DATA, help=f"放有 {CORPUS} 的目录")
    parser.add_argument("--questions", type=int, default=300, help="每组最多问多少题")
    parser.add_argument("--no-recipe", action="store_true", help="不测 LangChain 常用做法")
    parser.add_argument("--only-largest", action="store_true", help="只在最大规模测导入")
    parser.add_argument("--json", type=Path, help="把结果写入此文件")
    options = parser.parse_args(argv)
    ours, lay = queries_of(options.data, options.questions)
    job = {"ours": ours, "lay": lay, "articles": 0, "texts": ""}

    def pair(job: dict, rival: bool = True) -> dict:
        one = {"ours": _apart({**job, "kind": "ours"})}
        if rival and not options.no_recipe:
            one["recipe"] = _apart({**job, "kind": "recipe"})
        if "error" not in one["ours"] and "error" not in one.get("recipe", {"error": ""}):
            one["times_faster"] = compare(one["ours"], one["recipe"])
        return one

    result = record.stamp("speed") | {"day": date.today().isoformat(), "load": round(os.getloadavg()[0], 2), "cold": cold(), "shipped": pair(job)}
    print(f"冷启动问答：{result['cold']}")
    _show("随附语料", result["shipped"])
    corpus = options.data / CORPUS
    result["sizes"] = []
    if options.provisions and not corpus.is_file():
        print(f"找不到 {corpus}，跳过大库。可用 --data 指定目录。")
    elif options.provisions:
        everything = statutes.load(corpus)
        whole = min(options.provisions, sum(len(s.articles) for s in everything))
        for size in [whole] if options.only_largest else sizes_of(whole):
            with tempfile.TemporaryDirectory(prefix="laws-") as folder:
                files = statutes.write(statutes.first(everything, size), Path(folder))
                asked = {} if size == whole else {"ours": ours[:FEW], "lay": lay[:FEW]}
                one = pair({**job, **asked, "articles": size, "texts": folder}, rival=size == whole)
            result["sizes"].append({"articles": size, "files": files, **one})
            _show(f"{size} 条", one)
        points = [(s["articles"], s["ours"]["ingestion"]["seconds"]) for s in result["sizes"] if "ingestion" in s["ours"]]
        result["ingestion_growth"] = linearity(points)
        print(f"导入用时增长（1 为线性）：{result['ingestion_growth']}")
    if options.json:
        record.write(result, options.json)
    return 1 if any("error" in s["ours"] for s in (result["shipped"], *result["sizes"])) or "error" in result["cold"] else 0


if __name__ == "__main__":
    print(json.dumps(work(json.loads(sys.stdin.read()))))
