"""The page in a real Chromium: each of its five views, streaming, faults, hostile texts, keyboard and contrast.

Every test ends with nothing on the console, no breach of the policy, no dialog and no request off origin.
"""

from __future__ import annotations

import json
import threading

import pytest
from fastapi.testclient import TestClient
from test_api import FakeAssistant

from assistant.faces.api import create_app, web
from assistant.faces.desk import Desk

pytest.importorskip("playwright", reason="没有安装 playwright，不看页面")
from browser import CHROMIUM, FLAGS, Watch, served  # noqa: E402

in_browser = pytest.mark.skipif(not CHROMIUM, reason="这台机器上没有 Chromium，不看页面；Debian 上 apt-get install chromium fonts-noto-cjk")

QUESTION = "档案保管多久？"


@pytest.fixture(scope="module")
def chromium():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def base(office):
    with served(Desk(office)) as address:
        yield address


@pytest.fixture
def opened(chromium, base):
    """A page over the small invented corpus, watched."""
    yield from _watched(chromium, base)


def _watched(chromium, base, **how):
    context = chromium.new_context(**{"viewport": {"width": 1280, "height": 860}, "locale": "zh-CN", **how})
    context.set_default_timeout(10_000)
    watch = Watch(base)
    page = watch.over(context.new_page())
    page.watch = watch
    page.goto(base + "/")
    yield page
    context.close()
    assert watch.faults == []


def test_the_page_comes_with_exact_types_an_etag_and_the_policy():
    client = TestClient(create_app(Desk(FakeAssistant())), base_url="http://127.0.0.1")
    front = client.get("/")
    assert front.headers["content-security-policy"] == web.POLICY
    assert (front.headers["content-type"], front.headers["cache-control"]) == ("text/html; charset=utf-8", "no-cache")
    assert client.get("/", headers={"if-none-match": front.headers["etag"]}).status_code == 304
    assert client.get("/web/app.js").headers["content-type"] == "text/javascript; charset=utf-8"
    assert client.get("/web/style.css").headers["content-type"] == "text/css; charset=utf-8"
    assert [client.get(f"/web/{name}").status_code for name in ("nothing.js", "..%2fdesk.py", "%2e%2e")] == [404, 404, 404]


def test_the_page_holds_no_inline_script_style_or_markup_from_text():
    for name, piece in web.pieces().items():
        text = piece.content.decode()
        assert len(text.splitlines()) < 350, name
        for forbidden in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "http://", "https://", " style=\"", " onclick"):
            assert forbidden not in text.replace("http://www.w3.org/2000/svg", ""), (name, forbidden)


@in_browser
def test_a_question_is_answered_with_a_clause_that_opens_in_its_document(opened):
    page = opened
    page.watch.allowed += ("/api/me",)
    page.get_by_label("问题", exact=True).fill(QUESTION)
    page.keyboard.press("Enter")
    chip = page.locator(".answer .chip").first
    chip.wait_for()
    page.locator(".answer .label").wait_for()
    chip.click()
    panel = page.get_by_role("complementary", name="条款")
    panel.locator("mark").first.wait_for()
    assert panel.locator("[aria-current] mark").count() >= 1
    assert panel.get_by_text("文号").is_visible()
    page.go_back()
    panel.wait_for(state="hidden")
    assert page.evaluate("document.activeElement.className") == "chip"
