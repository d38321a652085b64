"""How good the assistant is, as the project measured it (``eval/results``), and what people here say the answers should be.

The results are there in a checkout only; an installed copy says so instead.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

from assistant import secrecy
from assistant.errors import BadInput, Classified, HomeBroken
from assistant.faces.desk import Desk, legible
from assistant.faces.shapes import Json

PROJECT = Path(__file__).resolve().parents[2]
KNOWN = "known-answers.jsonl"
LONGEST, MOST_SHOWN = 5000, 50

SYSTEMS = {"bm25_jieba": "词 BM25", "bm25_ngram": "字 BM25", "dense": "向量", "fused": "本系统（融合）"}
TARGETS = {"answered_and_cited": "答对且依据正确", "count_without_list": "只有数目的照实说", "out_of_corpus": "文件里没有的说没有"}
WRONG = {"wrongly_refused": "该答没答", "wrongly_answered": "不该答却答了", "quotes_not_in_store": "引文不在库里"}
PLACES = {"cmrc2018": "阅读理解 CMRC", "lawbench11": "法条问答 LawBench", "stard": "口语问法条 STARD", "ncp": "法条检索 NCP", "rgb_zh": "新闻问答 RGB", "answers": "自备的题"}
SETS = {"test": "测试集", "dev": "开发集"}
DOCUMENTS = {"digests": "要点整理", "originals": "原文"}

_writing = Lock()


def summary(project: Path = PROJECT) -> Json:
    """Charts, confusion matrices, misses and the course over time; ``available`` is false where there are no results."""
    results = _read(project / "eval" / "results")
    charts = [c for c in (*_answers(results), _retrieval(results), *_classify(results), _conversations(results), _speed(results)) if c]
    return {
        "available": bool(charts), "charts": charts, "confusions": list(_confusions(results)), "misses": _misses(results, project / "eval" / "datasets"),
        "trends": _trends(project / "eval" / "results" / "history.jsonl"),
        "runs": [{"task": r["task"], "date": r.get("date", ""), "commit": r.get("commit", ""), "n": r.get("n")} for r in results],
    }


def propose(desk: Desk, question: str, answer: str, by: str, conversation: str = "") -> Json:
    """Keep what an answer should be, for those who measure. Raises BadInput, Classified, NotFound for another's conversation."""
    question, answer, by = legible(question).strip(), legible(answer).strip(), legible(by).strip()
    if not question or not answer or not by:
        raise BadInput("问题、应有的答案和提出的人都要写。请补上后再试。")
    if max(len(question), len(answer)) > LONGEST or len(by) > 100:
        raise BadInput(f"写得太长：问题和答案各最多 {LONGEST} 字。请只留要点和条款。")
    marking = secrecy.inspect(f"{question}\n{answer}")
    if marking.blocked:
        raise Classified(f"{marking.blocked}。没有保存任何内容。")
    if conversation:
        desk.assistant.store.conversation(conversation, desk.asker)
    said = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "owner": desk.asker.name, "by": by, "question": question, "answer": answer,
            "conversation": conversation}
    with _writing:
        try:
            handle = os.open(_kept(desk), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(handle, "a", encoding="utf-8") as file:
                file.write(json.dumps(said, ensure_ascii=False) + "\n")
        except OSError as error:
            raise HomeBroken(f"没有记下（{error.strerror}）。请检查数据目录的空间和权限。") from None
    return said


def proposals(desk: Desk) -> Json:
    """What the asker proposed (in local mode what anyone did), the newest first."""
    try:
        lines = _kept(desk).read_text("utf-8").splitlines()
    except FileNotFoundError:
        lines = []
    said = [json.loads(line) for line in lines if line.strip()]
    own = [p for p in said if desk.asker.all_units or p["owner"] == desk.asker.name]
    return {"proposals": own[::-1][:MOST_SHOWN]}


def opinion(desk: Desk, useful: bool, trace: str = "", conversation: str = "") -> Json:
    """Keep whether an answer was of use. Raises NotFound for an answer or a conversation of another, BadInput for neither."""
    store = desk.assistant.store
    if trace:
        store.trace(legible(trace), desk.asker)
    elif conversation:
        store.conversation(legible(conversation), desk.asker)
    else:
        raise BadInput("没有说是哪一个回答。请给出 trace 或 conversation。")
    store.put_opinion("page", "", desk.asker.name, "useful" if useful else "useless", about=trace or conversation)
    return {"useful": useful}


def _kept(desk: Desk) -> Path:
    return Path(desk.assistant.settings.home) / KNOWN


def _read(folder: Path) -> list[Json]:
    out = []
    for file in sorted(folder.glob("*.json")) if folder.is_dir() else ():
        try:
            result = json.loads(file.read_text("utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(result, dict) and "task" in result:
            out.append(result)
    return out


def _of(results: list[Json], task: str) -> Iterator[Json]:
    return (r for r in results if r["task"] == task)


def _bar(name: str, figure: Mapping[str, Any]) -> Json:
    k, n = figure.get("k"), figure.get("n")
    rate = figure.get("rate") if figure.get("rate") is not None else (k / n if n else None)
    return {"name": name, "value": rate, "low": figure.get("low"), "high": figure.get("high"), "k": k, "n": n}


def _chart(title: str, bars: list[Json], of: Json, note: str = "", unit: str = "share") -> Json | None:
    bars = [b for b in bars if b["value"] is not None]
    return {"title": title, "note": note, "unit": unit, "bars": bars, "date": of.get("date", ""), "commit": of.get("commit", "")} if bars else None


def _answers(results: list[Json]) -> Iterator[Json | None]:
    found = list(_of(results, "answers"))
    if not found:
        return
    name = lambda r: f"{SETS.get(r['split'], r['split'])}，{DOCUMENTS.get(r['documents'], r['documents'])}"
    newest = max(found, key=lambda r: r["date"])
    yield _chart("回答：答对且依据正确", [_bar(f"{name(r)}（{r['n']} 题）", r["overall"]["both"]) for r in found], newest)
    test = next((r for r in found if (r["split"], r["documents"]) == ("test", "digests")), newest)
    yield _chart("回答：各项要求", [_bar(words, test["targets"][key]) for key, words in TARGETS.items() if key in test["targets"]], test, name(test))
    yield _chart("拒答和引文：越少越好", [_bar(words, test["targets"][key]) for key, words in WRONG.items() if key in test["targets"]], test, name(test))


def _retrieval(results: list[Json]) -> Json | None:
    for r in _of(results, "retrieval"):
        bars = [{"name": f"{PLACES.get(name, name)}：{SYSTEMS.get(system, system)}", "value": figures.get("recall@10"), "low": None, "high": None, "k": None, "n": None}
                for name, systems in r["sets"].items() for system, figures in systems.items() if system in ("bm25_jieba", "fused")]
        return _chart("检索：前 10 条里有依据", bars, r, "与按词的 BM25 比较")
    return None


def _classify(results: list[Json]) -> Iterator[Json | None]:
    for r in _of(results, "classify"):
        bars = [_bar(f"{name}（{s['n']} 件）", s["accuracy"]) for name, s in sorted(r["schemes"].items(), key=lambda kv: -kv[1]["n"])]
        yield _chart("分类：初步意见与标注一致", bars, r, SETS.get(r["split"], r["split"]))


def _conversations(results: list[Json]) -> Json | None:
    for r in _of(results, "conversations"):
        names = {"dev": "开发集", "test": "测试集", "fresh": "新出的"}
        return _chart("接着问：最后一问答对", [_bar(f"{names.get(k, k)}（{f['n']} 段）", f) for k, f in r["splits"].items()], r)
    return None


def _speed(results: list[Json]) -> Json | None:
    for r in _of(results, "speed"):
        places = [("随附语料", r["shipped"]), *((f"{s['articles']:,} 条", s) for s in r.get("sizes") or () if "error" not in s["ours"])]
        bars = [{"name": f"{place}：{what}", "value": of["ours"][key]["p50"], "low": None, "high": of["ours"][key]["p95"], "k": None, "n": of["ours"][key]["n"]}
                for place, of in places for key, what in (("ask", "问答"), ("search", "检索")) if key in of["ours"]]
        return _chart("速度：毫秒", bars, r, "实心是中位数，浅色到 95 分位", "ms")
    return None


def _confusions(results: list[Json]) -> Iterator[Json]:
    for r in _of(results, "classify"):
        for name, scheme in sorted(r["schemes"].items(), key=lambda kv: -kv[1]["n"]):
            pairs = {tuple(key.split(" → ")): n for key, n in scheme.get("confusion", {}).items() if key.count(" → ") == 1}
            labels = sorted({label for pair in pairs for label in pair})
            if len(labels) > 1:
                yield {"scheme": name, "n": scheme["n"], "labels": labels, "cells": [[pairs.get((a, b), 0) for b in labels] for a in labels]}


def _misses(results: list[Json], datasets: Path) -> list[Json]:
    out = []
    for task in ("answers", "conversations"):
        asked = {q["id"]: q for q in _lines(datasets / f"{task}.jsonl")}
        newest = max(_of(results, task), key=lambda r: (r.get("split") == "test", r.get("date", "")), default=None)
        for id in (newest or {}).get("missed", ())[:20]:
            q = asked.get(id, {})
            expect = q.get("expect", {})
            out.append({"id": id, "task": task, "question": q.get("question") or " → ".join(q.get("turns", ())),
                        "expected": "；".join("或".join(words) for words in expect.get("all_of", ())), "provisions": expect.get("provisions", [])})
    return out


def _trends(file: Path) -> list[Json]:
    by: dict[str, list[Json]] = {}
    for line in _lines(file):
        by.setdefault(line["name"], []).append({"date": line["date"], "commit": line["commit"], "value": line["value"], "n": line.get("n")})
    return [{"name": name, "points": sorted(points, key=lambda p: p["date"])} for name, points in by.items()]


def _lines(file: Path) -> list[Json]:
    try:
        return [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]
    except (OSError, ValueError):
        return []
