"""What must be true of the store."""

from __future__ import annotations

import sqlite3
import threading
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from assistant.errors import Forbidden, HomeBroken, IndexMismatch, NotFound
from assistant.store import Put, Store, schema
from assistant.store.kept import Kept
from assistant.store.tables import SCHEMA
from assistant.types import LOCAL, Asker, Document, Passage, Provision

UNIT_A, UNIT_B = Asker("甲", frozenset({"一科"})), Asker("乙", frozenset({"二科"}))
NOW = date(2026, 1, 1)


def parts(document: Document, texts=("第一条内容。\n", "第二条内容。\n")):
    """A document of one 章 and its 条, with the vector of each one's hash."""
    own = ("第一章\n", *texts)
    head = Provision(f"{document.id}#第一章", document.id, "第一章", "".join(own), own[0], "章", last=len(texts))
    articles = [Provision(f"{document.id}#第{n}条", document.id, f"第{n}条", t, t, "条", trail=("第一章",), parent=head.id,
                          order=n, last=n, span=(10 * n, 10 * n + 9)) for n, t in enumerate(texts, 1)]
    passages = [Passage(p.id, p.own.strip(), document.title) for p in articles]
    seeds = [abs(hash(p.text)) % 2**32 for p in passages]
    vectors = np.array([np.random.default_rng(s).standard_normal(8) for s in seeds], np.float32).reshape(len(passages), 8)
    return [head, *articles], passages, vectors


def put(store: Store, id: str, *texts: str, owner: str = "local", **fields) -> Put:
    document = Document(id, fields.pop("title", id), **{"kind": "normative", **fields})
    provisions, passages, vectors = parts(document, texts or ("第一条内容。\n", "第二条内容。\n"))
    return store.put(document, provisions, passages, vectors, raw="原文", removed=("页眉",), owner=owner)


@pytest.fixture
def store(tmp_path: Path):
    store = Store.open(tmp_path / "home")
    yield store
    store.close()


def ids(store: Store, asker: Asker = LOCAL, on: date = NOW) -> list[str]:
    return [d.id for d in store.documents(asker, on)]


def test_the_same_content_again_is_unchanged_and_changes_nothing(store):
    first = put(store, "甲办法")
    assert first == Put("added", (1, 2), (), 1)
    generation = store.generation
    assert put(store, "甲办法", source="另一个文件名.docx", sha256="f" * 64) == Put("unchanged", version=1)
    assert (store.generation, store.rowids().tolist()) == (generation, [1, 2])


def test_a_corrected_text_of_one_day_takes_the_place_of_the_old_one(store):
    put(store, "甲办法", issued=date(2020, 1, 1))
    again = put(store, "甲办法", "改过的一条。\n", issued=date(2020, 1, 1))
    assert again == Put("updated", (3,), (1, 2), 2)
    assert [d.version for d in store.versions("甲办法", LOCAL)] == ["2020-01-01"]
    assert store.provision("甲办法#第1条", LOCAL)[0].text == "改过的一条。\n"
    assert store.rowids().tolist() == [3]


def test_a_date_learnt_later_is_a_correction_and_not_a_second_version(store):
    put(store, "甲办法")
    put(store, "甲办法", issued=date(2020, 1, 1))
    put(store, "甲办法", issued=date(2020, 1, 2))
    assert [d.version for d in store.versions("甲办法", LOCAL)] == ["2020-01-02"]
    assert put(store, "甲办法").status == "unchanged"


def test_versions_of_two_days_stand_side_by_side_each_in_its_time(store):
    put(store, "甲办法", "新。\n", issued=date(2022, 5, 1), effective=date(2022, 6, 1))
    put(store, "甲办法", "旧。\n", issued=date(2018, 1, 1))
    old, new = store.versions("甲办法", LOCAL)
    assert (old.repealed, old.repealed_by, new.repealed) == (date(2022, 6, 1), "甲办法@2022-06-01", None)
    asked = ["甲办法#第1条", "甲办法#第1条@2018-01-01", "甲办法@2022-05-31#第1条", "甲办法#第1条@2023-01-01"]
    assert [store.provision(i, LOCAL, NOW)[0].text for i in asked] == ["新。\n", "旧。\n", "旧。\n", "新。\n"]
    assert store.provision("甲办法#第1条", LOCAL, date(2022, 5, 31))[0].text == "旧。\n"
    assert [len(store.documents(LOCAL, on)) for on in (date(2017, 1, 1), date(2019, 1, 1), NOW)] == [0, 1, 1]
    assert store.visible(LOCAL, date(2019, 1, 1)) == {2}
    assert store.visible(LOCAL, date(2019, 1, 1), in_force=False) == {1, 2}


