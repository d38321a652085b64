"""Stand-ins for personal data: put in before a text leaves the process, taken out of what comes back."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from assistant.chinese import number
from assistant.masking.addresses import addresses
from assistant.masking.codes import codes
from assistant.masking.found import LABELS, Found, apart, plain_width
from assistant.masking.names import family, names

_OPEN, _CLOSE = r"[〔［\[【﹝(（{｛〖「<＜《〈]", r"[〕］\]】﹞)）}｝〗」>＞》〉]"
_SHORT = "简称"
_STAND_IN = re.compile(rf"{_OPEN}\s{{0,3}}(?P<label>{'|'.join(LABELS.values())})\s{{0,3}}(?P<n>[0-9０-９]{{1,6}}|[一二三四五六七八九十百]{{1,7}})\s{{0,3}}"
                       rf"(?P<short>{_SHORT}\s{{0,3}}(?P<which>[0-9０-９]{{0,4}}))?\s{{0,3}}{_CLOSE}")


def spans(text: str) -> tuple[Found, ...]:
    """The personal data in one text, in its order; no two overlap.

    >>> [(f.kind, f.text) for f in spans("副镇长邱德厚，电话１３８ ００１３ ８０００。")]
    [('name', '邱德厚'), ('phone', '１３８ ００１３ ８０００')]
    """
    return _spans(text, {}, ())


def _spans(text: str, told: Mapping[str, str], people: Iterable[str]) -> tuple[Found, ...]:
    """As :func:`spans`; ``told`` are originals with a form of their own and their kinds, ``people`` names, both known from before."""
    plain = plain_width(text)
    literal = [Found("literal", *m.span(), m[0]) for m in _STAND_IN.finditer(text)]
    own = [Found(f.kind, f.start, f.end, text[f.start:f.end]) for f in (*codes(plain), *addresses(plain))]
    told = {**{f.text: f.kind for f in reversed(own)}, **told}
    found = apart([*literal, *own, *_again(text, told), *names(plain, people)])
    return tuple(Found(f.kind, f.start, f.end, text[f.start:f.end]) for f in found)


def _again(text: str, told: Mapping[str, str]) -> Iterator[Found]:
    """Every further place of what was found elsewhere by the words before it."""
    listed = sorted((t for t in told if len(t) >= 5), key=len, reverse=True)
    for k in range(0, len(listed), 200):
        for m in re.finditer(rf"(?<![0-9A-Za-z])(?:{'|'.join(map(re.escape, listed[k:k + 200]))})(?![0-9A-Za-z])", text):
            yield Found(told[m[0]], *m.span(), m[0])


class Masker:
    """The stand-ins of one conversation or request. Not to be shared between askers; its ``repr`` tells counts only.

    Text that already holds something like a stand-in gets that masked as well, so that ``restore(mask(text)) == text`` for every text.
    Mask originals only: what was masked twice must be restored twice.
    """

    def __init__(self) -> None:
        self._stand_ins: dict[tuple[str, str], str] = {}
        self._originals: dict[tuple[str, int, int], str] = {}
        self._people: dict[str, int] = {}
        self._numbers: Counter[str] = Counter()
        self._shorts: Counter[int] = Counter()

    def mask(self, text: str) -> str:
        """The text with a stand-in for each personal datum; the same datum has the same stand-in in every call.

        >>> masker = Masker()
        >>> masker.mask("副镇长邱德厚主持会议，邱镇长表示同意。"), masker.mask("邱德厚是谁？")
        ('副镇长〔人员1〕主持会议，〔人员1简称〕镇长表示同意。', '〔人员1〕是谁？')
        """
        told = {original: kind for kind, original in self._stand_ins if kind not in ("name", "literal")}
        found = _spans(text, told, tuple(self._people))
        for f in sorted(found, key=lambda f: -len(f.text) if f.kind == "name" else 0):
            if (f.kind, f.text) not in self._stand_ins:
                self._name(f)
        out, at = [], 0
        for f in found:
            out += [text[at:f.start], self._stand_ins[f.kind, f.text]]
            at = f.end
        return "".join([*out, text[at:]])

    def _name(self, f: Found) -> None:
        label, of, which = LABELS[f.kind], self._bearer(f.text) if f.kind == "name" else 0, 0
        if of:
            self._shorts[of] += 1
            which = self._shorts[of]
            stand_in = f"〔{label}{of}{_SHORT}{which if which > 1 else ''}〕"
        else:
            self._numbers[label] += 1
            of = self._numbers[label]
            stand_in = f"〔{label}{of}〕"
            if f.kind == "name":
                self._people[f.text] = of
        self._stand_ins[f.kind, f.text] = stand_in
        self._originals[label, of, which] = f.text

    def _bearer(self, short: str) -> int:
        """The number of the one person whose short form this is; 0 when it is a name of its own."""
        bearers = {n for name, n in self._people.items() if short in (family(name), name.removeprefix(family(name))) or short[1:] == family(name) and short[0] in "老小"}
        return bearers.pop() if len(bearers) == 1 else 0

    def restore(self, text: str) -> str:
        """The text with the originals put back. A stand-in is known in any width, spacing and brackets; one that was never given out is left.

        >>> masker = Masker()
        >>> _ = masker.mask("举报人张三说")
        >>> masker.restore("【人员 １】反映，〔人员7〕没有到场")
        '张三反映，〔人员7〕没有到场'
        """
        return _STAND_IN.sub(lambda m: self._originals.get(_key(m), m[0]), text)

    def strangers(self, text: str) -> tuple[str, ...]:
        """The stand-ins in a text that were never given out, each once."""
        return tuple(dict.fromkeys(m[0] for m in _STAND_IN.finditer(text) if _key(m) not in self._originals))

    @property
    def found(self) -> Mapping[str, int]:
        """Kind -> how many different originals were masked so far."""
        return MappingProxyType(Counter(kind for kind, _ in self._stand_ins))

    def __repr__(self) -> str:
        return f"Masker({', '.join(f'{kind}={n}' for kind, n in sorted(self.found.items()))})"


def _key(m: re.Match[str]) -> tuple[str, int, int]:
    which = unicodedata.normalize("NFKC", m["which"] or "")
    return m["label"], number(m["n"]), int(which or 1) if m["short"] else 0
