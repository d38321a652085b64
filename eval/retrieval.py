"""检索：在公开数据集和自有问题上，把本系统的检索与 BM25 比较。"""

from __future__ import annotations

import argparse
import json
import logging
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from assistant import chinese, chunking, embedding
from assistant.embedding.bm25 import Bm25, top
from assistant.embedding.pairs import files, lines
from assistant.types import LOCAL, Document, Passage, Provision
from eval import dataset, record
from eval.scoring import is_document, percentile
from eval.speed import resident

DEPTH = 100
METRICS = {"recall@1": "R@1", "recall@5": "R@5", "recall@10": "R@10", "recall@100": "R@100", "mrr@10": "RR@10", "ndcg@10": "nDCG@10"}
RESAMPLES = 1000
_ARTICLE = re.compile(rf"(.+?)(第[{chinese.NUMERAL}\d]+条(?:之[{chinese.NUMERAL}]+)?)")
_SPLIT = re.compile(r"(.+)\.queries\.([^.]+)\.jsonl(?:\.gz)?")

Run = dict[str, list[str]]


@dataclass(frozen=True)
class Item:
    """A text to be found. ``title`` may be empty."""

    id: str
    text: str
    title: str = ""


@dataclass(frozen=True)
class Questions:
    """One set: questions, what answers each, and the name of the corpus it searches."""

    name: str
    split: str
    corpus: str
    queries: Mapping[str, str]
    right: Mapping[str, Mapping[str, int]] = field(repr=False)


def sets(folder: Path) -> list[Questions]:
    """Every set of a folder, by file name: ``X.queries.SPLIT.jsonl[.gz]`` with ``X.qrels.SPLIT.tsv`` and a corpus.

    A set with more than one split gives one entry a split, named ``X`` for the first and ``X.SPLIT`` for the others.
    """
    elsewhere = json.loads((folder / "sets.json").read_text("utf-8")) if (folder / "sets.json").is_file() else {}
    known, out, named = files(folder, "corpus"), [], set()
    for path in sorted(folder.iterdir()):
        found = _SPLIT.fullmatch(path.name)
        qrels = folder / f"{found[1]}.qrels.{found[2]}.tsv" if found else path
        if not found or not qrels.is_file():
            continue
        name, split = found[1], found[2]
        corpus = elsewhere.get(name, name)
        if corpus not in known:
            continue
        right: dict[str, dict[str, int]] = {}
        for line in qrels.read_text("utf-8").splitlines():
            fields = line.split("\t")
            if len(fields) >= 3 and fields[2].lstrip("-").isdigit():
                right.setdefault(fields[0], {})[fields[1]] = int(fields[2])
        queries = {str(q["id"]): str(q["text"]) for q in lines(path) if any(v > 0 for v in right.get(str(q["id"]), {}).values())}
        out.append(Questions(name if name not in named else f"{name}.{split}", split, corpus, queries, right))
        named.add(name)
    return out


def corpus(folder: Path, name: str) -> list[Item]:
    """The texts of ``X.corpus.jsonl[.gz]``."""
    return [Item(str(r["id"]), str(r["text"]), str(r.get("title") or "")) for r in lines(files(folder, "corpus")[name])]


def documents(items: Sequence[Item]) -> Iterator[tuple[Document, tuple[Provision, ...], list[Item]]]:
    """The texts as the store holds documents: articles of one law (``某法第…条``) together, others in bundles.

    A title that is no article number stands as the clause's heading.
    """
    groups: dict[str, list[tuple[str, str, str, Item]]] = {}
    taken: set[tuple[str, str]] = set()
    for n, item in enumerate(items):
        found = _ARTICLE.fullmatch(item.title)
        law, path = (found[1], found[2]) if found else ("", str(n))
        while found and (law, path) in taken:
            law += "（另本）"
        taken.add((law, path))
        groups.setdefault(law or f"\0{n // 500}", []).append((path, "条" if found else "段", "" if found else item.title, item))
    for n, (law, members) in enumerate(groups.items()):
        title = "" if law[0] == "\0" else law
        document = Document(title or f"文本{n}", title)
        provisions = tuple(Provision(f"{document.id}#{path}", document.id, path, _whole(item.text, path if level == "条" else ""),
                                     _whole(item.text, path if level == "条" else ""), level, heading, order=i, last=i)
                           for i, (path, level, heading, item) in enumerate(members))
        yield document, provisions, [item for *_, item in members]


def _whole(text: str, number: str) -> str:
    return f"{number} {text}" if number else text