def test_an_end_that_the_document_gives_wins_over_the_implied_one(store):
    put(store, "甲办法", "旧。\n", issued=date(2018, 1, 1), repealed=date(2020, 1, 1))
    put(store, "甲办法", "新。\n", issued=date(2022, 1, 1))
    assert ids(store, on=date(2021, 1, 1)) == []


@pytest.mark.parametrize("fields", [
    {"id": "明委办〔2022〕20号", "title": "容错办法"},
    {"id": "佛山市高明区容错办法", "title": "《容错办法》"},
    {"id": "x", "title": "某区关于印发《容错办法》的通知"},
])
def test_an_original_hides_its_digest_and_gives_it_back_when_withdrawn(store, fields):
    put(store, "明委办〔2022〕20号", title="容错办法", kind="digest", of="normative", number="明委办〔2022〕20号")
    assert put(store, **fields).status == "replaced_digest"
    assert ids(store) == [fields["id"]]
    store.withdraw(fields["id"], by=LOCAL)
    assert [d.kind for d in store.documents(LOCAL, NOW)] == ["digest"]


def test_a_document_of_another_region_or_number_hides_no_digest(store):
    put(store, "a", title="容错办法", kind="digest", number="明委办〔2022〕20号", region="广东省佛山市高明区")
    assert put(store, "b", title="容错办法", region="广东省深圳市").status == "added"
    assert put(store, "c", title="容错办法", number="深委办〔2022〕1号").status == "added"
    assert ids(store) == ["a", "b", "c"]


def test_a_digest_stays_for_those_who_may_not_see_the_original(store):
    put(store, "甲办法", kind="digest")
    put(store, "甲办法", "原文。\n", audience=frozenset({"一科"}))
    assert [store.documents(a, NOW)[0].kind for a in (UNIT_A, UNIT_B)] == ["normative", "digest"]


def test_nobody_finds_what_is_not_for_him_and_not_yours_reads_like_not_there(store):
    done = put(store, "内部办法", audience=frozenset({"一科"}))
    assert (ids(store, UNIT_A), ids(store, UNIT_B), ids(store, LOCAL)) == (["内部办法"], [], ["内部办法"])
    assert store.visible(UNIT_B, NOW) == frozenset()
    assert store.clauses([(done.version, "内部办法#第1条")], UNIT_B, NOW) == {}
    with pytest.raises(NotFound) as hidden:
        store.provision("内部办法#第1条", UNIT_B)
    with pytest.raises(NotFound) as absent:
        store.provision("没有的办法#第1条", UNIT_B)
    assert str(hidden.value).replace("内部办法", "没有的办法") == str(absent.value)
    for act in (lambda: store.withdraw("内部办法", by=UNIT_B), lambda: store.provisions("内部办法", UNIT_B),
                lambda: store.raw("内部办法", UNIT_B)):
        pytest.raises(NotFound, act)
    assert store.versions("内部办法", UNIT_B) == ()


def test_another_units_document_of_the_same_name_is_not_replaced(store):
    put(store, "办法", "甲的。\n", owner="甲", audience=frozenset({"一科"}))
    put(store, "办法", "乙的。\n", owner="乙", audience=frozenset({"二科"}))
    assert [store.provision("办法#第1条", a)[0].text for a in (UNIT_A, UNIT_B)] == ["甲的。\n", "乙的。\n"]


def test_a_narrower_audience_takes_effect_at_once(store):
    put(store, "办法", owner="甲")
    assert ids(store, UNIT_B) == ["办法"]
    put(store, "办法", owner="甲", audience=frozenset({"一科"}))
    assert (ids(store, UNIT_B), ids(store, UNIT_A)) == ([], ["办法"])


