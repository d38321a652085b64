"""A claim against its ground: the best window decides, and what it rests on must hold on the day and at the place."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from itertools import pairwise

from assistant.chinese import fold
from assistant.regions import applies
from assistant.types import Document, Provision
from assistant.verifying.judging import Judge
from assistant.verifying.mentions import mentions
from assistant.verifying.normal import Tokens, plain, tokens
from assistant.verifying.nouns import Ground, Verdict
from assistant.verifying.splitting import neutral, quotes
from assistant.verifying.windows import Window, windows
from assistant.verifying.wording import MARKUP, ORDERS

TRIED = 6
"""How many windows are compared in full: those that share most with the claim."""


def verify(claim: str, ground: Ground, *, on: date, region: str = "") -> tuple[Verdict, ...]:
    """What is wrong with a claim; empty when it holds.

    A claim holds when one stretch of one provision says it: every difference in wording is one that keeps the meaning, the
    documents and clauses named are that provision's own, what is quoted stands there letter for letter, and the document
    is in force ``on`` the day and, when a ``region`` is asked about, holds there. What is not known to keep the meaning is a fault.
    """
    found = _surface(claim, ground)
    if found or neutral(claim):
        return found
    if any(_same(claim, line) for line in ground.shown):
        return ()
    said = tokens(claim)
    verdicts = _against(claim, said, ground, on, region)
    if verdicts and _joined(claim, ground, on, region):
        return ()
    return verdicts


def _against(claim: str, said: Tokens, ground: Ground, on: date, region: str, *, complete: bool = False) -> tuple[Verdict, ...]:
    best: tuple[Verdict, ...] | None = None
    for window in _candidates(said.words, ground, complete):
        judge = Judge(said, window, complete=complete)
        provision, document = ground.provisions[window.document]
        faults = (*judge.faults, *_named(claim, window, document), *_quoted(claim, provision, document))
        if not judge.faults or len(faults) <= 1:
            faults = (*faults, *_holds(document, on, region))
        if not faults:
            return ()
        if best is None or len(faults) < len(best):
            best = faults
    return best or (Verdict("support", claim),)


def _joined(claim: str, ground: Ground, on: date, region: str) -> bool:
    """Whether a claim is two or more whole sentences of one provision with commas between them."""
    if not re.search("[，,；;].", claim) or len(claim) > 200:
        return False
    return any(_parts_hold(claim, Ground((held,)), on, region) for held in ground.provisions)


def _parts_hold(claim: str, ground: Ground, on: date, region: str) -> bool:
    marks = [m.end() for m in re.finditer("[，,；;](?=.)", claim)][:5]
    for at in marks:
        if not _against(claim[:at], tokens(claim[:at]), ground, on, region, complete=True):
            rest = claim[at:]
            return not _against(rest, tokens(rest), ground, on, region, complete=True) or _parts_hold(rest, ground, on, region)
    return False


def _surface(claim: str, ground: Ground) -> tuple[Verdict, ...]:
    out = [Verdict("markup", c) for c in claim if unicodedata.category(c) in ("Cc", "Cf", "Co", "Cs", "Cn") and c not in "\n\t"]
    narrow = unicodedata.normalize("NFKC", claim)
    out += [Verdict("markup", m[0]) for m in MARKUP.finditer(narrow)]
    out += [Verdict("instruction", m[0]) for m in ORDERS.finditer(narrow)]
    known = None
    for m in re.finditer(r"\d[\d \-]{5,}\d", narrow):
        known = known or "".join(p.text for p, _ in ground.provisions) + ground.question + ground.case + "".join(ground.shown)
        if m[0] not in known:
            out.append(Verdict("markup", m[0]))
    return tuple(out)


def _same(claim: str, line: str) -> bool:
    return fold(claim).rstrip("。.；;") == fold(line).rstrip("。.；;")


def _candidates(words: tuple[str, ...], ground: Ground, complete: bool) -> list[Window]:
    held = {p.id for p, _ in ground.provisions}
    grams = frozenset(a + b for a, b in pairwise(words)) | frozenset(x for x in words if len(x) > 1)
    scored = []
    for at, (provision, document) in enumerate(ground.provisions):
        orphan = provision.level in ("项", "目")
        if orphan and provision.parent in held:
            continue
        for order, window in enumerate(windows(provision, document, at, orphan)):
            shared = len(grams & window.grams)
            if shared and not (complete and (not window.opens or shared < 0.7 * len(window.grams))):
                scored.append((len(window.toks.words) * 0.2 - shared, len(window.toks.words), at, order, window))
    scored.sort(key=lambda x: x[:4])
    return [x[-1] for i, x in enumerate(scored[:TRIED]) if not i or 2 * len(grams & x[-1].grams) > len(scored[0][-1].grams & grams)]


def _named(claim: str, window: Window, document: Document) -> list[Verdict]:
    """A document or clause named must be the window's own, or be named by its words."""
    body = "".join(window.toks.words)
    return [Verdict("existence", m.text) for m in mentions(claim) if plain(m.text) not in window.names and plain(m.text) not in body]


def _quoted(claim: str, provision: Provision, document: Document) -> list[Verdict]:
    if not (said := quotes(claim)):
        return []
    text = fold(provision.text + "\n" + document.title)
    return [Verdict("quote", q) for q in said if fold(q) not in text]


def _holds(document: Document, on: date, region: str) -> list[Verdict]:
    out = []
    if not document.in_force(on):
        out.append(Verdict("in_force", document.id))
    if region and not applies(document.region, region):
        out.append(Verdict("region", document.id))
    return out


