"""A case text against a scheme: read, find, decide, cite. No store of cases here, no model, no guess."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path

from assistant import regions
from assistant.classifying import deciding, figures, learned, lists, schemes, vocabulary
from assistant.classifying.finding import find, raised
from assistant.classifying.nouns import LIST_MISSING, OTHER_REGION, SPEAKERS, STATE_WORDS, Determination, Finding, Rule, Scheme
from assistant.classifying.paraphrase import Encode, Samples
from assistant.classifying.proposed import Proposal
from assistant.classifying.reading import Reading
from assistant.classifying.schemes import Ready
from assistant.errors import NotFound
from assistant.types import LOCAL, Asker, Citation, Document, Provision

Resolve = Callable[[str, Asker, date | None], tuple[Provision, Document, str]]
Near = Callable[[str, Sequence[str]], Sequence[float]]

DEFAULT = "tolerance"
FINAL = "以上为初步意见，须由{who}按程序认定。"
QUOTE = 120
"""The longest quote of a clause, in characters, unless its first sentence is longer."""


class Classifier:
    """The schemes of a corpus. ``resolve`` gives a clause by id (raises NotFound), ``near`` similarities of texts.

    Raises BadScheme when a scheme file, word class or list is broken.
    """

    def __init__(self, corpus: Path, resolve: Resolve, near: Near, *, own_region: str = "", list_folders: Sequence[Path] = (),
                 encode: Encode | None = None):
        self._encode, self._samples = encode, {}
        self.corpus, self._resolve, self._near, self._own_region = corpus, resolve, near, own_region
        self._lists_in = (corpus / "lists", *list_folders)
        self._ready: dict[str, Ready] = {}
        self._asker = LOCAL

    def seen_by(self, asker: Asker) -> Classifier:
        """The same classifier, citing what this asker may see."""
        other = copy(self)
        other._asker = asker
        return other

    @cached_property
    def vocabulary(self) -> vocabulary.Vocabulary:
        return vocabulary.load(self.corpus / "evidence")

    @cached_property
    def lists(self) -> Mapping[str, lists.Bound]:
        return lists.load(self._lists_in)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the schemes there are."""
        return tuple(path.stem for path in sorted((self.corpus / "schemes").glob("*.yaml")))

    def ready(self, name: str) -> Ready:
        """A scheme by name or title. Raises NotFound with the schemes there are."""
        if name not in self._ready:
            path = self.corpus / "schemes" / f"{name}.yaml"
            if name not in self.names:
                titled = next((n for n in self.names if self.ready(n).scheme.title == name), None)
                if titled is None:
                    known = "、".join(f"{n}（{self.ready(n).scheme.title}）" for n in self.names)
                    raise NotFound(f"没有分类方案“{name[:40]}”。可用的方案：{known}。")
                return self.ready(titled)
            self._ready[name] = schemes.load_one(path, self.vocabulary, figures.COMPUTATIONS)
        return self._ready[name]

    def all(self) -> tuple[Ready, ...]:
        """Every scheme, loaded and checked."""
        return tuple(self.ready(name) for name in self.names)

    def check(self, exists: Callable[[str], bool]) -> None:
        """Raises BadScheme for a broken file or the first clause id that does not exist, naming file and line."""
        schemes.check_clauses({one.scheme.name: one for one in self.all()}, exists)
        _ = self.lists

    def read(self, ready: Ready, text: str) -> Reading:
        return Reading(text, ready.tree, ready.scheme.signals, ready.simplified)

    def samples(self, scheme: Scheme) -> Samples | None:
        """The scheme's sample sentences as vectors; None without samples or embedding."""
        if self._encode is None or not scheme.samples:
            return None
        if scheme.name not in self._samples:
            self._samples[scheme.name] = Samples(scheme.samples, self._encode)
        return self._samples[scheme.name]

    def classify(self, text: str, scheme: str | None = None, *, on: date | None = None, region: str = "", later: int | None = None,
                 proposals: Sequence[Proposal] = ()) -> Determination:
        """A preliminary opinion on a case text; without a scheme the fitting one is chosen and said.

        ``later``: where facts that were added afterwards begin; ``proposals``: what a language model read in the text. Raises NotFound for an unknown scheme, BadScheme for a broken one.
        """
        notices = []
        if scheme is None:
            from assistant.classifying.routing import choose

            choice = choose(self, text)
            scheme = choice.scheme
            also = f"也可能属于“{self.ready(choice.other).scheme.title}”，如是请指定该方案。" if choice.other else ""
            notices.append(f"没有指定方案，按案情选用“{self.ready(scheme).scheme.title}”。{also}")
        ready = self.ready(scheme)
        reading = self.read(ready, text)
        reading.later = later
        from assistant.classifying.parts import divide

        done = self._judge(ready, reading, on, region, proposals)
        parts = tuple(replace(self._judge(ready, part, on, region, proposals), who=who) for who, part in divide(ready, reading))
        return replace(done, parts=parts, notices=(*notices, *done.notices))

    def place(self, reading: Reading, region: str) -> str:
        """Where the case lies: as given, else as told in the text, else the office's own region; "" when not known."""
        if region:
            return region
        told = [p for p in regions.regions_in(reading.plain[:2000]) if p != regions.NATIONAL]
        return told[0] if told else self._own_region

    def _judge(self, ready: Ready, reading: Reading, on: date | None, region: str, proposals: Sequence[Proposal] = ()) -> Determination:
        scheme = ready.scheme
        place = self.place(reading, region)
        notices: list[str] = []
        if scheme.region != ("全国",):
            homes = "、".join(scheme.region)
            if place and not any(regions.within(place, home) for home in scheme.region):
                if any(regions.within(home, place) for home in scheme.region):
                    notices.append(f"本方案依据{homes}的规定，所给地区{place}范围更大，是否适用请核对。")
                else:
                    return self._elsewhere(scheme, place, homes, on)
            elif not place:
                notices.append(f"本方案依据{homes}的规定，外地不适用；案情没有说明地区，请核对。")
        local = tuple(m for m in scheme.local if place and regions.within(place, m.region))
        demanded = frozenset(e for m in local for e in m.demand)
        found, values = find(scheme, reading, on, figures.COMPUTATIONS, demanded, self.samples(scheme), place,
                             self._trained(scheme, reading), proposals)

        def holds(signal: str) -> bool | None:
            if signal.startswith("@"):
                return regions.within(place, signal[1:]) if place else None
            return raised(reading, signal)

        decided = deciding.decide(scheme, {n: f.value for n, f in found.items()}, holds)
        missing = deciding.missing(scheme, found, holds) if decided.outcome == scheme.unclear or scheme.every else ()
        shown = tuple(self._cited(scheme, f, on, notices) for f in found.values())
        base = Determination(scheme.name, decided.outcome, "", shown, values=values,
                             would_change=tuple(replace(c, title=self._title(scheme, c.outcome)) for c in deciding.would_change(scheme, found, holds)),
                             scheme_title=scheme.title,
                             missing=tuple(f"{scheme.elements[n].title}：{scheme.elements[n].question}" for n in missing),
                             ask_next=scheme.elements[missing[0]].question if missing else None)
        if scheme.office_list is not None:
            base = self._listed(scheme, base, reading)
        used = {n for rule in decided.rules if rule.when for n in _names(rule)}
        wanted = [i for m in local for i in m.cite] + [i for rule in decided.rules for i in rule.cite]
        wanted += [i for name in _outcomes(base.outcome) if name in scheme.outcomes for i in scheme.outcomes[name].cite]
        if not wanted:
            wanted = list(scheme.basis)
        citations = [c for i in wanted if (c := self._citation(i, on, notices))]
        citations += [c for f in shown if f.element in used and f.span for c in f.citations]
        return replace(base, title=self._title(scheme, base.outcome), reasons=(*base.reasons, *self._reasons(scheme, decided, found)),
                       follows=self._follows(scheme, base.outcome), citations=tuple({c.provision: c for c in citations}.values()),
                       notices=tuple(dict.fromkeys([*base.notices, *notices])))

    def _trained(self, scheme: Scheme, reading: Reading) -> learned.Trained | None:
        if self._builtin is None or not any(e.trained for e in scheme.elements.values()):
            return None
        return learned.Trained(reading, self._builtin, learned.shipped())

    @cached_property
    def _builtin(self) -> Encode | None:
        """The encoder that the trained evidence was fitted with, whatever embedding a setting names; None without its weights."""
        if self._encode is None:
            return None
        from assistant.embedding import load

        embedder = load()
        return embedder.encode if learned.fits(embedder.dimension) else None

    def _elsewhere(self, scheme: Scheme, place: str, homes: str, on: date | None) -> Determination:
        notices: list[str] = []
        outcome: str | tuple[str, ...] = () if scheme.every else OTHER_REGION
        citations = tuple(c for i in scheme.basis if (c := self._citation(i, on, notices)))
        title = scheme.outcomes[OTHER_REGION].title if OTHER_REGION in scheme.outcomes else f"不适用：这是{homes}的规定"
        return Determination(scheme.name, outcome, title, scheme_title=scheme.title, reasons=(f"本方案依据{homes}的规定，案件在{place}，不能套用。",), citations=citations,
                             notices=(f"请查阅{place}自己的规定。", *notices))

    def _listed(self, scheme: Scheme, base: Determination, reading: Reading) -> Determination:
        """The outcome of a scheme that rests on an office's own list."""
        unclear = (scheme.unclear, "not_applicable", OTHER_REGION)
        if base.outcome in unclear:
            return base
        bound = self.lists.get(scheme.name)
        if bound is None:
            needed = scheme.office_list
            return replace(base, outcome=LIST_MISSING, tendency=base.outcome, reasons=(f"须对照《{needed.title}》认定，该清单尚未导入。",),
                           missing=(f"请提供：{needed.ask}", *base.missing), ask_next=f"能否提供{needed.ask}？")
        found = lists.match(bound, [reading.text[a:b] for a, b in reading.sentences], self._near)
        if found is None:
            return replace(base, outcome=scheme.unclear, tendency=base.outcome, reasons=(f"对照《{bound.document}》，没有找到相近的一种情形。",))
        item, sentence = found
        a, b = reading.sentences[sentence]
        return replace(base, outcome=item.outcome or base.outcome,
                       reasons=(f"与《{bound.document}》第{item.n}种“{item.text}”相近：案情“{reading.text[a:b].strip()}”。",))

    def _reasons(self, scheme: Scheme, decided: deciding.Decided, found: Mapping[str, Finding]) -> tuple[str, ...]:
        out = []
        for rule in decided.rules:
            if rule.because and decided.outcome != scheme.unclear or rule.when is None:
                out.append(rule.because)
            for name in _names(rule):
                finding = found.get(name)
                if finding is not None and finding.span and finding.state != "unclear" and (scheme.every or _bears(rule, finding)):
                    out.append(f"{finding.title}：{STATE_WORDS[finding.state]}——“{finding.quote}”（{finding.speaker}）")
        out += [f.note for f in found.values() if f.note]
        if decided.open:
            out.append("尚不清楚：" + "、".join(scheme.elements[n].title for n in decided.open if n in scheme.elements) + "。")
        return tuple(dict.fromkeys(line for line in out if line))

    def _title(self, scheme: Scheme, outcome: str | tuple[str, ...]) -> str:
        automatic = {LIST_MISSING: "须对照清单，清单尚未导入", OTHER_REGION: "不适用于该地区", scheme.unclear: "事实不足，须先核实"}
        if not outcome:
            return "没有触发"
        return "、".join(scheme.outcomes[n].title if n in scheme.outcomes else automatic.get(n, n) for n in _outcomes(outcome))

    def _follows(self, scheme: Scheme, outcome: str | tuple[str, ...]) -> dict[str, str]:
        for name in _outcomes(outcome):
            if name in scheme.outcomes:
                what = scheme.outcomes[name]
                return {k: v for k, v in (("who", what.who), ("how", what.how), ("within", what.within)) if v}
        return {}

    def _cited(self, scheme: Scheme, finding: Finding, on: date | None, notices: list[str]) -> Finding:
        ids = (*scheme.elements[finding.element].cite, *finding.cite)
        return replace(finding, citations=tuple(c for i in ids if (c := self._citation(i, on, notices))))

    def _citation(self, id: str, on: date | None, notices: list[str]) -> Citation | None:
        try:
            provision, document, warning = self._resolve(id, self._asker, on)
        except NotFound:
            when = f"{on.isoformat()}" if on else "今天"
            notices.append(f"条款“{id}”在{when}没有有效的版本，未引用。")
            return None
        if warning:
            notices.append(warning)
        return Citation(provision.id, provision.path, document, opening(provision.text))