def test_a_clause_comes_back_as_it_was_put(store):
    document = Document("甲办法", "甲办法", number="甲〔2020〕1号", issuer="某办", kind="normative", level="county",
                        region="广东省佛山市高明区", issued=date(2020, 1, 1), source="a.txt", sha256="0" * 64,
                        version="2020-01-01", aliases=("办法",), audience=frozenset({"一科"}))
    provisions, passages, vectors = parts(document)
    done = store.put(document, provisions, passages, vectors, raw="原文", removed=("页眉",))
    assert list(store.provisions("甲办法", LOCAL)) == provisions
    assert store.provision("甲办法#第一章", LOCAL) == (provisions[0], document)
    keys = [(done.version, p.id) for p in provisions]
    assert store.clauses(keys, LOCAL) == {k: (p, document) for k, p in zip(keys, provisions)}
    assert store.raw("甲办法", LOCAL) == ("原文", ("页眉",))
    assert [(s.document, s.articles, s.provisions) for s in store.summary(LOCAL)] == [(document, 2, 3)]
    rows = store.passages(done.added)
    assert [(r.provision_id, r.text, r.context, r.version) for r in rows.values()] == [
        (p.provision, p.text, p.context, done.version) for p in passages]
    batch, = store.iterate()
    assert (batch.rows, batch.vectors.tolist()) == (tuple(rows.values()), vectors.tolist())
    assert store.owners(done.added) == dict.fromkeys(done.added, done.version)


def test_text_that_is_not_its_parts_joined_is_refused_whole(store):
    document = Document("甲办法", "甲办法")
    provisions, passages, vectors = parts(document)
    broken = [provisions[0], *provisions[2:]]
    with pytest.raises(ValueError):
        store.put(document, broken, passages, vectors, raw="")
    assert (store.documents(LOCAL), store.rowids().tolist(), store.pending(), store.generation) == ((), [], [], 0)


def test_vectors_of_another_dimension_are_refused(store):
    store.set_embedder("ngram-8", 8)
    document = Document("甲办法", "甲办法")
    provisions, passages, _ = parts(document)
    with pytest.raises(IndexMismatch, match="向量维数 4"):
        store.put(document, provisions, passages, np.ones((2, 4)), raw="")
    assert store.embedder == ("ngram-8", 8)


def test_another_embedding_replaces_every_vector_or_none(store):
    put(store, "甲办法")
    store.set_embedder("old", 8)
    asked, told = [], []

    def encode(texts):
        asked.extend(texts)
        return np.full((len(texts), 3), 2.0)

    with pytest.raises(ValueError):
        store.set_vectors(encode, "new", 4)
    assert store.embedder == ("old", 8)
    store.set_vectors(encode, "new", 3, lambda done, total: told.append((done, total)))
    assert (store.embedder, store.vectors([1, 2])[1].tolist()) == (("new", 3), [[2.0] * 3] * 2)
    assert (asked[-2:], told) == (["甲办法 第一条内容。", "甲办法 第二条内容。"], [(2, 2)])


def test_withdrawn_is_gone_at_once_and_rowids_are_never_used_again(store):
    put(store, "甲办法")
    assert store.withdraw("甲办法", by=LOCAL) == (1, 2)
    assert (store.documents(LOCAL), store.passages([1, 2]), store.rowids().tolist()) == ((), {}, [])
    assert put(store, "甲办法") == Put("added", (3, 4), (), 2)
    with pytest.raises(NotFound, match="没有文件“乙办法”"):
        store.withdraw("乙办法", by=LOCAL)


