"""The HTTP face: shapes, errors, guards, limits."""

from __future__ import annotations

import asyncio
import threading
import time
from urllib.parse import quote

import pytest
from fake_assistant import CLAUSE, ODD, RULE, FakeAssistant
from fastapi.testclient import TestClient

from assistant.faces import shapes
from assistant.faces.api import create_app, schema
from assistant.faces.api.lanes import Lane, Lanes
from assistant.faces.client import TOKEN_HEADER
from assistant.faces.desk import Desk
from assistant.types import LABEL

CITED = {
    "id": "某发〔2022〕20号", "title": "某市容错纠错办法", "number": "某发〔2022〕20号", "issuer": "某市委办公室",
    "kind": "normative", "of": "", "region": "某省某市", "issued": "2022-12-20",
}


@pytest.fixture
def fake():
    return FakeAssistant()


@pytest.fixture
def client(fake):
    return TestClient(create_app(Desk(fake), token="secret"), base_url="http://127.0.0.1:8765")


def test_ask_gives_exactly_the_object_of_the_contract(client):
    response = client.post("/api/ask", json={"question": "多久反馈？"})
    assert response.status_code == 200
    assert response.json() == {
        "text": "应在7个工作日内反馈。",
        "refusal": None,
        "citations": [{"provision": CLAUSE.id, "path": "三、（三）", "document": CITED, "quote": "在7个工作日内反馈"}],
        "notices": ["这是某市的规定"],
        "label": LABEL,
    }


def test_ask_passes_the_date_and_the_region_on(client, fake):
    client.post("/api/ask", json={"question": "多久？", "on": "2024-05-01", "region": "高明"})
    assert [(q, on.isoformat(), region) for q, on, region in fake.asked] == [("多久？", "2024-05-01", "高明")]


def test_every_answer_fits_its_description(client):
    schema.Answer.model_validate(client.post("/api/ask", json={"question": "多久？"}).json())
    schema.Hits.model_validate(client.get("/api/search", params={"q": "反馈"}).json())
    schema.Documents.model_validate(client.get("/api/documents").json())
    schema.Provision.model_validate(client.get("/api/provisions/" + quote(CLAUSE.id, safe="")).json())
    schema.Health.model_validate(client.get("/api/health").json())
    schema.FileReports.model_validate(client.post("/api/documents", files={"file": ("甲.txt", b"text")}).json())


def test_documents_count_their_articles_and_never_tell_where_the_file_lay(client):
    (listed,) = client.get("/api/documents").json()["documents"]
    assert (listed["id"], listed["articles"], listed["provisions"]) == (RULE.id, 20, 31)
    assert "/secret/place" not in client.get("/api/documents").text


@pytest.mark.parametrize("found", [CLAUSE, ODD])
def test_a_clause_opens_whatever_characters_its_id_holds(client, found):
    response = client.get("/api/provisions/" + quote(found.id, safe=""))
    assert {k: response.json()[k] for k in ("id", "path", "text")} == {"id": found.id, "path": found.path, "text": found.text}


def test_an_unknown_clause_is_a_chinese_404(client):
    response = client.get("/api/provisions/" + quote("没有#一", safe=""))
    assert (response.status_code, response.json()) == (404, {"error": {"code": "not_found", "message": "没有条款“没有#一”。请核对编号。"}})


