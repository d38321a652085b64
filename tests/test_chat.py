"""Conversations over HTTP: a stream of typed events that always ends well, history that is its owner's only."""

from __future__ import annotations

import asyncio
import json
import threading

import pytest
from fastapi.testclient import TestClient

from assistant.agent.connection import Connection
from assistant.agent.rehearsal.replies import Cooperative
from assistant.agent.rehearsal.server import Rehearsal
from assistant.errors import Cancelled
from assistant.faces.api import chat, create_app
from assistant.faces.desk import Desk
from assistant.settings import Settings
from assistant.store import conversations
from assistant.types import LABEL, Asker

QUESTION = "机关应当在年度任务完成后多少日内归集实绩档案？"


@pytest.fixture
def client(own_office):
    return TestClient(create_app(Desk(own_office)), base_url="http://127.0.0.1")


def events(response):
    """The events of a stream, in order; comments are passed over."""
    found = []
    for block in response.text.split("\n\n"):
        lines = [line for line in block.splitlines() if line and not line.startswith(":")]
        if lines:
            data = json.loads(lines[1].removeprefix("data: "))
            assert lines[0] == f"event: {data['type']}"
            found.append(data)
    return found


def say(client, message, **more):
    return events(client.post("/api/chat", json={"message": message, **more}))


def test_a_stream_tells_what_it_does_then_the_text_what_it_rests_on_and_the_whole(client):
    response = client.post("/api/chat", json={"message": QUESTION})
    found = events(response)
    assert response.headers["content-type"].startswith("text/event-stream")
    order = [e["type"] for e in found]
    assert order == sorted(order, key=["status", "text", "citation", "finding", "notice", "done"].index) and order[-1] == "done"
    done = found[-1]
    assert "".join(e["text"] for e in found if e["type"] == "text") == done["text"] and "30日" in done["text"]
    assert [e["citation"] for e in found if e["type"] == "citation"] == done["citations"] != []
    assert (done["label"], done["refusal"], done["conversation_title"]) == (LABEL, None, QUESTION)


def test_with_a_model_the_same_events_come_and_the_answer_is_verified(client, own_office):
    with Rehearsal(Cooperative()) as server:
        own_office._talking.connection = Connection.of(Settings(home="x", model="openai:coop", model_base_url=server.base_url))
        found = say(client, QUESTION)
    assert [e["text"] for e in found if e["type"] == "status"] == ["正在查找依据", "正在整理回答"]
    assert found[-1]["type"] == "done" and client.get(f"/api/traces/{found[-1]['trace']}").json()["model"] == "openai:coop"


@pytest.mark.parametrize("fault", ["refused", "500", "cut", "badjson", "empty", "encoding", "falsetools", "hang"])
def test_a_faulty_model_ends_in_done_with_a_notice(client, own_office, fault):
    offline = say(client, QUESTION)[-1]
    with Rehearsal() as server:
        own_office._talking.connection = Connection.of(Settings(home="x", model=f"openai:{fault}", model_base_url=server.base_url, model_retries=0,
                                                                model_first_token_s=0.4, model_total_s=0.8))
        done = say(client, QUESTION)[-1]
    assert (done["type"], done["text"], done["citations"]) == ("done", offline["text"], offline["citations"])
    assert len(done["notices"]) == len(offline["notices"]) + 1 and "以下是离线回答。" in done["notices"][-1]


def test_an_error_inside_ends_the_stream_with_an_error_that_tells_nothing_of_it(client, own_office, monkeypatch):
    monkeypatch.setattr(own_office._talking, "chat", lambda *a, **k: 1 / 0)
    found = say(client, QUESTION)
    assert (found[-1]["type"], found[-1]["code"]) == ("error", "internal") and "division" not in str(found)


@pytest.mark.parametrize("body", [{"message": ""}, {"message": "？！"}, {"message": "长" * 3000}, {}, {"message": "甲", "more": 1}, {"message": "甲乙", "on": "下周"}, {"message": 7}])
def test_a_message_that_cannot_be_used_is_a_422_before_any_stream(client, body):
    response = client.post("/api/chat", json=body)
    assert (response.status_code, response.headers["content-type"].split(";")[0]) == (422, "application/json")
    assert response.json()["error"]["message"]


