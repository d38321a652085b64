"""The channels against the platforms' papers and their own SDKs: exact bytes, both ways; what is forged, old or altered is refused."""

from __future__ import annotations

import base64
import json
import os
import random
import re
import string
from pathlib import Path

import pytest
from bots_scene import (
    AES,
    AGENT,
    CORP,
    DING_SECRET,
    LARK_APP,
    LARK_KEY,
    LARK_TOKEN,
    RAW,
    TOKEN,
    Scene,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.errors import BadSetting
from assistant.faces.bots import config, flatxml, sealing
from assistant.faces.bots.contract import (
    FRESH_SECONDS,
    Handshake,
    Ignored,
    Incoming,
    Refused,
    Request,
    Verified,
)
from assistant.faces.bots.rehearsal import callers
from assistant.faces.bots.sealing import Broken

NOW = 1_700_000_000.0
OFFICE = config.read(RAW)
BOTS = {c.channel: c for c in OFFICE.channels}
KEY = sealing.wecom_key(AES)

W1 = ("scEag1243Fmy/fYz4Ux8D4HR80ZmNWJxhCDlf6TGDpfeMyGKqO4RueZUtNDHa8r2dq0fwi6Sj4ZyXCkTSc2YFRTm6RJeknJFvnAZ3XPoHBsCuOeIt5pnrwCWM0SZGWysSRrAWCGmWrYtEtth3"
      "tbsbr13hyezcRsM10tDLRqiNeCA1UKTPlCiozWi2CSEdVg+1I046lP4kYMcLzERj+U8LA==")
W1_PLAIN = "<xml><FromUserName>zhangsan</FromUserName><MsgType>text</MsgType><Content>年假</Content><MsgId>1</MsgId></xml>"
W2 = ("scEag1243Fmy/fYz4Ux8D4sVDH85Fk/fW5V8B3e4/VpPLPogRFjLxmX1ZkLNgJcT6r38HD8rcBaQvildFV9KqplXZeSnTsHkAMyRfjwgnBPNc3a2mnmVHw0XtQR/hYNM2+TOqkmGxwBSCkpi3"
      "IW6GnxQiXjtON9KjxsipFiAm8lDJsyU/x+Cc21r5JSAY5bHfCWJ/NegNPDTNlaur0CSiEaVArT9Z4DIflQCs40t983v00WNZiUn0JD2zMB/mjte")
W2_PLAIN = '{"msgid":"CAIQ0001","aibotid":"aibTEST","chattype":"single","from":{"userid":"zhangsan"},"msgtype":"text","text":{"content":"年假怎么算？"}}'
W3 = ("scEag1243Fmy/fYz4Ux8D8n9MfzoR4hHlGmMRQOx4A6nVJpgMMuTw7WOOdDCWu+VXgVeOUaHU3DnKRAHnUn5yavE1gGWRGIyP67plxMNeS/+6xxZMH+Ky/HA2h0mHl/VdEn0qhbiBmBt4+3nXn"
      "+HDDUmo79Oc+7HW40W2fd4yMQ=")
W3_PLAIN = '{"msgtype":"stream","stream":{"id":"S1","finish":false,"content":"正在检索…"}}'
F1 = "AAECAwQFBgcICQoLDA0ODygxCRD00ikE2ev/uv2HP2cPQwyluYwOGj0jaTC8TJINSK4yZV0TpdmeHrSshlXk1I8lRNHP8/wLwKo9OjHySwiTatXmWgMiwGFTLERGvYc4"
F2 = ("AAECAwQFBgcICQoLDA0OD4zHXvrgywbyDGXRipYEB5e0BgIGsk8quomyxf6UkYlf3eYSVt9o9QZyIt/DyEgRAlcRTq8cSfWH8yIuXUYrp0GzLaBj8gwMlNiZ7PKqU5HNSaKpZkGeRgx7sntuqJRs"
      "FDu3CZVoRq6YGx7QenweH9HgCNtUyNtcmhZUtgjC2F1lRmfsy0/8xVqZSqn6FOgiSJm1I4bhORJN/02yMCpLORoTWPdOMu41697/6nt1Nci3I7+tQHEh2GJlmcP274HBTw==")


@pytest.mark.parametrize("sealed, plain, receiver, stamp, signature", [
    (W1, W1_PLAIN, CORP, "1700000000", "1ae21c2d68067615fb321d39b80a3930c0b3bac8"),
    (W2, W2_PLAIN, "", "1700000000", "17eb3e5bf6d4485a08ddf8105cea1b53c8ae7d7e"),
    (W3, W3_PLAIN, "", "1700000001", "113a912c7fdf6d58b221e32b3c985282537660d8"),
])
def test_wecom_texts_are_sealed_signed_and_opened_byte_for_byte(sealed, plain, receiver, stamp, signature):
    assert sealing.wecom_open(KEY, sealed, receiver) == plain.encode()
    assert sealing.wecom_seal(KEY, plain.encode(), receiver, b"0123456789abcdef") == sealed
    assert sealing.wecom_signature(TOKEN, stamp, "1372623149", sealed) == signature


def test_the_platforms_own_example_of_an_address_check_is_answered_with_its_plain_text():
    echo = "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="
    raw = {"corp_id": "wx5823bf96d3bd56c7", "agent_id": 1, "secret": "s" * 32, "token": "QDG6eK", "aes_key": "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"}
    (bot,) = config.read({"wecom-app": {"a": raw}}).channels
    query = (("msg_signature", "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3"), ("timestamp", "1409659589"), ("nonce", "263014780"))
    for given_ in (echo, echo.replace("+", " ")):
        parsed = bot.parse(bot.verify(Request("GET", (*query, ("echostr", given_))), 1409659600))
        assert parsed.response.body == b"1616140317555161061"


def test_feishu_texts_are_opened_and_signed_byte_for_byte():
    assert sealing.feishu_open("test key", "P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk=") == b"hello world"
    assert json.loads(sealing.feishu_open("kudryavka", F1)) == {"challenge": "ajls384kdjx98XX", "token": "vtok123", "type": "url_verification"}
    for sealed, signature in ((F1, "eb08bb571fa1939eb481c503daf147792ce04b9179023cc495407aef5f8282ae"), (F2, "11b0d3cfc3a380b8669271e69290e5475554d1a4f0836c7d27c49f70270f2e70")):
        assert sealing.feishu_seal("kudryavka", sealing.feishu_open("kudryavka", sealed), bytes(range(16))) == sealed
        assert sealing.feishu_signature("1700000000", "n0nce1", "kudryavka", json.dumps({"encrypt": sealed}, separators=(",", ":")).encode()) == signature


def test_the_signs_of_robots_follow_the_published_algorithms():
    from urllib.parse import quote_plus

    assert sealing.dingtalk_sign("1700000000000", DING_SECRET) == "GHPbtFqjmNsYAl5hOOO1WYb5MJnvXnZvdLRWb3CSfZA="
    assert quote_plus(sealing.dingtalk_sign("1700000000000", "SECtest0000")) == "vnXGs3iLBrhWP5FlVeFaKWEXtHxmrew6anASiLXEfm0%3D"
    assert sealing.feishu_webhook_sign("1700000000", "fs-secret") == "ognpFOmraex6LA29Ao14dsiNmmjE3YO4x5e/SX8n9Bw="


texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=300) | st.text("汉字，。😀👨‍👩‍👧abc<>&]]>", max_size=2000)


