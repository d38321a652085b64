"""The connection to the model: every fault ends in words within the deadline, and nothing secret shows."""

from __future__ import annotations

import json
import logging
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import warnings

import pytest

from assistant.agent.connection import Checked, Connection, Deadline
from assistant.agent.limits import Breaker, Meter, Usage
from assistant.agent.place import Place
from assistant.agent.rehearsal.server import FAULTS, Rehearsal
from assistant.errors import (
    AssistantError,
    BadSetting,
    Cancelled,
    ModelBroken,
    ModelBusy,
    ModelNotAllowed,
    ModelRefused,
    ModelTimeout,
    ModelUnavailable,
)
from assistant.settings import Settings

KEY = "sk-SECRET-0123456789"
SEARCH = {"type": "function", "function": {
    "name": "search_policy", "description": "检索", "parameters": {"type": "object", "properties": {"query": {"type": "string"}}}}}
ENDS = {
    "refused": ModelRefused, "hang": ModelTimeout, "drip": ModelTimeout, "429": ModelBusy, "500": ModelRefused, "cut": ModelBroken,
    "badjson": ModelBroken, "empty": ModelBroken, "huge": ModelBroken, "encoding": ModelBroken, "falsetools": ModelBroken,
    "redirect": ModelNotAllowed, "length": ModelBroken, "silent-after-start": ModelTimeout, "packed": ModelBroken, "surrogate": ModelBroken,
}


@pytest.fixture(scope="module", autouse=True)
def imported():
    """The client library takes a second to import, which is no part of a deadline."""
    import assistant.agent.speaking  # noqa: F401


@pytest.fixture(scope="module")
def server():
    def reply(messages, tools, form):
        return {"content": f"收到：{messages[-1]['content']}"}

    with Rehearsal(reply, key=KEY, drip_s=0.05) as running:
        yield running


def connect(server, model="coop", **given):
    chosen = {"model_connect_s": 0.3, "model_first_token_s": 0.4, "model_total_s": 0.9, "model_api_key": KEY, **given}
    return Connection.of(Settings(home="x", model=f"openai:{model}", **{"model_base_url": getattr(server, "base_url", server), **chosen}))


def speak(connection, seconds=0.9, cancelled=None, **more):
    return connection.model(Deadline.after(seconds), cancelled or threading.Event(), **more)


def test_what_a_model_says_comes_whole_and_in_pieces(server):
    connection = connect(server)
    assert speak(connection).invoke("多久考核一次？").content == "收到：多久考核一次？"
    pieces = [chunk.text for chunk in speak(connection).stream("多久考核一次？")]
    assert ("".join(pieces), len([p for p in pieces if p]) > 1) == ("收到：多久考核一次？", True)


def test_every_fault_is_rehearsed():
    assert {*FAULTS} - {"flaky"} == {*ENDS}


@pytest.mark.parametrize("fault, way", [*((fault, "invoke") for fault in ENDS), *((fault, "stream") for fault in ("cut", "hang", "badjson", "falsetools"))])
def test_a_fault_ends_in_its_error_within_the_deadline(server, fault, way):
    model = speak(connect(server, fault)).bind_tools([SEARCH])
    begun = time.monotonic()
    with pytest.raises(ENDS[fault]) as error:
        list(getattr(model, way)("张三多久考核一次？"))
    assert time.monotonic() - begun < 1.9
    assert type(error.value) is ENDS[fault]
    assert "。请" in error.value.message and error.value.__context__ is None
    assert not any(word in error.value.message for word in (KEY, "张三", "boom", "slow down"))


@pytest.mark.parametrize("fault", ["drip", "hang", "silent-after-start"])
def test_the_deadline_of_an_answer_holds_where_single_waits_would_not(server, fault):
    begun = time.monotonic()
    with pytest.raises(ModelTimeout):
        speak(connect(server, fault, model_first_token_s=30), 0.3).invoke("多久？")
    assert 0.25 < time.monotonic() - begun < 1.2


def test_all_calls_of_an_answer_share_one_deadline(server):
    connection, deadline = connect(server), Deadline.after(0.5)
    model = connection.model(deadline, threading.Event())
    model.invoke("一")
    time.sleep(0.5)
    with pytest.raises(ModelTimeout):
        model.invoke("二")
    assert connection.usage["local"].calls == 1


