"""What a message gets: a command done, a polite word, or an answer of the assistant."""

from __future__ import annotations

import logging
import re
import secrets
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from assistant.errors import AssistantError, NotFound
from assistant.faces.bots.contract import Incoming
from assistant.faces.bots.who import Directory, Policy, Speaker, speaker
from assistant.types import Asker

if TYPE_CHECKING:
    from assistant.store import Store

log = logging.getLogger("assistant.bots")

LONGEST = 8000
HELP = ("我按本单位已入库的政策文件回答问题，每句话都注明出处的条款；文件里没有的就说没有。\n可以接着上文问，如“换成鹤山呢”“上面那条的原文”。\n"
        "另外可以说：\n新对话　不再接着上文\n重发　再发一次可能没有送达的答复\n绑定 八位数字　绑定自己的账号（绑定码在网页上取）\n有用、没用　评价上一次答复")
KINDS = {"image": "暂时看不了图片，请把要问的话用文字发给我。", "voice": "暂时听不了语音，请把要问的话用文字发给我。",
         "file": "这里不能收文件，请用文字提问；要导入文件请到网页上传。", "other": "看不懂这种消息，请用文字提问。", "enter": HELP}
EMPTY = "没有看到要问的话。请用文字写出要问的事，例如：记星亮牌多久考核评价一次？"
TOO_LONG = f"这条消息太长（超过 {LONGEST} 个字），没有受理。请缩短后再发。"
NOT_BOUND = "您的账号还没有绑定，不能在这里提问。请到网页上取绑定码，然后私聊发“绑定 八位数字”给我；需要账号请联系管理员。"
CASE_IN_GROUP = "群里不回答具体案情：群成员都看得到，案情涉及个人。请私聊我，或到网页上提问。"
CASE_UNBOUND = "分析具体案情要先绑定账号。请到网页上取绑定码，然后发“绑定 八位数字”给我；一般的政策问题可以直接问。"
BIND_IN_GROUP = "绑定码不要发在群里。请私聊我再发，这一个码请在网页上重新取。"
TROUBLE = "程序内部出错，这次没有答成（编号 {id}）。请稍后再试；一再出现请把编号告诉管理员。"
DOUBT = "前面有 {n} 条答复可能没有送达，回复“重发”可以再看一次。"

_BIND = re.compile(r"(?:绑定|bind)\s*[:：]?\s*([0-9]{8})", re.IGNORECASE)


@dataclass(frozen=True)
class Reply:
    """What goes back: fixed ``words`` or an ``answer`` (the shape of a chat), and files (name, bytes)."""

    words: str = ""
    answer: Mapping[str, Any] | None = None
    files: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)


class Brain(Protocol):
    """The assistant as far as bots need it."""

    def chat(self, message: str, conversation: str, asker: Asker, tell: Callable[[str], None]) -> Mapping[str, Any]:
        """The shape of a chat. Raises NotFound for a conversation that is not the asker's, BadInput, Classified."""

    def tells_a_case(self, message: str) -> bool: ...

    def draft_file(self, reply: Mapping[str, Any], asker: Asker) -> tuple[str, bytes] | None:
        """The Word file of the draft that a reply is about; None when it is about none or not complete."""


class Replier:
    """Messages into replies. ``policy`` gives the rules of a bot by channel and name."""

    def __init__(self, brain: Brain, store: Store, directory: Directory, policy: Callable[[str, str], Policy], clock: Callable[[], float]):
        self._brain, self._store, self._directory, self._policy, self._clock = brain, store, directory, policy, clock

    def reply(self, of: Incoming, tell: Callable[[str], None]) -> Reply:
        """What a message gets; whatever goes wrong is said in words, never as a trace."""
        try:
            return self._reply(of, tell)
        except AssistantError as error:
            return Reply(error.message)
        except Exception as error:
            id = secrets.token_hex(3)
            log.error("bot answer %s: unforeseen %s", id, type(error).__name__)
            return Reply(TROUBLE.format(id=id))

    def _reply(self, of: Incoming, tell: Callable[[str], None]) -> Reply:
        if of.kind != "text":
            return Reply(KINDS[of.kind])
        text = unicodedata.normalize("NFC", of.text).strip()
        said = self._command(of, text)
        if said is not None:
            return said
        if not any(ch.isalnum() for ch in text):
            return Reply(EMPTY)
        if len(text) > LONGEST:
            return Reply(TOO_LONG)
        who = speaker(of, self._policy(of.channel, of.bot), self._directory)
        if who.asker is None:
            return Reply(NOT_BOUND)
        if "cases" not in who.rights and self._brain.tells_a_case(text):
            return Reply(CASE_IN_GROUP if who.group else CASE_UNBOUND)
        return self._answer(of, text, who, who.asker, tell)

    def _answer(self, of: Incoming, text: str, who: Speaker, asker: Asker, tell: Callable[[str], None]) -> Reply:
        talk = self._store.talk(of.talk, asker.name)
        try:
            answer = dict(self._brain.chat(text, talk, asker, tell))
        except NotFound:
            # The conversation was deleted or forgotten meanwhile: this begins another.
            if not talk:
                raise
            answer = dict(self._brain.chat(text, "", asker, tell))
        if answer["conversation"] != talk:
            self._store.set_talk(of.talk, asker.name, answer["conversation"], self._clock())
        if answer.get("determination") and "cases" not in who.rights:
            return Reply(CASE_IN_GROUP if who.group else CASE_UNBOUND)
        doubt = self._store.in_doubt(of.talk)
        if doubt:
            answer["notices"] = [*answer["notices"], DOUBT.format(n=doubt)]
        file = self._brain.draft_file(answer, asker) if "draft" in who.rights and not who.group else None
        return Reply(answer=answer, files=(file,) if file else ())

    def _command(self, of: Incoming, text: str) -> Reply | None:
        bare = text.strip("。！!.　 ")
        if bind := _BIND.fullmatch(unicodedata.normalize("NFKC", bare)):
            if of.chat:
                return Reply(BIND_IN_GROUP)
            principal = self._directory.bind(of.channel, of.tenant, of.user, bind[1])
            self._store.end_talk(of.talk)
            return Reply(f"绑定成功，您现在是“{principal.display}”。")
        if bare == "解除绑定" and not of.chat:
            known = self._directory.unbind(of.channel, of.tenant, of.user, by=of.who)
            self._store.end_talk(of.talk)
            return Reply("已解除绑定。" if known else "您没有绑定账号。")
        if bare in ("有用", "没用"):
            self._store.put_opinion(of.channel, of.bot, of.who, bare, about=self._last(of))
            return Reply("谢谢，已记下。" if bare == "有用" else "已记下。请说说哪里不对，或换一种问法再问一次。")
        if bare == "新对话":
            self._store.end_talk(of.talk)
            return Reply("好的，下面是新的对话。")
        if bare == "重发":
            n = self._store.send_again(of.talk, self._clock(), self._clock() + 1800)
            return Reply(f"已重发 {n} 条。" if n else "没有需要重发的答复。")
        return Reply(HELP) if bare in ("帮助", "help", "?", "？") else None

    def _last(self, of: Incoming) -> str:
        """The trace of the answer that this talk got last."""
        who = speaker(of, self._policy(of.channel, of.bot), self._directory)
        talk = self._store.talk(of.talk, who.asker.name) if who.asker else ""
        if not talk or who.asker is None:
            return ""
        try:
            found = self._store.traces(who.asker, talk)
        except NotFound:
            return ""
        return found[0].id if found else ""