@settings(max_examples=100, deadline=None)
@given(texts, st.booleans())
def test_wecom_texts_go_through_an_sdk_that_we_did_not_write_and_back(text, app):
    from wechatpy.enterprise.crypto import WeChatCrypto

    receiver = CORP if app else ""
    crypto = WeChatCrypto(TOKEN, AES, receiver)
    theirs = _field(crypto.encrypt_message(text, "n", "1700000000"), "Encrypt")
    assert sealing.wecom_open(KEY, theirs, receiver).decode() == text
    ours = sealing.wecom_seal(KEY, text.encode(), receiver, os.urandom(16))
    xml = f"<xml><Encrypt><![CDATA[{ours}]]></Encrypt></xml>"
    assert crypto.decrypt_message(xml, sealing.wecom_signature(TOKEN, "1700000000", "n", ours), "1700000000", "n") == text


@settings(max_examples=100, deadline=None)
@given(texts)
def test_feishu_texts_are_opened_by_an_sdk_that_we_did_not_write(text):
    from lark_oapi.core.utils import AESCipher

    sealed = sealing.feishu_seal(LARK_KEY, text.encode(), os.urandom(16))
    assert AESCipher(LARK_KEY).decrypt_str(sealed) == text if text else True
    assert sealing.feishu_open(LARK_KEY, sealed).decode() == text


