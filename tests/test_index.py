"""What must be true of the two derived indexes. The counted accidents are in ``python -m eval robustness``."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from assistant.errors import HomeBroken, HomeBusy, IndexMismatch
from assistant.index import Health, Index, building, health, mending
from assistant.index.dense import Dense, DenseBroken
from assistant.index.lexical import Lexical
from assistant.store import Store
from assistant.types import LOCAL
from eval.crashing import DIMENSION, put, size, terms, token, vector
from eval.robustness import Ledger, trial

ROOT = Path(__file__).resolve().parents[1]


class Home:
    """A home with both its parts, opened and closed together."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.open()

    def open(self, **more) -> Index:
        self.store = Store.open(self.folder)
        self.index = Index.open(self.folder, self.store, terms=terms, **more)
        return self.index

    def close(self) -> None:
        self.index.close()
        self.store.close()

    def put(self, name: str, edition: int = 1) -> tuple[int, ...]:
        done = put(self.store, name, edition)
        self.index.remove(done.removed)
        self.index.add(done.added)
        return done.added

    def put_big(self) -> str:
        """Enough passages for Chroma to write its graph out (it does so each 1,000)."""
        names = [n for n in (f"大{i}" for i in range(100)) if size(n, 1) > 400][:4]
        with self.index.batch():
            for name in names:
                self.put(name)
        return names[0]

    def lost(self, name: str, edition: int = 1) -> list[str]:
        """The passages of a document that keyword or vector do not find."""
        out = []
        for word in (token(name, edition, i) for i in range(size(name, edition))):
            hits = self.index.lexical("grams", [(word, 1.0)], 3)
            near = self.index.dense(vector(word), 1)
            if len(hits) != 1 or not near or near[0][0] != hits[0][0] or near[0][1] < 0.999:
                out.append(word)
        return out


@pytest.fixture
def home(tmp_path: Path):
    home = Home(tmp_path / "home")
    home.store.set_embedder("made-up", DIMENSION)
    yield home
    home.index._lock.release()


def test_what_is_added_is_found_by_word_and_vector_and_what_is_removed_is_not(home):
    home.put("甲")
    home.put("乙")
    assert (home.lost("甲"), home.lost("乙"), home.store.pending()) == ([], [], [])
    home.put("甲", 2)
    home.index.remove(home.store.withdraw("乙", by=LOCAL))
    assert (home.lost("甲", 2), home.index.lexical("grams", [(token("甲", 1, 0), 1.0)], 3)) == ([], [])
    assert home.index.lexical("grams", [(token("乙", 1, 0), 1.0)], 3) == []
    assert len(home.index.lexical("title", [("甲", 1.0)], 1000)) == size("甲", 2) == len(home.store.rowids())


def test_weights_and_fields_bear_on_the_score(home):
    rowids = home.put("甲")
    one, two = home.index.lexical("grams", [("词句0", 1.0)], 1), home.index.lexical("words", [("词句0", 1.0), ("词句0", 1.5)], 1)
    assert one[0][0] == two[0][0] == rowids[0]
    assert two[0][1] == pytest.approx(2.5 * one[0][1])
    assert home.index.lexical("grams", [], 5) == home.index.lexical("grams", [("没有", 1.0)], 5) == []


def test_exact_search_gives_the_cosine_to_each_passage_asked_for(home):
    rowids = home.put("甲")
    asked = vector("甲e1p3") + 0.1 * vector("别的")
    found = home.index.dense_exact(asked, rowids[:6])
    right = {r: float(vector(token("甲", 1, i)) @ asked / np.linalg.norm(asked)) for i, r in enumerate(rowids[:6])}
    assert dict(found) == pytest.approx(right, abs=1e-5)
    assert found[0][0] == rowids[3]
    assert home.index.dense_exact(asked, rowids[:6], 1) == found[:1]


def test_adding_twice_is_adding_once(home):
    rowids = home.put("甲")
    home.index.add(rowids)
    assert len(home.index.lexical("title", [("甲", 1.0)], 1000)) == len(rowids)


def test_a_vector_of_another_dimension_names_the_command(home):
    home.put("甲")
    with pytest.raises(IndexMismatch, match="assistant index --rebuild"):
        home.index.dense(np.ones(7, np.float32), 3)