@pytest.mark.parametrize(
    "send, status, code",
    [
        (lambda c: c.get("/api/nowhere"), 404, "not_found"),
        (lambda c: c.delete("/api/ask"), 405, "method_not_allowed"),
        (lambda c: c.post("/api/ask", json={"question": " "}), 422, "bad_input"),
        (lambda c: c.post("/api/ask", json={}), 422, "bad_input"),
        (lambda c: c.post("/api/ask"), 422, "bad_input"),
        (lambda c: c.post("/api/ask", json={"question": 3}), 422, "bad_input"),
        (lambda c: c.post("/api/ask", json={"question": "甲", "when": "x"}), 422, "bad_input"),
        (lambda c: c.post("/api/ask", json={"question": "甲", "on": "昨天"}), 422, "bad_input"),
        (lambda c: c.post("/api/ask", content=b"{", headers={"content-type": "application/json"}), 422, "bad_input"),
        (lambda c: c.post("/api/ask", content=b'{"question": "\xff"}', headers={"content-type": "application/json"}), 400, "bad_request"),
        (lambda c: c.post("/api/ask", content=b'{"question": "\\ud800"}', headers={"content-type": "application/json"}), 422, "bad_input"),
        (lambda c: c.post("/api/ask", content=b'{"question": "x"}', headers={"content-type": "text/plain"}), 422, "bad_input"),
        (lambda c: c.post("/api/ask", content=b"x" * 1_100_000, headers={"content-type": "application/json"}), 413, "too_large"),
        (lambda c: c.get("/api/search"), 422, "bad_input"),
        (lambda c: c.get("/api/search?q=a&k=0"), 422, "bad_input"),
        (lambda c: c.get("/api/search?q=a&k=x"), 422, "bad_input"),
        (lambda c: c.post("/api/documents"), 422, "bad_input"),
        (lambda c: c.post("/api/documents", files={"file": ("空.txt", b"")}), 422, "unreadable_file"),
        (lambda c: c.get("/api/health", headers={"host": "evil.example"}), 421, "wrong_host"),
        (lambda c: c.post("/api/ask", json={"question": "坏"}), 500, "internal"),
        (lambda c: c.post("/api/local/rebuild"), 404, "not_found"),
        (lambda c: c.post("/api/local/doctor", headers={TOKEN_HEADER: "guess"}), 404, "not_found"),
    ],
)
def test_errors_are_chinese_json_with_the_right_status(client, send, status, code):
    response = send(client)
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)
    assert any("\u4e00" <= c <= "\u9fff" for c in response.json()["error"]["message"])


def test_an_unforeseen_error_leaks_nothing_of_its_message(client, caplog):
    response = client.post("/api/ask", json={"question": "坏"})
    assert "外泄" not in response.text + caplog.text


def test_an_upload_takes_one_or_several_files_and_strips_their_folders(client):
    sent = [("files", ("../../甲.txt", b"abc")), ("files", ("C:\\乙.txt", b"")), ("file", ("丙.txt", b"d"))]
    response = client.post("/api/documents", files=sent)
    assert response.status_code == 200
    assert [(f["name"], f["status"]) for f in response.json()["files"]] == [("丙.txt", "added"), ("甲.txt", "added"), ("乙.txt", "failed")]
    assert response.json()["counts"] == {"added": 2, "failed": 1}


def test_an_upload_over_the_limit_is_cut_off_while_it_arrives(fake):
    client = TestClient(create_app(Desk(fake), max_upload_mb=1), base_url="http://127.0.0.1")

    def endless():
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
        for _ in range(64):
            yield b"a" * 65536

    response = client.post("/api/documents", content=endless(), headers={"content-type": "multipart/form-data; boundary=x"})
    assert (response.status_code, response.json()["error"]["code"]) == (413, "too_large")


@pytest.mark.parametrize("headers", [{"origin": "http://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"},
                                     {"origin": "http://127.0.0.1:9999"}])
def test_a_foreign_page_cannot_change_anything(client, headers):
    response = client.post("/api/documents", files={"file": ("甲.txt", b"x")}, headers=headers)
    assert (response.status_code, response.json()["error"]["code"]) == (403, "cross_origin")


def test_our_own_page_may(client):
    headers = {"origin": "http://127.0.0.1:8765", "sec-fetch-site": "same-origin"}
    assert client.post("/api/ask", json={"question": "多久？"}, headers=headers).status_code == 200


@pytest.mark.parametrize("host, status", [("localhost", 200), ("127.0.0.1:1", 200), ("[::1]:8765", 200), ("intranet.gov", 200),
                                          ("127.0.0.1.evil.example", 421), ("", 421)])
