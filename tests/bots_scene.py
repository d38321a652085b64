"""A scene for tests of the bots: every channel over one store, a brain of fixed answers, a platform on this machine, a clock by hand."""

from __future__ import annotations

import itertools
import threading
import time

from fake_assistant import CLAUSE, RULE

from assistant.accounts.principal import RIGHTS, Principal
from assistant.errors import BadInput, NotFound, Unauthenticated
from assistant.faces import shapes
from assistant.faces.bots import config
from assistant.faces.bots.pipeline import Pipeline
from assistant.faces.bots.rehearsal import callers
from assistant.faces.bots.rehearsal.platforms import Platform
from assistant.faces.bots.replying import Replier
from assistant.store import Store
from assistant.types import Answer, Asker, Citation

TOKEN, AES = "hJqcu3uJ9Tn2gXPmxx2w9kkCkCE2EYo", "6qkdMrq68nTKduznJYO1A37W2oEgpkMUvkttRToqhUt"
CORP, AGENT = "wwTESTcorp000001", 1000002
DING_SECRET, LARK_KEY, LARK_TOKEN, LARK_APP = "aDFtYXAtdGVzdC1zZWNyZXQtZGluZ3RhbGs", "kudryavka", "vtok123", "cli_test"
BASE = "http://127.0.0.1:9"
RAW = {
    "base_url": "https://policy.example.cn",
    "wecom": {"main": {"token": TOKEN, "aes_key": AES, "tenant": CORP, "api_base": BASE}},
    "wecom-app": {"main": {"corp_id": CORP, "agent_id": AGENT, "secret": "s" * 32, "token": TOKEN, "aes_key": AES, "api_base": BASE}},
    "dingtalk": {"main": {"client_id": "ding1", "client_secret": DING_SECRET, "mode": "http", "api_base": BASE, "old_api_base": BASE}},
    "feishu": {"main": {"app_id": LARK_APP, "app_secret": "s" * 32, "encrypt_key": LARK_KEY, "verification_token": LARK_TOKEN, "open_id": "ou_bot",
                        "api_base": BASE, "group_units": ["区委组织部"]}},
}
STAFF = Principal("zhang", "张三", "staff", Asker("zhang", frozenset({"区委组织部"})), RIGHTS["staff"])


class Clock:
    def __init__(self, now=1_700_000_000.0):
        self.now = now

    def __call__(self):
        return self.now


class Brain:
    """Answers with what it was asked; ``asked`` keeps message, conversation and asker. ``gate``, when set, is waited for."""

    def __init__(self):
        self.asked, self.gate, self.answer, self.lock = [], None, None, threading.Lock()

    def chat(self, message, conversation, asker, tell):
        with self.lock:
            self.asked.append((message, conversation, asker))
            n = len(self.asked)
        tell("正在查找依据")
        if self.gate:
            self.gate.wait(30)
        if message == "坏":
            raise RuntimeError("原文不得外泄")
        if message == "空":
            raise BadInput("问题是空的。请写出要问的事。")
        if conversation == "gone":
            raise NotFound("没有对话。")
        answer = self.answer or Answer(f"答：{message}。应在7个工作日内反馈。", (Citation(CLAUSE.id, CLAUSE.path, RULE, "在7个工作日内反馈"),))
        return {**shapes.answer(answer), "conversation": conversation or f"c-{asker.name}", "conversation_title": "", "trace": f"20231114-{n:012x}"}

    def tells_a_case(self, message):
        return "案情" in message

    def draft_file(self, reply, asker):
        return ("通知.docx", b"PK\x03\x04") if "起草" in reply["text"] else None


class People:
    """One code binds to the staff account; nobody is bound at first."""

    def __init__(self):
        self.bound = {}

    def resolve(self, platform, tenant, user):
        return self.bound.get((platform, tenant, user))

    def bind(self, platform, tenant, user, code):
        if code != "12345678":
            raise Unauthenticated("绑定码不对，或已过期、已用过。")
        self.bound[platform, tenant, user] = STAFF
        return STAFF

    def unbind(self, platform, tenant, user, *, by):
        return self.bound.pop((platform, tenant, user), None) is not None


class Scene:
    def __init__(self, home, raw=None, **more):
        self.clock, self.brain, self.people, self.platform = Clock(), Brain(), People(), Platform()
        self.raw, self.more, self.ticks = raw or RAW, more, itertools.count()
        self.store = Store.open(home)
        self.office = config.read(self.raw)
        self.pipeline = self.another()

    def another(self):
        """A pipeline on the same store, as a process that was started anew has."""
        replier = Replier(self.brain, self.store, self.people, self.office.policy, self.clock)
        return Pipeline(self.store, self.office.channels, replier, self.platform, clock=self.clock, pause=lambda s: None, **self.more)

    def say(self, channel, said, user="zhangsan", id="", chat="", pipeline=None, **more):
        return (pipeline or self.pipeline).receive(channel, "main", self.request(channel, said, user, id, chat, **more))

    def request(self, channel, said, user="zhangsan", id="", chat="", at=None, **more):
        now = self.clock() if at is None else at
        match channel:
            case "wecom-app":
                return callers.app_message(CORP, AGENT, TOKEN, AES, user, said, now, id)
            case "wecom":
                return callers.bot_message(TOKEN, AES, user, said, now, id=id, chat=chat, response_url=f"{BASE}/cgi-bin/aibot/response?response_code={id or 'r1'}", more=more)
            case "dingtalk":
                data = callers.dingtalk_data(user, said, now, id=id, chat=chat, session=f"{BASE}/robot/sendBySession?session=x")
                return callers.dingtalk_request(DING_SECRET, {**data, **more}, now + next(self.ticks) / 1000)
            case "feishu":
                return callers.feishu_request(LARK_KEY, callers.feishu_event(LARK_APP, LARK_TOKEN, user, said, now, id=id, chat=chat,
                                                                              mention="ou_bot" if chat else ""), now)
        raise AssertionError(channel)

    def poll(self, stream, pipeline=None):
        said = (pipeline or self.pipeline).receive("wecom", "main", callers.bot_poll(TOKEN, AES, stream, self.clock()))
        return callers.wecom_opened(AES, said)["stream"]

    def run(self, pipeline=None):
        """Answer and send all there is."""
        pipeline = pipeline or self.pipeline
        for _ in range(10_000):
            if not (pipeline.work() or pipeline.send()):
                return

    @property
    def texts(self):
        return [s.text for s in self.platform.shown]

    def audit(self):
        with self.store._reading() as c:
            return [(r.who, r.what, r.subject) for r in c.exec_driver_sql("select who, what, subject from audit order by seq")]

    def wait(self, done, seconds=10.0):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if done():
                return True
            time.sleep(0.01)
        return False
