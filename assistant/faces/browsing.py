"""What the page shows besides answers: a document clause by clause, its versions and what changed, schemes, the text of a file.

Every function takes a :class:`Desk` and gives plain JSON shapes, within what the desk's asker may see.
"""

from __future__ import annotations

from datetime import date
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from assistant import readers, secrecy
from assistant.errors import BadInput, Classified, NotFound, UnreadableFile
from assistant.faces import shapes
from assistant.faces.desk import LONGEST_ID, Desk, legible
from assistant.faces.shapes import Json

if TYPE_CHECKING:
    from assistant.types import Document, Provision

LONGEST_TEXT = 50_000
"""Characters of a file that are given back as a case's text."""


def provisions(desk: Desk, id: str, on: str | None = None) -> Json:
    """Every clause of a document (``DOC`` or ``DOC@DATE``) in order. Raises NotFound, BadInput."""
    found = desk.assistant.store.provisions(_id(id), desk.asker, shapes.day(on))
    about = _version(desk, id, on)
    return {"document": shapes.document(about), "provisions": [_clause(p) for p in found]}


def versions(desk: Desk, id: str) -> Json:
    """Every version of a document, oldest first, each with whether it is in force today. Raises NotFound."""
    found = _versions(desk, id)
    return {"versions": [{**shapes.document(d), "in_force": d.in_force(date.today())} for d in found]}


def compare(desk: Desk, id: str, old: str, new: str) -> Json:
    """Two versions of a document clause by clause, in the order of the newer one, what is gone where it stood.

    ``status`` of a clause is same, changed, added or removed; a text that is not there is "". Raises NotFound.
    """
    known = {d.version: d for d in _versions(desk, id)}
    for version in (old, new):
        if version not in known:
            raise NotFound(f"“{id[:60]}”没有版本“{version[:40]}”。已有的版本：{'、'.join(known)}。")
    before, after = ({p.id: p for p in desk.assistant.store.provisions(f"{id}@{version}", desk.asker)} for version in (old, new))
    out: list[Json] = []
    for tag, i, j, k, m in SequenceMatcher(None, list(before), list(after), autojunk=False).get_opcodes():
        if tag == "equal":
            out += [_pair(before[key], after[key]) for key in list(after)[k:m]]
        else:
            out += [_pair(before[key], None) for key in list(before)[i:j] if key not in after]
            out += [_pair(before.get(key), after[key]) for key in list(after)[k:m]]
    counts = {status: sum(c["status"] == status for c in out) for status in ("same", "changed", "added", "removed")}
    return {"old": shapes.document(known[old]), "new": shapes.document(known[new]), "counts": counts, "clauses": out}


def withdraw(desk: Desk, id: str) -> Json:
    """Take a document out of answers. Raises NotFound, Forbidden for another's."""
    desk.assistant.withdraw(_id(id), asker=desk.asker)
    return {"withdrawn": id}


def schemes(desk: Desk) -> Json:
    """The classification schemes there are, each with the outcomes it may come to."""
    return {"schemes": [
        {"name": s.name, "title": s.title, "outcomes": [{"name": name, "title": o.title} for name, o in s.outcomes.items()]}
        for s in desk.assistant.schemes()
    ]}


def text(desk: Desk, name: str, data: bytes) -> Json:
    """The text of one file that tells a case; nothing is stored. Raises UnreadableFile, Classified, BadInput."""
    found = list(readers.read_bytes(legible(name), data))
    if len(found) != 1:
        raise BadInput(f"{name} 里有 {len(found)} 个文件。请只给一个讲案情的文件。")
    if isinstance(found[0], readers.Unreadable):
        raise UnreadableFile(found[0].message)
    marking = secrecy.inspect(found[0].text, marks=(name, *found[0].marks))
    if marking.blocked:
        raise Classified(f"{name}：{marking.blocked}。没有保存任何内容。")
    whole = found[0].text.strip()
    if len(whole) > LONGEST_TEXT:
        raise BadInput(f"{name} 有 {len(whole)} 个字，超过 {LONGEST_TEXT} 个字的上限。请只留讲案情的部分。")
    return {"name": found[0].name, "text": whole, "notices": [*found[0].notices, *marking.warned]}


def _id(id: str) -> str:
    if len(legible(id)) > LONGEST_ID:
        raise NotFound(f"没有文件“{id[:20]}……”。请核对编号。")
    return id


def _versions(desk: Desk, id: str) -> tuple[Document, ...]:
    found = desk.assistant.store.versions(_id(id), desk.asker)
    if not found:
        raise NotFound(f"没有文件“{id[:60]}”。请核对编号；文件清单里可以查到。")
    return found


def _version(desk: Desk, id: str, on: str | None) -> Document:
    from assistant.store.reading import undate

    plain, version = undate(id)
    found = desk.assistant.store.versions(plain, desk.asker)
    named = [d for d in found if d.version == version] or [d for d in found if d.in_force(shapes.day(on or version) or date.today())]
    return (named or found)[-1]


def _clause(of: Provision) -> Json:
    return {"id": of.id, "path": of.path, "own": of.own, "level": of.level, "heading": of.heading, "parent": of.parent, "verified": of.verified}


def _pair(old: Provision | None, new: Provision | None) -> Json:
    was, now = old.own.strip() if old else "", new.own.strip() if new else ""
    status = "added" if old is None else "removed" if new is None else "same" if was == now else "changed"
    of = new or old
    assert of is not None
    return {"path": of.path, "heading": of.heading, "status": status, "old": was, "new": now}
