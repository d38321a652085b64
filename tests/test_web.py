"""The page in a real Chromium: each of its five views, streaming, faults, hostile texts, keyboard and contrast.

Every test ends with nothing on the console, no breach of the policy, no dialog and no request off origin.
"""

from __future__ import annotations

import json
import shutil
import threading
from pathlib import Path
from urllib.parse import quote

import pytest
from fake_assistant import FakeAssistant
from fastapi.testclient import TestClient

from assistant.faces import quality
from assistant.faces.api import create_app, web
from assistant.faces.desk import Desk

pytest.importorskip("playwright", reason="没有安装 playwright，不看页面")
from browser import CHROMIUM, FLAGS, Watch, served
from hostile_texts import PAYLOADS, Hostile

in_browser = pytest.mark.skipif(not CHROMIUM, reason="这台机器上没有 Chromium，不看页面；Debian 上 apt-get install chromium fonts-noto-cjk")

QUESTION = "高明多久对干部考核评价一次？"
CASE = ("2024年6月，某镇暴雨夜，镇长王某未经会议研究，动用应急资金12万元抢修堤坝，次日向县委书面报告。经审计，未发现谋取私利。"
        "堤坝保住，群众全部安全转移。")
OFFICE = Path(__file__).with_name("fixtures") / "office" / "documents"
VIEWS = ("ask", "case", "draft", "documents", "quality")


@pytest.fixture(scope="module")
def chromium():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Slow(Desk):
    """A desk whose answers can be held back."""

    def __init__(self, assistant):
        super().__init__(assistant)
        self.go = threading.Event()
        self.go.set()

    def chat(self, *given, tell=None, **more):
        if tell:
            tell("正在查找依据")
        self.go.wait(10)
        return super().chat(*given, tell=tell, **more)


@pytest.fixture(scope="module")
def desk(loaded_home, tmp_path_factory):
    """The shipped corpus behind a desk, shared by the tests of this module."""
    from assistant.assistant import Assistant
    from assistant.settings import Settings

    home = tmp_path_factory.mktemp("web") / "home"
    shutil.copytree(loaded_home, home)
    with Assistant.open(Settings(home=home)) as assistant:
        yield Slow(assistant)


@pytest.fixture(scope="module")
def base(desk):
    with served(desk) as address:
        yield address


@pytest.fixture
def page(chromium, base):
    """A page of our own, watched: it must end without a fault."""
    yield from watched(chromium, base)


def watched(chromium, base, **how):
    context = chromium.new_context(**{"viewport": {"width": 1280, "height": 860}, "locale": "zh-CN", **how})
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.watch = Watch(base)
    page.watch.over(page)
    page.goto(base + "/")
    yield page
    ran = page.evaluate("window.ran")
    context.close()
    assert (page.watch.faults, ran) == ([], 0)


def ask(page, text):
    """Send a message and wait for its whole answer."""
    before = page.locator(".answer .label").count()
    page.get_by_label("问题", exact=True).fill(text)
    page.keyboard.press("Enter")
    page.wait_for_function("n => document.querySelectorAll('.answer .label').length > n", arg=before)
    return page.locator(".answer").last


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
def test_a_question_is_answered_with_a_clause_that_opens_in_its_document(page):
    answer = ask(page, QUESTION)
    assert "半年" in answer.inner_text() and "AI生成 · 初步意见 · 须经人工审核" in answer.inner_text()
    answer.locator(".chip").first.click()
    panel = page.get_by_role("complementary", name="条款")
    panel.locator("[aria-current] mark").first.wait_for()
    words = panel.inner_text()
    assert all(said in words for said in ("明委办〔2022〕20号", "2022-12-20", "现行有效", "要点整理（规范性文件）", "不是原文"))
    page.evaluate("navigator.clipboard.writeText = text => { window.copied = text; return Promise.resolve(); }")
    panel.get_by_role("button", name="复制引用").click()
    assert page.evaluate("window.copied") == "《构建活化干部队伍体系锻造高明虎军激发高明高质量发展动力的实施方案》（明委办〔2022〕20号）三、（一）（要点整理）"
    page.go_back()
    panel.wait_for(state="hidden")
    assert page.evaluate("document.activeElement.className") == "chip"
    page.keyboard.press("Enter")
    panel.wait_for()
    page.keyboard.press("Escape")
    panel.wait_for(state="hidden")


