"""Bots as they run: over loopback HTTP and a gateway, behind the server's door, at the terminal."""

from __future__ import annotations

import json
import threading
import time

import pytest
from bots_scene import AES, CORP, DING_SECRET, RAW, TOKEN, Brain, People, Scene
from fake_assistant import FakeAssistant
from fastapi.testclient import TestClient

from assistant.errors import BadSetting
from assistant.faces.api.callbacks import Callbacks
from assistant.faces.bots import config, doctor
from assistant.faces.bots.contract import Again, NotSent, Sent
from assistant.faces.bots.dingtalk_stream import Stream
from assistant.faces.bots.pipeline import Pipeline
from assistant.faces.bots.rehearsal import callers
from assistant.faces.bots.rehearsal.platforms import Platform
from assistant.faces.bots.rehearsal.server import Gateway, Server
from assistant.faces.bots.rehearsal.talking import Rehearsal
from assistant.faces.bots.replying import Replier
from assistant.faces.bots.wire import Wire, allowed, redacted
from assistant.store import Store

NOW = 1_700_000_000.0


@pytest.fixture
def scene(tmp_path):
    scene = Scene(tmp_path / "home")
    yield scene
    scene.store.close()


@pytest.fixture
def ding(tmp_path):
    """A DingTalk robot in stream mode with its gateway and API on this machine."""
    platform = Platform()
    server, gateway, store = Server(platform), Gateway(platform), Store.open(tmp_path / "home")
    office = config.read({"dingtalk": {"main": {"client_id": "ding1", "client_secret": DING_SECRET, "api_base": server.address, "old_api_base": server.address}}})
    wire, brain = Wire(office.hosts), Brain()
    pipeline = Pipeline(store, office.channels, Replier(brain, store, People(), office.policy, time.time), wire)
    stream = Stream(office.streams[0], pipeline, wire, pause=lambda s: time.sleep(0.02))
    pipeline.start()
    stream.start()
    yield platform, gateway, pipeline, brain, server
    stream.stop()
    pipeline.stop()
    wire.close()
    gateway.close()
    server.close()
    store.close()


def until(done, seconds=10.0):
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.01)


def test_stream_mode_answers_once_whatever_comes_twice_and_however_the_line_breaks(ding):
    platform, gateway, pipeline, brain, server = ding
    data = callers.dingtalk_data("u1", "多久反馈", time.time(), id="m1", session=f"{server.address}/robot/sendBySession?session=x")
    frames = [gateway.say(data) for _ in range(3)]
    until(lambda: len(gateway.acks) == 3)
    assert [(a["headers"]["messageId"], a["code"]) for a in gateway.acks] == [(f, 200) for f in frames]
    ping = gateway.system("ping")
    until(lambda: len(gateway.acks) == 4)
    assert gateway.acks[3]["headers"]["messageId"] == ping and "opaque" in gateway.acks[3]["data"]
    for code in (1000, 1011):
        gateway.cut(code)
        gateway.say(data)
    gateway.system("disconnect")
    until(lambda: gateway.connections == 4)
    gateway.say({**data, "msgId": "m2"})
    until(lambda: len(platform.shown) == 2 and pipeline.settled())
    assert len(brain.asked) == 2


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_the_gateway_that_we_test_against_is_one_that_dingtalks_own_sdk_connects_to(monkeypatch):
    """What certifies it: the SDK opens a connection, hears a message, and acknowledges it in the words that we use too."""
    import asyncio
    import logging

    import dingtalk_stream

    platform = Platform()
    server, gateway = Server(platform), Gateway(platform)
    heard = []

    class Handler(dingtalk_stream.ChatbotHandler):
        async def process(self, callback):
            heard.append(dingtalk_stream.ChatbotMessage.from_dict(callback.data))
            return dingtalk_stream.AckMessage.STATUS_OK, "OK"

    client = dingtalk_stream.DingTalkStreamClient(dingtalk_stream.Credential("ding1", "secret"), logging.getLogger("sdk"))
    monkeypatch.setattr(dingtalk_stream.DingTalkStreamClient, "OPEN_CONNECTION_API", f"{server.address}/v1.0/gateway/connections/open")
    # Its way of finding the own address reaches for the network.
    monkeypatch.setattr(client, "get_host_ip", lambda: "127.0.0.1")
    client.register_callback_handler(dingtalk_stream.chatbot.ChatbotMessage.TOPIC, Handler())
    loop = asyncio.new_event_loop()
    task = loop.create_task(client.start())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    frame = gateway.say(callers.dingtalk_data("u1", "多久反馈", time.time(), id="m1"))
    until(lambda: gateway.acks)
    theirs = gateway.acks[0]
    gateway.close()
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)
    assert not task.done()
    server.close()
    assert (heard[0].message_id, heard[0].text.content, heard[0].sender_staff_id) == ("m1", " 多久反馈", "u1")
    assert (theirs["code"], theirs["headers"]["messageId"], set(theirs) >= {"code", "headers", "message", "data"}) == (200, frame, True)


