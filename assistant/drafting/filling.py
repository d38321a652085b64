"""A form and what is known, made into a notice. What nobody gave stands as 【待填：…】; nothing is made up.

Values go in once, as they are: marks of the form's language inside a value are plain characters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from assistant import secrecy
from assistant.drafting import values, wording
from assistant.drafting.knowing import Decision, Known
from assistant.drafting.nouns import UNCHECKED, Basis, Block, Form, Notice, blank
from assistant.drafting.values import Value
from assistant.errors import BadInput, Classified

Clause = Callable[..., Basis | None]
"""``clause(id, typed=False)``: a clause by id, None where there is none that applies here; see :class:`clauses.Clauses`."""

_DECIDED = re.compile(r"经[^。；，\n]{0,20}?(?:研究决定|研究同意|研究认定|集体研究)|(?:已|业)经[^。；，\n]{0,16}?(?:决定|批准|同意)")
_ENDS = "。！？；：，、.;,"
_JOINS = "。；，、"


def given(form: Form, fields: Mapping[str, object]) -> dict[str, Value]:
    """The values a person gave, read by kind. Raises BadInput for a key the form does not have or a value of another kind,
    Classified when one carries a secrecy mark."""
    known = {f.key: f for f in form.fields}
    for key in fields:
        if key not in known:
            raise BadInput(f"《{form.title}》没有字段“{str(key)[:20]}”。可用的字段有：{'、'.join(known)}。")
    out = {key: value for key, raw in fields.items() if (value := values.read(known[key], raw))}
    values.total(out)
    for value in out.values():
        marking = secrecy.inspect(value if isinstance(value, str) else "\n".join(value))
        if marking.blocked:
            raise Classified(f"{marking.blocked}。未保存任何内容。")
    return out


def fill(form: Form, fields: Mapping[str, object], known: Known, clause: Clause) -> Notice:
    """The notice of a form. ``fields`` go before what is ``known``; ``clause`` names provisions.

    Raises BadInput or Classified as :func:`given` does, and BadInput when a value claims a decision that nobody recorded.
    """
    typed = given(form, fields)
    if form.serves and known.came_to and not known.came_to & set(form.serves):
        raise BadInput(f"这个案件{'的决定' if known.decision else '的初步结论'}是“{known.title}”，与《{form.title}》不一致。"
                       "请改用相应的文书；认定不同的，先用 assistant cases decide 登记决定，或不带案件、直接填写字段。")
    filler = _Filler(form, typed, known, clause)
    if filler.decision is None:
        for key, value in typed.items():
            words = _DECIDED.search(value if isinstance(value, str) else "\n".join(value))
            if words and filler.fields[key].says == "view":
                raise BadInput(f"字段“{key}”里写了“{words[0]}”，但没有记录由谁在什么时候作出决定。"
                               "请先登记决定（案件决定，或填写 决定人、决定日期），或删去这几个字。")
    return filler.notice()


class _Filler:
    """One filling; collects on the way what is missing and which clauses stand in the text."""

    def __init__(self, form: Form, typed: Mapping[str, Value], known: Known, clause: Clause):
        self.form, self.clause, self.typed = form, clause, frozenset(typed)
        self.fields = {f.key: f for f in form.fields}
        self.values = {f.key: value for f in form.fields if (value := typed.get(f.key) or sourced(f, known))}
        self.decision = known.decision
        if self.decision is None and self.values.get("决定人") and self.values.get("决定日期"):
            self.decision = Decision(str(self.values["决定人"]), str(self.values["决定日期"]))
        self.missing: dict[str, None] = {}
        self.basis: dict[str, Basis] = {}
        self.fixed: set[str] = set()

    def notice(self) -> Notice:
        form = self.form
        title, addressees = self.line(form.heading), self.lines(form.addressees)
        body = tuple(b for block in form.body for b in self.blocks(block))
        attachments, copies, note = self.lines(form.attachments), self.lines(form.copies), self.line(form.note)
        signature, day = self.line(form.signature), self.line(form.date)
        head = form.style != "plain"
        number = self.own("文号", needed=head)
        return Notice(
            form=form.name, kind=form.kind, title=title, body=body, style=form.style, issuer=self.own("发文机关", needed=head),
            number=number, signer=self.own("签发人"), addressees=addressees, attachments=attachments, signature=signature, date=day,
            note=note, copies=copies, printer=self.own("印发机关"), printed=self.own("印发日期"),
            missing=tuple(dict.fromkeys((*self.missing, *(f.key for f in form.fields if f.required and f.key not in self.values)))),
            basis=tuple(self.basis.values()), values=dict(self.values))

    def own(self, key: str, needed: bool = False) -> str:
        """A value that stands outside the wording (文号, 签发人 …)."""
        if key not in self.fields:
            return ""
        value = self.values.get(key)
        if value:
            return str(value)
        return self.lack(key) if needed or self.fields[key].required else ""

    def lack(self, key: str) -> str:
        self.missing[key] = None
        return blank(key)

    def line(self, template: str) -> str:
        return self.text(template, "").replace("\n", "")

    def lines(self, templates: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(line for t in templates for item in self.items(t) if (line := self.text(t, item).replace("\n", "")))

    def blocks(self, block: Block) -> list[Block]:
        """A paragraph of the form as it stands in the notice: none, one, one per item, or one per line of a value."""
        out = []
        for item in self.items(block.text):
            before = len(self.basis)
            text = self.text(block.text, item)
            cited = tuple(dict.fromkeys((*self.standing(block.text), *list(self.basis)[before:])))
            for i, part in enumerate(p.strip() for p in text.split("\n")):
                if part:
                    out.append(replace(block, text=part, level=0 if i else block.level, citations=cited if not i else ()))
        return out

    def items(self, template: str) -> tuple[str, ...]:
        """What a repeating template repeats over; one turn for any other."""
        for segment in wording.parse(template):
            for piece in segment.pieces:
                if piece.what == "each":
                    value = self.values.get(piece.text, ())
                    return (value,) if isinstance(value, str) and value else tuple(value) or ("",)
        return ("",)

    def standing(self, template: str) -> list[str]:
        return [c for s in wording.parse(template) if self.stands(s) for c in s.clauses() if c in self.basis]

    def stands(self, segment: wording.Segment) -> bool:
        if segment.when and self.values.get(segment.when[0]) != segment.when[1]:
            return False
        if not segment.optional:
            return True
        for key in segment.fields():
            if key not in self.values and not self.fields[key].required:
                return False
            if self.fields[key].says == "clause" and not self.others(key):
                return False
        return all(self.clause(c) for c in segment.clauses())

    def others(self, key: str) -> tuple[str, ...]:
        """The clauses of a field that the paragraph does not name anyway."""
        value = self.values.get(key, ())
        return tuple(v for v in ((value,) if isinstance(value, str) else value)
                     if v not in self.fixed and (key in self.typed or self.clause(v)))

    def text(self, template: str, item: str) -> str:
        out = ""
        self.fixed = {c for s in wording.parse(template) for c in s.clauses()}
        for segment in wording.parse(template):
            if segment.when and segment.when[0] not in self.values and segment.when[0] not in self.missing:
                out = _join(out, self.lack(segment.when[0]))
            if self.stands(segment):
                for piece in segment.pieces:
                    out = _join(out, self.piece(piece, item))
        return out

    def piece(self, piece: wording.Piece, item: str) -> str:
        match piece.what:
            case "text":
                return piece.text
            case "pending":
                return "" if self.decision else "拟"
            case "decision":
                return f"经{self.decision.by}于{self.decision.on}决定，" if self.decision and self.decision.on else \
                    f"经{self.decision.by}决定，" if self.decision else ""
            case "clause":
                return self.named(piece.text)
            case "each":
                return item or self.lack(piece.text)
            case "ticks":
                chosen = self.values.get(piece.text)
                boxes = "　".join(("☑" if c == chosen else "□") + c for c in self.fields[piece.text].choices)
                return boxes if chosen else boxes + self.lack(piece.text)
        value = self.values.get(piece.text)
        if not value:
            return self.lack(piece.text)
        if self.fields[piece.text].says == "clause":
            return "、".join(self.named(v, piece.text in self.typed) for v in self.others(piece.text)) or self.lack(piece.text)
        return value if isinstance(value, str) else _series(value)

    def named(self, id: str, typed: bool = False) -> str:
        """How a clause is named in the text, with the mark where only a digest of it is known.

        What a person typed and the store does not know keeps its characters and gets the mark.
        """
        found = self.clause(id, typed)
        if found is None:
            return id + ("" if UNCHECKED in id else UNCHECKED) if typed else self.lack("依据条款")
        self.basis[found.provision] = found
        return found.shown + (UNCHECKED if found.digest else "")


def sourced(field, known: Known) -> Value:
    """The first source that knows a value of the field's kind; one that does not fit is as good as none."""
    for source in field.sources:
        value = known.values.get(source)
        if value:
            if field.choices:
                value = next(iter([c for c in field.choices if value in c]), value) if isinstance(value, str) else value
            try:
                return values.read(field, value)
            except BadInput:
                continue
    return ""


def _series(items: tuple[str, ...]) -> str:
    mark = "；" if any(c in i for i in items for c in "，、；。：") else "、"
    out = ""
    for i, item in enumerate(items):
        out += item if i == len(items) - 1 or item[-1] in _ENDS else item + mark
    return out


def _join(left: str, right: str) -> str:
    """Two stretches of text; of two closing marks that meet, the first stays.

    >>> _join("造成损失8万元。", "；")
    '造成损失8万元。'
    """
    if left and right and left[-1] in _JOINS and right[0] in _JOINS:
        return left + right[1:]
    return left + right