def test_a_batch_is_written_as_one(home):
    with home.index.batch():
        for name in "甲乙丙":
            home.put(name)
        assert home.store.note("index_dirty") == ""
    assert (home.store.note("index_dirty"), home.lost("丙"), home.store.pending()) == ("0", [], [])


def test_a_second_process_is_told_who_has_the_home_and_what_to_do(home):
    code = ("import sys; from pathlib import Path; from assistant.store import Store; from assistant.index import Index\n"
            "Index.open(Path(sys.argv[1]), Store.open(Path(sys.argv[1])), terms=dict)")
    done = subprocess.run([sys.executable, "-c", code, str(home.folder)], cwd=ROOT, capture_output=True, text=True)
    assert "HomeBusy" in done.stderr and "先停止那个进程再试" in done.stderr
    with pytest.raises(HomeBusy, match="进程号 "):
        Index.open(home.folder, home.store, terms=terms)
    home.close()
    home.open()


def test_after_a_clean_end_nothing_is_probed_and_chroma_stays_unimported(home, monkeypatch):
    home.put("甲")
    home.close()
    monkeypatch.setattr(health, "probe", lambda *a, **k: pytest.fail("probed"))
    for _ in range(2):
        home.open()
        assert home.index.dense(vector(token("甲", 1, 0)), 1)[0][1] > 0.999
        home.close()
    code = ("import sys; from pathlib import Path; from assistant.store import Store; from assistant.index import Index\n"
            "s = Store.open(Path(sys.argv[1])); i = Index.open(Path(sys.argv[1]), s, terms=dict); s.documents\n"
            "print(i.lexical('title', [('甲', 1.0)], 1)[0][0], 'chromadb' in sys.modules, 'alembic' in sys.modules); i.close()")
    done = subprocess.run([sys.executable, "-c", code, str(home.folder)], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.split()[1:] == ["False", "False"], done.stderr


@pytest.mark.parametrize("big", [False, True])
def test_what_chroma_writes_at_its_first_question_is_no_damage(home, monkeypatch, big):
    """Below 1,000 passages it writes its graph anew each time it is opened and asked."""
    name = home.put_big() if big else "甲"
    home.put(name, 2)
    for _ in range(2):
        home.close()
        with monkeypatch.context() as patch:
            patch.setattr(health, "probe", lambda *a, **k: pytest.fail("probed"))
            home.open()
        assert (home.index.mended, home.lost(name, 2)) == ((), [])
        assert home.index.check(full=True) == Health(True, "")


def test_damage_done_before_chroma_is_opened_is_not_sealed_over(home):
    home.put("甲")
    home.close()
    home.open()
    _flip(next(home.folder.glob("chroma/*/data_level0.bin")))
    home.index.dense(vector(token("甲", 1, 0)), 1)
    assert home.index.check(full=True) == Health(False, "语义索引有损坏，已按数据库重建。")
    assert home.lost("甲") == []


@pytest.mark.parametrize("act", ["search", "add", "mend"])
def test_a_keyword_index_of_another_schema_is_built_anew(home, act):
    import tantivy

    home.put("甲")
    home.close()
    shutil.rmtree(home.folder / "lexical")
    (home.folder / "lexical").mkdir()
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("body")
    tantivy.Index(builder.build(), path=str(home.folder / "lexical")).writer().commit()
    store = Store.open(home.folder)
    found, known = health.read_seal(home.folder)
    health.write_seal(home.folder, found, {k: v for k, v in known.items() if k.startswith("chroma/")} | health.stamps(home.folder, "lexical", {}))
    if act == "mend":
        put(store, "乙", 1)
    store.close()
    home.open()
    if act == "add":
        home.put("乙")
    assert (home.lost("甲"), [] if act == "search" else home.lost("乙"), home.index.check(full=True)) == ([], [], Health(True, ""))


def test_what_the_store_took_before_a_crash_is_taken_over_at_the_next_start(home):
    home.put("甲")
    put(home.store, "乙", 1)
    home.store.withdraw("甲", by=LOCAL)
    home.close()
    home.open()
    assert (home.lost("乙"), home.index.lexical("title", [("甲", 1.0)], 3), home.store.pending()) == ([], [], [])
    assert home.index.mended == ()


def _half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:path.stat().st_size // 2])


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 4
    path.write_bytes(data)


@pytest.mark.parametrize("harm, side", [
    (lambda h: _half(next(h.glob("chroma/*/data_level0.bin"))), "chroma"),
    (lambda h: _flip(next(h.glob("chroma/*/data_level0.bin"))), "chroma"),
    (lambda h: _flip(h / "chroma" / "chroma.sqlite3"), "chroma"),
    (lambda h: shutil.rmtree(next(h.glob("chroma/*/"))), "chroma"),
    (lambda h: shutil.rmtree(h / "chroma"), "chroma"),
    (lambda h: _flip(next(h.glob("lexical/*.idx"))), "lexical"),
    (lambda h: (h / "lexical" / "meta.json").write_text("{"), "lexical"),
])
def test_files_changed_while_closed_are_noticed_and_rebuilt_without_being_opened(home, monkeypatch, harm, side):
    home.put("甲")
    home.close()
    harm(home.folder)
    monkeypatch.setattr(health, "probe", lambda *a, **k: pytest.fail("opened"))
    home.open()
    assert (home.index.mended, home.lost("甲"), home.index.notice) == ((side,), [], "")


def test_after_an_unclean_end_a_probe_finds_lost_vectors(home):
    big = home.put_big()
    home.close()
    _half(next(home.folder.glob("chroma/*/data_level0.bin")))
    Store.open(home.folder).set_notes(index_dirty="1")
    home.open()
    assert (home.index.mended, home.lost(big)) == (("chroma",), [])


def test_a_probe_that_dies_or_hangs_counts_as_broken(home, monkeypatch):
    home.put("甲")
    home.close()
    died = health.probe(home.folder / "nowhere", "chroma", size=1)
    hung = health.probe(home.folder, "chroma", size=1, timeout=0.05)
    assert [died["ok"], hung["ok"], hung["why"]] == [False, False, "probe timed out"]


def test_an_old_copy_of_the_database_brings_the_indexes_back_to_it(home, tmp_path):
    home.put("甲")
    home.store.backup(tmp_path / "copy.db")
    home.put("乙")
    home.close()
    for left in home.folder.glob("assistant.db*"):
        left.unlink()
    (tmp_path / "copy.db").rename(home.folder / "assistant.db")
    home.open()
    assert (home.lost("甲"), home.index.lexical("title", [("乙", 1.0)], 3), home.index.notice) == ([], [], "")


def test_while_a_rebuild_is_impossible_keywords_serve_and_the_notice_says_so(home, monkeypatch):
    home.put("甲")
    home.close()
    shutil.rmtree(home.folder / "chroma")
    with monkeypatch.context() as patch:
        patch.setattr(building, "fill_dense", _no_space)
        home.open()
        assert home.index.dense(vector(token("甲", 1, 0)), 3) == []
        assert len(home.index.lexical("grams", [(token("甲", 1, 0), 1.0)], 3)) == 1
        assert home.index.notice.startswith("语义检索暂不可用（磁盘空间不足），现以关键词检索作答。")
        assert home.index.check() == Health(False, home.index.notice)
        with pytest.raises(HomeBroken, match="语义检索暂不可用"):
            home.index.rebuild()
        home.put("乙")
    home.close()
    home.open()
    assert (home.lost("甲"), home.lost("乙"), home.index.notice) == ([], [], "")


def _no_space(*_):
    raise DenseBroken("No space left on device")


def test_a_graph_that_chroma_is_still_writing_is_waited_for(home, monkeypatch):
    answers = iter([False, OSError(2, "gone"), True])

    def written(self):
        answer = next(answers)
        if isinstance(answer, OSError):
            raise answer
        return answer

    monkeypatch.setattr(mending, "_PAUSES", (0.0, 0.0))
    monkeypatch.setattr(Dense, "written", written)
    home.put("甲")
    assert (home.lost("甲"), home.index.notice, home.store.note("index_dirty"), list(answers)) == ([], "", "0", [])


def test_a_graph_that_chroma_wrote_short_without_a_word_is_noticed(home, monkeypatch):
    monkeypatch.setattr(mending, "_PAUSES", (0.0,))
    monkeypatch.setattr(Dense, "written", lambda self: False)
    home.put("甲")
    assert (home.index.dense(vector(token("甲", 1, 0)), 3), home.store.note("index_dirty")) == ([], "1")
    monkeypatch.undo()
    home.close()
    home.open()
    big = home.put_big()
    assert (home.lost(big), home.lost("甲"), home.index._densely().written()) == ([], [], True)
    _half(next(home.folder.glob("chroma/*/data_level0.bin")))
    assert not home.index._densely().written()


def test_a_large_rebuild_runs_behind_while_keywords_serve(home, monkeypatch):
    home.put("甲")
    home.close()
    shutil.rmtree(home.folder / "chroma")
    fill = building.fill_dense
    monkeypatch.setattr(building, "fill_dense", lambda *a: (time.sleep(0.5), fill(*a)))
    index = home.open(patience=0)
    assert index.notice.startswith("语义检索的索引正在重建") and index.dense(vector(token("甲", 1, 0)), 1) == []
    assert len(index.lexical("grams", [(token("甲", 1, 0), 1.0)], 3)) == 1
    index.wait()
    assert (index.notice, home.lost("甲"), home.store.note("index_dirty")) == ("", [], "0")


def test_chroma_failing_under_a_search_is_rebuilt_and_never_raises(home, monkeypatch):
    home.put("甲")
    with monkeypatch.context() as patch:
        patch.setattr(Dense, "query", _no_space)
        assert home.index.dense(vector(token("甲", 1, 0)), 1) == []
        home.index.wait()
    home.index.rebuild()
    assert (home.lost("甲"), home.index.notice) == ([], "")


def test_the_full_check_mends_what_it_finds_in_a_running_process(home):
    home.put("甲")
    assert home.index.check(full=True) == Health(True, "")
    _half(next(home.folder.glob("chroma/*/data_level0.bin")))
    assert home.index.check(full=True) == Health(False, "语义索引有损坏，已按数据库重建。")
    assert home.index.check(full=True) == Health(True, "")
    assert home.lost("甲") == []


def test_another_embedding_is_taken_over_by_a_rebuild(home):
    home.put("甲")
    home.store.set_vectors(lambda texts: np.array([vector(t)[:8] for t in texts]), "small", 8)
    home.index.rebuild()
    asked = vector(f"题名 甲 {token('甲', 1, 2)} 公共2 词句2")[:8]
    assert home.index.dense(asked, 1)[0] == (3, pytest.approx(1.0, abs=1e-5))
    home.close()
    assert home.open().mended == ()


def test_rebuild_reports_its_progress(home):
    home.put("甲")
    seen = []
    n = size("甲", 1)
    assert home.index.rebuild(lambda done, total: seen.append((done, total))) == n
    assert (seen, home.lost("甲")) == ([(n, 2 * n), (2 * n, 2 * n)], [])


def test_passages_without_a_vector_are_found_by_keyword_only(home):
    from assistant.types import Document, Passage, Provision

    text = "—— 标点\n"
    done = home.store.put(Document("丙", "丙"), [Provision("丙#1", "丙", "1", text, text)], [Passage("丙#1", "标点", "丙")],
                          np.zeros((1, DIMENSION)), raw=text)
    home.index.add(done.added)
    assert [r for r, _ in home.index.lexical("grams", [("标点", 1.0)], 3)] == list(done.added)
    assert (home.index.dense(np.zeros(DIMENSION), 3), home.index.check(full=True)) == ([], Health(True, ""))


def test_words_with_spaces_or_odd_signs_are_one_term(tmp_path):
    index = Lexical(tmp_path / "lexical")
    index.add(7, {"grams": ["a", "\"b\" AND (c", "*"], "words": [], "title": []})
    index.commit()
    assert [index.search("grams", [(t, 1.0)], 3) != [] for t in ("a", "*", "b", "AND")] == [True, True, False, True]
    assert (index.rowids().tolist(), index.search("grams", [("OR a:b^2 [x TO", 1.0)], 3)) == ([7], [])
    index.close()


@pytest.mark.parametrize("seed", [1])
def test_after_a_kill_everything_acknowledged_is_there(tmp_path, seed):
    ledger = Ledger()
    for wait in (0.3, 1.2):
        report = trial(tmp_path / "home", ledger, seed * 10 + int(wait), wait=wait)
        assert (report["wrong"], report["notice"], report["database"]) == ([], "", "ok")


def test_a_write_that_finds_no_room_is_refused_in_words_and_leaves_nothing_half(tmp_path):
    ledger = Ledger()
    report = trial(tmp_path / "home", ledger, 5, limit=400_000, steps=60)
    assert report["wrong"] == []
    assert report["refused"] or report["passages"]