def test_only_known_host_names_are_answered(fake, host, status):
    client = TestClient(create_app(Desk(fake), hosts=frozenset({"intranet.gov"})))
    assert client.get("/api/health", headers={"host": host}).status_code == status


@pytest.mark.parametrize("path", ["/docs", "/style.css", "/api/health", "/nowhere", "/openapi.json"])
def test_every_response_carries_the_safe_headers(client, path):
    headers = client.get(path).headers
    assert headers["content-security-policy"].startswith("default-src 'none';")
    assert {headers["x-content-type-options"], headers["x-frame-options"], headers["cache-control"]} == {"nosniff", "DENY", "no-store"}


@pytest.mark.parametrize("path", ["/docs"])
def test_the_pages_have_no_script_and_load_nothing_from_elsewhere(client, path):
    page = client.get(path).text
    assert "<script" not in page and 'style="' not in page
    assert not [part for part in page.split('href="')[1:] + page.split('src="')[1:] if not part.startswith("/")]


def test_the_interface_describes_itself_in_chinese(client):
    described = client.get("/openapi.json").json()
    assert sorted(described["paths"]) == [
        "/api/ask", "/api/cases", "/api/cases/{id}", "/api/cases/{id}/decision", "/api/cases/{id}/facts", "/api/chat", "/api/classify",
        "/api/conversations", "/api/conversations/{id}", "/api/documents", "/api/documents/pending", "/api/documents/{id}",
        "/api/documents/{id}/compare", "/api/documents/{id}/provisions", "/api/documents/{id}/publish", "/api/documents/{id}/refuse",
        "/api/documents/{id}/versions", "/api/drafts", "/api/drafts/check", "/api/drafts/release", "/api/feedback", "/api/forms",
        "/api/health", "/api/known-answers", "/api/me", "/api/me/code", "/api/provisions/{id}", "/api/quality", "/api/schemes",
        "/api/search", "/api/session", "/api/text", "/api/traces/{id}", "/v1/chat/completions", "/v1/models", "/v1/models/{id}"]
    page = client.get("/docs").text
    for path, methods in described["paths"].items():
        assert path in page
        assert all(any("\u4e00" <= c <= "\u9fff" for c in route["summary"]) for route in methods.values())


def test_too_many_at_once_are_turned_away_with_retry_after_and_health_still_answers(fake):
    fake.delay = 0.4
    lanes = Lanes(questions=Lane(running=1, waiting=1, patience=5.0))
    with TestClient(create_app(Desk(fake), lanes=lanes), base_url="http://127.0.0.1") as client:
        got = []
        ask = lambda: got.append(client.post("/api/ask", json={"question": "多久？"}))  # noqa: E731
        threads = [threading.Thread(target=ask) for _ in range(5)]
        for thread in threads:
            thread.start()
        time.sleep(0.1)
        started = time.monotonic()
        assert client.get("/api/health").status_code == 200
        assert time.monotonic() - started < 0.3
        for thread in threads:
            thread.join()
    assert sorted(r.status_code for r in got) == [200, 200, 503, 503, 503]
    assert {r.headers.get("retry-after") for r in got if r.status_code == 503} == {"3"}


def test_who_waits_too_long_is_turned_away_and_the_place_is_given_on():
    async def run():
        lane = Lane(running=1, waiting=2, patience=0.05)
        first = lane()
        await anext(first)
        with pytest.raises(Exception, match="排队超过"):
            await anext(lane())
        await first.aclose()
        await asyncio.wait_for(anext(lane()), 1)

    asyncio.run(run())


def test_local_work_streams_its_progress_to_who_has_the_token(client, tmp_path):
    (tmp_path / "甲.txt").write_text("x")
    body = {"paths": [str(tmp_path / "甲.txt"), str(tmp_path / "无.txt")]}
    lines = client.post("/api/local/ingest", json=body, headers={TOKEN_HEADER: "secret"}).text.splitlines()
    assert len(lines) == 3 and '"done"' in lines[-1]
    assert client.post("/api/local/doctor", headers={TOKEN_HEADER: "secret"}).json()["ok"] is True


