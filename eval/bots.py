"""聊天平台：与官方 SDK 互通（≥1 万例）、伪造和过期的请求、重复投递、受理时间、分条的字节数。"""

from __future__ import annotations

import argparse
import importlib
import json
import logging
import os
import random
import statistics
import string
import tempfile
import threading
import time
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from assistant.accounts import Principal
from assistant.faces.bots import config, sealing
from assistant.faces.bots.contract import FRESH_SECONDS, Request, Verified
from assistant.faces.bots.pipeline import Pipeline
from assistant.faces.bots.rehearsal import callers
from assistant.faces.bots.rehearsal.platforms import Platform
from assistant.faces.bots.replying import Replier
from assistant.store import Store
from assistant.store.messages import Room
from assistant.types import LABEL, Asker
from eval import record

AES, TOKEN, CORP, AGENT = "6qkdMrq68nTKduznJYO1A37W2oEgpkMUvkttRToqhUt", "hJqcu3uJ9Tn2gXPmxx2w9kkCkCE2EYo", "wwTESTcorp000001", 1000002
SECRET, KEY, VERIFICATION, APP = "aDFtYXAtdGVzdC1zZWNyZXQtZGluZ3RhbGs", "kudryavka", "vtok123", "cli_test"
HERE = "http://127.0.0.1:9"
RAW: dict[str, Any] = {
    "base_url": "https://policy.example.cn",
    "wecom": {"main": {"token": TOKEN, "aes_key": AES, "tenant": CORP, "api_base": HERE}},
    "wecom-app": {"main": {"corp_id": CORP, "agent_id": AGENT, "secret": "s" * 32, "token": TOKEN, "aes_key": AES, "api_base": HERE}},
    "dingtalk": {"main": {"client_id": "ding1", "client_secret": SECRET, "mode": "http", "api_base": HERE, "old_api_base": HERE}},
    "feishu": {"main": {"app_id": APP, "app_secret": "s" * 32, "encrypt_key": KEY, "verification_token": VERIFICATION, "open_id": "ou_bot", "api_base": HERE}},
}
CHANNELS = ("wecom-app", "wecom", "dingtalk", "feishu")
SIGNS = "政策干部容错纠错，。；！？《》〔〕（）0123456789abcXYZ \n<>&\"'@[]()*`_~|#\\😀👨‍👩‍👧🇨🇳é\u0301"


class Fixed:
    """The assistant of this measurement: one answer after so many seconds. ``asked`` counts."""

    def __init__(self, seconds: float = 0.0):
        self.seconds, self.asked, self._lock = seconds, 0, threading.Lock()

    def chat(self, message: str, conversation: str, asker: Asker, tell: Callable[[str], None]) -> dict[str, Any]:
        with self._lock:
            self.asked += 1
            n = self.asked
        time.sleep(self.seconds)
        return {**reply(f"答：{message}"), "conversation": conversation or f"c-{asker.name}", "trace": f"20260101-{n:012x}"}

    def tells_a_case(self, message: str) -> bool:
        return False

    def draft_file(self, given: Any, asker: Asker) -> None:
        return None


class Nobody:
    """No account at all."""

    def resolve(self, platform: str, tenant: str, user: str) -> Principal | None:
        return None

    def bind(self, platform: str, tenant: str, user: str, code: str) -> Principal:
        raise AssertionError

    def unbind(self, platform: str, tenant: str, user: str, *, by: str) -> bool:
        return False


class Scene:
    """Every channel over one store."""

    def __init__(self, home: Path, brain: Fixed, **more: Any):
        self.platform, self.brain, self.store, self.office = Platform(), brain, Store.open(home), config.read(RAW)
        self._more = more
        self.pipeline = self.another()

    def another(self) -> Pipeline:
        replier = Replier(self.brain, self.store, Nobody(), self.office.policy, time.time)
        return Pipeline(self.store, self.office.channels, replier, self.platform, pause=lambda s: None, **self._more)

    def drain(self) -> None:
        while self.pipeline.work() or self.pipeline.send():
            pass


def request(channel: str, text: str, user: str, id: str, at: float) -> Request:
    """A message as the platform of a channel posts it."""
    match channel:
        case "wecom-app":
            return callers.app_message(CORP, AGENT, TOKEN, AES, user, text, at, id)
        case "wecom":
            return callers.bot_message(TOKEN, AES, user, text, at, id=id)
        case "dingtalk":
            return callers.dingtalk_request(SECRET, callers.dingtalk_data(user, text, at, id=id, session=f"{HERE}/robot/sendBySession?session=x"), at)
    return callers.feishu_request(KEY, callers.feishu_event(APP, VERIFICATION, user, text, at, id=id), at)


def reply(text: str, cited: int = 1, elements: int = 0) -> dict[str, Any]:
    """An answer in the shape of a chat."""
    document = {"id": "某发〔2022〕20号", "title": "某市容错纠错办法", "number": "某发〔2022〕20号", "kind": "normative"}
    found = [{"title": f"要素{n}", "state": "met", "quote": "经集体研究决定"} for n in range(elements)]
    return {"text": text, "citations": [{"provision": f"某发〔2022〕20号#第{n}条", "path": f"第{n}条", "quote": "应在7个工作日内反馈", "document": document}
                                        for n in range(1, cited + 1)], "notices": [], "label": LABEL, "refusal": None, "trace": "20260101-00000000abcd",
            **({"determination": {"findings": found}} if elements else {})}