def test_a_gateway_that_names_another_place_is_not_connected_to(ding):
    platform, _, pipeline, _, _ = ding
    stream = Stream(next(iter(pipeline.channels.values())), pipeline, platform)
    for place in ("ws://evil.example/x", "wss://evil.example/x", "wss://dingtalk.com.evil.example/", "http://127.0.0.1/"):
        platform.gateway = place
        with pytest.raises(NotSent):
            stream.ticket()


def test_callbacks_pass_the_servers_door_by_their_signature_alone(scene):
    from assistant.accounts import Accounts
    from assistant.faces.api import create_app
    from assistant.faces.desk import Desk

    app = create_app(Desk(FakeAssistant()), accounts=Accounts(scene.store))
    app.add_middleware(Callbacks, pipeline=scene.pipeline)
    client = TestClient(app, base_url="https://policy.example.cn")

    def post(channel, request):
        return client.request(request.method, f"/bots/{channel}/main", params=list(request.query), headers=dict(request.headers), content=request.body)

    assert client.get("/api/health").status_code == 421
    for channel in ("wecom-app", "wecom", "dingtalk", "feishu"):
        assert post(channel, scene.request(channel, "问", id="m1")).status_code == 200
    good = scene.request("feishu", "问", id="m2")
    assert client.post("/bots/feishu/main", headers={k.upper(): v for k, v in good.headers}, content=good.body).json() == {}
    assert client.post("/bots/feishu/main", content=good.body).status_code == 401
    assert client.post("/bots/feishu/none", content=b"{}").status_code == 404
    assert client.put("/bots/feishu/main", content=b"{}").status_code == 404
    assert client.post("/bots/wecom/main", content=b"x" * ((1 << 20) + 1)).status_code == 413
    echo = callers.wecom_request(TOKEN, AES, CORP, "回显".encode(), scene.clock(), echo=True)
    answered = client.get("/bots/wecom-app/main", params=list(echo.query))
    assert (answered.status_code, answered.content) == (200, "回显".encode())
    scene.run()
    assert len(scene.brain.asked) == 5


@pytest.mark.parametrize("channel", ["wecom", "wecom-app", "dingtalk", "feishu"])
def test_a_rehearsal_talks_to_the_whole_assistant(loaded_home, tmp_path, channel):
    import shutil

    from assistant.assistant import Assistant

    shutil.copytree(loaded_home, tmp_path / "copy")
    with Assistant.open(home=tmp_path / "copy") as assistant:
        rehearsal = Rehearsal(assistant, channel)
        first = "\n".join(rehearsal.say("高明多久对干部考核评价一次？"))
        second = "\n".join(rehearsal.say("有用"))
        rehearsal.close()
        opinions = assistant.store.opinions()
    assert "每半年" in first and "（明委办〔2022〕20号）" in first and "http://127.0.0.1:8765/clauses/" in first
    assert "谢谢" in second and [(o["channel"], o["value"], bool(o["about"])) for o in opinions] == [(channel, "有用", True)]