def test_a_port_where_nobody_listens_is_refused_and_tried_again():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    connection = connect(f"http://127.0.0.1:{port}/v1")
    with pytest.raises(ModelRefused, match=f"连不上大模型服务 127.0.0.1:{port}"):
        speak(connection).invoke("多久？")
    assert connection.usage["local"] == Usage(calls=2, faults=2)


def test_a_server_that_never_accepts_ends_at_the_deadline_of_connecting():
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(deaf.getsockname())
        begun = time.monotonic()
        with pytest.raises(ModelTimeout, match="没有接通"):
            speak(connect(f"http://127.0.0.1:{deaf.getsockname()[1]}/v1", model_retries=0)).invoke("多久？")
        assert time.monotonic() - begun < 2
        for one in waiting:
            one.close()


def test_encryption_that_cannot_be_set_up_is_named(server):
    with pytest.raises(ModelRefused, match="加密连接没有建立"):
        speak(connect(server.base_url.replace("http:", "https:"))).invoke("多久？")


def test_a_server_that_recovers_is_tried_again_and_one_that_asks_for_too_long_is_not(server):
    assert speak(connect(server, "flaky"), 2).invoke("多久？").content == "第二次好了。"
    before = server.calls["429"]
    with pytest.raises(ModelBusy):
        speak(connect(server, "429")).invoke("多久？")
    assert server.calls["429"] - before == 1
    begun = time.monotonic()
    with pytest.raises(ModelBusy):
        speak(connect(server, "429"), 2.5).invoke("多久？")
    assert server.calls["429"] - before == 3 and 1 < time.monotonic() - begun < 2.4


@pytest.mark.parametrize("fault", ["cut", "silent-after-start", "badjson"])
def test_nothing_is_tried_again_after_the_first_word(server, fault):
    connection = connect(server, fault)
    with pytest.raises(ModelUnavailable):
        speak(connection).invoke("多久？")
    assert connection.usage["local"].calls == 1


def test_an_asker_who_leaves_ends_the_call_and_the_connection():
    cancelled = threading.Event()
    with Rehearsal(drip_s=0.02) as server:
        threading.Timer(0.3, cancelled.set).start()
        begun, connection = time.monotonic(), connect(server, "drip", model_first_token_s=9)
        with pytest.raises(Cancelled):
            speak(connection, 9, cancelled).invoke("多久？")
        assert time.monotonic() - begun < 2
        while not server.dropped and time.monotonic() - begun < 2:
            time.sleep(0.02)
        assert server.dropped == 1
        with pytest.raises(Cancelled):
            speak(connection, 9, cancelled).invoke("多久？")
        assert server.calls["drip"] == 1 and not connection.resting


def test_a_stream_that_is_not_read_to_its_end_closes_its_connection():
    with Rehearsal(drip_s=0.02) as server:
        stream = speak(connect(server, "huge", model_total_s=5), 5).stream("多久？")
        next(stream), next(stream)
        stream.close()
        begun = time.monotonic()
        while not server.dropped and time.monotonic() - begun < 2:
            time.sleep(0.02)
        assert server.dropped == 1


def test_a_redirect_is_not_followed(server):
    with pytest.raises(ModelNotAllowed):
        speak(connect(server, "redirect")).invoke("多久？")
    assert server.elsewhere == 0


def test_after_three_faults_the_service_is_left_alone(server):
    connection = connect(server, "500", model_retries=0)
    before = server.calls["500"]
    for kind in (ModelRefused, ModelRefused, ModelRefused, ModelBusy, ModelBusy):
        with pytest.raises(kind):
            speak(connection).invoke("多久？")
    assert (server.calls["500"] - before, connection.resting) == (3, True)


def test_outputs_cut_by_their_own_length_do_not_open_the_breaker(server):
    connection = connect(server, "length")
    for _ in range(4):
        with pytest.raises(ModelBroken):
            speak(connection).invoke("多久？")
    assert not connection.resting