def text_of(rng: random.Random, longest: int) -> str:
    return "".join(rng.choice(SIGNS) for _ in range(rng.randrange(longest)))


def with_sdks(n: int, rng: random.Random) -> dict[str, Any]:
    """Sealed here and opened by the SDK, sealed by the SDK and opened here; requests that both judge."""
    crypto_of = importlib.import_module("wechatpy.enterprise.crypto").WeChatCrypto
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        lark, raw_of = importlib.import_module("lark_oapi"), importlib.import_module("lark_oapi.core.model").RawRequest
        cipher = importlib.import_module("lark_oapi.core.utils").AESCipher(KEY)
    logging.getLogger("Lark").setLevel(logging.CRITICAL + 1)
    key, wrong = sealing.wecom_key(AES), {"wecom": 0, "feishu": 0, "feishu requests": 0}
    for i in range(n):
        text, receiver = text_of(rng, 4000 if i % 50 == 0 else 200), CORP if i % 2 else ""
        crypto, stamp = crypto_of(TOKEN, AES, receiver), str(1_700_000_000 + i)
        theirs = crypto.encrypt_message(text, "n", stamp)
        sealed = theirs.split("<Encrypt><![CDATA[")[1].split("]]>")[0]
        signature = theirs.split("<MsgSignature><![CDATA[")[1].split("]]>")[0]
        ours = sealing.wecom_seal(key, text.encode(), receiver, os.urandom(16))
        back = crypto.decrypt_message(f"<xml><Encrypt><![CDATA[{ours}]]></Encrypt></xml>", sealing.wecom_signature(TOKEN, stamp, "n", ours), stamp, "n")
        right = sealing.wecom_open(key, sealed, receiver).decode() == text and sealing.wecom_signature(TOKEN, stamp, "n", sealed) == signature and back == text
        wrong["wecom"] += not right
        if text:
            wrong["feishu"] += cipher.decrypt_str(sealing.feishu_seal(KEY, text.encode(), os.urandom(16))) != text
    bot = next(c for c in config.read(RAW).channels if c.channel == "feishu")
    handler = lark.EventDispatcherHandler.builder(KEY, VERIFICATION).register_p2_im_message_receive_v1(lambda e: None).build()
    judged = max(n // 5, 100)
    for i in range(judged):
        one = callers.feishu_request(KEY, callers.feishu_event(APP, VERIFICATION, "ou_1", text_of(rng, 80), 1_700_000_000), 1_700_000_000)
        one = one if i % 3 == 0 else altered(one, rng)
        raw = raw_of()
        raw.uri, raw.body, raw.headers = "/", one.body, {"-".join(p.capitalize() for p in name.split("-")): v for name, v in one.headers}
        wrong["feishu requests"] += (handler.do(raw).status_code == 200) != isinstance(bot.verify(one, 1_700_000_000), Verified)
    return {"cases": 2 * n + judged, "wecom both ways": n, "feishu opened": n, "feishu requests judged": judged, "disagreements": wrong}


def altered(of: Request, rng: random.Random) -> Request:
    """A Feishu request with one byte of its body or one header changed."""
    body, headers = bytearray(of.body), list(of.headers)
    if rng.random() < 0.5:
        at = rng.randrange(len(body))
        body[at] = ord(rng.choice(string.ascii_letters.replace(chr(body[at]), "")))
    else:
        at = rng.randrange(len(headers))
        headers[at] = (headers[at][0], "x" + headers[at][1])
    return Request(of.method, of.query, tuple(headers), bytes(body))


def forged(n: int, home: Path, rng: random.Random) -> dict[str, Any]:
    """Requests with one thing wrong: none may leave a message."""
    scene, kinds = Scene(home, Fixed()), {"expired": 0, "missing": 0, "changed": 0, "doubled": 0, "body": 0}
    for i in range(n):
        channel, now = CHANNELS[i % 4], time.time()
        kind = rng.choice(list(kinds))
        if kind == "body" and channel == "dingtalk":
            kind = "changed"
        kinds[kind] += 1
        good = request(channel, "问", f"u{i}", f"m{i}", now + (rng.choice([-1, 1]) * (FRESH_SECONDS + rng.randrange(5, 10**6)) if kind == "expired" else 0))
        query, headers, body = list(good.query), [h for h in good.headers if h[0] != "content-type"], good.body
        holder = query if channel.startswith("wecom") else headers
        at = rng.randrange(len(holder))
        name, value = holder[at]
        if kind == "missing":
            del holder[at]
        elif kind == "changed":
            where = rng.randrange(len(value))
            holder[at] = (name, value[:where] + ("A" if value[where] != "A" else "B") + value[where + 1:])
        elif kind == "doubled":
            holder.append((name, value))
        elif kind == "body":
            where = rng.randrange(len(body) // 4, 3 * len(body) // 4)
            body = body[:where] + bytes([body[where] ^ 1]) + body[where + 1:]
        scene.pipeline.receive(channel, "main", Request(good.method, tuple(query), tuple(headers), body))
    scene.drain()
    done = {"requests": n, "kinds": kinds, "accepted": sum(scene.store.count_messages().values()), "answers": scene.brain.asked}
    scene.store.close()
    return done


def repeated(n: int, home: Path) -> dict[str, Any]:
    """Each message twenty times at once over two pipelines, and once more after a restart."""
    scene = Scene(home, Fixed(), room=Room(person=10**6, all=10**6))
    other, refused = scene.another(), 0
    with ThreadPoolExecutor(20) as pool:
        for i in range(n):
            channel = CHANNELS[i % 4]
            same = request(channel, f"问{i}", f"u{i}", f"m{i}", time.time())
            said = list(pool.map(lambda k, c=channel, s=same: (scene.pipeline, other)[k % 2].receive(c, "main", s).status, range(20)))
            refused += sum(s != 200 for s in said)
    scene.drain()
    scene.store.close()
    again = Scene(home, scene.brain)
    again.platform = scene.platform
    for i in range(n):
        again.pipeline.receive(CHANNELS[i % 4], "main", request(CHANNELS[i % 4], f"问{i}", f"u{i}", f"m{i}", time.time()))
    again.drain()
    pushed = [s.text for s in scene.platform.shown if "答：" in s.text]
    done = {"messages": n, "deliveries": 21 * n, "not acknowledged": refused, "answered": scene.brain.asked, "pushed": len(pushed),
            "pushed expected": sum(CHANNELS[i % 4] != "wecom" for i in range(n)), "shown twice": len(pushed) - len(set(pushed))}
    again.store.close()
    return done


def acknowledged(n: int, home: Path, seconds: float) -> dict[str, Any]:
    """How long a callback takes while answers take ``seconds`` each and the workers are busy."""
    scene = Scene(home, Fixed(seconds), room=Room(person=10**6, all=10**6))
    scene.pipeline.start()
    took: list[float] = []

    def one(i: int) -> None:
        channel = CHANNELS[i % 4]
        made = request(channel, "问", f"u{i}", f"m{i}", time.time())
        begin = time.perf_counter()
        scene.pipeline.receive(channel, "main", made)
        took.append((time.perf_counter() - begin) * 1000)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one, range(n)))
    scene.pipeline.stop(0.1)
    scene.store.close()
    took.sort()
    return {"callbacks": n, "at once": 4, "answer takes s": seconds, "p50 ms": round(statistics.median(took), 1), "p99 ms": round(took[int(n * 0.99) - 1], 1), "max ms": round(took[-1], 1)}