def test_the_doctor_says_of_each_bot_what_is_well_and_what_to_do(tmp_path):
    platform = Platform()
    server = Server(platform)
    path = tmp_path / "bots.toml"
    raw = json.loads(json.dumps(RAW).replace("http://127.0.0.1:9", server.address))
    raw["feishu"]["main"].pop("open_id")
    path.write_text(_toml(raw), "utf-8")
    path.chmod(0o600)
    office = config.load(path)
    wire = Wire(office.hosts)
    found = [(bot, look.name, look.ok) for bot, look in doctor.looks(office, path, wire, NOW, to="zhangsan")]
    wire.close()
    server.close()
    assert [f for f in found if not f[2]] == [("feishu.main", "机器人信息", False)]
    assert [n for b, n, _ in found if b == "wecom-app.main"] == ["接收地址", "取访问令牌", "发一条消息"]
    assert [s.platform for s in platform.shown] == ["wecom-app", "dingtalk", "feishu"]
    path.chmod(0o644)
    assert next(doctor.looks(office, path, wire, NOW))[1].ok is False


def test_the_doctor_explains_a_platforms_refusal(scene):
    scene.platform.handle = lambda *a, **k: None
    refuse = {"wecom-app": {"errcode": 60020, "errmsg": "not allow to access from your ip"}, "dingtalk": {"code": "invalidClientIdOrSecret", "message": "x"},
              "feishu": {"code": 10014, "msg": "app secret invalid"}}
    words = {"wecom-app": "企业可信IP", "dingtalk": "client_secret 不对", "feishu": "app_secret 不对"}

    class Refusing:
        def __init__(self, said, status):
            self.said, self.status = said, status

        def call(self, *a, **k):
            from assistant.faces.bots.contract import Answered

            return Answered(self.status, json.dumps(self.said).encode())

    for bot in scene.office.channels:
        if bot.channel in refuse:
            (look,) = bot.looks(Refusing(refuse[bot.channel], 400 if bot.channel == "dingtalk" else 200), NOW, "u")
            assert not look.ok and words[bot.channel] in look.detail