def test_a_conversation_that_is_not_there_and_one_of_another_read_the_same(own_office):
    theirs = own_office.chat(QUESTION, asker=Asker("乙"))
    client = TestClient(create_app(Desk(own_office, Asker("甲"))), base_url="http://127.0.0.1")
    for method, path, body in (("post", "/api/chat", {"message": QUESTION, "conversation": "ID"}), ("get", "/api/conversations/ID", None),
                               ("patch", "/api/conversations/ID", {"title": "新"}), ("delete", "/api/conversations/ID", None)):
        said = []
        for id in (theirs.conversation, "f" * 16):
            given = {"json": {k: id if v == "ID" else v for k, v in body.items()}} if body else {}
            response = getattr(client, method)(path.replace("ID", id), **given)
            said.append((response.status_code, response.text.replace(id, "ID")))
        assert said[0] == said[1] and said[0][0] == 404, path
    assert client.get(f"/api/traces/{theirs.trace}").status_code == 404
    assert client.get("/api/conversations").json() == {"conversations": []}
    assert len(own_office.store.turns(theirs.conversation, Asker("乙"))) == 2


def test_a_conversation_is_continued_named_exported_and_deleted(client):
    first = say(client, QUESTION)[-1]
    second = say(client, "上面那条的原文", conversation=first["conversation"])[-1]
    assert second["conversation"] == first["conversation"] and "机关应当在年度任务完成后30日内归集实绩档案" in second["text"]
    whole = client.get(f"/api/conversations/{first['conversation']}").json()
    assert [(t["role"], t["text"]) for t in whole["turns"]] == [("user", QUESTION), ("assistant", first["text"]), ("user", "上面那条的原文"), ("assistant", second["text"])]
    assert whole["turns"][1]["answer"]["label"] == LABEL
    assert client.patch(f"/api/conversations/{whole['id']}", json={"title": "归档时限"}).json()["title"] == "归档时限"
    assert client.patch(f"/api/conversations/{whole['id']}", json={"title": "  "}).status_code == 422
    assert [c["title"] for c in client.get("/api/conversations").json()["conversations"]] == ["归档时限"]
    trace = client.get(f"/api/traces/{first['trace']}").json()
    assert (trace["conversation"], trace["message"], trace["cited"]) == (whole["id"], QUESTION, [c["provision"] for c in first["citations"]])
    assert client.delete(f"/api/conversations/{whole['id']}").json() == {"deleted": whole["id"]}
    assert [client.get(path).status_code for path in (f"/api/conversations/{whole['id']}", f"/api/traces/{first['trace']}")] == [404, 404]


def test_history_is_bounded(client, monkeypatch):
    monkeypatch.setattr(conversations, "MOST_TURNS", 4)
    monkeypatch.setattr(conversations, "MOST_CONVERSATIONS", 2)
    id = say(client, "你好")[-1]["conversation"]
    for _ in range(4):
        say(client, "谢谢", conversation=id)
    assert len(client.get(f"/api/conversations/{id}").json()["turns"]) == 4
    for _ in range(3):
        say(client, "你好")
    assert len(client.get("/api/conversations").json()["conversations"]) == 2


def test_a_client_that_leaves_stops_the_work(own_office, monkeypatch):
    monkeypatch.setattr(chat, "PULSE_SECONDS", 0.05)
    stopped = threading.Event()

    def slow(message, conversation=None, *rest, cancelled, tell, **more):
        tell("正在查找依据")
        if cancelled.wait(8):
            stopped.set()
        raise Cancelled("提问的人已经离开。")

    monkeypatch.setattr(desk := Desk(own_office), "chat", slow)
    app = create_app(desk)
    body = json.dumps({"message": QUESTION}).encode()
    scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http", "path": "/api/chat", "raw_path": b"/api/chat",
             "query_string": b"", "root_path": "", "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
             "headers": [(b"host", b"127.0.0.1"), (b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]}

    async def leave():
        begun, sent = asyncio.Event(), [{"type": "http.request", "body": body, "more_body": False}]

        async def receive():
            if sent:
                return sent.pop()
            await begun.wait()
            return {"type": "http.disconnect"}

        async def send(message):
            if message.get("body"):
                begun.set()

        await asyncio.wait_for(app(scope, receive, send), 10)

    asyncio.run(leave())
    assert stopped.wait(3)