def test_feishu_requests_are_taken_and_refused_as_the_sdk_does_except_where_we_are_stricter():
    import lark_oapi as lark
    from lark_oapi.core.model import RawRequest

    heard = []
    handler = lark.EventDispatcherHandler.builder(LARK_KEY, LARK_TOKEN).register_p2_im_message_receive_v1(lambda e: heard.append(e)).build()

    def theirs(request):
        raw = RawRequest()
        raw.uri, raw.body = "/", request.body
        raw.headers = {"-".join(p.capitalize() for p in n.split("-")): v for n, v in request.headers}
        return handler.do(raw).status_code == 200

    good = callers.feishu_request(LARK_KEY, callers.feishu_event(LARK_APP, LARK_TOKEN, "ou_1", "问", NOW), NOW)
    rng = random.Random(5)
    for n in range(60):
        request = good if n % 3 == 0 else _altered(good, rng)
        assert isinstance(BOTS["feishu"].verify(request, NOW), Verified) == theirs(request)
    assert len(heard) == 20
    assert theirs(good) and BOTS["feishu"].verify(good, NOW + FRESH_SECONDS + 1).stale


@settings(max_examples=150, deadline=None)
@given(texts)
def test_the_small_xml_agrees_with_a_general_parser_on_what_it_reads(text):
    import xmltodict

    text = "".join(ch for ch in text if ch in "\n\t" or " " <= ch <= "\ud7ff" or "\ue000" <= ch <= "\ufffd" or ch >= "\U00010000")
    data = flatxml.write({"A": text, "B": 7})
    assert flatxml.read(data) == {"A": text, "B": "7"}
    assert (xmltodict.parse(data, strip_whitespace=False)["xml"]["A"] or "") == text


@pytest.mark.parametrize("bad", [
    b'<!DOCTYPE xml [<!ENTITY a "x">]><xml><A>&a;</A></xml>', b"<?xml version='1.0'?><xml><A>1</A></xml>", b"<xml><A b='1'>1</A></xml>", b"<xml><A>&x;</A></xml>",
    b"<xml><A>1</A>", b"<xml><A>1</B></xml>", b"<xml><A>1</A></xml><xml/>", b"x", b"", b"<xml>\xff</xml>", b"<xml><A>&#0;</A></xml>", b"<xml><A>1</A><A>2</A></xml>",
    b"<xml><A>a & b</A></xml>", b"<xml><!-- c --><A>1</A></xml>", b"<xml>" + b"<a>" * 50 + b"</a>" * 50 + b"</xml>", b"<xml><A><![CDATA[x</A></xml>",
])
def test_xml_beyond_plain_elements_is_refused(bad):
    with pytest.raises(Broken):
        flatxml.read(bad)


def test_nothing_that_is_forged_expired_or_altered_starts_any_work(tmp_path):
    """600 requests over the four channels, each a good one with one thing wrong."""
    scene = Scene(tmp_path / "home")
    rng = random.Random(7)
    taken = {c: 0 for c in BOTS}
    for n in range(600):
        channel = [*BOTS][n % 4]
        request = _forged(scene, channel, rng, n)
        if scene.pipeline.receive(channel, "main", request).status == 200:
            taken[channel] += 1
    scene.run()
    assert (scene.brain.asked, scene.texts, scene.store.count_messages()) == ([], [], {})
    # Properly signed but old ones are acknowledged, so that they do not come again, and only noted.
    assert [taken["dingtalk"] == 0, taken["wecom"] < 40, taken["wecom-app"] < 40, taken["feishu"] < 40] == [True] * 4
    scene.store.close()


