"""What a prompt of ours gave a model, taken apart again; a model that does what it is asked; and how either is spoken to."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.verifying import sentences

_FENCE = re.compile(r"<<<(\S+) (\w+)\n(.*?)\n\2 \1>>>", re.S)
_DRAFT = re.compile(r"^\[([^\n]+?#[^\n]*?)\] (.*?)(?=\n\[[^\n]+?#|\Z)", re.S | re.M)
_PASSAGE = re.compile(r"^编号 ([^｜\n]+)｜《([^\n]*)》([^\n]*)\n(.*?)(?=\n编号 [^｜\n]+｜《|\Z)", re.S | re.M)

Message = Mapping[str, Any]
Reply = Callable[..., dict[str, Any]]


@dataclass(frozen=True)
class Given:
    """What a model knows when it is its turn. ``draft`` are pairs of clause id and words, ``passages`` id, title, path and text;
    ``results`` are the answers of its tools so far, ``system`` the rules, ``repair`` whether it is asked to write failed sentences again."""

    system: str
    question: str
    draft: tuple[tuple[str, str], ...]
    passages: tuple[tuple[str, str, str, str], ...]
    results: tuple[str, ...]
    repair: bool
    whole: str

    def true(self) -> list[tuple[str, str]]:
        """Every sentence it was given with the clause it stands in, the draft's first."""
        found = [(id, s) for id, words in self.draft for s in sentences(words)]
        found += [(id, s) for id, _, _, text in self.passages for s in sentences(text) if len(s) > 7 and not s.endswith(("…", "："))]
        return list(dict.fromkeys(found))


def read(messages: Sequence[Message]) -> Given:
    """Take the messages of one call apart, as sent to an OpenAI-compatible server.

    >>> read([{"role": "user", "content": "<<<提问 ab\\n多久？\\nab 提问>>>"}]).question
    '多久？'
    """
    texts = [(m["role"], _text(m)) for m in messages]
    fences: dict[str, str] = {}
    for role, text in texts:
        if role == "user":
            for kind, _, inside in _FENCE.findall(text):
                fences.setdefault(kind, inside)
    users = [text for role, text in texts if role == "user"]
    return Given(
        "\n".join(text for role, text in texts if role == "system"), fences.get("提问", ""),
        tuple((m[1], m[2]) for m in _DRAFT.finditer(fences.get("草稿", ""))),
        tuple((m[1], m[2], m[3], m[4]) for m in _PASSAGE.finditer(fences.get("条款", ""))),
        tuple(text for role, text in texts if role == "tool"), len(users) > 1, "\n".join(text for _, text in texts))


def claims(pairs: Sequence[tuple[str, Sequence[str]]], **more: Any) -> dict[str, Any]:
    """A reply that says sentences, each with the ids of its clauses, as the prompt asks for."""
    return {"content": json.dumps({"claims": [{"text": t, "provisions": list(ids)} for t, ids in pairs], **more}, ensure_ascii=False)}


class Cooperative:
    """Says the draft back with its ids. With ``draw`` it phrases lightly anew: another order, 根据《…》第…条， before a sentence, two
    sentences as one claim."""

    def __init__(self, draw: random.Random | None = None):
        self._draw = draw

    def __call__(self, messages: Sequence[Message], tools: Sequence[Any] = (), form: Any = None) -> dict[str, Any]:
        given = read(messages)
        if given.repair:
            return claims([])
        pairs = [(words, (id,)) for id, words in given.draft]
        if self._draw:
            titles = {id: (title, path) for id, title, path, _ in given.passages}
            pairs = [(self._phrased(words, *titles.get(ids[0], ("", ""))), ids) for words, ids in pairs]
            self._draw.shuffle(pairs)
        return claims(pairs)

    def _phrased(self, words: str, title: str, path: str) -> str:
        assert self._draw is not None
        if title and self._draw.random() < 0.5 and re.match("[\u4e00-\u9fff]", words) and not re.match("第.{1,5}[条章]|[一二三四五六七八九十]+、", words):
            return f"根据《{title}》{path if path.startswith('第') and self._draw.random() < 0.5 else ''}，{words}"
        return words


def scripted(reply: Reply) -> Callable[[list[Any]], Any]:
    """A reply for :class:`assistant.agent.rehearsal.server.Rehearsal` as one for :class:`assistant.agent.rehearsal.scripts.Scripted`."""
    from langchain_core.messages import AIMessage, convert_to_openai_messages

    def say(messages: list[Any]) -> Any:
        said = reply(convert_to_openai_messages(messages), [], None)
        calls = [{"name": c["name"], "args": c["arguments"], "id": f"call_{n}", "type": "tool_call"} for n, c in enumerate(said.get("tool_calls") or ())]
        return AIMessage(said.get("content") or "", tool_calls=calls)

    return say


def _text(message: Message) -> str:
    content = message.get("content")
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return content or ""