@in_browser
def test_a_refusal_and_an_ambiguity_do_not_look_like_answers(page):
    kinds = [ask(page, q).get_attribute("data-refusal") for q in (QUESTION, "今天天气怎么样", "高明容错的8种情形分别是什么？")]
    assert kinds == ["", "out_of_scope", "not_listed"]
    assert page.locator(".answer.refused .why").all_inner_texts() == ["○ 不属于政策问题", "○ 只写了数目，没有列出明细"]


@in_browser
def test_the_documents_suggest_what_to_ask_next(page):
    ask(page, QUESTION)
    page.get_by_role("group", name="接着问").get_by_role("button", name="上面那条的原文").click()
    page.wait_for_function("() => document.querySelectorAll('.answer .label').length == 2")
    assert "论功行赏" in page.locator(".answer").last.inner_text()


@in_browser
def test_a_conversation_is_kept_renamed_taken_along_and_deleted(page, desk):
    answer = ask(page, QUESTION)
    answer.get_by_role("button", name="有用", exact=True).click()
    answer.get_by_text("已记下：有用").wait_for()
    assert desk.assistant.store.opinions(1)[0]["value"] == "useful"
    side = page.get_by_role("navigation", name="对话")
    more = side.locator("li:has(a[aria-current]) summary")
    more.click()
    with page.expect_download() as got:
        side.get_by_role("button", name="导出 Markdown").click()
    assert QUESTION in Path(got.value.path()).read_text("utf-8")
    with page.expect_download() as got:
        side.get_by_role("button", name="导出 JSON").click()
    assert len(json.loads(Path(got.value.path()).read_text("utf-8"))["turns"]) == 2
    side.get_by_role("button", name="改名").click()
    side.get_by_label("对话的新名称").fill("考核频次")
    page.keyboard.press("Enter")
    side.get_by_role("link", name="考核频次").wait_for()
    page.reload()
    page.get_by_role("article", name="回答").wait_for()
    side.locator("li:has(a[aria-current]) summary").click()
    side.get_by_role("button", name="删除").click()
    side.get_by_role("group", name="确认删除").get_by_role("button", name="删除").click()
    page.locator(".welcome").wait_for()
    assert side.get_by_role("link", name="考核频次").count() == 0


@in_browser
def test_a_reload_in_the_middle_of_a_stream_loses_no_word(page, desk):
    desk.go.clear()
    try:
        page.get_by_label("问题", exact=True).fill(QUESTION)
        page.keyboard.press("Enter")
        page.get_by_text("正在查找依据……").wait_for()
        page.reload()
        assert page.get_by_label("问题", exact=True).input_value() == QUESTION
    finally:
        desk.go.set()
    ask(page, QUESTION)
    page.reload()
    page.get_by_role("article", name="回答").wait_for()
    assert page.get_by_label("问题", exact=True).input_value() == ""


@in_browser
def test_a_stream_that_is_cut_shows_what_came_and_can_be_tried_again(page):
    half = 'event: text\ndata: {"type": "text", "text": "高明每半年"}\n\n'
    page.route("**/api/chat", lambda route: route.fulfill(status=200, content_type="text/event-stream", body=half))
    page.get_by_label("问题", exact=True).fill(QUESTION)
    page.keyboard.press("Enter")
    page.get_by_text("回答没有收完").wait_for()
    assert "高明每半年" in page.locator(".answer").inner_text()
    page.unroute("**/api/chat")
    page.get_by_role("button", name="重试").click()
    page.locator(".answer .chip").wait_for()
    assert page.locator(".answer.broken").count() == 0


@in_browser
def test_without_a_network_it_says_so_and_keeps_the_text(page):
    page.watch.allowed += ("ERR_INTERNET_DISCONNECTED",)
    page.context.set_offline(True)
    page.get_by_label("问题", exact=True).fill(QUESTION)
    page.keyboard.press("Enter")
    page.locator(".answer").get_by_role("alert").filter(has_text="连不上服务").wait_for()
    page.get_by_role("status").filter(has_text="连接断开了").wait_for()
    assert page.get_by_label("问题", exact=True).input_value() == QUESTION
    page.context.set_offline(False)
    page.get_by_role("article").get_by_role("button", name="重试").click()
    page.locator(".answer .chip").wait_for()