def test_work_stops_between_two_documents_when_the_server_stops(fake, tmp_path):
    stopping = threading.Event()
    stopping.set()
    client = TestClient(create_app(Desk(fake), token="secret", stopping=stopping), base_url="http://127.0.0.1")
    said = client.post("/api/local/rebuild", headers={TOKEN_HEADER: "secret"}).text
    assert '"server_gone"' in said


def test_the_shape_of_a_date_is_forgiving_and_its_error_clear():
    assert shapes.day("2022.12.20") == RULE.issued
    with pytest.raises(Exception, match="看不懂日期"):
        shapes.day("下周")


@pytest.fixture
def real(shipped_home):
    from assistant.assistant import Assistant

    with Assistant.open(home=shipped_home) as assistant:
        yield TestClient(create_app(Desk(assistant)), base_url="http://127.0.0.1")


def test_every_quote_of_a_real_answer_stands_in_the_clause_it_names(real):
    said = real.post("/api/ask", json={"question": "高明容错的8种情形分别是什么？"}).json()
    schema.Answer.model_validate(said)
    assert said["refusal"] == "not_listed" and said["citations"]
    for citation in said["citations"]:
        clause = real.get("/api/provisions/" + quote(citation["provision"], safe="")).json()
        schema.Provision.model_validate(clause)
        assert citation["quote"] in clause["text"] and citation["document"]["id"] == clause["document"]["id"]


def test_an_uploaded_document_is_found_listed_and_opened(real):
    rule = "某县档案查阅办法\n某档〔2024〕3号\n第一条 查阅档案应当出示介绍信。\n第二条 借出的档案应当在十五日内归还。\n"
    sent = real.post("/api/documents", files={"file": ("查阅办法.txt", rule.encode())})
    assert (sent.status_code, sent.json()["counts"]) == (200, {"added": 1})
    (id,) = sent.json()["files"][0]["documents"]
    assert [d["articles"] for d in real.get("/api/documents").json()["documents"] if d["id"] == id] == [2]
    clause = real.get("/api/provisions/" + quote(f"{id}#第二条", safe="")).json()
    assert "十五日内归还" in clause["text"]
    found = real.get("/api/search", params={"q": "借出档案多久归还", "k": 3}).json()["hits"]
    assert f"{id}#第二条" in [hit["provision"] for hit in found]


def test_a_marked_upload_is_blocked_and_nothing_of_it_is_kept(real, shipped_home):
    sent = real.post("/api/documents", files={"file": ("方案.txt", "机密★1年\n关于雪豹工程的方案\n一、雪豹工程从简。\n".encode())})
    assert (sent.status_code, sent.json()["error"]["code"]) == (422, "classified")
    kept = [p for p in shipped_home.rglob("*") if p.is_file() and "雪豹工程".encode() in p.read_bytes()]
    assert kept == []


@pytest.mark.parametrize("question", ["", "？！。", "长" * 100_000])
def test_an_unusable_question_is_a_clear_422(real, question):
    response = real.post("/api/ask", json={"question": question})
    assert (response.status_code, response.json()["error"]["code"]) == (422, "bad_input")


def test_the_address_of_a_clause_leads_to_the_page_with_the_clause_open(client):
    got = client.get("/clauses/%E6%9F%90%E5%8F%91%E3%80%942022%E3%80%9520%E5%8F%B7%23%E4%B8%89.%EF%BC%88%E4%B8%89%EF%BC%89", follow_redirects=False)
    assert (got.status_code, got.headers["location"]) == (
        307, "/#/ask?clause=%E6%9F%90%E5%8F%91%E3%80%942022%E3%80%9520%E5%8F%B7%23%E4%B8%89.%EF%BC%88%E4%B8%89%EF%BC%89")