def test_a_call_with_hardly_any_time_left_says_nothing_about_the_service(server):
    connection = connect(server, "hang")
    for _ in range(4):
        with pytest.raises(ModelTimeout):
            speak(connection, 0.05).invoke("多久？")
    assert not connection.resting


def test_the_breaker_opens_lets_one_try_after_its_rest_and_closes_when_that_went_well():
    now = [0.0]
    breaker = Breaker(clock=lambda: now[0])

    def call(well):
        breaker.enter()
        breaker.leave(well)

    for well in (False, False, True, False, False, None, False):
        call(well)
    with pytest.raises(ModelBusy, match="约 30 秒后"):
        breaker.enter()
    now[0] = 29.0
    assert breaker.open
    now[0] = 30.0
    breaker.enter()
    with pytest.raises(ModelBusy):
        breaker.enter()
    breaker.leave(False)
    now[0] = 59.0
    assert breaker.open
    now[0] = 60.0
    call(None)
    call(True)
    breaker.enter()
    breaker.enter()
    assert not breaker.open


def test_no_more_answers_than_slots_use_the_model_at_once(server):
    connection = connect(server, model_slots=2)
    with connection.slot(), connection.slot():
        begun = time.monotonic()
        with pytest.raises(ModelBusy):
            connection.slot().__enter__()
        assert 0.45 < time.monotonic() - begun < 2
    with connection.slot():
        pass


def test_calls_tokens_and_cost_are_counted_per_asker(server):
    connection = connect(server, model_price_prompt=1_000_000, model_price_completion=2_000_000)
    speak(connection, asker="张三").invoke("多久？")
    first = connection.usage
    speak(connection, asker="李四").invoke("多久考核一次？")
    speak(connection, asker="张三").invoke("多久？")
    one = first["张三"]
    assert (one.calls, one.faults, one.prompt_tokens > 0, one.completion_tokens > 0) == (1, 0, True, True)
    assert one.cost == one.prompt_tokens + 2 * one.completion_tokens
    assert connection.usage["张三"] == Usage(2, 0, 2 * one.prompt_tokens, 2 * one.completion_tokens, 2 * one.cost)
    assert ({*first}, {*connection.usage}) == ({"张三"}, {"张三", "李四"})
    with pytest.raises(TypeError):
        first["张三"] = Usage()


def test_the_meter_forgets_who_was_seen_longest_ago():
    meter = Meter()
    for number in range(1001):
        meter.count(f"{number}", calls=1)
    assert ("0" in meter.snapshot(), "1" in meter.snapshot(), len(meter.snapshot())) == (False, True, 1000)


def test_many_at_once_each_get_their_own_answer(server):
    connection, got = connect(server, model_total_s=5, model_first_token_s=5), {}

    def ask(number):
        got[number] = speak(connection, 5).invoke(f"第{number}问").content

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == {number: f"收到：第{number}问" for number in range(12)}
    assert connection.usage["local"].calls == 12