def test_notices_go_into_a_group_signed_and_not_too_fast():
    platform = Platform()
    office = config.read({"webhook": {
        "a": {"platform": "wecom", "url": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=abc"},
        "b": {"platform": "dingtalk", "url": "https://oapi.dingtalk.com/robot/send?access_token=abc", "secret": "SECtest0000"},
        "c": {"platform": "feishu", "url": "https://open.feishu.cn/open-apis/bot/v2/hook/abc", "secret": "fs-secret"}}})
    called = []
    real = platform.call
    platform.call = lambda method, url, **more: called.append(url) or real(method, url, **more)
    for name in "abc":
        assert office.webhooks[name].push("新文件", "一句<@all>话。", platform, lambda: NOW) == (Sent(),)
    assert ["＜＠all＞" in s.text and "<@" not in s.text for s in platform.shown] == [True] * 3
    assert called[1].endswith("&timestamp=1700000000000&sign=vnXGs3iLBrhWP5FlVeFaKWEXtHxmrew6anASiLXEfm0%3D")
    assert platform.shown[2].content["sign"] == "ognpFOmraex6LA29Ao14dsiNmmjE3YO4x5e/SX8n9Bw="
    out = [office.webhooks["a"].push("x", "y", platform, lambda: NOW)[-1] for _ in range(20)]
    assert sum(isinstance(o, Again) for o in out) == 6
    long = office.webhooks["b"].push("长", "一句话。" * 2000, platform, lambda: NOW + 100)
    assert len(long) == 4 and set(long) == {Sent()}
    assert "abc" not in repr(office.webhooks["a"].given)


@pytest.mark.parametrize("url", [
    "https://oapi.dingtalk.com.evil.example/", "http://oapi.dingtalk.com/", "https://oapi.dingtalk.com:8443/", "https://oapi.dingtalk.com@evil.example/", "https://evil.example/?oapi.dingtalk.com",
    "http://169.254.169.254/", "https://127.0.0.1/", "ftp://oapi.dingtalk.com/", "https://oapi.dingtalk.com\\@evil.example/", "//oapi.dingtalk.com", "", "https://[::1", "https://oapi.dingtalk.com\n.evil/",
])
def test_only_named_hosts_over_tls_are_called(url):
    assert allowed(url, {"oapi.dingtalk.com"}) is False


def test_a_redirect_is_not_followed_and_a_dead_place_is_told_from_silence():
    platform = Platform()
    server = Server(platform)
    wire = Wire({server.address.removeprefix("http://"), "127.0.0.1:1"}, total=2)
    platform.faults.append("timeout")
    from assistant.faces.bots.contract import NoAnswer

    with pytest.raises(NoAnswer):
        wire.call("POST", f"{server.address}/cgi-bin/webhook/send", data={})
    with pytest.raises(NotSent):
        wire.call("POST", "http://127.0.0.1:1/x", data={})
    with pytest.raises(NotSent):
        wire.call("POST", "https://evil.example/", data={})
    wire.close()
    server.close()
    assert redacted("https://x/send?key=abc&access_token=d") == "https://x/send?key=***&access_token=***"


def test_a_broken_file_names_itself(tmp_path):
    (tmp_path / "bots.toml").write_text("[wecom.a\n", "utf-8")
    with pytest.raises(BadSetting, match="bots.toml"):
        config.load(config.find(tmp_path, None))


def _toml(raw):
    lines = [f"{k} = {json.dumps(v)}" for k, v in raw.items() if not isinstance(v, dict)]
    for channel, bots in raw.items():
        if isinstance(bots, dict):
            for name, values in bots.items():
                lines += [f"[{channel}.{name}]", *(f"{k} = {json.dumps(v, ensure_ascii=False)}" for k, v in values.items())]
    return "\n".join(lines)




def _command(monkeypatch, capsys, *words):
    from assistant.faces import cli

    monkeypatch.setattr("sys.argv", ["assistant", *words])
    with pytest.raises(SystemExit) as left:
        cli.main()
    said = capsys.readouterr()
    return left.value.code, said.out, said.err


def test_a_notice_is_pushed_from_the_terminal_and_what_is_wrong_is_said(monkeypatch, capsys, tmp_path):
    platform = Platform()
    server = Server(platform)
    (tmp_path / "bots.toml").write_text(_toml({"webhook": {"notices": {"platform": "wecom", "url": f"{server.address}/cgi-bin/webhook/send?key=abc"}}}), "utf-8")
    monkeypatch.setenv("ASSISTANT_BOTS", str(tmp_path / "bots.toml"))
    assert _command(monkeypatch, capsys, "push", "notices", "新文件已入库。")[:2] == (0, "已推送 1 条。\n")
    code, _, error = _command(monkeypatch, capsys, "push", "other", "x")
    assert (code, "没有群推送“other”" in error) == (1, True)
    server.close()
    assert "新文件已入库。" in platform.shown[0].text
    monkeypatch.delenv("ASSISTANT_BOTS")
    code, _, error = _command(monkeypatch, capsys, "bots", "doctor")
    assert (code, "assistant bots example" in error) == (1, True)
    code, _, error = _command(monkeypatch, capsys, "bots", "simulate", "qq")
    assert (code, "没有渠道“qq”" in error) == (1, True)
    assert _command(monkeypatch, capsys, "bots", "undelivered")[:2] == (0, "没有。\n")
    assert "[wecom.main]" in _command(monkeypatch, capsys, "bots", "example")[1]


def test_a_draft_comes_as_a_file_when_it_is_whole(loaded_home, tmp_path):
    """Over the whole assistant: the words ask for a form, the file is the one that the form gives."""
    import shutil

    from assistant.assistant import Assistant
    from assistant.faces.bots.opening import FacadeBrain
    from assistant.types import LOCAL

    shutil.copytree(loaded_home, tmp_path / "copy")
    with Assistant.open(home=tmp_path / "copy") as assistant:
        brain, title = FacadeBrain(assistant), assistant.forms()[0].title
        asked = brain.chat(f"起草{title}", "", LOCAL, lambda status: None)
        assert brain.draft_file(asked, LOCAL) is None
        whole = brain.chat("先出一版", asked["conversation"], LOCAL, lambda status: None)
        name, data = brain.draft_file(whole, LOCAL)
        plain = brain.chat("高明多久对干部考核评价一次？", "", LOCAL, lambda status: None)
        assert brain.draft_file(plain, LOCAL) is None
    assert name.endswith(".docx") and data.startswith(b"PK")