@in_browser
def test_a_model_that_fails_gives_the_offline_answer_with_a_word_about_it(chromium, loaded_home, tmp_path):
    from assistant.assistant import Assistant
    from assistant.settings import Settings

    shutil.copytree(loaded_home, tmp_path / "home", dirs_exist_ok=True)
    with Assistant.open(Settings(home=tmp_path / "home", model="openai:x", model_base_url="http://127.0.0.1:9/v1", model_retries=0)) as assistant, \
            served(Desk(assistant)) as address:
        for page in watched(chromium, address):
            said = ask(page, QUESTION).inner_text()
            assert "半年" in said and "以下是离线回答" in said


@in_browser
def test_two_tabs_keep_two_conversations(page, base):
    other = page.watch.over(page.context.new_page())
    other.goto(base + "/")
    ask(page, QUESTION)
    ask(other, "容错要看哪些条件？")
    here, there = page.evaluate("location.hash"), other.evaluate("location.hash")
    assert here != there and here.startswith("#/ask/") and there.startswith("#/ask/")
    page.reload()
    page.get_by_role("article", name="提问").wait_for()
    assert page.get_by_role("article", name="提问").all_inner_texts() == [QUESTION]


@in_browser
def test_a_case_is_laid_out_added_to_and_taken_to_a_draft(page):
    page.get_by_role("link", name="案件").click()
    page.get_by_label("案情", exact=True).fill(CASE)
    page.reload()
    assert page.get_by_label("案情", exact=True).input_value() == CASE
    page.get_by_role("button", name="逐项分析").click()
    table = page.get_by_role("table", name="要查的要素").first
    table.wait_for()
    assert {"✓ 具备", "✗ 不具备", "? 不清楚"} >= set(table.locator(".state").all_inner_texts())
    row = table.get_by_role("row").filter(has_text="未谋私利")
    row.hover()
    assert page.locator(".story mark.lit").all_inner_texts() == ["未发现谋取私利"]
    before = page.locator(".missing li").count()
    page.get_by_role("region", name="还缺什么").get_by_role("textbox").first.fill("经核实，这样做没有违反任何法律法规和党纪的禁止性规定。")
    page.get_by_label("由谁说明").fill("张三")
    page.get_by_role("button", name="补充并重新判断").click()
    page.get_by_role("region", name="经过").get_by_text("张三").wait_for()
    assert page.locator(".missing li").count() < before
    page.get_by_role("region", name="起草文书").get_by_role("link", name="容错调查核实报告").click()
    page.locator(".page mark").first.wait_for()
    assert page.get_by_label("姓名").input_value() == "王某"


@in_browser
def test_a_draft_is_filled_checked_while_it_is_filled_and_taken_away(page):
    page.goto(page.url.split("#")[0] + "#/draft/no-tolerance-notice")
    page.get_by_role("status").filter(has_text="待填").first.wait_for()
    page.get_by_label("姓名").fill("李四")
    page.locator(".page").get_by_text("李四").first.wait_for()
    page.reload()
    page.locator(".page").get_by_text("李四").first.wait_for()
    page.get_by_role("button", name="填入示例").click()
    page.get_by_text("✓ 没有待填的").wait_for()
    page.get_by_role("region", name="检查").locator(".tag").first.wait_for()
    with page.expect_download() as got:
        page.get_by_role("button", name="下载 Word 文件").click()
    assert got.value.suggested_filename.endswith(".docx") and Path(got.value.path()).read_bytes()[:2] == b"PK"