def split(n: int, rng: random.Random) -> dict[str, Any]:
    """Long answers in parts: bytes, label, clauses whole."""
    limits, wrong, parts_made = {"wecom-app": 2048, "wecom": 20480, "dingtalk": 20000, "feishu": 30000}, {"too long": 0, "clause torn": 0, "no label": 0}, 0
    for i in range(n):
        cited, given = rng.randrange(7), text_of(rng, 60_000 if i % 40 == 0 else 3000)
        for bot in config.read(RAW).channels:
            shown = [json.dumps(dict(p.content), ensure_ascii=False) for p in bot.parts(reply(given, cited, rng.randrange(12)), {})]
            parts_made += len(shown)
            raw = shown if bot.channel in ("dingtalk", "feishu") else [json.loads(s)["content"] for s in shown]
            wrong["too long"] += sum(len(r.encode()) > limits[bot.channel] for r in raw)
            wrong["no label"] += sum(LABEL not in s for s in shown)
            for k in range(1, cited + 1):
                wrong["clause torn"] += not any(f"[{k}] 《某市容错纠错办法》" in s and f"%23%E7%AC%AC{k}%E6%9D%A1" in s for s in shown)
    return {"answers": n * 4, "parts": parts_made, "wrong": wrong}


def run(argv: list[str]) -> int:
    options = argparse.ArgumentParser(prog="python -m eval bots", description=__doc__)
    options.add_argument("--cases", type=int, default=5000, help="与 SDK 互通的例数（每例两个方向）")
    options.add_argument("--forged", type=int, default=2000)
    options.add_argument("--messages", type=int, default=200)
    options.add_argument("--seconds", type=float, default=30.0, help="测受理时间时一次回答用多久")
    options.add_argument("--out", type=Path, default=record.RESULTS / "bots.json")
    given = options.parse_args(argv)
    rng = random.Random(20261121)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        result = {**record.stamp("bots"), "sdks": with_sdks(given.cases, rng), "forged": forged(given.forged, home / "forged", rng),
                  "repeated": repeated(given.messages, home / "repeated"), "acknowledged": acknowledged(1000, home / "acknowledged", given.seconds),
                  "split": split(500, rng)}
    print(json.dumps({k: result[k] for k in ("sdks", "forged", "repeated", "acknowledged", "split")}, ensure_ascii=False, indent=1))
    record.write(result, given.out)
    return 0
