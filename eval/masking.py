"""遮蔽：个人信息的发现率和误遮率（eval/datasets/masking.jsonl、../shared/data/pii_zh、制度文件、案件文字）。"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant import settings
from assistant.masking import Masker, spans
from eval import cases, record

TEXTS = Path(__file__).parent / "datasets" / "masking.jsonl"
PUBLIC = record.ROOT.parent / "shared" / "data" / "pii_zh.robust.jsonl"
SPEED_LENGTH = 50_000


@dataclass(frozen=True)
class Labelled:
    """A text, its personal data as (kind, words) at every place where the words stand, and words that may be masked or left."""

    id: str
    split: str
    text: str
    entities: tuple[tuple[str, str], ...]
    optional: tuple[str, ...] = ()


def written(path: Path = TEXTS) -> list[Labelled]:
    """The texts written for masking. Raises ValueError naming the line that is not one, or whose words are not in its text."""
    out = []
    for n, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            raw = json.loads(line)
            one = Labelled(raw["id"], raw["split"], raw["text"], tuple((e["kind"], e["text"]) for e in raw["entities"]), tuple(raw.get("optional", ())))
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"line {n}: {error}") from None
        if missing := [w for _, w in one.entities if w not in one.text]:
            raise ValueError(f"line {n}: {missing[0]} is not in the text")
        out.append(one)
    return out


def public(path: Path = PUBLIC) -> list[Labelled]:
    """The people of pii_zh; an address without the region before its road, which is kept on purpose."""
    from assistant.masking.addresses import without_region

    kinds = {"ID": "id", "PHONE": "phone", "EMAIL": "email", "NAME": "name", "ADDRESS": "address"}
    out = []
    for line in path.read_text("utf-8").splitlines():
        raw = json.loads(line)
        entities = [(kinds[k], without_region(v) if k == "ADDRESS" else v) for k, v in raw["entities"].items()]
        out.append(Labelled(raw["id"], "", raw["text"], tuple((k, v) for k, v in entities if v and v in raw["text"])))
    return out


def places(text: str, entities: Iterable[tuple[str, str]]) -> list[tuple[str, int, int]]:
    """Every place of the labelled words, the longer words first, none overlapping."""
    taken, out = bytearray(len(text)), []
    for kind, words in sorted(entities, key=lambda e: -len(e[1])):
        at = text.find(words)
        while at >= 0:
            if not any(taken[at:at + len(words)]):
                taken[at:at + len(words)] = b"\x01" * len(words)
                out.append((kind, at, at + len(words)))
            at = text.find(words, at + len(words))
    return sorted(out, key=lambda p: p[1])


def measure(texts: Sequence[Labelled]) -> tuple[dict[str, dict[str, float]], list[str]]:
    """By kind: places labelled, hidden wholly, finds, finds that touch a labelled place of their kind; and what went wrong, in words.

    A place counts as hidden when every one of its characters is masked, under whatever kind.
    """
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    wrong = []
    for one in texts:
        found = spans(one.text)
        hidden = bytearray(len(one.text))
        for f in found:
            hidden[f.start:f.end] = b"\x01" * (f.end - f.start)
        gold = places(one.text, one.entities)
        for kind, start, end in gold:
            whole = all(hidden[start:end])
            counts[kind].update(places=1, hidden=whole)
            if not whole:
                wrong.append(f"{one.id} 漏 {kind} {one.text[max(0, start - 6):start]}[{one.text[start:end]}]{one.text[end:end + 6]}")
        free = [(a, b) for words in one.optional for _, a, b in places(one.text, [("", words)])]
        for f in found:
            if any(f.start < b and a < f.end for a, b in free):
                continue
            right = any(f.kind == kind and f.start < b and a < f.end for kind, a, b in gold)
            counts[f.kind].update(finds=1, right=right)
            if not right:
                wrong.append(f"{one.id} 误 {f.kind} {one.text[max(0, f.start - 6):f.start]}[{f.text}]{one.text[f.end:f.end + 6]}")
    figures = {kind: {"places": n["places"], "recall": _share(n["hidden"], n["places"]), "finds": n["finds"], "precision": _share(n["right"], n["finds"])}
               for kind, n in sorted(counts.items())}
    return figures, wrong


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def false_masking(texts: Sequence[str]) -> tuple[dict[str, object], Counter[tuple[str, str]]]:
    """What is masked in texts of rules: characters, finds by kind, finds a thousand characters."""
    finds = Counter((f.kind, f.text) for text in texts for f in spans(text))
    by_kind, length = Counter(), sum(map(len, texts))
    for (kind, _), n in finds.items():
        by_kind[kind] += n
    return {"texts": len(texts), "characters": length, "finds": dict(sorted(by_kind.items())),
            "per_thousand": round(1000 * by_kind.total() / max(length, 1), 4)}, finds


def table(title: str, figures: dict[str, dict[str, float]], precise: bool) -> str:
    lines = [f"== {title}"]
    for kind, n in figures.items():
        recall = "—" if n["recall"] is None else f"{n['recall']:.1%}"
        precision = f"  精确率 {n['precision']:.1%}（{n['finds']}）" if precise and n["precision"] is not None else ""
        lines.append(f"  {kind:<10}召回率 {recall}（{n['places']}）{precision}")
    return "\n".join(lines)


def run(argv: Sequence[str]) -> int:
    """``python -m eval masking``: measure, print and write ``results/masking.json``."""
    parser = argparse.ArgumentParser(prog="python -m eval masking", description=__doc__)
    parser.add_argument("--out", type=Path, default=record.RESULTS / "masking.json", help="结果文件")
    parser.add_argument("--wrong", choices=("dev", "public", "rules", "cases"), help="列出这一部分的差错")
    options = parser.parse_args(argv)
    result, listed = record.stamp("masking"), {}
    for split in ("dev", "test"):
        result[split], wrong = measure([t for t in written() if t.split == split])
        listed[split] = wrong
        print(table(f"自写文字 {split}", result[split], precise=True))
    if PUBLIC.is_file():
        people = public()
        result["public"], listed["public"] = measure(people)
        print(table(f"pii_zh N={len(people)}（只作评测；住址不含行政区划）", result["public"], precise=False))
    else:
        print("没有 ../shared/data/pii_zh.robust.jsonl，跳过这一部分")
    rules = [f.read_text("utf-8") for f in sorted((settings.shipped("corpus") / "documents").glob("*.md"))]
    told = [c.text for c in cases.load("dev")]
    for name, texts in (("rules", rules), ("cases", told)):
        result[name], finds = false_masking(texts)
        listed[name] = [f"{kind} {words} {n}" for (kind, words), n in finds.most_common()]
        print(f"== {'制度文件' if name == 'rules' else 'dev 案件'} {result[name]}")
    result["exact"] = {"texts": len(told) + len(rules), "restored": sum(_exact(t) for t in (*told, *rules))}
    result["seconds_for_50000"] = round(_seconds(told), 3)
    print(f"== 还原一致 {result['exact']}，五万字 {result['seconds_for_50000']} 秒")
    print("\n".join(listed.get(options.wrong, ())))
    record.write(result, options.out)
    return 0


def _exact(text: str) -> bool:
    masker = Masker()
    return masker.restore(masker.mask(text)) == text


def _seconds(texts: Sequence[str]) -> float:
    """How long 50,000 characters of cases take."""
    text = "\n".join(random.Random(1).choices(texts, k=SPEED_LENGTH // 50))[:SPEED_LENGTH]
    began = time.perf_counter()
    Masker().mask(text)
    return time.perf_counter() - began
