"""Who asks over HTTP: local mode, keys, sessions, CSRF, rights, what others may not see, limits; and where a server may be bound."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from starlette.routing import Mount, Route

from assistant.accounts import Accounts, Buckets, Cost
from assistant.assistant import Assistant
from assistant.errors import BadSetting
from assistant.faces.api import create_app, entry, server
from assistant.faces.client import TOKEN_HEADER
from assistant.faces.desk import Desk
from assistant.settings import Settings

CHEAP = Cost(n=16, r=1, p=1)
PASSWORD = "correct horse 电池"
ROLES = {"boss": "admin", "rev": "reviewer", "ann": "staff", "bob": "staff", "cara": "reader"}
CASE = "暴雨夜镇长未经会议动用应急资金抢修堤坝，次日书面报告，审计未发现谋取私利。"
RULE = "某县档案查阅办法\n某档〔2024〕3号\n第一条 查阅档案应当出示介绍信。\n第二条 借出的档案应当在{days}日内归还。\n"


@pytest.fixture(scope="module")
def house(loaded_home, tmp_path_factory):
    """A whole house with five accounts: the application, its accounts, a key of each with everything its role may."""
    home = tmp_path_factory.mktemp("entry") / "home"
    shutil.copytree(loaded_home, home)
    with Assistant.open(Settings(home=home)) as assistant:
        clock = SimpleNamespace(at=datetime.now(timezone.utc))
        accounts = Accounts(assistant.store, cost=CHEAP, clock=lambda: clock.at)
        for name, role in ROLES.items():
            accounts.add(name, role=role, units=["纪委"] if name == "bob" else ["组织部"], password=PASSWORD)
        from assistant.accounts import RIGHTS

        keys = {name: accounts.issue_key(name, scope=RIGHTS[role]).key for name, role in ROLES.items()}
        app = create_app(Desk(assistant), token="secret", accounts=accounts)
        yield SimpleNamespace(app=app, accounts=accounts, keys=keys, clock=clock, assistant=assistant)


@pytest.fixture
def as_(house):
    """A client by name: with the account's key, or without anything for ""."""
    def client(name="", **headers):
        given = {"authorization": f"Bearer {house.keys[name]}"} if name else {}
        return TestClient(house.app, base_url="http://127.0.0.1:8765", headers={**given, **headers})
    return client


def signed_in(house, name="ann", base="http://127.0.0.1:8765"):
    """A browser that has signed in: a client with the cookie, and what it sends along."""
    client = TestClient(house.app, base_url=base)
    said = client.post("/api/session", json={"name": name, "password": PASSWORD})
    assert said.status_code == 200, said.text
    return client, said


def code(response):
    return response.status_code, response.json()["error"]["code"]


def routes(app):
    """Every route there is, those of routers inside routers too."""
    found, left = [], list(app.routes)
    while left:
        one = left.pop()
        left.extend(getattr(getattr(one, "original_router", None), "routes", ()) or (one.routes if isinstance(one, Mount) else ()))
        if isinstance(one, Route):
            found.append(one)
    return found


def test_in_local_mode_any_key_is_taken_and_everyone_is_this_machines_own_user(office):
    client = TestClient(create_app(Desk(office)), base_url="http://127.0.0.1")
    me = {"name": "local", "display": "本机", "role": "admin", "units": [], "rights": ["admin", "ask", "cases", "documents", "draft", "review"],
          "local": True, "channel": "local", "csrf": ""}
    for given in ({}, {"authorization": "Bearer sk-anything"}, {"authorization": "Basic xx"}):
        assert client.get("/api/me", headers=given).json() == me
        assert client.get("/api/documents", headers=given).status_code == 200
    assert code(client.post("/api/session", json={"name": "a", "password": "b"})) == (422, "bad_input")


def test_without_accounts_a_server_beyond_this_machine_lets_nobody_in(office):
    client = TestClient(create_app(Desk(office), token="secret", loopback=False), base_url="http://192.0.2.7")
    assert code(client.get("/api/documents")) == (401, "unauthenticated")
    assert code(client.get("/api/documents", headers={TOKEN_HEADER: "secret"})) == (401, "unauthenticated")
    assert client.get("/api/health").status_code == 200


