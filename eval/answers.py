"""已知答案：答对率、依据条款、拒答、引文核验、耗时。"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Protocol

from assistant.errors import AssistantError, Classified
from assistant.types import LOCAL, Answer, Asker
from eval import dataset, record
from eval.dataset import Question
from eval.scoring import Score, score, summarise


class Asked(Protocol):
    """What is asked: the facade, or a scripted fake."""

    def ask(self, question: str, *, asker: Asker, on: date | None = None, region: str = "") -> Answer: ...
    def provision(self, id: str, *, asker: Asker, on: date | None = None) -> tuple: ...


def evaluate(assistant: Asked, questions: Sequence[Question]) -> list[Score]:
    """Ask every question and score what comes back; an error is an answer without content."""
    scores = []
    for question in questions:
        def stored(provision: str, on: date | None = question.on) -> str | None:
            try:
                return assistant.provision(provision, asker=LOCAL, on=on)[0].text
            except AssistantError:
                return None

        started = time.perf_counter()
        try:
            answer = assistant.ask(question.question, asker=LOCAL, on=question.on, region=question.region)
        except Classified as error:
            answer = Answer(error.message, refusal="classified")
        except AssistantError as error:
            answer = Answer("", notices=(error.message,))
        scores.append(score(question, answer, stored, time.perf_counter() - started))
    return scores


def _table(summary: dict) -> str:
    def cell(figure: dict) -> str:
        if not figure["n"]:
            return "—"
        return f"{figure['rate']:.1%} ({figure['k']}/{figure['n']}) [{figure['low']:.1%}–{figure['high']:.1%}]"

    lines = [f"{'':<22}{'答对':<34}{'依据正确':<32}{'两者皆对'}"]
    for name, figures in [*summary["groups"].items(), ("overall", summary["overall"])]:
        lines.append(f"{name:<24}{cell(figures['right']):<36}{cell(figures['cited']):<36}{cell(figures['both'])}")
    targets = summary["targets"]
    quotes = targets["quotes_not_in_store"]
    latency = summary["latency_ms"]
    lines += ["",
              f"答对且依据正确      {cell(targets['answered_and_cited'])}   目标 ≥ 92%",
              f"有数无单            {cell(targets['count_without_list'])}   目标 ≥ 95%",
              f"库外                {cell(targets['out_of_corpus'])}   目标 ≥ 95%",
              f"误拒（普通问题）    {cell(targets['wrongly_refused'])}   目标 ≤ 3%",
              f"该拒未拒            {cell(targets['wrongly_answered'])}",
              f"引文不在库中        {quotes['k']} / {quotes['n']}   目标 0",
              f"标识齐全            {cell(summary['labelled'])}",
              f"事实答复超过160字   {cell(summary['fact_over_160_characters'])}",
              f"耗时（毫秒）        p50 {latency['p50']}，p95 {latency['p95']}，最大 {latency['max']}"]
    return "\n".join(lines)


def _misses(questions: Sequence[Question], scores: Sequence[Score]) -> str:
    """Every miss; of the test split only its id, so that nobody tunes on its wording."""
    lines = []
    for question, one in zip(questions, scores, strict=True):
        if one.both and not one.unfounded:
            continue
        lines.append(f"[{one.id}] {question.question if one.split == 'dev' else '（测试集，不显示）'}")
        if one.split == "dev":
            lines += [f"    {reason}" for reason in one.why] + [f"    得到：{one.text[:150]}"]
    return "\n".join(lines)


def run(argv: Sequence[str]) -> int:
    """``python -m eval answers``: exit 1 when a quote was not in the store."""
    parser = argparse.ArgumentParser(prog="python -m eval answers", description=__doc__)
    parser.add_argument("--documents", type=Path, help="另外导入此目录的原文，取代同名要点")
    parser.add_argument("--split", choices=("dev", "test", "all"), default="all", help="数据子集")
    parser.add_argument("--json", type=Path, help="把结果写入此文件")
    parser.add_argument("--misses", action="store_true", help="列出答错的题（测试集只列编号）")
    parser.add_argument("--dataset", type=Path, default=dataset.ANSWERS, help="已知答案文件")
    options = parser.parse_args(argv)
    if options.documents and not options.documents.exists():
        parser.error(f"找不到目录 {options.documents}，请检查路径")

    from assistant.assistant import Assistant

    questions = dataset.load(options.dataset, options.split)
    with tempfile.TemporaryDirectory(prefix="eval-") as home:
        assistant = Assistant.open(home=Path(home))
        try:
            if options.documents:
                for report in assistant.ingest([options.documents], asker=LOCAL):
                    if report.reason:
                        print(f"{report.name}：{report.reason}")
            assistant.ask("高明", asker=LOCAL)
            scores = evaluate(assistant, questions)
        finally:
            assistant.close()
    summary = summarise(scores)
    print(_table(summary))
    if options.misses:
        print("\n" + _misses(questions, scores))
    if options.json:
        result = record.stamp("answers") | {
            "split": options.split, "documents": "originals" if options.documents else "digests",
            "dataset": dataset.version(options.dataset), **summary, "missed": [s.id for s in scores if not s.both or s.unfounded]}
        record.write(result, options.json)
    return 1 if summary["targets"]["quotes_not_in_store"]["k"] else 0