def test_one_model_used_by_two_threads_keeps_their_calls_apart(server):
    model, got = speak(connect(server, model_total_s=5, model_first_token_s=5), 5), {}
    threads = [threading.Thread(target=lambda n=n: got.update({n: model.invoke(f"第{n}问").content})) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == {n: f"收到：第{n}问" for n in range(4)}


def test_the_key_shows_nowhere(server, caplog):
    caplog.set_level(logging.DEBUG)
    connection = connect(server, "500", model_retries=0)
    model = speak(connection)
    shown = [repr(connection), str(vars(connection)), repr(model), str(model), repr(model._line), str(model.model_dump()), repr(connection.usage)]
    with pytest.raises(ModelRefused) as error:
        model.invoke("张三多久考核一次？")
    wrong = connect(server, model_api_key="sk-WRONG-" + KEY)
    shown += [repr(error.value), wrong.check().detail, caplog.text]
    assert [text for text in shown if "SECRET" in text] == []
    assert "张三" not in caplog.text


def test_what_the_environment_says_to_the_client_library_is_not_heeded(monkeypatch):
    for name, value in {
        "OPENAI_API_KEY": "sk-other", "OPENAI_BASE_URL": "http://10.0.0.1/v1", "OPENAI_API_BASE": "http://10.0.0.1/v1", "OPENAI_ORG_ID": "org-x",
        "OPENAI_PROJECT_ID": "proj-x", "HTTP_PROXY": "http://10.0.0.1:1", "http_proxy": "http://10.0.0.1:1", "ALL_PROXY": "http://10.0.0.1:1",
        "NO_PROXY": "", "no_proxy": "", "LANGSMITH_TRACING": "true", "LANGCHAIN_TRACING_V2": "true", "LANGSMITH_API_KEY": "lsv2_x",
        "OPENAI_CUSTOM_HEADERS": "X-Leak: 1",
    }.items():
        monkeypatch.setenv(name, value)
    with Rehearsal() as server:
        assert speak(connect(server, model_api_key="")).invoke("多久？").content == "这是演练服务，后面没有大模型。"
        sent = {name.lower(): value for name, value in server.headers[0].items()}
    assert {name: value for name, value in sent.items() if name not in ("host", "content-length")} == {
        "content-type": "application/json", "accept": "application/json", "accept-encoding": "identity", "connection": "close",
        "user-agent": "cadre-policy-assistant",
    }
    from langsmith.utils import tracing_is_enabled

    assert not tracing_is_enabled()


@pytest.mark.parametrize("given, words", [
    ({"model_api_key": "sk-wrong"}, "不认密钥（401）"),
    ({"model": "nosuch"}, "没有模型“nosuch”"),
    ({"model": "hang"}, "没有开始输出"),
    ({"model": "badjson"}, "不合接口的格式"),
    ({"model": "redirect"}, "没有跟随"),
    ({"model": "500"}, "内部出错（500）"),
    ({"model": "429"}, "限制了调用次数"),
])
def test_the_doctor_is_told_what_is_wrong(server, given, words):
    found = connect(server, **given).check()
    assert (found.ok, words in found.detail) == (False, True), found


def test_the_doctor_is_told_that_it_works_and_whether_cases_may_go(server):
    connection = connect(server, model_cases="never")
    found = connection.check()
    assert found == Checked(True, found.detail) and found.detail.startswith("openai:coop（127.0.0.1）0.") and found.detail.endswith("看不到案件文字")
    assert dict(connection.usage) == {}


@pytest.mark.parametrize("url", [
    "http://models.example.com/v1", "https://api.example.com/v1", "http://127.0.0.1.example.com/v1", "http://2130706433/v1", "http://0x7f000001/v1",
    "http://127.1/v1", "http://0/v1", "http://[::]/v1", "http://169.254.169.254/v1", "http://localhost.example.com/v1", "http://10.0.0.1/v1",
])
def test_a_host_that_is_not_on_the_list_is_refused(url):
    with pytest.raises(BadSetting, match="ASSISTANT_MODEL_HOSTS"):
        Connection.of(Settings(home="x", model="openai:m", model_base_url=url, model_hosts="llm.office.cn, [::2], 10.0.0.1:8000"))


@pytest.mark.parametrize("url", [
    "", "127.0.0.1:8000/v1", "ftp://127.0.0.1/v1", "file:///etc/passwd", "http://user:pass@127.0.0.1/v1", "http://127.0.0.1\\@example.com/v1",
    "http://127.0.0.1#@example.com/", "http://127.0.0.1?x=1", "http://127.0.0.1:99999/v1", "http://127.0.0.1:0/v1", "http://127.0.0.1/v1\nX: 1",
    "http://１２７.0.0.1/v1", "http://127.0.0.1%2eexample.com/v1", " http://127.0.0.1/v1", "//127.0.0.1/v1",
])
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(BadSetting, match="ASSISTANT_MODEL_BASE_URL"):
        Connection.of(Settings(home="x", model="openai:m", model_base_url=url))


@pytest.mark.parametrize("given, name", [
    ({"model": "anthropic:x"}, "ASSISTANT_MODEL"), ({"model": "deepseek-chat"}, "ASSISTANT_MODEL"), ({"model": "openai:"}, "ASSISTANT_MODEL"),
    ({"model_base_url": "http://llm.office.cn/v1", "model_hosts": "llm.office.cn"}, "ASSISTANT_MODEL_INTRANET"),
    ({"model_api_key": "sk 1\n"}, "ASSISTANT_MODEL_API_KEY"), ({"model_api_key": "密钥"}, "ASSISTANT_MODEL_API_KEY"),
])
def test_settings_that_cannot_be_used_are_refused_by_name(given, name):
    with pytest.raises(BadSetting, match=name) as error:
        Connection.of(Settings(home="x", **{"model": "openai:m", "model_base_url": "http://127.0.0.1/v1", **given}))
    assert "密钥”" not in error.value.message and "sk 1" not in error.value.message


@pytest.mark.parametrize("given, place", [
    ({"model_base_url": "http://LOCALHOST:8000/v1/"}, Place("http", "localhost", 8000, "/v1", "qwen3:8b", True)),
    ({"model_base_url": "http://[::1]:8000"}, Place("http", "::1", 8000, "", "qwen3:8b", True)),
    ({"model_base_url": "https://API.example.cn/v1", "model_hosts": "a.cn，api.example.cn"}, Place("https", "api.example.cn", 443, "/v1", "qwen3:8b", False)),
    ({"model_base_url": "http://10.0.0.1:8000/v1", "model_hosts": "10.0.0.1:8000", "model_intranet": "10.0.0.1"},
     Place("http", "10.0.0.1", 8000, "/v1", "qwen3:8b", True)),
])
def test_loopback_is_always_allowed_and_others_when_listed(given, place):
    assert Place.of(Settings(home="x", model="openai:qwen3:8b", **given)) == place


@pytest.mark.parametrize("cases, intranet, sees", [
    ("never", True, False), ("never", False, False), ("intranet", True, True), ("intranet", False, False), ("always", False, True), ("always", True, True),
])
def test_cases_go_where_the_setting_lets_them(cases, intranet, sees):
    connection = Connection.of(Settings(
        home="x", model="openai:m", model_base_url="https://llm.office.cn/v1", model_hosts="llm.office.cn",
        model_intranet="llm.office.cn" if intranet else "", model_cases=cases,
    ))
    assert connection.sees_cases is sees


def test_a_listed_name_that_points_at_the_machine_s_own_metadata_is_not_called(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("169.254.169.254", 443))])
    connection = connect("https://llm.office.cn/v1", model_hosts="llm.office.cn")
    with pytest.raises(ModelNotAllowed):
        speak(connection).invoke("多久？")


