"""大模型一路：说谎的模型、出错的模型、开关一致，以及（--model）本单位所设的模型。"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from eval import cases, dataset, record
from eval.scoring import summarise

RESULT = record.RESULTS / "agent.json"


def run(argv: Sequence[str]) -> int:
    """``python -m eval agent``: exit 1 when anything false was shown or a run did not end well and in time."""
    parser = argparse.ArgumentParser(prog="python -m eval agent", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="每种只跑几次，不写结果")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", choices=("lies", "faults", "parity"), default="", help="只跑一项，不写结果")
    parser.add_argument("--escapes", type=Path, help="把骗过核对的句子写入此文件，每行一条 JSON")
    parser.add_argument("--model", action="store_true", help="测本单位设置的模型（ASSISTANT_MODEL 等），与离线回答并列")
    parser.add_argument("--limit", type=int, default=0, help="--model 时只问这么多题")
    parser.add_argument("--json", type=Path, default=RESULT, help="把结果写入此文件")
    options = parser.parse_args(argv)
    return _model(options) if options.model else _rehearse(options)


def _rehearse(options: argparse.Namespace) -> int:
    from assistant.assistant import Assistant
    from assistant.settings import Settings
    from eval import faulting, lying, parity

    each, http, faults, others, same, pool = (2, 6, 1, 0, 8, 12) if options.quick else (32, 120, 30, 10, 300, 80)
    questions = list(dataset.load())
    random.Random(options.seed).shuffle(questions)
    result: dict[str, Any] = {**record.stamp("agent"), "seed": options.seed, "dataset": dataset.version()}
    with tempfile.TemporaryDirectory(prefix="eval-") as home, Assistant.open(Settings(home=Path(home))) as assistant:
        lying.quicken(assistant)
        parts: dict[str, Callable[[], dict[str, Any]]] = {
            "parity": lambda: parity.run(assistant, questions[:same], options.seed),
            "faults": lambda: faulting.run(assistant, lying.answerable(assistant, questions, 12), faults, others),
            "lies": lambda: lying.run(assistant, lying.answerable(assistant, questions, pool), each, http, options.seed),
        }
        for name, work in parts.items():
            if options.only in ("", name):
                started = time.perf_counter()
                result[name] = work()
                result[name]["seconds"] = round(time.perf_counter() - started, 1)
                print("\n".join(_LINES[name](result[name])))
    lies = result.get("lies", {"found": [], "false": 0})
    for one in lies["found"]:
        print(f"  [{one['kind']}] {one['question']} {'；'.join(one['faults'])}")
    if options.escapes:
        lying.escapes(lies["found"], options.escapes)
    if not options.quick and not options.only:
        record.write(result, options.json)
    faulty = result.get("faults", {"n": 0, "well": 0, "late": 0})
    return 1 if lies["false"] or faulty["well"] < faulty["n"] or faulty["late"] else 0


def _lies(r: dict[str, Any]) -> list[str]:
    lines = [f"说谎的模型：{r['n']} 次（其中 {r['over_http']['n']} 次经真实客户端和 HTTP），模型发言 {r['model_called']} 次，用上它的话 {r['model_shown']} 次，",
             f"  显示出的不实内容 {r['false']}/{r['n']}（95% 上限 {r['bound']:.2%}），{r['seconds']} 秒"]
    return lines + [f"  {kind:<16}{k['false']}/{k['n']}" for kind, k in r["kinds"].items()]


def _faults(r: dict[str, Any]) -> list[str]:
    lines = [f"出错的模型：{r['n']} 次，{r['well']} 次以离线回答、提示和 done 收尾，超时 {r['late']} 次、其中因等模型 {r['late_by_model']} 次（限 {r['deadline_s']}+{r['grace_s']} 秒），{r['seconds']} 秒"]
    lines += [f"  {kind:<20}{k['well']}/{k['n']}  中位 {k['p50_s']} 秒，最长 {k['max_s']} 秒" for kind, k in r["kinds"].items()]
    row = r["in_a_row"]
    return [*lines, f"  同一个坏服务连问 {row['n']} 次：不对 {row['wrong']}，第四次以后还要等的 {row['waited']}", *(f"  {why}：{n}" for why, n in r["why"].items())]


def _parity(r: dict[str, Any]) -> list[str]:
    def cell(f: dict[str, Any]) -> str:
        return f"{f['k']}/{f['n']}（{f['rate']:.1%}）"

    lines = [f"开关一致：{r['n']} 题，模型发言 {r['model_spoke']} 题，{r['seconds']} 秒"]
    lines += [f"  {way:<12}所引条款相同 {cell(f)}" + (f"，句子略去 {r['dropped'][way]}/{r['claims'][way]}" if way in r["dropped"] else "") for way, f in r["same_clauses"].items()]
    return lines + ([f"  不同的：{'、'.join(r['missed'][:20])}"] if r["missed"] else [])


_LINES: dict[str, Callable[[dict[str, Any]], list[str]]] = {"lies": _lies, "faults": _faults, "parity": _parity}


class Chatting:
    """The chat path in the shape that ``eval answers`` asks: each question is a conversation of its own."""

    def __init__(self, assistant: Any):
        self._assistant = assistant

    def ask(self, question: str, *, asker: Any, on: Any = None, region: str = "") -> Any:
        return self._assistant.chat(question, asker=asker, on=on, region=region).answer

    def provision(self, id: str, *, asker: Any, on: Any = None) -> Any:
        return self._assistant.provision(id, asker=asker, on=on)


def _model(options: argparse.Namespace) -> int:
    from assistant import settings
    from assistant.assistant import Assistant
    from eval import answers, classify

    questions = dataset.load()[:options.limit or None]
    if not settings.load().model:
        print("没有设置大模型。请先设置 ASSISTANT_MODEL 和 ASSISTANT_MODEL_BASE_URL 再运行。")
        return 2
    with tempfile.TemporaryDirectory(prefix="eval-") as home, Assistant.open(settings.load(home=Path(home), max_question=20_000)) as assistant:
        connection = assistant._talking.connection
        print(f"离线，{len(questions)} 题")
        offline = summarise(answers.evaluate(assistant, questions))
        print(answers._table(offline))
        print(f"\n{connection.name}（{connection.host}），{len(questions)} 题")
        online = summarise(answers.evaluate(Chatting(assistant), questions))
        print(answers._table(online))
        result = {**record.stamp("agent-model"), "model": connection.name, "dataset": dataset.version(), "offline": offline, "online": online,
                  "usage": {name: vars(u) for name, u in connection.usage.items()}}
        if connection.sees_cases:
            given = cases.load("test", "tolerance")[:options.limit or None]
            judges = {"offline": classify.judge_with(assistant._classifier), "online": _judge(assistant)}
            result["cases"] = {way: classify.summarise([judge(c) for c in given]) for way, judge in judges.items()}
            for way, figures in result["cases"].items():
                print(classify.table({f"tolerance（{'离线' if way == 'offline' else connection.name}）": figures}))
        else:
            print("这个模型按设置看不到案件文字，案情不测。")
        print(f"用量：{result['usage']}")
        if options.json != RESULT:
            record.write(result, options.json)
    return 1 if online["targets"]["quotes_not_in_store"]["k"] else 0


def _judge(assistant: Any) -> Callable[[cases.Case], Any]:
    """Judge a case as a conversation does."""
    from assistant.errors import AssistantError
    from eval.classify import Judged

    def judge(case: cases.Case) -> Judged:
        started = time.perf_counter()
        try:
            done = assistant.chat(case.text, on=case.on, region=case.region).answer.determination
        except AssistantError:
            done = None
        seconds = time.perf_counter() - started
        if done is None or done.scheme != case.scheme:
            return Judged(case, "other", {}, {}, True, seconds)
        said = tuple(sorted(done.outcome)) if isinstance(done.outcome, tuple) else done.outcome
        verbatim = all(f.span is None or case.text[f.span[0]:f.span[1]] == f.quote for f in done.findings)
        return Judged(case, said, {f.element: f.state for f in done.findings}, dict(done.values), verbatim, seconds)

    return judge