class Home:
    """A store and its indexes over some texts, searched by the code that answers questions."""

    def __init__(self, folder: Path, items: Sequence[Item], embedder):
        from assistant.index import Index
        from assistant.retrieval import Retriever, terms
        from assistant.store import Store

        self.embedder, self.store = embedder, Store.open(folder)
        self.store.set_embedder(embedder.name, embedder.dimension)
        self.index = Index.open(folder, self.store, terms=terms)
        self.retriever = Retriever(self.store, self.index, embedder)
        self._ids: dict[str, str] = {}
        with self.index.batch():
            for document, provisions, members in documents(items):
                passages: Sequence[Passage] = chunking.passages(document, provisions)
                vectors = embedder.encode([f"{p.context} {p.text}" for p in passages])
                self._ids |= {p.id: item.id for p, item in zip(provisions, members)}
                self.index.add(self.store.put(document, provisions, passages, vectors, raw=document.id).added)

    def search(self, query: str) -> list[str]:
        """What the production search finds, best first."""
        return [self._ids[h.provision.id] for h in self.retriever.search(query, asker=LOCAL, k=DEPTH)]

    def dense(self, query: str) -> list[str]:
        """What the vectors alone find."""
        vector = self.embedder.encode([query])[0]
        found = [r for r, _ in self.index.dense(vector, 2 * DEPTH)]
        rows = self.store.passages(found)
        return list(dict.fromkeys(self._ids[rows[r].provision_id] for r in found))[:DEPTH]

    def close(self) -> None:
        """Release the folder."""
        self.index.close()
        self.store.close()


def jieba_words(text: str) -> list[str]:
    """Words by jieba's own dictionary, as the usual baseline has them."""
    import jieba

    jieba.setLogLevel(logging.WARNING)
    return [w for w in jieba.cut(text.lower()) if re.search(r"\w", w)]


CUTS: Mapping[str, Callable[[str], list[str]]] = {"bm25_jieba": jieba_words, "bm25_ngram": chinese.grams}


def measure(right: Mapping[str, Mapping[str, int]], run: Run, seed: int = 0) -> tuple[dict[str, float], dict[str, list[float]]]:
    """Mean of each metric over the questions of ``run`` by ir-measures, and its bootstrap 95 % interval."""
    import ir_measures

    measures = {name: ir_measures.parse_measure(m) for name, m in METRICS.items()}
    qrels = {q: dict(right[q]) for q in run}
    scored = {q: {d: float(DEPTH - i) for i, d in enumerate(found)} for q, found in run.items()}
    values = {name: dict.fromkeys(run, 0.0) for name in METRICS}
    names = {str(m): name for name, m in measures.items()}
    for found in ir_measures.iter_calc(list(measures.values()), qrels, scored):
        values[names[str(found.measure)]][found.query_id] = found.value
    drawn = np.random.default_rng(seed).integers(0, len(run), (RESAMPLES, len(run)))
    means, intervals = {}, {}
    for name, by_query in values.items():
        each = np.array(list(by_query.values()))
        means[name] = round(float(each.mean()), 4)
        intervals[name] = [round(float(x), 4) for x in np.percentile(each[drawn].mean(1), (2.5, 97.5))]
    return means, intervals


def evaluate(name: str, items: Sequence[Item], asked: Sequence[Questions], embedder, strange: Sequence[str] = (),
             say: Callable[[str], None] = print) -> tuple[dict, dict, dict, dict]:
    """(figures, intervals, costs, refusals) of the sets that search one corpus; ``strange`` are questions it cannot answer."""
    figures: dict = {}
    intervals: dict = {}
    refusals: dict = {}
    runs: dict[str, dict[str, Run]] = {q.name: {} for q in asked}
    costs: dict = {"texts": len(items)}
    for system, cut in CUTS.items():
        started = time.perf_counter()
        lexical = Bm25((f"{i.title} {i.text}" for i in items), cut)
        costs[f"{system}_build_s"] = round(time.perf_counter() - started, 2)
        for q in asked:
            runs[q.name][system] = {k: [items[n].id for n in top(lexical.scores(text), DEPTH)] for k, text in q.queries.items()}
        del lexical
    with tempfile.TemporaryDirectory(prefix="retrieval-") as folder:
        started = time.perf_counter()
        home = Home(Path(folder), items, embedder)
        costs["index_s"] = round(time.perf_counter() - started, 2)
        try:
            for system, search in (("dense", home.dense), ("fused", home.search)):
                taken: list[float] = []
                for q in asked:
                    runs[q.name][system] = {}
                    for k, text in q.queries.items():
                        started = time.perf_counter()
                        runs[q.name][system][k] = search(text)
                        taken.append(time.perf_counter() - started)
                costs[f"{system}_ms"] = {"p50": round(1000 * percentile(taken, 50), 2), "p95": round(1000 * percentile(taken, 95), 2)}
            found = [(text, home.search(text)) for text in strange]
            refusals = {q.name: refusal(q, items, runs[q.name]["fused"], found) for q in asked}
        finally:
            home.close()
    for q in asked:
        figures[q.name], intervals[q.name] = {}, {}
        for system, run in runs[q.name].items():
            figures[q.name][system], intervals[q.name][system] = measure(q.right, run)
        line = "  ".join(f"{s} {m['recall@10']:.3f}/{m['mrr@10']:.3f}/{m['ndcg@10']:.3f}" for s, m in figures[q.name].items())
        say(f"{q.name}（{len(q.queries)} 问，{len(items)} 篇）R@10/MRR@10/nDCG@10：{line}")
    costs["resident_mb"] = resident()["now"]
    return figures, intervals, costs, refusals