@in_browser
def test_good_and_bad_files_come_in_and_versions_are_compared_and_withdrawn(page):
    page.watch.allowed += ("422",)
    page.get_by_role("link", name="文件").click()
    page.locator(".documents tbody tr").first.wait_for()
    files = [{"name": f.name, "mimeType": "text/markdown", "buffer": f.read_bytes()} for f in sorted(OFFICE.glob("archive-rules-*.md"))]
    files += [{"name": "空.txt", "mimeType": "text/plain", "buffer": b""}, {"name": "密.txt", "mimeType": "text/plain", "buffer": "机密★10年\n某事".encode()}]
    page.get_by_label("选择文件").set_input_files(files)
    page.wait_for_function("() => document.querySelectorAll('.uploads .tag, .uploads .fault').length >= 4 && !document.querySelector('.uploads progress')")
    results = page.locator(".uploads li").all_inner_texts()
    assert ["✓" in r for r in results] == [True, True, False, False]
    assert "空" in results[2] and "密级标志" in results[3]
    page.get_by_role("link", name="机关实绩档案管理条例").first.click()
    page.get_by_role("button", name="逐条比较").click()
    page.locator(".compare ins, .compare del").first.wait_for()
    page.get_by_role("region", name="全文").locator(".tree button").nth(2).click()
    page.get_by_role("complementary", name="条款").locator("[aria-current]").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="撤下这个文件").click()
    page.get_by_role("button", name="撤下", exact=True).click()
    page.locator(".documents tbody tr").first.wait_for()
    assert page.get_by_role("link", name="机关实绩档案管理条例").count() == 0


@in_browser
def test_quality_shows_what_was_measured_and_takes_a_known_answer(page, desk):
    page.goto(page.url.split("#")[0] + "#/quality?question=" + "多久评一次")
    page.get_by_role("table", name="回答：答对且依据正确").wait_for()
    page.locator(".matrix").wait_for()
    page.get_by_label("应有的答案").fill("每半年一次，依据三、（一）")
    page.get_by_label("由谁提出").fill("张三")
    page.get_by_role("button", name="记下").click()
    page.get_by_text("已记下。").wait_for()
    assert [(p["question"], p["by"]) for p in quality.proposals(desk)["proposals"]] == [("多久评一次", "张三")]


def test_without_results_quality_says_so(tmp_path):
    assert quality.summary(tmp_path) == {"available": False, "charts": [], "confusions": [], "misses": [], "trends": [], "runs": []}


@in_browser
def test_with_accounts_the_page_asks_who_one_is(chromium, loaded_home, tmp_path):
    from assistant.accounts import Accounts, Cost
    from assistant.assistant import Assistant
    from assistant.settings import Settings

    shutil.copytree(loaded_home, tmp_path / "home", dirs_exist_ok=True)
    with Assistant.open(Settings(home=tmp_path / "home")) as assistant:
        accounts = Accounts(assistant.store, cost=Cost(n=16, r=1, p=1))
        accounts.add("boss", role="admin", password="correct horse 电池")
        accounts.add("Ann", role="staff", password="correct horse 电池", display="安")
        with served(Desk(assistant), accounts=accounts) as address:
            for page in watched(chromium, address):
                page.watch.allowed += ("401",)
                page.watch.faults.clear()
                page.get_by_label("用户名").fill("Ann")
                page.get_by_label("密码").fill("wrong horse")
                page.get_by_role("button", name="登录").click()
                page.get_by_role("alert").filter(has_text="密码").wait_for()
                page.get_by_label("密码").fill("correct horse 电池")
                page.get_by_role("button", name="登录").click()
                page.get_by_text("安", exact=True).wait_for()
                assert "半年" in ask(page, QUESTION).inner_text()
                page.get_by_role("button", name="退出").click()
                page.get_by_label("用户名").wait_for()


@in_browser
def test_hostile_texts_stay_texts_wherever_they_are_shown(page, base):
    assert len(set(PAYLOADS)) >= 100
    page.route("**/api/**", Hostile().answer)
    shown = 0
    for where, ready in (("#/ask/c1", ".answer .chip"), ("#/case", ".talks a"), ("#/case/k", ".elements tr"), ("#/draft/f0", ".page p"), ("#/draft/none", ".talks a"),
                         ("#/documents", ".documents tr"), ("#/documents/d", ".tree li"), ("#/quality", ".bars tr"), ("#/ask?clause=d%230", ".panel .tree li")):
        page.goto(f"{base}/?{quote(where)}{where}")
        page.locator(ready).first.wait_for(state="attached")
        page.wait_for_timeout(150)
        shown += page.evaluate("p => p.filter(t => document.body.textContent.includes(t.split('\\u0000')[0])).length", list(PAYLOADS))
        if where == "#/documents":
            page.get_by_label("选择文件").set_input_files({"name": "<img src=x onerror=window.ran++>.txt", "mimeType": "text/plain", "buffer": b"x"})
            page.locator(".uploads .tag").first.wait_for()
        if where == "#/documents/d":
            page.get_by_role("button", name="逐条比较").click()
            page.locator(".compare ins").first.wait_for()
        assert page.locator("main :is(script, img, iframe, object, embed, video, audio, base, link, meta, style, form[action], [onerror], [onload], [onfocus])").count() == 0
        assert page.evaluate("[...document.querySelectorAll('a[href]')].every(a => a.getAttribute('href').startsWith('#/') || a.getAttribute('href').startsWith('/') || a.id == 'skip')")
    page.goto(base + "/#/ask")
    page.get_by_label("问题", exact=True).fill(PAYLOADS[0])
    page.keyboard.press("Enter")
    page.locator(".answer .chip").nth(len(PAYLOADS) - 1).wait_for()
    assert shown >= 6 * len(PAYLOADS)