def test_every_route_but_a_short_list_refuses_who_shows_nothing(house, as_):
    client, answered = as_(), {}
    for route in routes(house.app):
        path = route.path.replace("{id:path}", "x").replace("{path:path}", "x")
        for part in ("{id}", "{name}"):
            path = path.replace(part, "x")
        for method in route.methods:
            said = client.request(method, path)
            if said.status_code != 401:
                answered[method, route.path] = said.status_code
            else:
                assert said.headers["www-authenticate"].startswith("Bearer")
    open_ = {("GET" if method == "HEAD" else method, path) for method, path in answered}
    assert open_ <= {*entry.OPEN, ("GET", "/web/{name}"), ("GET", "/clauses/{id:path}"), ("GET", "/bots/{channel}/{bot}"), ("POST", "/bots/{channel}/{bot}"), ("POST", "/bots/{path:path}")}
    assert len(answered) >= 4


def test_every_route_declares_its_right(house):
    undeclared = {r.path for r in routes(house.app) if isinstance(r, APIRoute) and not entry.rights_of(r)}
    open_ = {path for _, path in entry.OPEN}
    assert {path for path in undeclared if path not in open_ and not path.startswith((*entry.STATIC, entry.SIGNED))} == set()


def test_a_route_that_declares_no_right_is_for_this_machine_only(house, as_):
    app = create_app(Desk(house.assistant), token="secret", accounts=house.accounts)
    app.add_api_route("/api/new", lambda: {"open": True})
    client = TestClient(app, base_url="http://127.0.0.1")
    assert code(client.get("/api/new", headers={"authorization": f"Bearer {house.keys['boss']}"})) == (403, "forbidden")
    assert client.get("/api/new", headers={TOKEN_HEADER: "secret"}).json() == {"open": True}


NOT = {"cara": {"documents", "review", "admin"}, "ann": {"review", "admin"}, "rev": {"admin"}, "boss": set()}


@pytest.mark.parametrize("name", NOT)
@pytest.mark.parametrize("right, method, path", [
    ("ask", "GET", "/api/documents"), ("ask", "GET", "/api/conversations"), ("cases", "GET", "/api/cases"), ("draft", "GET", "/api/forms"),
    ("documents", "POST", "/api/documents"), ("documents", "DELETE", "/api/documents/x"), ("documents", "GET", "/api/documents/pending"),
    ("review", "POST", "/api/documents/x/publish"), ("review", "POST", "/api/drafts/release"), ("review", "POST", "/api/cases/x/decision")])
def test_a_role_may_what_its_table_says(as_, name, right, method, path):
    said = as_(name).request(method, path, **({"json": {"outcome": "a", "by": "b"}} if path.endswith("decision") else {}))
    if right in NOT[name]:
        assert code(said) == (403, "forbidden") and "角色" in said.json()["error"]["message"]
    else:
        assert said.status_code in (200, 404, 422)


def test_a_key_opens_only_its_scope(house):
    key = house.accounts.issue_key("boss", scope=["draft"]).key
    client = TestClient(house.app, base_url="http://127.0.0.1", headers={"authorization": f"Bearer {key}"})
    assert client.get("/api/forms").status_code == 200
    said = client.get("/api/documents")
    assert code(said) == (403, "forbidden") and "密钥的范围" in said.json()["error"]["message"]


def test_local_routes_are_not_there_for_an_administrators_key_and_there_for_the_token_from_this_machine(house, as_):
    assert code(as_("boss").post("/api/local/doctor")) == (404, "not_found")
    assert code(as_("boss").post("/api/local/people", json={"call": "users"}, headers={TOKEN_HEADER: "guess"})) == (404, "not_found")
    assert code(as_().post("/api/local/people", json={"call": "users"}, headers={TOKEN_HEADER: "guess"})) == (401, "unauthenticated")
    listed = as_(**{TOKEN_HEADER: "secret"}).post("/api/local/people", json={"call": "users"}).json()
    assert {a["name"]: a["role"] for a in listed["accounts"]} == ROLES


@pytest.mark.parametrize("peer, host, status", [("127.0.0.1", "192.0.2.7", 200), ("::1", "192.0.2.7", 200), ("::ffff:127.0.0.1", "192.0.2.7", 200),
                                                ("192.0.2.7", "192.0.2.7", 200), ("192.0.2.8", "192.0.2.7", 401), ("", "192.0.2.7", 401)])
def test_beyond_this_machine_the_token_counts_only_from_this_machine(house, peer, host, status):
    app = create_app(Desk(house.assistant), token="secret", accounts=house.accounts, loopback=False)
    client = TestClient(app, base_url=f"http://{host}:80", client=(peer, 40000))
    assert client.post("/api/local/people", json={"call": "users"}, headers={TOKEN_HEADER: "secret"}).status_code == status