def refusal(asked: Questions, items: Sequence[Item], run: Run, strange: Sequence[tuple[str, list[str]]], most: int = 300) -> dict:
    """How well the chance of "no answer here" tells questions whose passages are there from the same ones with those taken
    out, and from ``strange`` ones: AUROC, and the cosine of the best passage beside it."""
    from assistant.embedding.doubt import READ, auroc, features, unanswered
    from assistant.embedding import static

    texts = {i.id: f"{i.title} {i.text}".strip() for i in items}
    if not static.SHIPPED.is_dir():
        return {}

    def read(query: str, found: Sequence[str]) -> tuple[float, float]:
        passages = [texts[d] for d in found[:READ]]
        return unanswered(query, passages), -float(features(query, passages, static.shipped())[0])

    there, out = [], []
    for key in list(run)[:most]:
        right = {d for d, v in asked.right[key].items() if v > 0}
        if right & set(run[key][:READ]):
            there.append(read(asked.queries[key], run[key]))
        out.append(read(asked.queries[key], [d for d in run[key] if d not in right]))
    other = [read(query, found) for query, found in strange]
    said: dict = {"n": [len(there), len(out), len(other)]}
    for name, rows in (("answer_taken_out", out), ("strange", other)):
        if rows and there:
            labels = [0] * len(there) + [1] * len(rows)
            said[name] = {way: round(auroc([r[n] for r in (*there, *rows)], labels), 4) for n, way in enumerate(("chance", "best_cosine"))}
    return said


def own(embedder) -> tuple[list[Item], Questions]:
    """Our known answers as a retrieval set: the shipped clauses, and which of them each answered question accepts."""
    from assistant.assistant import Assistant

    items, owners = [], {}
    with tempfile.TemporaryDirectory(prefix="retrieval-") as folder, Assistant.open(home=Path(folder)) as assistant:
        for document in assistant.store.documents(LOCAL):
            clauses = assistant.store.provisions(document.id, LOCAL)
            texts: dict[str, list[str]] = {}
            contexts = {}
            for p in chunking.passages(document, clauses):
                texts.setdefault(p.provision, []).append(p.text)
                contexts[p.provision] = p.context
            for id, parts in texts.items():
                items.append(Item(id, "\n".join(parts), contexts[id]))
                owners[id] = document
    queries, right = {}, {}
    for q in dataset.load():
        if q.on or None not in q.expect.refusal or not q.expect.provisions:
            continue
        wanted = {i.id: 1 for i in items for spec in q.expect.provisions if _accepts(spec, i.id, owners[i.id])}
        if wanted:
            queries[q.id], right[q.id] = q.question, wanted
    return items, Questions("answers", "all", "shipped", queries, right)


def _accepts(spec: str, provision: str, document: Document) -> bool:
    name, _, path = spec.partition("#")
    own_path = provision.partition("#")[2]
    return is_document(name, document) and path != "*" and (own_path == path or own_path.startswith(f"{path}."))


def likeness(file: Path, embedder) -> dict:
    """Spearman's correlation of cosine and judged likeness over ``sentence, sentence, 0-5`` lines."""
    rows = [line.split("\t") for line in file.read_text("utf-8").splitlines()]
    rows = [r for r in rows if len(r) == 3]
    a, b = (embedder.encode([r[n] for r in rows]) for n in (0, 1))
    return {"n": len(rows), "spearman": round(spearman(np.einsum("ij,ij->i", a, b), np.array([float(r[2]) for r in rows])), 4)}