@pytest.mark.parametrize("channel", BOTS)
def test_a_good_request_passes_whatever_the_case_of_header_names(channel, tmp_path):
    scene = Scene(tmp_path / "home")
    request = scene.request(channel, "问", at=NOW)
    parsed = BOTS[channel].parse(BOTS[channel].verify(request, NOW))
    assert isinstance(parsed, Incoming) and (parsed.text, parsed.user, parsed.kind, parsed.chat) == ("问", "zhangsan", "text", "")
    scene.store.close()


def test_a_dingtalk_signature_carries_three_messages_at_most(tmp_path):
    scene = Scene(tmp_path / "home")
    said = [scene.pipeline.receive("dingtalk", "main", callers.dingtalk_request(DING_SECRET, callers.dingtalk_data(f"u{n}", "问", NOW, id=f"m{n}"), NOW)).status for n in range(10)]
    assert said == [200] * 3 + [401] * 7
    assert sum("signature used up" in what for _, what, _ in scene.audit()) == 7
    scene.store.close()


@pytest.mark.parametrize("change, reason", [
    ({"senderStaffId": ""}, "from outside of the company"), ({"senderCorpId": "other"}, "from another company"), ({"msgId": ""}, "without an id"),
    ({"conversationType": "2", "isInAtList": False}, "not spoken to"), ({"conversationType": "9"}, "neither private nor a group"),
])
def test_dingtalk_messages_that_are_not_for_the_robot_are_ignored(change, reason):
    data = {**callers.dingtalk_data("u", "问", NOW), **change}
    assert BOTS["dingtalk"].parse(BOTS["dingtalk"].verify(callers.dingtalk_request(DING_SECRET, data, NOW), NOW)) == Ignored(reason)


@pytest.mark.parametrize("path, value, reason", [
    (("header", "app_id"), "cli_other", "for another app"), (("event", "sender", "sender_type"), "app", "not from a person of the company"),
    (("event", "sender", "tenant_key"), "t2", "not from a person of the company"), (("header", "event_type"), "im.chat.updated_v1", "event im.chat.updated_v1"),
    (("event", "message", "chat_type"), "group", "not spoken to"), (("event", "message"), [], "without an id"),
])
def test_feishu_events_that_are_not_for_the_bot_are_ignored(path, value, reason):
    of = callers.feishu_event(LARK_APP, LARK_TOKEN, "ou_1", "问", NOW)
    inner = of
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    assert BOTS["feishu"].parse(BOTS["feishu"].verify(callers.feishu_request(LARK_KEY, of, NOW), NOW)) == Ignored(reason)


def test_the_address_check_of_feishu_needs_the_token_and_no_signature():
    def said(token):
        return BOTS["feishu"].verify(callers.feishu_request(LARK_KEY, {"type": "url_verification", "challenge": "c", "token": token}, NOW, signed=False), NOW)

    assert json.loads(BOTS["feishu"].parse(said(LARK_TOKEN)).response.body) == {"challenge": "c"}
    assert isinstance(said("other"), Refused)
    event = callers.feishu_event(LARK_APP, LARK_TOKEN, "ou_1", "问", NOW)
    assert isinstance(BOTS["feishu"].verify(callers.feishu_request(LARK_KEY, event, NOW, signed=False), NOW), Refused)


@pytest.mark.parametrize("channel, more, words", [
    ("wecom", {"msgtype": "image", "image": {"url": "http://x"}}, "看不了图片"), ("wecom", {"msgtype": "hologram"}, "看不懂这种消息"),
    ("wecom", {"msgtype": "file"}, "不能收文件"), ("dingtalk", {"msgtype": "picture", "content": {"downloadCode": "x"}}, "看不了图片"),
    ("dingtalk", {"msgtype": "audio", "content": {"duration": 3}}, "听不了语音"), ("dingtalk", {"msgtype": "file", "content": {}}, "不能收文件"),
    ("dingtalk", {"text": []}, "没有看到要问的话"), ("wecom", {"text": 7}, "没有看到要问的话"),
])
def test_kinds_that_cannot_be_answered_get_a_polite_word(channel, more, words, tmp_path):
    scene = Scene(tmp_path / "home")
    said = scene.say(channel, "", id="m1", **more)
    scene.run()
    text = scene.poll(callers.wecom_opened(AES, said)["stream"]["id"])["content"] if channel == "wecom" else scene.texts[0]
    assert words in text and scene.brain.asked == []
    scene.store.close()


