"""多轮追问：写好的对话（eval/datasets/conversations.jsonl）的最后一轮，和换了话题之后的独立问题。"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.conversing import Driver, Topic, dump, load
from assistant.conversing.driving import Desk, Replied
from assistant.errors import AssistantError
from assistant.types import LOCAL
from eval import dataset, record
from eval.dataset import Expected, Question, expected
from eval.scoring import Score, score, share

FIRST_SEEN = {"test": {"k": 58, "n": 66}, "fresh": {"k": 33, "n": 40}}
"""What the rules got right of each set when it was first run; after that its figures are those of a set that has been seen."""
TALKS = Path(__file__).parent / "datasets" / "conversations.jsonl"
SEED = 9704
LOOSE = frozenset({"ambiguous", "time", "classified", "own_region"})
"""Groups of known answers that are no questions of their own, or that a day or place given beside them decides."""


@dataclass(frozen=True)
class Talk:
    """A scripted conversation; ``expect`` and ``kind`` ("" = any) hold of the answer to its last turn."""

    id: str
    split: str
    group: str
    turns: tuple[str, ...]
    expect: Expected
    kind: str = ""


def talks(path: Path = TALKS, split: str = "all") -> tuple[Talk, ...]:
    """The conversations of a split. Raises ValueError with the line number when a line is not one."""
    out = []
    for n, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            raw = json.loads(line)
            expect = dict(raw["expect"])
            kind = expect.pop("kind", "")
            out.append(Talk(raw["id"], raw["split"], raw["group"], tuple(raw["turns"]), expected(expect), kind))
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"line {n}: {error}") from None
    return tuple(t for t in out if split in ("all", t.split))


def held(driver: Driver, turns: Iterable[str]) -> tuple[Replied | str, float]:
    """The last reply of a conversation (an error's words instead) and the seconds it took; the topic goes through JSON as in the store."""
    topic, last, seconds = Topic(), "", 0.0
    for turn in turns:
        started = time.perf_counter()
        try:
            last = driver.reply(turn, topic)
            topic = load(json.loads(json.dumps(dump(last.topic))))
        except AssistantError as error:
            last = error.message
        seconds = time.perf_counter() - started
    return last, seconds


def judged(talk: Talk, replied: Replied | str, desk: Desk, seconds: float) -> Score:
    """How a last turn did: facts, refusal, clause and kind."""
    from assistant.types import Answer

    def stored(id: str) -> str | None:
        try:
            return desk.provision(id, on=None)[0].text
        except AssistantError:
            return None

    answer = replied.answer if isinstance(replied, Replied) else Answer("", notices=(replied,))
    kind = replied.understood.kind if isinstance(replied, Replied) else "error"
    out = score(Question(talk.id, talk.split, talk.group, talk.group, talk.turns[-1], talk.expect), answer, stored, seconds)
    if talk.kind and kind != talk.kind:
        from dataclasses import replace

        out = replace(out, right=False, why=(*out.why, f"理解成了 {kind}，应是 {talk.kind}"))
    return out


def alone(questions: Sequence[Question], seed: int = SEED) -> list[tuple[str, str]]:
    """(what was talked of before, a question of its own): each question after one of another topic, drawn by chance."""
    chance = random.Random(seed)
    own = [q for q in questions if q.group not in LOOSE and not q.on and not q.region]
    return [(chance.choice([o for o in own if o.topic.split("-")[0] != q.topic.split("-")[0]]).question, q.question) for q in own]


def leaked(driver: Driver, desk: Desk, pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The pairs whose second question is answered otherwise than without the first."""
    out = []
    for before, question in pairs:
        plain, after = held(driver, [question])[0], held(driver, [before, question])[0]
        if not (isinstance(plain, Replied) and isinstance(after, Replied) and plain.answer == after.answer) and plain != after:
            out.append((before, question))
    return out


def run(argv: Sequence[str]) -> int:
    """``python -m eval conversations``: exit 1 when a quote was not in the store."""
    parser = argparse.ArgumentParser(prog="python -m eval conversations", description=__doc__)
    parser.add_argument("--split", choices=("dev", "test", "fresh", "all"), default="all", help="数据子集")
    parser.add_argument("--json", type=Path, help="把结果写入此文件")
    parser.add_argument("--misses", action="store_true", help="列出答错的对话（测试集只列编号）")
    parser.add_argument("--no-alone", action="store_true", help="不测换了话题之后的独立问题")
    options = parser.parse_args(argv)

    from assistant.assistant import Assistant
    from assistant.conversing.facade import FacadeDesk

    chosen = talks(split=options.split)
    with tempfile.TemporaryDirectory(prefix="eval-") as home, Assistant.open(home=Path(home)) as assistant:
        desk = FacadeDesk(assistant, LOCAL)
        driver = Driver(desk)
        scores = []
        for talk in chosen:
            replied, seconds = held(driver, talk.turns)
            scores.append(judged(talk, replied, desk, seconds))
            if options.misses and not scores[-1].both:
                print(f"[{talk.id}] " + (" > ".join(talk.turns) if talk.split != "test" else "（测试集，不显示）"))
                if talk.split != "test":
                    read = replied.reading.question if isinstance(replied, Replied) and replied.reading else ""
                    print("".join(f"    {w}\n" for w in scores[-1].why) + f"    读作：{read}\n    得到：{scores[-1].text[:150]}")
        pairs = [] if options.no_alone or options.split == "fresh" else alone(dataset.load(split=options.split))
        changed = leaked(driver, desk, pairs)
    figures = _figures(scores, chosen, len(pairs), len(changed))
    print(_table(figures))
    if options.misses and options.split == "dev":
        print("\n".join(f"串话：{a} > {b}" for a, b in changed))
    if options.json:
        record.write(record.stamp("conversations") | {"split": options.split, "dataset": dataset.version(TALKS), **figures,
                                                      "first_seen": FIRST_SEEN, "missed": [s.id for s in scores if not s.both]}, options.json)
    return 1 if sum(s.unfounded for s in scores) else 0


def _figures(scores: Sequence[Score], chosen: Sequence[Talk], asked: int, changed: int) -> dict:
    groups = defaultdict(list)
    for s in scores:
        groups[s.group].append(s.both)
    milliseconds = sorted(s.seconds * 1000 for s in scores)
    return {
        "n": len(scores), "turns": sum(len(t.turns) for t in chosen), "last_turn_right": share(s.both for s in scores),
        "splits": {split: share(s.both for s in scores if s.split == split) for split in ("dev", "test", "fresh")},
        "groups": {name: share(right) for name, right in sorted(groups.items())},
        "same_without_history": share([*[True] * (asked - changed), *[False] * changed]),
        "quotes_not_in_store": {"k": sum(s.unfounded for s in scores), "n": sum(s.quotes for s in scores)},
        "latency_ms": {"p50": round(milliseconds[len(milliseconds) // 2], 1), "max": round(milliseconds[-1], 1)},
    }


def _table(figures: dict) -> str:
    def cell(f: dict) -> str:
        return f"{f['rate']:.1%} ({f['k']}/{f['n']}) [{f['low']:.1%}–{f['high']:.1%}]" if f["n"] else "—"

    lines = [f"{name:<14}{cell(f)}" for name, f in figures["groups"].items()]
    quotes = figures["quotes_not_in_store"]
    lines += ["", *(f"最后一轮答对（{name}）  {cell(f)}" for name, f in figures["splits"].items()), f"最后一轮答对（全部）  {cell(figures['last_turn_right'])}   目标 ≥ 90%",
              f"换话题后与单独问相同  {cell(figures['same_without_history'])}   目标 100%", f"引文不在库中  {quotes['k']} / {quotes['n']}   目标 0"]
    return "\n".join(lines)
