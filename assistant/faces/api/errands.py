"""What chat programs ask of a model behind the user's back: a title for the conversation, tags, questions to follow.

None of it is a question about policies: it is answered without looking anything up, and nothing of it is recorded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

LONGEST_TITLE = 20
_TASK = re.compile(r"^\s*#{1,4} ?Task:", re.I)
_KEYS = ("follow_ups", "tags", "queries", "title", "text")
"""What such a task wants back, as the name in its JSON; the first that it names counts."""
_FIRST_SAID = re.compile(r"<chat_history>\s*(?:USER|用户)[:：]\s*(.+)", re.I)
_NAMING = re.compile(r"标题|题目|title", re.I), re.compile(r"总结|概括|归纳|生成|命名|summar|generat|concise|name", re.I), \
    re.compile(r"对话|会话|聊天|conversation|chat", re.I)
_LONGEST_PROMPT = 800


def reply(system: Sequence[str], said: str, metadata: Mapping[str, object], *, always: bool = False) -> str | None:
    """What such a request gets; None for one that is none. ``always``: it was sent to the model that is kept for these.

    >>> reply((), "### Task:\\nGenerate a title.\\nJSON format: { \\"title\\": \\"…\\" }\\n<chat_history>\\nUSER: 多久评一次？\\n</chat_history>", {})
    '{"title": "多久评一次？"}'
    >>> reply(("你是本单位的助手",), "多久评一次？", {}) is None
    True
    """
    task = str(metadata.get("task") or "")
    if _TASK.search(said) or task:
        wanted = next((k for k in _KEYS if re.search(rf'"{k}"\s*:', said)), "") or next((k for k in _KEYS if k.rstrip("s") in task), "")
        found = _FIRST_SAID.search(said)
        title = _title(found[1] if found else "")
        values = {"title": title, "text": "", "": ""}
        return json.dumps({wanted: values.get(wanted, [])}, ensure_ascii=False) if wanted else title
    prompt = " ".join(system)
    named = len(prompt) <= _LONGEST_PROMPT and all(sign.search(prompt) for sign in _NAMING)
    return _title(said) if named or always else None


def _title(said: str) -> str:
    line = " ".join(said.split())
    line = re.sub(r"^(?:user|用户)[:：]\s*", "", line, flags=re.I)
    return line[:LONGEST_TITLE] or "政策问答"