@pytest.mark.parametrize("channel, more, text", [
    ("wecom", {"msgtype": "voice", "voice": {"content": "多久反馈"}}, "多久反馈"), ("dingtalk", {"msgtype": "audio", "content": {"recognition": "多久反馈"}}, "多久反馈"),
    ("wecom", {"msgtype": "mixed", "mixed": {"msg_item": [{"msgtype": "image"}, {"msgtype": "text", "text": {"content": "多久反馈"}}]}}, "多久反馈"),
    ("dingtalk", {"msgtype": "richText", "content": {"richText": [{"text": "多久"}, {"pictureDownloadCode": "x"}, {"text": "反馈"}]}}, "多久反馈"),
])
def test_what_the_platform_wrote_down_of_speech_and_pictures_is_answered(channel, more, text, tmp_path):
    scene = Scene(tmp_path / "home")
    scene.say(channel, "", **more)
    scene.run()
    assert [m for m, _, _ in scene.brain.asked] == [text]
    scene.store.close()


@settings(max_examples=150, deadline=None)
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=8), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
    st.sampled_from(["msgid", "msgtype", "from", "userid", "event", "stream", "header", "message", "sender", "text", "content", "mentions", "chattype", "id"]), inner, max_size=5), max_leaves=20))
def test_whatever_a_signed_body_holds_it_is_parsed_into_something(of):
    plain = json.dumps(of).encode()
    for bot in (BOTS["wecom"], BOTS["dingtalk"]):
        assert bot.parse(Verified(plain, Request("POST", (("nonce", "n"), ("timestamp", "1"))))) is not None
    if isinstance(of, dict):
        assert BOTS["feishu"].parse(Verified(plain, Request("POST"))) is not None
    assert BOTS["wecom-app"].parse(Verified(plain, Request("POST"))) == Ignored("plain text is not flat XML")


def test_an_event_of_the_ai_bot_welcomes_who_enters():
    of = {"msgtype": "event", "from": {"userid": "u"}, "event": {"eventtype": "enter_chat"}}
    request = callers.wecom_request(TOKEN, AES, "", json.dumps(of).encode(), NOW)
    parsed = BOTS["wecom"].parse(BOTS["wecom"].verify(request, NOW))
    assert isinstance(parsed, Handshake) and "政策文件" in callers.wecom_opened(AES, parsed.response)["text"]["content"]


@pytest.mark.parametrize("raw, named", [
    ({"wecom": {"a": {"token": "tok"}}}, "aes_key"), ({"wecom-app": {"a": {"corp_id": "c" * 5}}}, "agent_id"), ({"feishu": {"a": {"app_id": "cli"}}}, "app_secret"),
    ({"dingtalk": {"a": {"client_id": "abc"}}}, "client_secret"), ({"wecom": {"a": {"token": "tok", "aes_key": "short"}}}, "aes_key"),
    ({"feishu": {"a": {**RAW["feishu"]["main"], "encrypt_key": ""}}}, "encrypt_key"), ({"wecom": {"a": {**RAW["wecom"]["main"], "tokn": "x"}}}, "tokn"),
    ({"wechat": {"a": {}}}, "wechat"), ({"bse_url": "x"}, "bse_url"), ({"base_url": "not an address"}, "base_url"),
    ({"wecom": {"a": {**RAW["wecom"]["main"], "api_base": "http://evil.example"}}}, "api_base"), ({"wecom": {"a": {**RAW["wecom"]["main"], "unmapped": "all"}}}, "unmapped"),
    ({"wecom": {"a": {**RAW["wecom"]["main"], "token": "env:NO_SUCH_VARIABLE"}}}, "token"), ({"wecom": {"a": {**RAW["wecom"]["main"], "group_units": "区"}}}, "group_units"),
])
def test_a_missing_secret_or_an_unknown_setting_refuses_to_start_and_is_named(raw, named):
    with pytest.raises(BadSetting) as error:
        config.read(raw)
    assert named in error.value.message