@pytest.mark.parametrize("host, status", [("192.0.2.7", 401), ("[2001:db8::1]:80", 401), ("office.gov", 401), ("evil.example", 421), ("192.0.2.7.evil.example", 421)])
def test_beyond_this_machine_addresses_and_configured_names_are_answered(house, host, status):
    app = create_app(Desk(house.assistant), accounts=house.accounts, loopback=False, hosts=frozenset({"office.gov"}))
    assert TestClient(app).get("/api/documents", headers={"host": host}).status_code == status


def test_signing_in_gives_a_cookie_that_scripts_and_other_sites_do_not_get(house):
    client, said = signed_in(house)
    cookie = said.headers["set-cookie"]
    assert {p.strip().split("=")[0].lower() for p in cookie.split(";")} == {"cpa_session", "httponly", "path", "samesite"}
    assert "samesite=strict" in cookie.lower() and "path=/" in cookie.lower()
    body = said.json()
    assert {k: body[k] for k in ("name", "display", "role", "units", "rights", "local", "channel")} == {
        "name": "ann", "display": "ann", "role": "staff", "units": ["组织部"], "rights": ["ask", "cases", "documents", "draft"], "local": False, "channel": "page"}
    me = client.get("/api/me").json()
    assert me == {k: v for k, v in body.items() if k != "expires"}
    assert client.cookies["cpa_session"] not in said.text


def test_over_https_the_cookie_is_bound_to_the_host_and_travels_only_there(house):
    client, said = signed_in(house, base="https://127.0.0.1")
    assert said.headers["set-cookie"].startswith("__Host-cpa_session=") and "Secure" in said.headers["set-cookie"]
    token = client.cookies["__Host-cpa_session"]
    assert client.get("/api/me").status_code == 200
    plain = TestClient(house.app, base_url="https://127.0.0.1", cookies={"cpa_session": token})
    assert code(plain.get("/api/me")) == (401, "unauthenticated")


def test_what_changes_something_by_cookie_needs_the_csrf_header_of_the_same_session(house):
    client, said = signed_in(house)
    _, other = signed_in(house, "cara")
    send = lambda token: client.post("/api/ask", json={"question": "高明多久对干部考核评价一次？"}, headers={"X-CSRF-Token": token} if token else {})  # noqa: E731
    for wrong in ("", "x", other.json()["csrf"], said.json()["csrf"][:-1], said.json()["csrf"].upper()):
        assert code(send(wrong)) == (403, "forbidden")
    assert send(said.json()["csrf"]).status_code == 200
    assert client.get("/api/documents").status_code == 200


def test_signing_out_ends_the_session_and_signing_in_again_ends_the_one_before(house):
    client, said = signed_in(house)
    token = client.cookies["cpa_session"]
    assert code(client.delete("/api/session")) == (403, "forbidden")
    assert client.delete("/api/session", headers={"X-CSRF-Token": said.json()["csrf"]}).json() == {"signed_out": True}
    assert code(TestClient(house.app, base_url="http://127.0.0.1", cookies={"cpa_session": token}).get("/api/me")) == (401, "unauthenticated")
    client, _ = signed_in(house)
    first = client.cookies["cpa_session"]
    assert client.post("/api/session", json={"name": "ann", "password": PASSWORD}).status_code == 200
    assert code(TestClient(house.app, base_url="http://127.0.0.1", cookies={"cpa_session": first}).get("/api/me")) == (401, "unauthenticated")


def test_a_wrong_password_and_an_unknown_name_read_the_same(house):
    client = TestClient(house.app, base_url="http://127.0.0.1", client=("10.1.1.1", 1))
    said = [client.post("/api/session", json={"name": name, "password": "wrong"}) for name in ("cara", "nobody")]
    assert said[0].json() == said[1].json() and {r.status_code for r in said} == {401}


def test_too_many_failures_are_429_with_retry_after_even_for_the_right_password(house):
    client = TestClient(house.app, base_url="http://127.0.0.1", client=("10.1.1.2", 1))
    seen = [client.post("/api/session", json={"name": "rev", "password": "wrong"}).status_code for _ in range(6)]
    last = client.post("/api/session", json={"name": "rev", "password": PASSWORD})
    assert (seen, code(last), 1 <= int(last.headers["retry-after"]) <= 10) == ([401] * 5 + [429], (429, "too_many"), True)


