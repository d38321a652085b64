"""What the shipped table is trained on and how: which pairs, how often, in which of two stages. The figures were chosen
on questions held back from training, never on an evaluation set."""

from __future__ import annotations

import random
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from assistant.chinese import grams
from assistant.embedding import pairs as reading
from assistant.embedding.bm25 import Bm25, top
from assistant.embedding.pairs import Pair
from assistant.embedding.tokens import Vocabulary, key

GRAMS, DIMENSION, LENGTH, SEED = 200_000, 256, 400, 9704
GENERAL: dict[str, dict] = {
    "news_lead": {"most": 30000, "length": 200}, "laws_local": {"most": 50000}, "laws_national": {},
    "lawyerllama_qa": {"times": 2}, "lawyerllama_law": {}, "csl_dev": {"times": 2}}
"""First stage: breadth. Sets that are not named here or below take part in this stage as they are."""
CLOSE: dict[str, float] = {"stard_train": 4, "ncp_train": 3, "lecoqa_stardtrain": 2, "drcd_dev": 1, "cmrc2018_trial": 1,
                           "lawyerllama_qa": 0.5}
"""Second stage: questions as people ask them, with hard negatives; how often each is seen in a pass."""
ANSWERED = ("lawyerllama_qa", "lecoqa_stardtrain")
"""Sets whose passages are somebody's answers: BM25 finds the article that an answer speaks of, and the question learns it."""
ARTICLES = "laws_national"
SELF_MADE = ("laws_local", "laws_national", "news_lead")


@dataclass
class Stage:
    """Texts and which belong together. ``pool[i]`` names the passages that negatives of row ``i`` come from."""

    questions: list[str] = field(default_factory=list)
    passages: list[str] = field(default_factory=list)
    rows: list[tuple[int, int, float, str]] = field(default_factory=list)
    pools: dict[str, list[int]] = field(default_factory=dict)
    _asked: dict[str, int] = field(default_factory=dict)
    _told: dict[str, int] = field(default_factory=dict)

    def question(self, text: str) -> int:
        """The number of a question."""
        if text not in self._asked:
            self._asked[text] = len(self.questions)
            self.questions.append(text)
        return self._asked[text]

    def passage(self, text: str, length: int = LENGTH) -> int:
        """The number of a passage."""
        text = text[:length]
        if text not in self._told:
            self._told[text] = len(self.passages)
            self.passages.append(text)
        return self._told[text]

    def add(self, question: str, passage: int, times: float = 1, pool: str = "") -> None:
        """One pair, seen ``times`` a pass."""
        self.rows.append((self.question(question), passage, times, pool))


@dataclass(frozen=True)
class Material:
    """All that a training run needs."""

    vocabulary: Vocabulary
    others: list[str]
    idf: np.ndarray
    general: Stage
    close: Stage
    held: dict[str, dict[str, set[int]]]
    sizes: dict[str, int]


def prepare(folder: Path, *, fold: int = -1, folds: int = 20, extra: list[Pair] = []) -> Material:
    """Read the pairs of a folder. Questions of ``fold`` (of ``folds``) are held back; evaluation questions are left out."""
    given = reading.read(folder)
    for path in sorted(folder.glob("*.train.tsv")):
        given[path.name.removesuffix(".train.tsv")] = reading.paraphrases(path)
    if extra:
        given["documents"] = extra
    asked = [str(r["text"]) for path in sorted(folder.glob("*.queries.*.jsonl*")) for r in reading.lines(path)]
    asked += [s for path in sorted(folder.glob("*.test.tsv")) if ".qrels." not in path.name
              for line in path.read_text("utf-8").splitlines() for s in line.split("\t")[:2]]
    for name, found in given.items():
        if name not in SELF_MADE:
            twins = reading.twins([p.query for p in found], asked)
            given[name] = [p for n, p in enumerate(found) if n not in twins]
    vocabulary, others, idf = _vocabulary(given)
    articles = list(reading.lines(path)) if (path := reading.files(folder, "corpus").get(ARTICLES)) else []
    rng = random.Random(SEED)
    spoken = _spoken_of(given, articles, vocabulary)
    general = _general(given, articles, spoken, rng)
    close, held = _close(given, articles, spoken, fold, folds)
    return Material(vocabulary, others, idf, general, close, held, {name: len(found) for name, found in given.items()})


