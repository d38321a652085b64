"""The other side of a callback: what each platform posts when a person says something, sealed and signed as it does.

The same code checks an address for ``doctor``; tests hold it against the platforms' own SDKs.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
from typing import Any

from assistant.faces.bots import sealing
from assistant.faces.bots.contract import Request, Response
from assistant.faces.bots.wecom_app import envelope_xml, message_xml


def wecom_request(token: str, aes_key: str, receiver: str, plain: bytes, now: float, *, xml: int | None = None, echo: bool = False,
                  nonce: str = "") -> Request:
    """A sealed callback of WeCom: JSON, or XML for the app of number ``xml``; ``echo`` is the check of an address."""
    stamp, nonce = str(int(now)), nonce or secrets.token_hex(5)
    sealed = sealing.wecom_seal(sealing.wecom_key(aes_key), plain, receiver, os.urandom(16))
    query = (("msg_signature", sealing.wecom_signature(token, stamp, nonce, sealed)), ("timestamp", stamp), ("nonce", nonce))
    if echo:
        return Request("GET", (*query, ("echostr", sealed)))
    body = envelope_xml(receiver, xml, sealed) if xml is not None else json.dumps({"encrypt": sealed}).encode()
    return Request("POST", query, (("content-type", "text/xml" if xml is not None else "application/json"),), body)


def wecom_opened(aes_key: str, response: Response, receiver: str = "") -> dict[str, Any]:
    """The JSON that an AI bot answered."""
    return json.loads(sealing.wecom_open(sealing.wecom_key(aes_key), json.loads(response.body)["encrypt"], receiver))


def app_message(corp_id: str, agent_id: int, token: str, aes_key: str, user: str, text: str, now: float, id: str = "") -> Request:
    """A person writes to a self-built app."""
    id = id or str(secrets.randbits(62))
    return wecom_request(token, aes_key, corp_id, message_xml(corp_id, agent_id, user, id, text, int(now)), now, xml=agent_id)


def bot_message(token: str, aes_key: str, user: str, text: str, now: float, *, id: str = "", chat: str = "", response_url: str = "",
                more: dict[str, Any] | None = None) -> Request:
    """A person writes to an AI bot, in a group when ``chat`` is given."""
    of: dict[str, Any] = {"msgid": id or secrets.token_hex(8), "aibotid": "aib", "chattype": "group" if chat else "single", "from": {"userid": user},
                          "response_url": response_url, "msgtype": "text", "text": {"content": f"@机器人 {text}" if chat else text}}
    if chat:
        of["chatid"] = chat
    return wecom_request(token, aes_key, "", json.dumps({**of, **(more or {})}, ensure_ascii=False).encode(), now)


def bot_poll(token: str, aes_key: str, stream: str, now: float) -> Request:
    """The platform asks how far an answer is."""
    return wecom_request(token, aes_key, "", json.dumps({"msgid": secrets.token_hex(8), "from": {"userid": "u"}, "msgtype": "stream",
                                                         "stream": {"id": stream}}).encode(), now)


def dingtalk_data(user: str, text: str, now: float, *, id: str = "", chat: str = "", robot: str = "ding1", session: str = "") -> dict[str, Any]:
    """What DingTalk says of a message."""
    return {"msgId": id or "msg" + secrets.token_hex(8), "conversationId": chat or f"cid-{user}", "conversationType": "2" if chat else "1",
            "senderStaffId": user, "senderCorpId": "dingcorp", "chatbotCorpId": "dingcorp", "isInAtList": True, "robotCode": robot,
            "sessionWebhook": session, "sessionWebhookExpiredTime": int((now + 5400) * 1000), "createAt": int(now * 1000), "msgtype": "text",
            "text": {"content": f" {text}"}}


def dingtalk_request(secret: str, data: dict[str, Any], now: float) -> Request:
    """A message by HTTP mode."""
    stamp = str(int(now * 1000))
    return Request("POST", (), (("timestamp", stamp), ("sign", sealing.dingtalk_sign(stamp, secret))), json.dumps(data, ensure_ascii=False).encode())


def feishu_event(app_id: str, token: str, user: str, text: str, now: float, *, id: str = "", chat: str = "", mention: str = "") -> dict[str, Any]:
    """What Feishu says of a message; in a group ``mention`` is who is spoken to."""
    mentions = [{"key": "@_user_1", "id": {"open_id": mention}, "name": "助手"}] if mention else []
    message = {"message_id": id or "om_" + secrets.token_hex(8), "chat_id": chat or f"oc_{user}", "chat_type": "group" if chat else "p2p",
               "message_type": "text", "create_time": str(int(now * 1000)), "mentions": mentions,
               "content": json.dumps({"text": f"@_user_1 {text}" if mention else text}, ensure_ascii=False)}
    return {"schema": "2.0", "header": {"event_id": secrets.token_hex(8), "event_type": "im.message.receive_v1", "token": token, "app_id": app_id,
                                        "tenant_key": "t1", "create_time": str(int(now * 1000))},
            "event": {"sender": {"sender_id": {"open_id": user}, "sender_type": "user", "tenant_key": "t1"}, "message": message}}


def feishu_request(encrypt_key: str, of: dict[str, Any], now: float, *, signed: bool = True) -> Request:
    """An event as it is posted."""
    sealed = sealing.feishu_seal(encrypt_key, json.dumps(of, ensure_ascii=False).encode(), os.urandom(16))
    body, stamp, nonce = json.dumps({"encrypt": sealed}).encode(), str(int(now)), base64.b16encode(os.urandom(4)).decode()
    headers = (("x-lark-request-timestamp", stamp), ("x-lark-request-nonce", nonce),
               ("x-lark-signature", sealing.feishu_signature(stamp, nonce, encrypt_key, body))) if signed else ()
    return Request("POST", (), headers, body)