@pytest.mark.parametrize("body", [{}, {"name": "ann"}, {"name": "ann", "password": 3}, {"name": "ann", "password": "p" * 2000}, {"name": "ann", "password": "secret-x", "more": 1}])
def test_a_malformed_sign_in_is_told_without_repeating_the_password(as_, body):
    said = as_().post("/api/session", json=body)
    assert code(said) == (422, "bad_input") and "secret-x" not in said.text and "pppp" not in said.text


def test_a_session_and_a_key_end_when_their_time_is_over_or_the_account_is_disabled(house):
    house.accounts.add("temp", password=PASSWORD)
    key = {"authorization": "Bearer " + house.accounts.issue_key("temp", days=1).key}
    client, _ = signed_in(house, "temp")
    bare = TestClient(house.app, base_url="http://127.0.0.1")
    assert (client.get("/api/me").status_code, bare.get("/api/documents", headers=key).status_code) == (200, 200)
    house.accounts.set("temp", disabled=True)
    off = client.get("/api/me"), bare.get("/api/documents", headers=key)
    house.accounts.set("temp", disabled=False)
    assert bare.get("/api/documents", headers=key).status_code == 200
    client, _ = signed_in(house, "temp")
    now = house.clock.at
    house.clock.at = now + timedelta(days=1)
    late = client.get("/api/me"), bare.get("/api/documents", headers=key)
    house.clock.at = now
    assert [code(r) for r in (*off, *late)] == [(401, "unauthenticated")] * 4
    assert off[1].json() == late[1].json() == bare.get("/api/documents", headers={"authorization": "Bearer cpa_x"}).json()


def test_of_600_forged_headers_and_cookies_none_is_let_in(house):
    rng, client = random.Random(3), TestClient(house.app, base_url="http://127.0.0.1", raise_server_exceptions=False)
    key, browser = house.keys["boss"], signed_in(house)[0]
    token = browser.cookies["cpa_session"]
    seen = set()
    for n in range(600):
        secret = token if n % 2 else key
        at = rng.randrange(len(secret))
        forged = [secret[:at] + rng.choice("GHJ~!") + secret[at + 1:], secret[:at], secret + secret[at], secret.swapcase(), secret[::-1]][n % 5]
        if forged == secret:  # the letter put in was the one that stood there
            forged = secret + "x"
        headers = {"cookie": f"cpa_session={forged}"} if n % 2 else {"authorization": rng.choice(["Bearer ", "bearer ", "Basic ", ""]) + forged}
        if n % 60 == 0:
            headers = {"authorization": f"Bearer {token}"}
        if n % 61 == 0:
            headers = {"cookie": f"cpa_session={key}; __Host-cpa_session={token}"}
        seen.add(client.get("/api/documents", headers=headers).status_code)
    assert seen == {401}


def test_what_belongs_to_another_is_not_there(house, as_):
    ann = as_("ann")
    case = ann.post("/api/classify", json={"text": CASE, "scheme": "tolerance"}).json()["id"]
    done = [json.loads(line[6:]) for line in ann.post("/api/chat", json={"message": "高明多久对干部考核评价一次？"}).text.splitlines() if line.startswith("data: ")][-1]
    talk, trace = done["conversation"], done["trace"]
    kept = ann.post("/api/documents", files={"file": ("查阅.txt", RULE.format(days="十五").encode())}).json()["files"][0]
    waits = ann.get("/api/documents/pending").json()["pending"][0]["id"]
    assert kept["status"] == "pending"
    paths = [("GET", f"/api/cases/{case}", None), ("POST", f"/api/cases/{case}/facts", {"text": "事实", "by": "我"}),
             ("GET", f"/api/conversations/{talk}", None), ("PATCH", f"/api/conversations/{talk}", {"title": "我的"}),
             ("DELETE", f"/api/conversations/{talk}", None), ("POST", "/api/chat", {"message": "接着说", "conversation": talk}),
             ("GET", f"/api/traces/{trace}", None), ("POST", "/api/drafts", {"form": "不予容错告知书", "case": case}),
             ("POST", f"/api/documents/{waits}/refuse", None)]
    for name in ("bob", "boss"):
        for method, path, body in paths:
            # The administrator is of ann's unit and reviews its documents; nobody reads another's cases or talks.
            if name == "boss" and path.endswith("refuse"):
                continue
            other = as_(name).request(method, path, json=body)
            never = as_(name).request(method, path.replace(case, "20240101-00000000").replace(talk, "0" * 16).replace(trace, "0" * 16).replace(waits, "0" * 16),
                                      json=json.loads(json.dumps(body).replace(talk, "0" * 16).replace(case, "20240101-00000000")))
            assert (code(other), code(never)) == ((404, "not_found"), (404, "not_found")), (name, path)
    assert as_("bob").get("/api/cases").json() == {"cases": []} and as_("bob").get("/api/conversations").json() == {"conversations": []}
    assert as_("bob").get("/api/documents/pending").json() == {"pending": []}
    assert ann.get(f"/api/cases/{case}").json()["facts"] == [] and ann.get(f"/api/conversations/{talk}").status_code == 200
    assert as_(**{TOKEN_HEADER: "secret"}).get(f"/api/cases/{case}").status_code == 200
    ann.post(f"/api/documents/{waits}/refuse")