def _vocabulary(given: dict[str, list[Pair]]) -> tuple[Vocabulary, list[str], np.ndarray]:
    """The most frequent grams; those of real questions count three times, headings and leads not at all."""
    present: Counter[str] = Counter()
    total = 0
    for name, found in given.items():
        for texts, weight in (({p.query for p in found}, 0 if name in SELF_MADE else 3), ({p.positive for p in found}, 1)):
            if weight:
                for text in sorted(texts):
                    for gram in set(grams(text[:LENGTH])):
                        present[gram] += weight
                total += weight * len(texts)
    kept = sorted(present, key=lambda g: (-present[g], g))[:GRAMS]
    chinese = sorted((g for g in kept if not g.isascii()), key=key)
    others = sorted(g for g in kept if g.isascii())
    idf = np.log((total + 1) / (np.array([present[g] for g in (*chinese, *others)], np.float64) + 1)).astype(np.float32)
    return Vocabulary(np.array([key(g) for g in chinese], np.uint32), others), others, idf


def _spoken_of(given: dict[str, list[Pair]], articles: list[dict], vocabulary: Vocabulary) -> dict[tuple[str, str], list[int]]:
    if not articles or not any(name in given for name in ANSWERED):
        return {}
    lexical = Bm25((_titled(a)[:LENGTH] for a in articles), lambda t: vocabulary.bags([t])[0].tolist())
    return {(p.query, p.positive): top(lexical.scores(f"{p.query} {p.positive[:300]}", most=0.03), 2).tolist()
            for name in ANSWERED for p in given.get(name, ())}


def _general(given: dict[str, list[Pair]], articles: list[dict], spoken: dict, rng: random.Random) -> Stage:
    stage = Stage()
    for name, found in given.items():
        if name in CLOSE and name not in GENERAL:
            continue
        how = GENERAL.get(name, {})
        chosen = found if len(found) <= how.get("most", len(found)) else rng.sample(found, how["most"])
        for p in chosen:
            stage.add(p.query, stage.passage(p.positive, how.get("length", 300)), how.get("times", 1))
        if name in ANSWERED:
            for p in chosen:
                for n in spoken.get((p.query, p.positive), ()):
                    stage.add(p.query, stage.passage(_titled(articles[n]) if rng.random() < 0.6 else articles[n]["text"], 300))
    return stage


def _close(given: dict[str, list[Pair]], articles: list[dict], spoken: dict, fold: int, folds: int) -> tuple[Stage, dict]:
    stage, held = Stage(), {}
    by_text = {_plain(a["text"]): n for n, a in reversed(list(enumerate(articles)))}
    if articles:
        stage.pools[ARTICLES] = [stage.passage(_titled(a)) for a in articles]
    article_of: dict[str, list[int]] = {}
    for p in given.get("stard_train", ()):
        if _plain(p.positive) in by_text:
            article_of.setdefault(p.query, []).append(by_text[_plain(p.positive)])
    for name, times in CLOSE.items():
        for p in given.get(name, ()):
            known = by_text.get(_plain(p.positive)) if name not in ANSWERED else None
            pool = ARTICLES if known is not None else "" if name in ANSWERED else name
            target = stage.pools[ARTICLES][known] if known is not None else stage.passage(p.positive)
            if pool == name:
                stage.pools.setdefault(name, []).append(target)
            if fold >= 0 and reading.fold(p.query, folds) == fold:
                if pool:
                    held.setdefault(name, {}).setdefault(p.query, set()).add(target)
                continue
            stage.add(p.query, target, times, pool)
            if name in ANSWERED and p.query not in article_of:
                for n in spoken.get((p.query, p.positive), ())[:1]:
                    stage.add(p.query, stage.pools[ARTICLES][n], 1, f"~{ARTICLES}")
            elif name in ANSWERED:
                for n in article_of[p.query]:
                    stage.add(p.positive[:300], stage.pools[ARTICLES][n], times, ARTICLES)
    stage.pools = {name: list(dict.fromkeys(found)) for name, found in stage.pools.items()}
    return stage, held


def _titled(article: dict) -> str:
    return f"{article.get('title', '')} {article['text']}".strip()


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", text)
