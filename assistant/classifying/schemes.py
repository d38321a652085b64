"""Scheme files: loaded and checked as a whole before anything is classified; every fault names file and line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.classifying import conditions
from assistant.classifying.nouns import LIST_MISSING, OTHER_REGION, STATES, Element, Example, Local, OfficeList, Outcome, Rule, Scheme
from assistant.classifying.reading.scanning import Tree
from assistant.classifying.vocabulary import Vocabulary
from assistant.classifying.yamlfile import Source
from assistant.errors import BadScheme

KEYS = {"name", "title", "basis", "region", "choose", "unclear", "route", "words", "signals", "elements", "decide", "outcomes", "list", "local",
        "examples", "samples", "likeness", "needs"}
ELEMENT_KEYS = {"title", "question", "cite", "met", "unmet", "self", "reported", "silence", "asked", "cured", "trained", "least", "compute", "with"}
RULE_KEYS = {"when", "outcome", "because", "cite", "if_unclear"}


@dataclass(frozen=True)
class Ready:
    """A scheme with what is needed to read cases for it: its tree of words and the characters that are read as others."""

    scheme: Scheme
    tree: Tree
    simplified: Mapping[str, str]


def load(folder: Path, vocabulary: Vocabulary, computations: Mapping[str, Callable]) -> dict[str, Ready]:
    """Every scheme of a folder, by name. Raises BadScheme."""
    return {ready.scheme.name: ready for ready in (load_one(path, vocabulary, computations) for path in sorted(folder.glob("*.yaml")))}


def load_one(path: Path, vocabulary: Vocabulary, computations: Mapping[str, Callable]) -> Ready:
    """One scheme file. Raises BadScheme with file and line."""
    source = Source(path)
    data = source.data
    if not isinstance(data, dict):
        raise source.fail((), "方案要写成“键: 值”")
    _known(source, (), data, KEYS)
    for key in ("name", "title", "elements", "decide", "outcomes"):
        if not data.get(key):
            raise source.fail((), f"缺少 {key}")
    if data["name"] != path.stem:
        raise source.fail(("name",), f"方案名“{data['name']}”与文件名“{path.stem}”不同")
    own = vocabulary.with_more(source, data.get("words") or {}, data.get("signals") or {})
    elements = {name: _element(source, name, raw, own, computations, data["elements"]) for name, raw in data["elements"].items()}
    outcomes = {name: _outcome(source, name, raw) for name, raw in data["outcomes"].items()}
    unclear = data.get("unclear", "insufficient")
    automatic = {OTHER_REGION, LIST_MISSING, *([] if data.get("choose") == "every" else [unclear])}
    rules = tuple(_rule(source, i, raw, elements, own, {*outcomes, *automatic}) for i, raw in enumerate(data["decide"]))
    route = tuple(data.get("route") or ())
    for i, name in enumerate(route):
        if name not in own.signals:
            raise source.fail(("route", i), f"没有信号“{name}”")
    scheme = Scheme(
        name=data["name"], title=data["title"], basis=_ids(source, ("basis",), data.get("basis")), region=_regions(data.get("region")),
        every=data.get("choose") == "every", unclear=unclear, route=route, signals=own.signals, elements=elements, rules=rules,
        outcomes=outcomes, office_list=_list(source, data.get("list")), local=_local(source, data.get("local"), elements),
        examples=tuple(_example(source, i, raw, elements) for i, raw in enumerate(data.get("examples") or ())),
        lines=_cited(source, data), file=path.name, samples=_samples(source, data.get("samples"), elements),
        needs=_needs(source, data.get("needs"), data.get("samples") or {}, own.signals), each=data.get("likeness") == "each", exclusive=data.get("likeness") == "exclusive")
    return Ready(scheme, own.tree(), own.simplified)


def check_clauses(ready: Mapping[str, Ready], exists: Callable[[str], bool]) -> None:
    """Raises BadScheme, naming file and line, for the first cited clause id that is nowhere in the store."""
    known: dict[str, bool] = {}
    for one in ready.values():
        for id, line in one.scheme.lines.items():
            if id not in known:
                known[id] = exists(id)
            if not known[id]:
                raise BadScheme(f"{one.scheme.file} 第 {line} 行引用的条款“{id}”在语料库里没有。请改正条款编号，或先导入该文件。")


def _regions(raw: Any) -> tuple[str, ...]:
    return tuple(raw) if isinstance(raw, list) else (raw or "全国",)


def _known(source: Source, at: tuple, data: Mapping, allowed: set[str]) -> None:
    for key in data:
        if key not in allowed:
            raise source.fail((*at, key), f"不认识的键“{key}”（可用：{'、'.join(sorted(allowed))}）")


def _ids(source: Source, at: tuple, raw: Any) -> tuple[str, ...]:
    if raw is None:
        return ()
    if not isinstance(raw, list) or not all(isinstance(i, str) and "#" in i for i in raw):
        raise source.fail(at, "条款要写成编号的列表，如 [公务员法#第六十条]")
    return tuple(raw)


def _element(source: Source, name: str, raw: Any, own: Vocabulary, computations: Mapping, others: Mapping) -> Element:
    at = ("elements", name)
    if not isinstance(raw, dict) or not raw.get("title") or not raw.get("question"):
        raise source.fail(at, f"要素 {name} 缺少 title 或 question")
    _known(source, at, raw, ELEMENT_KEYS)
    silence, compute = raw.get("silence", "unclear"), raw.get("compute", "")
    if silence not in STATES:
        raise source.fail((*at, "silence"), f"silence 的取值“{silence}”不在 met、unmet、unclear 之中")
    for key in ("self", "reported"):
        if raw.get(key, "weak") not in ("weak", "counts"):
            raise source.fail((*at, key), f"{key} 的取值“{raw[key]}”不是 weak 或 counts")
    if compute and compute not in computations:
        raise source.fail((*at, "compute"), f"没有计算“{compute}”")

    def conditions_of(key: str) -> tuple:
        given = raw.get(key) or []
        if not isinstance(given, list):
            raise source.fail((*at, key), f"{key} 要写成列表")
        out = []
        for i, one in enumerate(given):
            try:
                out.append(conditions.evidence(one, own.signals))
            except ValueError as error:
                raise source.fail((*at, key, i), str(error)) from None
        return tuple(out)

    asked = None
    if raw.get("asked"):
        try:
            asked = conditions.over_elements(raw["asked"], others, own.signals)
        except ValueError as error:
            raise source.fail((*at, "asked"), str(error)) from None
    return Element(name, raw["title"], raw["question"], _ids(source, (*at, "cite"), raw.get("cite")), conditions_of("met"), conditions_of("unmet"),
                   raw.get("self") == "counts", raw.get("reported") == "counts", silence, asked, conditions_of("cured"), raw.get("trained") or "", float(raw.get("least", -1.0)), compute, raw.get("with") or {})


def _rule(source: Source, i: int, raw: Any, elements: Mapping, own: Vocabulary, outcomes: set[str]) -> Rule:
    at = ("decide", i)
    if not isinstance(raw, dict) or raw.get("outcome") not in outcomes:
        raise source.fail(at, f"结果“{raw.get('outcome') if isinstance(raw, dict) else raw}”没有在 outcomes 里定义")
    _known(source, at, raw, RULE_KEYS)
    if raw.get("if_unclear", "stop") not in ("stop", "pass"):
        raise source.fail((*at, "if_unclear"), "if_unclear 只能是 stop 或 pass")
    when = None
    if raw.get("when"):
        try:
            when = conditions.over_elements(raw["when"], elements, own.signals)
        except ValueError as error:
            raise source.fail((*at, "when"), str(error)) from None
    return Rule(raw["outcome"], when, raw.get("because") or "", _ids(source, (*at, "cite"), raw.get("cite")), raw.get("if_unclear") == "pass",
                source.lines[at])


def _outcome(source: Source, name: str, raw: Any) -> Outcome:
    at = ("outcomes", name)
    if not isinstance(raw, dict) or not raw.get("title"):
        raise source.fail(at, f"结果 {name} 缺少 title")
    _known(source, at, raw, {"title", "follows", "cite"})
    follows = raw.get("follows") or {}
    _known(source, (*at, "follows"), follows, {"who", "how", "within"})
    return Outcome(name, raw["title"], follows.get("who") or "", follows.get("how") or "", follows.get("within") or "",
                   _ids(source, (*at, "cite"), raw.get("cite")))


def _list(source: Source, raw: Any) -> OfficeList | None:
    if raw is None:
        return None
    if not isinstance(raw, dict) or not raw.get("title") or not raw.get("ask"):
        raise source.fail(("list",), "list 要写 title 和 ask")
    return OfficeList(raw["title"], raw["ask"])


def _local(source: Source, raw: Any, elements: Mapping) -> tuple[Local, ...]:
    out = []
    for i, one in enumerate(raw or ()):
        demand = tuple(one.get("demand") or ()) if isinstance(one, dict) else ()
        if not isinstance(one, dict) or not one.get("region") or not set(demand) <= set(elements):
            raise source.fail(("local", i), "local 要写 region，demand 里要写已有的要素")
        out.append(Local(one["region"], _ids(source, ("local", i, "cite"), one.get("cite")), demand))
    return tuple(out)


def _samples(source: Source, raw: Any, elements: Mapping) -> dict[str, tuple[str, ...]]:
    """Sample sentences by label: an element and ``+`` (met) or ``-`` (unmet), or ``none``."""
    for label, given in (raw or {}).items():
        if label != "none" and not (label[:-1] in elements and label[-1] in "+-"):
            raise source.fail(("samples", label), f"samples 的标签“{label}”应当是要素名加 + 或 -，或者 none")
        if not isinstance(given, list) or not all(isinstance(s, str) for s in given):
            raise source.fail(("samples", label), f"samples 的“{label}”要写成句子的列表")
    return {label: tuple(given) for label, given in (raw or {}).items()}


def _needs(source: Source, raw: Any, labels: Mapping, signals: Mapping) -> dict[str, str]:
    """For labels of ``samples`` the signals without which (``!signal``: with which) their likeness does not count."""
    for label, signal in (raw or {}).items():
        if label not in labels or not all(s.removeprefix("!") in signals for s in str(signal).split()):
            raise source.fail(("needs", label), f"needs 的“{label}: {signal}”要写 samples 的标签和已有的信号，几个信号用空格分开")
    return dict(raw or {})


def _example(source: Source, i: int, raw: Any, elements: Mapping) -> Example:
    at = ("examples", i)
    if not isinstance(raw, dict) or not raw.get("text") or "outcome" not in raw:
        raise source.fail(at, "范例要写 text 和 outcome")
    _known(source, at, raw, {"text", "outcome", "on", "region", "elements", "dates"})
    outcome = raw["outcome"] if isinstance(raw["outcome"], list) else [raw["outcome"]]
    states = raw.get("elements") or {}
    if not set(states) <= set(elements):
        raise source.fail((*at, "elements"), "范例里有方案没有的要素")
    return Example(raw["text"], tuple(outcome), raw.get("on") or "", raw.get("region") or "", states, raw.get("dates") or {}, source.lines[at])


def _cited(source: Source, data: Mapping) -> dict[str, int]:
    """The line of every clause id under a ``cite`` or ``basis``."""
    out: dict[str, int] = {}

    def walk(value: Any, at: tuple) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                walk(inner, (*at, key))
        elif isinstance(value, list):
            for i, inner in enumerate(value):
                if at and at[-1] in ("cite", "basis") and isinstance(inner, str):
                    out.setdefault(inner, source.lines.get((*at, i), source.lines.get(at, 1)))
                else:
                    walk(inner, (*at, i))

    walk(data, ())
    return out