def test_a_resolver_that_hangs_does_not_hold_the_answer(monkeypatch):
    held = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: held.wait(5) and [])
    begun = time.monotonic()
    with pytest.raises(ModelTimeout):
        speak(connect("https://llm.office.cn/v1", model_hosts="llm.office.cn", model_retries=0)).invoke("多久？")
    assert time.monotonic() - begun < 2
    held.set()


def test_an_agent_calls_tools_through_the_connection_within_one_deadline():
    from langchain.agents import create_agent
    from langchain_core.tools import tool

    @tool
    def search_policy(query: str) -> str:
        """检索政策文件"""
        return f"找到：{query}第三条"

    def reply(messages, tools, form):
        assert [t["function"]["name"] for t in tools] == ["search_policy"]
        if messages[-1]["role"] == "tool":
            return {"content": f"依据{messages[-1]['content']}。"}
        return {"tool_calls": [{"name": "search_policy", "arguments": {"query": "考核办法"}}]}

    with Rehearsal(reply) as server:
        connection = connect(server, model_total_s=5, model_first_token_s=5)
        agent = create_agent(speak(connection, 5), [search_policy])
        assert agent.invoke({"messages": [("user", "多久？")]})["messages"][-1].content == "依据找到：考核办法第三条。"
        pieces = [part.text for part, about in agent.stream({"messages": [("user", "多久？")]}, stream_mode="messages") if about["langgraph_node"] == "model"]
        assert ("".join(pieces), connection.usage["local"].calls) == ("依据找到：考核办法第三条。", 4)
        failing = create_agent(speak(connect(server, "falsetools"), 5), [search_policy])
        with pytest.raises(ModelBroken):
            failing.invoke({"messages": [("user", "多久？")]})


