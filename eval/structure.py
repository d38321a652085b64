"""切分：真实法规的条文找到多少，与另一种方法的独立计数对照。"""

from __future__ import annotations

import argparse
import re
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from assistant.structure import clean, divide, pieces
from eval import record

_ONES = ("", "一", "二", "三", "四", "五", "六", "七", "八", "九")
_REACH = 12


@dataclass(frozen=True)
class Miss:
    """An article counted on one side only. ``found`` tells which: by the divider (extra) or by the count (missed)."""

    file: str
    label: str
    found: bool
    reason: str


def spellings(n: int) -> tuple[str, ...]:
    """The ways an article number is written, made from the number, not read from the text.

    >>> spellings(10), spellings(23)[0], spellings(105)
    (('十', '一十', '10'), '二十三', ('一百零五', '一百〇五', '一百五', '105'))
    """
    if n < 10:
        return _ONES[n], str(n)
    hundreds, rest = divmod(n, 100)
    tens, ones = divmod(rest, 10)
    if n < 100:
        plain = _ONES[tens] + "十" + _ONES[ones]
        return (plain[1:], plain, str(n)) if tens == 1 else (plain, str(n))
    thousands, hundreds = divmod(hundreds, 10)
    head = (_ONES[thousands] + "千" if thousands else "") + (_ONES[hundreds] + "百" if hundreds else "")
    gap = thousands and not hundreds
    if not rest:
        return head, str(n)
    if not tens or gap:
        tail = (_ONES[tens] + "十" if tens else "") + _ONES[ones]
        return head + "零" + tail, head + "〇" + tail, head + tail, str(n)
    return head + _ONES[tens] + "十" + _ONES[ones], str(n)


def expected(text: str) -> list[str]:
    """Article labels of a statute, counted by looking for each next number in turn where an article can begin:
    at the start of a line, or behind a full stop and a space."""
    out: list[str] = []
    at, n = 0, 0
    while True:
        step = _next(text, at, n)
        if step is None:
            if n == 0 or (step := _next(text, at, 0, reach=1)) is None:
                return out
        n, label, at = step
        out.append(label)
        extra = 1
        while (again := _place(text, at, [f"第{s}条之{_ONES[extra]}" for s in spellings(n)], until=_next(text, at, n))) is not None:
            out.append(f"{label}之{_ONES[extra]}")
            at = again
            extra += 1
            if extra > 9:
                break


def _next(text: str, at: int, n: int, reach: int = _REACH):
    """The nearest place of one of the next numbers: the number, its label, the offset behind it."""
    best = None
    for value in range(n + 1, n + 1 + reach):
        place = _place(text, at, [f"第{s}条" for s in spellings(value)])
        if place is not None and (best is None or place < best[2]):
            best = value, f"第{spellings(value)[0]}条", place
        if value == n + 1 and best is not None:
            return best
    return best


def _place(text: str, at: int, labels: list[str], until=None) -> int | None:
    stop = until[2] if until else len(text)
    best = None
    for label in labels:
        i = text.find(label, at, stop)
        while i >= 0:
            before = text[max(0, i - 6):i].rstrip(" \u3000\t\u00a0#")
            begins = not before or before.endswith("\n")
            after = text[i + len(label):i + len(label) + 1]
            joined = before.endswith(("。", "；", "：")) and text[i - 1] in " \u3000" and after in " \u3000"
            if begins and (not after or after.isspace() or label[-1] != "条" and after not in "第、，") or joined:
                best = i + len(label) if best is None else min(best, i + len(label))
                break
            i = text.find(label, i + 1, stop)
    return best


def divided(text: str) -> list[str]:
    """Article labels the divider finds, spelled as the count spells them, in the order of the text."""
    return [n.path_id.rpartition(".")[2].partition("~")[0] for piece in pieces(clean(text, format="md"))
            for n in divide(piece.text, hints=piece.hints).nodes if n.level == "条" and "第" in n.path_id]


def measure(folder: Path) -> dict:
    """Compare both counts over every ``.md`` and ``.txt`` file below a folder."""
    files = sorted(p for p in folder.rglob("*") if p.suffix in (".md", ".txt"))
    wanted = found = hit = 0
    misses: list[Miss] = []
    seconds = size = 0
    broken = []
    for file in files:
        text = file.read_text(encoding="utf-8", errors="replace")
        size += len(text.encode())
        begun = time.process_time()
        have = divided(text)
        seconds += time.process_time() - begun
        want = expected(text)
        wanted += len(want)
        found += len(have)
        left, right = Counter(want), Counter(have)
        hit += (left & right).total()
        misses += [Miss(file.name, label, False, _reason(text, label)) for label in (left - right).elements()]
        misses += [Miss(file.name, label, True, _reason(text, label)) for label in (right - left).elements()]
        if want != have and left == right:
            broken.append(file.name)
    return {**record.stamp("structure"), "n": len(files), "expected": wanted, "found": found, "recall": hit / wanted if wanted else 1.0,
            "precision": hit / found if found else 1.0, "order_differs": broken, "mb_per_s": size / 1e6 / seconds if seconds else 0.0,
            "misses": [vars(m) for m in misses]}


def _reason(text: str, label: str) -> str:
    """The words around the label in the file, so that a reader can judge."""
    places = [m.start() for m in re.finditer(re.escape(label), text)]
    if not places:
        return "文件里没有这样写的条号"
    lines = [text[max(0, i - 12):i + len(label) + 12].replace("\n", "⏎") for i in places[:3]]
    return f"{len(places)} 处：" + " | ".join(lines)


def run(argv: list[str]) -> int:
    """``python -m eval structure DIR [--out FILE]``: print N, found, expected and every difference; 1 below 99.9 %."""
    parser = argparse.ArgumentParser(prog="python -m eval structure", description="条文切分与独立计数对照")
    parser.add_argument("folder", type=Path, help="放着法规文本（.md、.txt）的文件夹")
    parser.add_argument("--out", type=Path, help="结果另存为 JSON")
    options = parser.parse_args(argv)
    if not options.folder.is_dir():
        print(f"没有这个文件夹：{options.folder}。请给出放着法规文本的文件夹。")
        return 2
    result = measure(options.folder)
    print(f"文件 {result['n']} 份；独立计数 {result['expected']} 条，切分得到 {result['found']} 条；"
          f"找到 {result['recall']:.3%}，无误 {result['precision']:.3%}；{result['mb_per_s']:.1f} MB/s")
    for miss in result["misses"]:
        print(f"  {'多出' if miss['found'] else '缺少'} {miss['label']}（{miss['file']}）：{miss['reason']}")
    if options.out:
        record.write(result, options.out)
    return 0 if result["recall"] >= 0.999 else 1