def opening(text: str) -> str:
    """The beginning of a clause as a quote: whole sentences within a length, verbatim.

    >>> opening("第一条 应当及时。其他另定。")
    '第一条 应当及时。其他另定。'
    """
    text = text.strip()
    if len(text) <= QUOTE:
        return text
    stop = max(text.rfind(mark, 0, QUOTE) for mark in "。；\n")
    if stop <= 0:
        later = [at for mark in "。；\n" if (at := text.find(mark, QUOTE)) > 0]
        stop = min(later, default=len(text) - 1)
    return text[:stop + 1].strip()


def _outcomes(outcome: str | tuple[str, ...]) -> tuple[str, ...]:
    return outcome if isinstance(outcome, tuple) else (outcome,)


def _names(rule: Rule) -> tuple[str, ...]:
    from assistant.classifying.conditions import names

    return tuple(dict.fromkeys(names(rule.when))) if rule.when else ()


def _bears(rule: Rule, finding: Finding) -> bool:
    """Whether the rule speaks of the element in the state that was found."""
    def inside(tree: tuple) -> bool:
        if tree[0] == "is":
            return tree[1] == finding.element and finding.value in tree[2]
        return tree[0] != "raised" and any(inside(child) for child in tree[1:] if isinstance(child, tuple))

    return rule.when is not None and inside(rule.when)


__all__ = ["FINAL", "SPEAKERS", "Classifier", "opening"]