def test_only_who_put_a_document_in_or_sees_all_withdraws_it(store):
    put(store, "公开办法", owner="shipped")
    put(store, "公开办法", "甲的改法。\n", owner="甲", issued=date(2022, 1, 1), audience=frozenset({"一科"}))
    put(store, "乙办法", owner="乙", audience=frozenset({"二科"}))
    member, own = Asker("丙", frozenset({"一科"})), Asker("甲", frozenset({"一科"}))
    for identifier, asker, error in (("公开办法", member, Forbidden), ("公开办法", UNIT_B, Forbidden), ("乙办法", member, NotFound)):
        with pytest.raises(error, match=identifier):
            store.withdraw(identifier, by=asker)
    assert ids(store) == ["公开办法", "乙办法"]
    store.withdraw("公开办法", by=own)
    assert [(d.id, d.issued) for d in store.documents(LOCAL)] == [("公开办法", None), ("乙办法", None)]
    with pytest.raises(Forbidden):
        store.withdraw("公开办法", by=own)
    store.withdraw("公开办法", by=LOCAL)
    assert ids(store) == ["乙办法"]


@pytest.mark.parametrize("original", ["甲办法", "某区甲办法"])
def test_what_left_the_shipped_corpus_takes_no_document_of_the_office_with_it(store, original):
    put(store, "甲办法", kind="digest", owner="shipped")
    put(store, original, "原文。\n", title="甲办法")
    store.withdraw("甲办法", by="shipped")
    assert ([d.kind for d in store.documents(LOCAL)], store.owned("shipped")) == (["normative"], ())


def test_what_is_kept_in_memory_never_outlives_a_change_of_another_process(store):
    done = put(store, "甲办法")
    other = Store.open(store.home)
    before = (store.generation, store.passages(done.added), ids(store))
    assert [r.text for r in before[1].values()] == ["第一条内容。", "第二条内容。"]
    put(other, "甲办法", "改过。\n")
    assert (store.generation, store.passages(done.added), store.owners(done.added)) == (before[0] + 1, {}, {})
    assert store.provision("甲办法#第1条", LOCAL, NOW)[0].text == "改过。\n"
    other.withdraw("甲办法", by=LOCAL)
    assert (ids(store), store.owners([3])) == ([], {})
    with pytest.raises(NotFound):
        store.provision("甲办法#第1条", LOCAL, NOW)
    other.close()


def test_a_clause_kept_for_one_is_not_shown_to_another(store):
    row = put(store, "内部办法", audience=frozenset({"一科"})).version
    key = (row, "内部办法#第1条")
    assert store.clauses([key], UNIT_A, NOW)[key][0] == store.provision("内部办法#第1条", UNIT_A, NOW)[0]
    assert store.clauses([key], UNIT_B, NOW) == store.clauses([key], Asker("丙"), NOW) == {}
    put(store, "旧办法", issued=date(2020, 1, 1), repealed=date(2021, 1, 1))
    old = (2, "旧办法#第1条")
    assert list(store.clauses([old], LOCAL, date(2020, 6, 1))) == [old]
    assert store.clauses([old], LOCAL, NOW) == {}


def test_kept_values_have_a_limit_and_hold_for_one_state():
    asked = []

    def load(keys):
        asked.append(keys)
        return {k: "x" * k for k in keys if k}

    kept = Kept(10, len)
    assert kept.fetch([3, 0, 3, 4], load, "a") == {3: "xxx", 4: "xxxx"}
    assert kept.fetch([4, 3], load, "a") == {4: "xxxx", 3: "xxx"} and asked == [[3, 0, 4]]
    assert kept.fetch([4], load, "b") == {4: "xxxx"} and asked[1:] == [[4]]
    kept.fetch([7], load, "b")
    kept.fetch([4, 12], load, "b")
    assert kept.fetch([4], load, "b") == {4: "xxxx"} and asked[2:] == [[7], [4, 12], [4]]


def test_the_outbox_names_what_the_indexes_have_not_taken_over(store):
    put(store, "甲办法")
    put(store, "甲办法", "改过。\n")
    assert [(a, b, gone) for _, a, b, gone in store.pending()] == [(1, 2, False), (1, 2, True), (3, 3, False)]
    store.settle([seq for seq, *_ in store.pending()][:2], index_dirty="0")
    assert ([p[1] for p in store.pending()], store.note("index_dirty")) == ([3], "0")