@in_browser
def test_the_hostile_texts_do_run_where_text_is_taken_for_markup(chromium):
    page = chromium.new_page()
    ran = page.evaluate("""async payloads => {
        window.ran = 0; window.alert = () => {};
        let count = 0;
        for (const one of payloads) {
            const before = window.ran, box = document.createElement('div');
            document.body.append(box); box.innerHTML = one;
            await new Promise(done => setTimeout(done, 15));
            count += window.ran > before; box.remove();
        }
        return count;
    }""", [one for one in PAYLOADS if "evil.example" not in one])
    page.close()
    assert ran >= 20


@in_browser
def test_an_address_with_a_hostile_text_runs_nothing(page, base):
    page.watch.allowed += ("404", "422")
    for payload in PAYLOADS[:36:3]:
        page.goto(f"{base}/#/quality?question={quote(payload)}&clause={quote(payload)}")
        page.get_by_text("打不开这个条款").wait_for()
        page.goto(f"{base}/#/documents/{quote(payload, safe='')}")
        page.get_by_text("打不开这个文件").wait_for()


@in_browser
@pytest.mark.parametrize("scheme, width", [("light", 1280), ("dark", 390)])
def test_axe_finds_nothing_serious(chromium, base, desk, scheme, width):
    axe = pytest.importorskip("axe_playwright_python")
    source = (Path(axe.__file__).parent / "axe.min.js").read_text("utf-8")
    case = desk.classify(CASE)["id"]
    talk = desk.chat(QUESTION)
    for page in watched(chromium, base, color_scheme=scheme, viewport={"width": width, "height": 860}, bypass_csp=True):
        page.evaluate(source)
        found = []
        for where in ("ask", f"ask/{talk['conversation']}?clause={quote(talk['citations'][0]['provision'])}", "case", f"case/{case}", "draft",
                      f"draft/tolerance-application?case={case}", "documents", f"documents/{quote('三个区分开来')}", "quality?question=x"):
            page.evaluate("where => { location.hash = '#/' + where; }", where)
            page.wait_for_timeout(200)
            page.wait_for_function("() => !document.querySelector('.waiting')")
            said = page.evaluate("axe.run({resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']})")
            found += [(where, v["id"], v["impact"], v["nodes"][0]["html"][:120]) for v in said["violations"] if v["impact"] in ("serious", "critical")]
            wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            if wide > 1:
                found.append((where, "wider than the window", wide, ""))
        assert found == []


@in_browser
def test_it_can_be_used_with_the_keyboard_alone(page):
    page.goto(page.url.split("#")[0] + "#/documents")
    page.reload()
    page.locator(".documents tbody tr").first.wait_for()
    names = []
    for _ in range(6):
        page.keyboard.press("Tab")
        names.append(page.evaluate("document.activeElement.textContent"))
    assert names == ["跳到正文", "问答", "案件", "文书", "文件", "质量"]
    page.get_by_role("link", name="问答").press("Enter")
    page.get_by_label("问题", exact=True).focus()
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    page.locator(".answer .label").wait_for()
    page.locator(".answer .chip").first.focus()
    page.keyboard.press("Enter")
    page.get_by_role("complementary", name="条款").wait_for()
    page.wait_for_function("() => document.activeElement.closest('#panel')")
