"""What a conversation is about: the last topic and a few before it, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

MOST_EARLIER = 5
"""Topics kept beside the present one, to be returned to."""
MOST_ITEMS = 40
LONGEST = 2000
"""Characters kept of any one value: a topic is a handle, not a copy of the talk."""


@dataclass(frozen=True)
class Topic:
    """What is being talked about, JSON-able by :func:`dump`.

    ``question`` is the last standalone question, ``subject`` the thing it asks about, ``region`` the place that was named and
    still holds, ``document`` the title of the document behind the last answer, ``provisions`` the clauses last cited in their
    order, ``items`` what the last answer listed, ``case`` the id of the case discussed, ``form`` the form being drafted with the
    ``fields`` given so far, ``earlier`` the topics left, the newest first.
    """

    question: str = ""
    region: str = ""
    document: str = ""
    provisions: tuple[str, ...] = ()
    subject: str = ""
    case: str = ""
    form: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    items: tuple[str, ...] = ()
    earlier: tuple[Topic, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing has been talked about yet."""
        return not (self.question or self.subject or self.provisions or self.case or self.form)


def left(topic: Topic) -> tuple[Topic, ...]:
    """The earlier topics once this one is left: it stands first, the oldest beyond the most kept are forgotten."""
    own = () if topic.empty else (replace(topic, earlier=()),)
    rest = tuple(t for t in topic.earlier if not own or t.question != topic.question or t.case != topic.case or t.form != topic.form)
    return (*own, *rest)[:MOST_EARLIER]


def dump(topic: Topic) -> dict[str, Any]:
    """A topic as plain data; what is empty is left out."""
    out: dict[str, Any] = {}
    for f in fields(Topic):
        value = getattr(topic, f.name)
        if value:
            out[f.name] = [dump(t) for t in value] if f.name == "earlier" else list(value) if isinstance(value, tuple) else \
                dict(value) if isinstance(value, Mapping) else value
    return out


def load(data: Mapping[str, Any] | None) -> Topic:
    """A topic from :func:`dump`'s data; what is not of its kind is left out, since it may have been stored by another version.

    >>> load(dump(Topic(question="轮岗分几种情形", region="广东省佛山市高明区", provisions=("甲#一",), fields={"姓名": "张三"}))).provisions
    ('甲#一',)
    """
    data = data if isinstance(data, Mapping) else {}
    given: dict[str, Any] = {}
    for name in ("question", "region", "document", "subject", "case", "form"):
        if isinstance(data.get(name), str):
            given[name] = data[name][:LONGEST]
    for name in ("provisions", "items"):
        if isinstance(data.get(name), list):
            given[name] = tuple(v[:LONGEST] for v in data[name] if isinstance(v, str))[:MOST_ITEMS]
    if isinstance(data.get("fields"), Mapping):
        given["fields"] = {str(k): str(v) for k, v in data["fields"].items()}
    if isinstance(data.get("earlier"), list):
        given["earlier"] = tuple(replace(load(t), earlier=()) for t in data["earlier"][:MOST_EARLIER])
    return Topic(**given)