def test_the_scripted_model_says_what_it_is_told_in_small_pieces_and_calls_tools():
    from langchain.agents import create_agent
    from langchain_core.messages import AIMessage, ToolMessage
    from langchain_core.tools import tool

    from assistant.agent.rehearsal.scripts import Scripted

    @tool
    def search_policy(query: str) -> str:
        """检索政策文件"""
        return f"{query}第三条"

    def reply(messages):
        if isinstance(messages[-1], ToolMessage):
            return AIMessage(f"依据{messages[-1].content}。")
        return AIMessage("", tool_calls=[{"name": "search_policy", "args": {"query": "考核办法的规定"}, "id": "call_1"}])

    model = Scripted(reply=reply)
    agent = create_agent(model, [search_policy])
    assert agent.invoke({"messages": [("user", "多久？")]})["messages"][-1].content == "依据考核办法的规定第三条。"
    streamed = [part for part, about in agent.stream({"messages": [("user", "多久？")]}, stream_mode="messages") if about["langgraph_node"] == "model"]
    texts = [part.text for part in streamed if part.text]
    assert (texts, len(model.seen)) == (["依据考核", "办法的规", "定第三条", "。"], 4)
    assert [part.response_metadata["finish_reason"] for part in streamed if part.response_metadata] == ["tool_calls", "stop"]
    assert model.bind_tools([search_policy]).tools == ("search_policy",)


def test_the_rehearsal_answers_whole_as_well_as_streamed():
    from http.client import HTTPConnection

    with Rehearsal() as server:
        port = int(server.base_url.split(":")[2].split("/")[0])
        client = HTTPConnection("127.0.0.1", port)
        client.request("POST", "/v1/chat/completions", json.dumps({"model": "coop", "messages": [{"role": "user", "content": "多久？"}]}))
        answer = json.loads(client.getresponse().read())
        assert answer["choices"][0] == {"index": 0, "message": {"role": "assistant", "content": "这是演练服务，后面没有大模型。"}, "finish_reason": "stop"}
        client = HTTPConnection("127.0.0.1", port)
        client.request("GET", "/v1/models")
        assert [model["id"] for model in json.loads(client.getresponse().read())["data"]] == ["coop", "liar", *FAULTS]


def test_the_rehearsal_starts_as_a_program_and_names_its_address():
    with subprocess.Popen([sys.executable, "-m", "assistant.agent.rehearsal"], stdout=subprocess.PIPE, text=True) as program:
        try:
            address = program.stdout.readline().strip()
            assert connect(address).check().ok
        finally:
            program.terminate()


def test_without_a_model_nothing_of_it_is_loaded(office_home, tmp_path):
    shutil.copytree(office_home, tmp_path / "home", dirs_exist_ok=True)
    script = (
        "import sys, assistant.assistant as a\n"
        "from assistant.agent.connection import Connection\n"
        "with a.Assistant.open() as office:\n"
        "    office.ask('多久考核一次？'); assert Connection.of(office.settings) is None\n"
        "print(sorted({m.split('.')[0] for m in sys.modules} & {'openai', 'langchain', 'langchain_core', 'langchain_openai', 'langgraph', 'langsmith', 'httpx2', 'httpcore2'}))"
    )
    from tests.conftest import OFFICE

    done = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, text=True, timeout=60,
                          env={**os.environ, "ASSISTANT_HOME": str(tmp_path / "home"), "ASSISTANT_CORPUS": str(OFFICE)})
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr


def test_a_model_that_is_set_up_but_not_used_is_not_imported_either():
    script = (
        "import sys\nfrom assistant.agent.connection import Connection\nfrom assistant.settings import Settings\n"
        "Connection.of(Settings(home='x', model='openai:m', model_base_url='http://127.0.0.1/v1'))\n"
        "print('openai' in sys.modules, 'langchain_core' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "False False", done.stderr


def test_every_error_of_the_model_has_words_of_its_own_and_a_status():
    kinds = (ModelUnavailable, ModelRefused, ModelTimeout, ModelBroken, ModelBusy, ModelNotAllowed, Cancelled)
    assert len({kind.code for kind in kinds}) == len(kinds)
    assert all(issubclass(kind, AssistantError) and kind.status != 500 for kind in kinds)


def test_making_a_model_warns_of_nothing(server):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        speak(connect(server)).invoke("多久？")