def test_audit_rows_are_chained_and_cannot_be_changed(store):
    put(store, "甲办法", owner="甲")
    store.withdraw("甲办法", by=LOCAL)
    store.record("乙", "asked", "1")
    assert store.check() == "ok"
    path = store.home / schema.DATABASE
    with sqlite3.connect(path) as raw:
        assert raw.execute("select who, what, subject, version from audit").fetchall() == [
            ("甲", "added", "甲办法", 1), ("local", "withdrawn", "甲办法", 1), ("乙", "asked", "1", 0)]
        with pytest.raises(sqlite3.DatabaseError, match="append-only"):
            raw.execute("update audit set who = '丙'")
        raw.execute("drop trigger audit_keeps")
        raw.execute("update audit set who = '丙' where seq = 2")
    assert store.check() == "审计记录第 2 行被改动过"


def test_eight_threads_putting_one_file_leave_one_document(store):
    statuses = []
    threads = [threading.Thread(target=lambda: statuses.append(put(store, "甲办法").status)) for _ in range(8)]
    [t.start() for t in threads], [t.join() for t in threads]
    assert sorted(statuses) == ["added"] + ["unchanged"] * 7
    assert (len(store.documents(LOCAL)), store.rowids().tolist()) == (1, [1, 2])


def test_a_home_of_a_newer_program_is_refused_and_left_as_it_is(tmp_path):
    Store.open(tmp_path).close()
    with sqlite3.connect(tmp_path / schema.DATABASE) as raw:
        raw.execute("update alembic_version set version_num = '9999'")
    with pytest.raises(HomeBroken, match="由更新的版本建立（结构 9999"):
        Store.open(tmp_path)


def test_a_damaged_database_is_named_with_what_to_do(tmp_path):
    (tmp_path / schema.DATABASE).write_bytes(b"not a database at all" * 100)
    with pytest.raises(HomeBroken, match="已损坏。请从备份恢复"):
        Store.open(tmp_path)


def test_a_home_that_is_a_file_is_named_with_what_to_do(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(HomeBroken, match="换一个目录"):
        Store.open(tmp_path / "file" / "home")


def _schema(path: Path) -> set[tuple]:
    with sqlite3.connect(path) as raw:
        out = set()
        for (table,) in raw.execute("select name from sqlite_master where type = 'table'").fetchall():
            out |= {("column", table, *row[1:]) for row in raw.execute(f'pragma table_info("{table}")')}
            out |= {("foreign", table, *row[2:]) for row in raw.execute(f'pragma foreign_key_list("{table}")')}
        out |= set(raw.execute("select type, name, tbl_name, '' from sqlite_master where type != 'table'"))
        return out


def test_migrations_give_the_schema_that_a_new_home_is_made_with(tmp_path):
    from alembic import command

    Store.open(tmp_path / "made").close()
    command.upgrade(schema.alembic_config(tmp_path / "migrated.db"), "head")
    assert _schema(tmp_path / "migrated.db") == _schema(tmp_path / "made" / schema.DATABASE)
    with sqlite3.connect(tmp_path / "migrated.db") as raw:
        assert raw.execute("select version_num from alembic_version").fetchall() == [(SCHEMA,)]


def test_an_older_home_is_copied_before_it_is_migrated(tmp_path):
    with sqlite3.connect(tmp_path / schema.DATABASE) as raw:
        raw.execute("create table alembic_version (version_num varchar(32) not null primary key)")
        raw.execute("insert into alembic_version values ('0000')")
    with pytest.raises(HomeBroken, match="升级前的数据库已存为"):
        Store.open(tmp_path)
    kept, = tmp_path.glob("before-*.db")
    assert sqlite3.connect(kept).execute("select version_num from alembic_version").fetchone() == ("0000",)


def test_a_full_disk_stores_nothing_and_says_so(store, monkeypatch):
    monkeypatch.setattr(schema.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 1 << 20}))
    with pytest.raises(HomeBroken, match="磁盘空间不足"):
        put(store, "甲办法")
    assert (store.documents(LOCAL), store.rowids().tolist()) == ((), [])


def test_a_backup_taken_while_writing_opens(store, tmp_path):
    put(store, "甲办法")
    store.backup(tmp_path / "copy.db")
    (tmp_path / "other").mkdir()
    (tmp_path / "copy.db").rename(tmp_path / "other" / schema.DATABASE)
    assert Store.open(tmp_path / "other").documents(LOCAL) == store.documents(LOCAL)