def test_an_upload_counts_when_a_second_person_of_its_unit_has_published_it(house, as_):
    ann, rev, bob = as_("ann"), as_("rev"), as_("bob")
    sent = ann.post("/api/documents", files={"file": ("查阅办法.txt", RULE.format(days="二十").encode())}).json()
    (waits,) = ann.get("/api/documents/pending").json()["pending"]
    assert (sent["counts"], waits["by"], waits["name"], waits["units"], waits["documents"]) == (
        {"pending": 1}, "ann", "查阅办法.txt", ["组织部"], sent["files"][0]["documents"])
    (document,) = waits["documents"]
    listed = lambda client: document in {d["id"] for d in client.get("/api/documents").json()["documents"]}  # noqa: E731
    assert [listed(c) for c in (ann, rev, bob)] == [False] * 3
    assert code(ann.post(f"/api/documents/{waits['id']}/publish")) == (403, "forbidden")
    assert rev.post(f"/api/documents/{waits['id']}/publish").json()["counts"] == {"added": 1}
    assert [listed(c) for c in (ann, rev, bob)] == [True, True, False]
    clause = f"/api/provisions/{document}%23第二条"
    assert (ann.get(clause).status_code, code(bob.get(clause))) == (200, (404, "not_found"))
    assert code(rev.post(f"/api/documents/{waits['id']}/publish")) == (404, "not_found")
    assert code(as_("rev").delete(f"/api/documents/{document}")) == (403, "forbidden")


def test_nobody_publishes_what_they_put_in_themselves(house, as_):
    rev = as_("rev")
    rev.post("/api/documents", files={"file": ("自己的.txt", RULE.format(days="三十").encode())})
    (waits,) = [w for w in rev.get("/api/documents/pending").json()["pending"] if w["by"] == "rev"]
    assert code(rev.post(f"/api/documents/{waits['id']}/publish")) == (403, "forbidden")
    assert as_("boss").post(f"/api/documents/{waits['id']}/refuse").json() == {"refused": waits["id"]}
    assert rev.get("/api/documents/pending").json() == {"pending": []}


def test_a_marked_upload_of_an_account_is_blocked_and_its_archive_is_not_kept(house, as_):
    import io
    import zipfile

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("好.txt", RULE.format(days="四十"))
        archive.writestr("密.txt", "机密★10年\n某县某办法\n第一条 不得外传。\n")
    said = as_("ann").post("/api/documents", files={"file": ("包.zip", packed.getvalue())})
    assert (said.status_code, said.json()["counts"]) == (422, {"failed": 1, "blocked": 1})
    assert as_("ann").get("/api/documents/pending").json() == {"pending": []}


def test_each_account_has_a_limit_of_its_own_and_the_machines_user_has_none(house):
    app = create_app(Desk(house.assistant), token="secret", accounts=house.accounts, buckets=Buckets(60, 5))
    client = TestClient(app, base_url="http://127.0.0.1")
    seen = [client.get("/api/me", headers={"authorization": f"Bearer {house.keys['ann']}"}) for _ in range(7)]
    assert [r.status_code for r in seen][:6] == [200] * 5 + [429] and seen[5].headers["retry-after"] == "1"
    assert code(seen[5]) == (429, "too_many")
    assert client.get("/api/me", headers={"authorization": f"Bearer {house.keys['bob']}"}).status_code == 200
    assert {client.get("/api/me", headers={TOKEN_HEADER: "secret"}).status_code for _ in range(20)} == {200}


