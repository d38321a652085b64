"""What must hold of every shipped document, and of the law digests against the laws themselves.

That a digest states only what was read in the original, never what somebody remembers, cannot be
tested here; the clauses of party instruments are marked by hand (``verified``, ``partial``).
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from pathlib import Path

import pytest
import yaml

from assistant import metadata, structure
from assistant.chinese import NUMERAL, number

CORPUS = Path(__file__).parents[1] / "corpus" / "documents"
LAW = Path(__file__).parents[1].parent / "shared" / "documents" / "law"

FILES = sorted(CORPUS.glob("*.md"))
REQUIRED = {"title", "kind", "of", "level", "region", "verified"}
KNOWN = REQUIRED | {"number", "issuer", "issued", "effective", "repealed", "repealed_by", "aliases", "partial", "audience"}
DATES = ("issued", "effective", "repealed")

ARTICLE = re.compile(rf"^(第[{NUMERAL}]+条)[ \u3000]+")
ITEM = re.compile(rf"^[（(]([{NUMERAL}]+)[）)]")
FIGURE = re.compile(rf"(?<![第{NUMERAL}\d])([{NUMERAL}]+|\d+)(个月|个工作日|工作日|小时|周岁|倍|年|日|天|人|元|万元|级)")
TIED = re.compile(rf"(第[{NUMERAL}\d]+[条款项])")
LISTED = re.compile(rf"(?<![第{NUMERAL}])([{NUMERAL}]+)[种类项](?!级)")
MODALS = ("应当", "可以", "不得", "免予", "不予", "必须", "严禁", "从轻", "减轻", "从重", "加重", "免责", "免除")


def parts(path: Path) -> tuple[dict, str]:
    """Front matter and body of a corpus file."""
    text = path.read_text(encoding="utf-8")
    match = re.match(r"---\n(.*?)\n---\n(.*)", text, re.S)
    assert match, f"{path.name}: no front matter"
    return yaml.safe_load(match[1]), match[2]


@lru_cache
def articles(text: str) -> dict[str, tuple[tuple[str, tuple[str, ...]], ...]]:
    """Article number -> its 款, each as (lead, 项 in order)."""
    out: dict[str, list[tuple[str, list[str]]]] = {}
    name = ""
    for line in re.sub(r"<!--.*?-->", "", text, flags=re.S).splitlines():
        line = line.strip()
        if not line or line.startswith("#"):
            name = "" if line.startswith("#") else name
        elif match := ARTICLE.match(line):
            name = match[1]
            assert name not in out, f"{name} stands twice"
            out[name] = [(line[match.end():], [])]
        elif name and ITEM.match(line):
            out[name][-1][1].append(line)
        elif name:
            out[name].append((line, []))
    return {k: tuple((lead, tuple(items)) for lead, items in v) for k, v in out.items()}


def marked(body: str) -> list[str]:
    """Path ids of the lines marked partial: 第十条, 第十条.2 (款), 第十条.（一）, 导语, 要点3 (unnumbered documents)."""
    clauses = articles(body)
    out, name, nth, unnumbered = [], "", 0, 0
    for line in (x.strip() for x in body.splitlines()):
        if not line or line.startswith("#"):
            continue
        if match := ARTICLE.match(line):
            name, nth, path = match[1], 1, match[1]
        elif name and (item := ITEM.match(line)):
            path = f"{name}.{nth}.（{item[1]}）" if len(clauses[name]) > 1 else f"{name}.（{item[1]}）"
        elif name:
            nth, path = nth + 1, name
        else:
            unnumbered += 1
            path = f"要点{unnumbered}" if not clauses else "导语"
        if line.endswith("<!-- verified: partial -->"):
            out.append(f"{name}.{nth}" if path == name and len(clauses[name]) > 1 else path)
    return out


def figures(text: str) -> set[str]:
    found = {f"{number(n)}{unit.replace('个工作日', '工作日')}" for n, unit in FIGURE.findall(text) if n != "零"}
    return found | {f"第{number(t[1:-1])}{t[-1]}" for t in TIED.findall(text)}


def path_ids(text: str) -> set[str]:
    pieces = structure.pieces(structure.clean(text, format="md"))
    return {node.path_id for piece in pieces for node in structure.divide(piece.text).nodes}


def original(front: dict) -> Path | None:
    title = front["title"].removeprefix("中华人民共和国")
    return next((p for p in LAW.glob("*.md") if p.name.split("(")[0] == title), None)


LAWS = [p for p in FILES if LAW.is_dir() and original(parts(p)[0])]


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_front_matter_is_complete_and_its_dates_are_iso(path):
    front, body = parts(path)
    assert REQUIRED <= set(front) <= KNOWN
    assert front["kind"] == "digest"
    assert (front["of"], front["level"]) != ("normative", "national") or front.get("issuer")
    assert front["of"] in {"normative", "news", "talk"}
    assert front["level"] in {"national", "province", "city", "county", "unit"}
    assert (front["level"] == "national") == (front["region"] == "全国")
    assert front["verified"] in (True, "partial")
    assert all(isinstance(front[k], date) for k in DATES if k in front)
    assert ("repealed" in front) == ("repealed_by" in front)
    assert len(body.strip()) > 50


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_partial_clauses_are_listed_and_marked_alike(path):
    front, body = parts(path)
    assert marked(body) == [str(name) for name in front.get("partial", [])]


def test_titles_are_unique_among_versions_in_force():
    titles = [parts(p)[0]["title"] for p in FILES if "repealed" not in parts(p)[0]]
    assert sorted(titles) == sorted(set(titles))


def test_numbers_are_unique():
    numbers = [n for p in FILES if (n := parts(p)[0].get("number"))]
    assert sorted(numbers) == sorted(set(numbers))


def test_no_file_holds_a_sentence_twice():
    for path in FILES:
        body = re.sub(r"<!--.*?-->", "", parts(path)[1])
        lines = [line.strip() for line in body.splitlines() if len(line.strip()) > 40]
        assert len(lines) == len(set(lines)), path.name


@pytest.mark.skipif(not LAW.is_dir(), reason="the laws lie beside the project only where it is developed")
def test_all_eleven_laws_have_a_digest():
    assert len({original(parts(p)[0]) for p in LAWS}) == len(list(LAW.glob("*.md"))) == 11


@pytest.mark.parametrize("path", LAWS, ids=lambda p: p.stem)
class TestLawDigest:
    def test_its_title_is_the_originals(self, path):
        front, _ = parts(path)
        assert original(front).read_text(encoding="utf-8").splitlines()[0] == f"# {front['title']}"

    def test_its_paths_exist_in_the_original(self, path):
        """A digest's 条, 款 and 项 carry the numbers of the original, so that both share their ids."""
        front, body = parts(path)
        law = articles(original(front).read_text(encoding="utf-8"))
        for name, paragraphs in articles(body).items():
            assert name in law, name
            assert len(paragraphs) == len(law[name]), f"{name}: other number of 款"
            for nth, ((_, mine), (_, theirs)) in enumerate(zip(paragraphs, law[name]), 1):
                assert [ITEM.match(i)[1] for i in mine] == [ITEM.match(i)[1] for i in theirs], f"{name} 款{nth}"

    def test_its_figures_stand_in_the_same_paragraph_of_the_original(self, path):
        front, body = parts(path)
        law = articles(original(front).read_text(encoding="utf-8"))
        for name, paragraphs in articles(body).items():
            for nth, (mine, theirs) in enumerate(zip(paragraphs, law[name]), 1):
                there = theirs[0] + "".join(theirs[1])
                new = figures(mine[0] + "".join(mine[1])) - figures(there)
                assert not new, f"{name} 款{nth}: {new}"
                inline = max(sentence.count("、") for sentence in mine[0].split("。")) + 1
                for count in LISTED.findall(mine[0]):
                    assert count in there or number(count) in (inline, len(theirs[1])), f"{name} 款{nth}: {count}"

    def test_its_modals_stand_in_the_same_paragraph_of_the_original(self, path):
        front, body = parts(path)
        law = articles(original(front).read_text(encoding="utf-8"))
        for name, paragraphs in articles(body).items():
            for nth, (mine, theirs) in enumerate(zip(paragraphs, law[name]), 1):
                here, there = mine[0] + "".join(mine[1]), theirs[0] + "".join(theirs[1])
                new = [m for m in MODALS if m in here and m not in there]
                assert not new, f"{name} 款{nth}: {new}"

    def test_it_shares_its_ids_with_the_original(self, path):
        front, _ = parts(path)
        law = original(front)
        assert metadata.document_id(front["title"], front.get("number", "")) == \
            metadata.document_id(law.read_text(encoding="utf-8").splitlines()[0].removeprefix("# "), "")
        mine, theirs = (path_ids(p.read_text(encoding="utf-8")) for p in (path, law))
        assert mine - theirs == set()