def test_the_example_that_ships_names_every_channel_and_loads():
    office = config.load(Path(config.__file__).with_name("example.toml"))
    assert ([c.channel for c in office.channels], list(office.webhooks)) == (["wecom", "wecom-app", "dingtalk", "feishu"], ["notices"])


def test_secrets_are_not_shown_and_may_come_from_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("BOT_SECRET", "x" * 20)
    raw = {"dingtalk": {"a": {"client_id": "abc", "client_secret": "env:BOT_SECRET"}}}
    (bot,) = config.read(raw).channels
    assert bot.given.client_secret == "x" * 20 and "x" * 20 not in repr(bot.given)
    assert config.find(tmp_path, None) is None
    with pytest.raises(BadSetting, match="ASSISTANT_BOTS"):
        config.find(tmp_path, tmp_path / "no.toml")


def _field(xml, name):
    return re.search(rf"<{name}><!\[CDATA\[(.*?)\]\]></{name}>", xml, re.S)[1]


def _altered(request, rng):
    """A request with one byte of its body or one header changed or taken away."""
    body, headers = bytearray(request.body), list(request.headers)
    if rng.random() < 0.5:
        at = rng.randrange(len(body))
        body[at] = ord(rng.choice(string.ascii_letters.replace(chr(body[at]), "")))
    else:
        at = rng.randrange(len(headers))
        name, value = headers[at]
        headers[at] = (name, rng.choice([value[:-1], "x" + value]))
    return Request(request.method, request.query, tuple(headers), bytes(body))


def _forged(scene, channel, rng, n):
    good = scene.request(channel, "问", id=f"m{n}")
    query, headers, body = dict(good.query), dict(good.headers), good.body
    kind = rng.randrange(8)
    names = [k for k in (query if channel.startswith("wecom") else headers) if k != "content-type"]
    holder = query if channel.startswith("wecom") else headers
    name = rng.choice(names)
    if kind == 0:
        return scene.request(channel, "问", id=f"m{n}", at=scene.clock() + rng.choice([-1, 1]) * (FRESH_SECONDS + rng.randrange(2, 10**6)))
    if kind == 1:
        del holder[name]
    elif kind == 2:
        holder[name] = ""
    elif kind == 3:
        twice = ((name, holder[name]),) * 2
        return Request(good.method, good.query + twice if holder is query else good.query, good.headers + twice if holder is headers else good.headers, body)
    elif kind == 4:
        flipped = rng.choice(string.ascii_letters + string.digits)
        at = rng.randrange(len(holder[name]))
        holder[name] = holder[name][:at] + (flipped if flipped != holder[name][at] else "_") + holder[name][at + 1:]
    elif kind == 5 and channel != "dingtalk":
        data = bytearray(body)
        at = rng.randrange(len(data) // 3, 2 * len(data) // 3)
        data[at] = data[at] ^ 1
        body = bytes(data)
    elif kind == 6 and channel != "dingtalk":
        body = rng.choice([b"", b"{}", b"[]", b"<xml/>", b'{"encrypt": null}', b"\xff\xfe", b"<!DOCTYPE x><xml/>", body[:-20]])
    else:
        if channel == "dingtalk":
            holder["sign"] = base64.b64encode(rng.randbytes(32)).decode()
        elif channel == "feishu":
            return callers.feishu_request("another key", callers.feishu_event(LARK_APP, LARK_TOKEN, "ou_1", "问", scene.clock()), scene.clock())
        else:
            return callers.app_message("wwOTHER", AGENT, TOKEN, AES, "u", "问", scene.clock()) if channel == "wecom-app" else \
                callers.bot_message("another", AES, "u", "问", scene.clock())
    return Request(good.method, tuple(query.items()), tuple(headers.items()), body)
