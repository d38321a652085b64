"""Cases over HTTP and at the terminal: the same shape, the same refusals."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

import pytest
from fastapi.testclient import TestClient

from assistant.assistant import Assistant
from assistant.faces.api import create_app
from assistant.faces.desk import Desk

TOLD = "局班子会集体研究后，把绿化项目交给局长妻弟的公司，会议纪要齐全。"
KEYS = {"id", "scheme", "scheme_title", "outcome", "title", "who", "findings", "reasons", "missing", "ask_next", "would_change", "citations", "parts",
        "follows", "tendency", "values", "similar", "notices", "label"}


@pytest.fixture(scope="module")
def home(loaded_home, tmp_path_factory):
    home = tmp_path_factory.mktemp("faces") / "home"
    shutil.copytree(loaded_home, home)
    return home


@pytest.fixture(scope="module")
def client(home):
    with Assistant.open(home=home) as assistant:
        yield TestClient(create_app(Desk(assistant)), base_url="http://127.0.0.1")


def test_a_case_goes_its_way_over_http(client):
    said = client.post("/api/classify", json={"text": TOLD, "scheme": "tolerance"}).json()
    assert (set(said), said["outcome"]) == (KEYS, "exclude")
    case = client.get(f"/api/cases/{said['id']}").json()
    assert (case["text"], case["decision"], case["determination"]) == (TOLD, None, said)
    added = client.post(f"/api/cases/{said['id']}/facts", json={"text": "经查，局长从中分得三万元。", "by": "张三"}).json()
    assert ([f["by"] for f in added["facts"]], added["determination"]["outcome"]) == (["张三"], "exclude")
    decided = client.post(f"/api/cases/{said['id']}/decision", json={"outcome": "exclude", "by": "李四"}).json()
    assert (decided["decision"]["outcome"], decided["decision"]["by"]) == ("exclude", "李四")
    assert [c["id"] for c in client.get("/api/cases").json()["cases"]] == [said["id"]]


@pytest.mark.parametrize(("path", "body", "status", "code"), [
    ("/api/classify", {"text": ""}, 422, "bad_input"),
    ("/api/classify", {"text": TOLD, "scheme": "nothing"}, 404, "not_found"),
    ("/api/classify", {"text": "机密★10年\n某干部的情况。"}, 422, "classified"),
    ("/api/classify", {"text": TOLD, "on": "昨天"}, 422, "bad_input"),
    ("/api/cases/none/facts", {"text": "经查属实。", "by": "张三"}, 404, "not_found"),
    ("/api/cases/none/decision", {"outcome": "exempt", "by": "张三"}, 404, "not_found"),
])
def test_what_cannot_be_used_is_refused_in_chinese(client, path, body, status, code):
    response = client.post(path, json=body)
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)
    assert any("一" <= c <= "鿿" for c in response.json()["error"]["message"])


def test_the_terminal_says_what_http_says(shipped_home, tmp_path):
    def run(*words, stdin=""):
        return subprocess.run([sys.executable, "-m", "assistant.faces.cli", *words], input=stdin, capture_output=True, text=True, timeout=60,
                              env={**os.environ, "ASSISTANT_HOME": str(shipped_home)})

    (tmp_path / "case.txt").write_text(TOLD, "utf-8")
    said = json.loads(run("classify", str(tmp_path / "case.txt"), "--scheme", "tolerance", "--json").stdout)
    assert (set(said), said["outcome"]) == (KEYS, "exclude")
    shown = run("cases", said["id"]).stdout
    assert "不予容错" in shown and "把绿化项目交给局长妻弟的公司" in shown and said["label"] in shown
    refused = run("cases", "decide", said["id"], "--outcome", "exempt")
    assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (1, "", 1)
