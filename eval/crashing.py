"""The processes that ``eval.robustness`` starts: one that changes a home until it is killed, one that looks what is left."""

from __future__ import annotations

import contextlib
import json
import os
import random
import resource
import sys
import threading
import time
from pathlib import Path
from zlib import crc32

import numpy as np

from assistant.errors import AssistantError
from assistant.index import Index
from assistant.store import Store
from assistant.types import LOCAL, Document, Passage, Provision

DIMENSION = 64
DOCUMENTS = 40


def terms(text: str) -> dict[str, list[str]]:
    """Made-up texts are words with spaces between them."""
    return {"grams": text.split(), "words": text.split()}


def token(name: str, edition: int, part: int) -> str:
    """The word that only one passage has."""
    return f"{name}e{edition}p{part}"


def vector(word: str) -> np.ndarray:
    """The vector of the passage with that word."""
    v = np.random.default_rng(crc32(word.encode())).standard_normal(DIMENSION).astype(np.float32)
    return v / np.linalg.norm(v)


def size(name: str, edition: int) -> int:
    """How many passages an edition of a document has: mostly few, sometimes many."""
    n = crc32(f"{name}/{edition}".encode())
    return 1 + n % (600 if n % 5 == 0 else 40)


def put(store: Store, name: str, edition: int):
    """Store an edition of a made-up document."""
    words = [token(name, edition, i) for i in range(size(name, edition))]
    texts = [f"{w} 公共{i % 7} 词句{i}\n" for i, w in enumerate(words)]
    provisions = [Provision(f"{name}#第{i}条", name, f"第{i}条", t, t, "条", order=i, last=i) for i, t in enumerate(texts)]
    return store.put(Document(name, name, kind="normative"), provisions,
                     [Passage(p.id, p.own.strip(), f"题名 {name}") for p in provisions],
                     np.array([vector(w) for w in words]), raw="".join(texts))


def say(what: str, **more) -> None:
    """One line to the parent, at once."""
    os.write(1, (json.dumps({"say": what, **more}, ensure_ascii=False) + "\n").encode())


def change(home: Path, seed: int, limit: int = 0, steps: int = 10**9) -> None:
    """Ingest, re-ingest and withdraw at random, announcing each step before and acknowledging it after."""
    rng = random.Random(seed)
    store = Store.open(home)
    if store.embedder is None:
        store.set_embedder("made-up", DIMENSION)
    index = Index.open(home, store, terms=terms)
    say("ready")
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    edition = seed * 1000
    for _ in range(steps):
        there = [d.id for d in store.documents(LOCAL)]
        batch = []
        for _ in range(rng.choice((1, 1, 1, 5))):
            edition += 1
            name = f"doc{rng.randrange(DOCUMENTS)}"
            if name in [b[0] for b in batch]:
                continue
            batch.append((name, None if name in there and rng.random() < 0.3 else edition))
        say("begin", changes=batch)
        try:
            with index.batch():
                for name, new in batch:
                    if new is None:
                        index.remove(store.withdraw(name, by=LOCAL))
                    else:
                        done = put(store, name, new)
                        index.remove(done.removed)
                        index.add(done.added)
        except AssistantError as error:
            say("refused", changes=batch, why=error.message)
            return
        say("done", changes=batch)
    index.close()


def look(home: Path, expected: dict[str, list[int | None]], tokens: int) -> dict:
    """Open a home and count what is missing. ``expected`` holds for each document the editions it may be in (None: absent)."""
    began = time.perf_counter()
    store = Store.open(home)
    index = Index.open(home, store, terms=terms, patience=10**9)
    opened = time.perf_counter() - began
    wrong: list[str] = []
    state: dict[str, int | None] = {}
    there = {d.id for d in store.documents(LOCAL)}
    rng = random.Random(len(expected))
    for name, allowed in expected.items():
        now = None
        if name in there:
            first = store.provision(f"{name}#第0条", LOCAL)[0].text.split()[0]
            now = int(first[first.index("e") + 1:first.index("p")])
            if len(store.provisions(name, LOCAL)) != size(name, now):
                wrong.append(f"{name} is half there")
        state[name] = now
        if now not in allowed:
            wrong.append(f"{name} is {now}, should be one of {allowed}")
        for gone in allowed:
            if gone is not None and gone != now:
                for i in (0, size(name, gone) - 1):
                    if index.lexical("grams", [(token(name, gone, i), 1.0)], 1):
                        wrong.append(f"{name} of edition {gone} is still found")
    wrong += [f"{name} came from nowhere" for name in there - set(expected)]
    every = [token(n, e, i) for n, e in state.items() if e is not None for i in range(size(n, e))]
    fresh = [token(n, s, i) for n, s in state.items() if s is not None and len(expected[n]) > 1 for i in range(size(n, s))]
    chosen = list(dict.fromkeys(fresh + rng.sample(every, min(tokens, len(every)))))
    if len(store.rowids()) != len(every):
        wrong.append(f"{len(store.rowids())} passages instead of {len(every)}")
    for word in chosen:
        hits = index.lexical("grams", [(word, 1.0)], 2)
        near = index.dense(vector(word), 1)
        if len(hits) != 1 or not store.passages([hits[0][0]])[hits[0][0]].text.startswith(word + " "):
            wrong.append(f"{word} is not found by keyword")
        if not near or not hits or near[0][0] != hits[0][0]:
            wrong.append(f"{word} is not found by its vector")
    report = {"wrong": wrong[:20], "state": state, "opened": opened, "mended": index.mended, "notice": index.notice,
              "checked": len(chosen), "passages": len(every), "database": store.check()}
    index.close()
    store.close()
    return report


def same(home: Path, times: int) -> dict:
    """One file put ``times`` times, half of them in parallel."""
    store = Store.open(home)
    index = Index.open(home, store, terms=terms)
    statuses: list[str] = []

    def once() -> None:
        done = put(store, "doc", 1)
        index.add(done.added)
        statuses.append(done.status)

    for _ in range(times // 2):
        once()
    threads = [threading.Thread(target=once) for _ in range(times - times // 2)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    found = index.lexical("grams", [(token("doc", 1, 0), 1.0)], 10)
    report = {"documents": len(store.documents(LOCAL)), "passages": len(store.rowids()), "should": size("doc", 1),
              "added": statuses.count("added"), "hits": len(found)}
    index.close()
    return report


def main() -> None:
    what, home = sys.argv[1], Path(sys.argv[2])
    if what == "change":
        with contextlib.suppress(BrokenPipeError):
            change(home, *map(int, sys.argv[3:]))
    elif what == "look":
        given = json.load(sys.stdin)
        print(json.dumps(look(home, given["expected"], given["tokens"]), ensure_ascii=False))
    else:
        print(json.dumps(same(home, int(sys.argv[3]))))


if __name__ == "__main__":
    main()