def test_a_code_for_the_chat_platforms_is_given_to_who_is_signed_in(house, as_):
    client, said = signed_in(house)
    given = client.post("/api/me/code", headers={"X-CSRF-Token": said.json()["csrf"]}).json()
    assert house.accounts.bind("wecom", "corp", "u9", given["code"]).name == "ann"
    assert code(as_("ann").post("/api/me/code")) == (422, "bad_input")


def test_no_secret_is_in_the_log_or_in_an_error(house, as_, caplog):
    caplog.set_level("DEBUG")
    client = TestClient(house.app, base_url="http://127.0.0.1", client=("10.1.1.3", 1))
    said = [client.post("/api/session", json={"name": "ann", "password": "Hush-hush-1"}),
            client.get("/api/me", headers={"authorization": "Bearer cpa_hush", "cookie": "cpa_session=hush-2"}), as_("ann").get("/api/me")]
    told = caplog.text + "".join(r.text for r in said)
    assert [s for s in ("Hush-hush-1", "cpa_hush", "hush-2", house.keys["ann"]) if s in told] == []


# Where a server may be bound


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "127.0.0.2"])
def test_beyond_this_machine_a_server_needs_an_administrator(tmp_path, host):
    with pytest.raises(BadSetting, match=f"不能在 {host} 上服务：还没有管理员账号"):
        server.guard(Settings(home=tmp_path / "none", host=host))
    assert not (tmp_path / "none").exists()


def test_a_host_name_is_no_address_to_bind(tmp_path):
    with pytest.raises(BadSetting, match="要写 IP 地址"):
        server.guard(Settings(home=tmp_path, host="policy.example"))


def program(home, *words, stdin=""):
    env = {**os.environ, "ASSISTANT_HOME": str(home), "PYTHONPATH": str(Path(__file__).resolve().parents[1])}
    return subprocess.run([sys.executable, "-m", "assistant.faces.cli", *words], input=stdin, capture_output=True, text=True, env=env, timeout=120)


def test_at_the_terminal_people_are_added_alone_and_beside_a_server_that_then_may_serve_everywhere(shipped_home):
    refused = program(shipped_home, "serve", "--host", "0.0.0.0", "--port", "0")
    assert (refused.returncode, "还没有管理员账号" in refused.stderr) == (1, True)
    added = program(shipped_home, "users", "add", "boss", "--role", "admin", "--display", "主任", "--json", stdin=PASSWORD + "\n")
    assert {**json.loads(added.stdout), "created": ""} == {"name": "boss", "display": "主任", "role": "admin", "units": [], "disabled": False, "created": ""}
    server_ = subprocess.Popen(
        [sys.executable, "-m", "assistant.faces.cli", "serve", "--host", "0.0.0.0", "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env={**os.environ, "ASSISTANT_HOME": str(shipped_home), "PYTHONPATH": str(Path(__file__).resolve().parents[1])})
    try:
        assert server_.stdout.readline().startswith("正在服务：http://0.0.0.0:")
        done = program(shipped_home, "users", "add", "ann", "--role", "staff", "--unit", "组织部", stdin=PASSWORD + "\n")
        assert (done.returncode, done.stdout) == (0, "ann  ann  经办  组织部\n")
        key = json.loads(program(shipped_home, "keys", "add", "ann", "--label", "统计", "--scope", "ask,cases", "--days", "30", "--json").stdout)
        assert (key["account"], key["label"], key["scope"], key["key"][:4]) == ("ann", "统计", ["ask", "cases"], "cpa_")
        listed = program(shipped_home, "keys", "--json")
        assert [k["id"] for k in json.loads(listed.stdout)["keys"]] == [key["id"]] and key["key"] not in listed.stdout
        assert program(shipped_home, "keys", "revoke", key["id"]).stdout == f"密钥 {key['id']} 已撤销。\n"
        assert "最后一个管理员" in program(shipped_home, "users", "disable", "boss").stderr
        assert program(shipped_home, "users").stdout == "ann  ann  经办  组织部\nboss  主任  管理员  没有单位\n"
    finally:
        server_.terminate()
        server_.wait(30)
        server_.stdout.close()
    for words in (["users", "add", "x"], ["users", "password", "ann"]):
        assert program(shipped_home, *words).stderr == "没有收到密码。请在提示后输入，或从标准输入给一行；不需要密码请加 --no-password。\n"
    assert (shipped_home / "assistant.db").read_bytes().find(PASSWORD.encode()) == -1