def spearman(x: np.ndarray, y: np.ndarray) -> float:
    """Correlation of ranks, equal values sharing the mean of theirs.

    >>> spearman(np.array([1., 2., 3.]), np.array([1., 4., 9.]))
    1.0
    """
    def ranks(values: np.ndarray) -> np.ndarray:
        _, where, count = np.unique(values, return_inverse=True, return_counts=True)
        return (np.cumsum(count) - (count - 1) / 2)[where]

    return round(float(np.corrcoef(ranks(x), ranks(y))[0, 1]), 12)


def encoding(embedder) -> dict:
    """How fast texts become vectors: one question (ms), questions and passages of 128 characters a second."""
    asked = [q.question for q in dataset.load()]
    texts = [("".join(asked)[i * 7 % 500:] + "".join(asked))[:128] for i in range(6000)]
    asked = (asked * (1 + 20000 // len(asked)))[:20000]
    embedder.encode(asked[:10])
    single = []
    for text in asked[:500]:
        started = time.perf_counter()
        embedder.encode([text])
        single.append(time.perf_counter() - started)
    out = {"one_question_ms": round(1000 * statistics.median(single), 4)}
    for name, batch in (("questions_per_s", asked), ("passages_per_s", texts)):
        started = time.perf_counter()
        embedder.encode(batch)
        out[name] = round(len(batch) / (time.perf_counter() - started))
    return out


def run(argv: Sequence[str]) -> int:
    """``python -m eval retrieval --data DIR [--json FILE]``; 2 when DIR holds no set."""
    parser = argparse.ArgumentParser(prog="python -m eval retrieval", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="数据目录：X.corpus.jsonl、X.queries.SPLIT.jsonl、X.qrels.SPLIT.tsv")
    parser.add_argument("--only", nargs="*", default=(), help="只跑这些数据集")
    parser.add_argument("--model", default="builtin", help="builtin，或本机模型目录")
    parser.add_argument("--json", type=Path, help="结果文件")
    given = parser.parse_args(list(argv))
    if not given.data.is_dir() or not (found := [q for q in sets(given.data) if not given.only or q.name in given.only]) and not given.only:
        print(f"{given.data} 里没有数据集。请给出含 X.corpus.jsonl、X.queries.SPLIT.jsonl 和 X.qrels.SPLIT.tsv 的目录。")
        return 2
    started = time.perf_counter()
    embedder = embedding.load(given.model)
    embedder.encode(["加载"])
    costs: dict = {"model_load_s": round(time.perf_counter() - started, 3), "resident_after_load_mb": resident()["now"]}
    figures: dict = {}
    intervals: dict = {}
    groups: dict[str, list[Questions]] = {}
    for q in found:
        groups.setdefault(q.corpus, []).append(q)
    todo = [(name, corpus(given.data, name), asked) for name, asked in groups.items()]
    if not given.only or "answers" in given.only:
        items, asked = own(embedder)
        todo.append(("shipped", items, [asked]))
    refusals: dict = {}
    for name, items, asked in todo:
        others = [t for _, _, qs in todo for q in qs if q.corpus != name for t in list(q.queries.values())[:20]]
        a, b, c, d = evaluate(name, items, asked, embedder, others)
        figures |= a
        refusals |= d
        intervals |= b
        costs[name] = c
    costs["encoding"] = encoding(embedder)
    result = record.stamp("retrieval") | {
        "model": {"name": embedder.name, "dimension": embedder.dimension}, "sets": figures, "intervals": intervals,
        "questions": {q.name: {"n": len(q.queries), "split": q.split, "corpus": q.corpus} for _, _, asked in todo for q in asked},
        "likeness": {f.name.removesuffix(".tsv"): likeness(f, embedder) for f in sorted(given.data.glob("*.test.tsv")) if ".qrels." not in f.name},
        "refusal_auroc": refusals, "costs": costs}
    for name, systems in figures.items():
        lexical = max(systems["bm25_jieba"]["ndcg@10"], systems["bm25_ngram"]["ndcg@10"])
        print(f"{name}：融合 nDCG@10 是最好关键词检索的 {systems['fused']['ndcg@10'] / max(lexical, 1e-9):.3f} 倍")
    record.write(result, given.json or record.RESULTS / "retrieval.json")
    return 0
