"""Conversations in the store: each owner's own, bounded, whole under concurrent writers, really gone when deleted."""

from __future__ import annotations

import json
import sqlite3
import threading

import pytest

from assistant.errors import BadInput, NotFound
from assistant.store import Store, conversations, schema
from assistant.types import LOCAL, Asker

ANN, BEN = Asker("甲"), Asker("乙")


@pytest.fixture
def store(tmp_path):
    store = Store.open(tmp_path / "home")
    yield store
    store.close()


def say(store, id, said="记星多久评一次", asker=ANN, **more):
    return store.add_exchange(id, said, f"答：{said}", json.dumps({"text": said}, ensure_ascii=False), '{"subject": "记星"}', asker=asker, **more)


def test_what_was_said_is_kept_in_turn_with_the_topic_after_it(store):
    one = store.start_conversation("高明的 记星\n问题", asker=ANN)
    trace = say(store, one.id, trace='{"checks": []}')
    said = [(t.role, t.text, t.answer) for t in store.turns(one.id, ANN)]
    assert said == [("user", "记星多久评一次", ""), ("assistant", "答：记星多久评一次", '{"text": "记星多久评一次"}')]
    now = store.conversation(one.id, ANN)
    assert (now.title, now.topic, now.updated >= one.updated) == ("高明的 记星 问题", '{"subject": "记星"}', True)
    assert (store.trace(trace, ANN).conversation, store.trace(trace, ANN).content) == (one.id, '{"checks": []}')


def test_not_yours_and_not_there_read_the_same(store):
    mine = store.start_conversation("甲的", asker=ANN).id
    trace = say(store, mine, trace="{}")
    loose = store.put_trace({"question": "甲问的"}, asker=ANN)
    for call in (lambda id: store.conversation(id, BEN), lambda id: store.turns(id, BEN), lambda id: say(store, id, asker=BEN),
                 lambda id: store.rename_conversation(id, "乙的", asker=BEN), lambda id: store.delete_conversation(id, asker=BEN),
                 lambda id: store.export_conversation(id, asker=BEN), lambda id: store.put_trace({}, asker=BEN, conversation=id),
                 lambda id: store.traces(BEN, id)):
        messages = []
        for id in (mine, "0" * 16):
            with pytest.raises(NotFound) as error:
                call(id)
            messages.append(error.value.message.replace(id, ""))
        assert messages[0] == messages[1]
    messages = set()
    for id in (trace, loose, "0"):
        with pytest.raises(NotFound) as error:
            store.trace(id, BEN)
        messages.add(error.value.message.replace(f"“{id}”", ""))
    assert len(messages) == 1
    assert (store.conversations(BEN), store.traces(BEN)) == ((), ())
    assert [c.id for c in store.conversations(LOCAL)] == [mine]


def test_the_conversation_last_spoken_in_stands_first(store):
    first, second = (store.start_conversation(t, asker=ANN).id for t in ("一", "二"))
    say(store, first)
    assert [c.id for c in store.conversations(ANN)] == [first, second]
    assert [c.id for c in store.conversations(ANN, limit=1)] == [first]


def test_a_conversation_keeps_its_newest_turns_and_traces(store, monkeypatch):
    monkeypatch.setattr(conversations, "MOST_TURNS", 4)
    monkeypatch.setattr(conversations, "MOST_TRACES", 2)
    id = store.start_conversation("长", asker=ANN).id
    kept = [say(store, id, f"问{n}", trace="{}") for n in range(5)]
    assert [t.text for t in store.turns(id, ANN)] == ["问3", "答：问3", "问4", "答：问4"]
    assert {t.id for t in store.traces(ANN, id)} == set(kept[-2:])


def test_an_owner_keeps_his_newest_conversations_only(store, monkeypatch):
    monkeypatch.setattr(conversations, "MOST_CONVERSATIONS", 2)
    other = store.start_conversation("乙", asker=BEN).id
    ids = [store.start_conversation(str(n), asker=ANN).id for n in range(3)]
    [say(store, i) for i in ids[1:]]
    assert ({c.id for c in store.conversations(ANN)}, [c.id for c in store.conversations(BEN)]) == (set(ids[1:]), [other])
    with pytest.raises(NotFound):
        store.turns(ids[0], ANN)


def test_a_title_is_short_and_never_empty(store):
    one = store.start_conversation("  ", asker=ANN)
    assert (one.title, store.rename_conversation(one.id, "长" * 99, asker=ANN).title) == ("新对话", "长" * 59 + "…")
    with pytest.raises(BadInput, match="名称是空的"):
        store.rename_conversation(one.id, " \n", asker=ANN)


def test_what_is_deleted_is_gone_from_the_files_and_the_audit_never_had_it(store):
    id = store.start_conversation("赵大宝的案子", asker=ANN).id
    for n in range(30):
        say(store, id, f"赵大宝收受礼金{n}" + "长" * 400, trace=json.dumps({"question": "赵大宝收受礼金"}, ensure_ascii=False))
    trace = store.traces(ANN, id)[0].id
    store.delete_conversation(id, asker=ANN)
    for gone in (lambda: store.turns(id, ANN), lambda: store.trace(trace, ANN)):
        with pytest.raises(NotFound):
            gone()
    assert [p.name for p in store.home.iterdir() if "赵大宝".encode() in p.read_bytes()] == []
    with sqlite3.connect(store.home / schema.DATABASE) as raw:
        assert raw.execute("select what, subject from audit").fetchall() == [("conversation started", id), ("conversation deleted", id)]
    assert store.check() == "ok"


def test_an_export_is_plain_data(store):
    id = store.start_conversation("导出", asker=ANN).id
    say(store, id)
    out = store.export_conversation(id, asker=ANN)
    assert json.loads(json.dumps(out)) == out
    assert (out["title"], out["topic"], [(t["role"], t["text"], t.get("answer")) for t in out["turns"]]) == (
        "导出", {"subject": "记星"}, [("user", "记星多久评一次", None), ("assistant", "答：记星多久评一次", {"text": "记星多久评一次"})])


def test_eight_writers_leave_question_and_answer_together(store):
    id = store.start_conversation("同时", asker=ANN).id
    threads = [threading.Thread(target=lambda n=n: [say(store, id, f"问{n}-{k}") for k in range(5)]) for n in range(8)]
    [t.start() for t in threads], [t.join() for t in threads]
    said = store.turns(id, ANN)
    assert len(said) == 80
    assert all((q.role, a.role, a.text) == ("user", "assistant", f"答：{q.text}") for q, a in zip(said[::2], said[1::2], strict=True))


def test_a_conversation_deleted_meanwhile_takes_nothing_more(store):
    id = store.start_conversation("删", asker=ANN).id
    store.delete_conversation(id, asker=ANN)
    with pytest.raises(NotFound):
        say(store, id, trace="{}")
    assert store.traces(LOCAL) == ()


def test_a_home_of_schema_two_is_migrated_and_keeps_its_cases(tmp_path):
    from alembic import command

    path = tmp_path / schema.DATABASE
    command.upgrade(schema.alembic_config(path), "0002")
    with sqlite3.connect(path) as raw:
        raw.execute("insert into cases (id, owner, text, scheme, \"on\", region, created) values ('1', '甲', '案情', 'tolerance', '', '', '2026')")
    store = Store.open(tmp_path)
    id = store.start_conversation("新", asker=ANN).id
    say(store, id)
    assert (store.case("1", ANN).text, len(store.turns(id, ANN)), len(list(tmp_path.glob("before-*-from-0002-*.db")))) == ("案情", 2, 1)
    store.close()
