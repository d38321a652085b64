"""When a question asks for a notice to be drafted: which form it means, and what is still needed for it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass

from assistant.drafting.nouns import Field, Form

_DRAFT = re.compile(r"起草|草拟|拟写|代拟|撰写|拟(?=一|个|份|篇)|写(?=一|个|份|篇|封)|出具|出(?=一|个|份)|生成|制作|做(?=一|个|份)|开(?=一|个|份)|弄(?=一|个|份)|来(?=一|个|份)")
_ASKS = re.compile(r"[谁哪吗么几]|多少|多久|是否|能不能|可不可以|要不要|需不需要|什么时候|由.{1,8}(?:起草|出具)")
_POLITE = re.compile(r"(?:能不能|可不可以|可以|能)?(?:请|帮|替|给)(?:你|我|忙|一下)*|吗|好吗|行吗")
_SHORT = re.compile(r"[（(].*?[）)]")


@dataclass(frozen=True)
class Wanted:
    """A form a question asks for, the facts it gives with it, and the required fields nobody has given."""

    form: Form
    given: dict[str, str]
    missing: tuple[Field, ...]


def possible(question: str) -> bool:
    """Whether a question may ask for a draft at all, told without knowing the forms."""
    return bool(_DRAFT.search(question)) and not _ASKS.search(_POLITE.sub("", question))


def wanted(question: str, forms: Iterable[Form]) -> Wanted | None:
    """What a request to draft asks for; None for every other question.

    The form named by most characters is meant: 不予容错告知书 is not 容错….
    """
    if not possible(question):
        return None
    named = [(len(name), form) for form in forms for name in names(form) if name in question]
    if not named:
        return None
    form = max(named, key=lambda pair: pair[0])[1]
    from assistant.drafting import facts

    found = facts.extract(question.replace(form.title, "，"))
    keys = {f.key for f in form.fields}
    single = {"姓名": found.person, "单位": found.unit, "职务": found.post,
              "金额": found.amounts[0] if len(found.amounts) == 1 else None, "日期": found.dates[0] if len(found.dates) == 1 else None}
    given = {key: fact.value for key, fact in single.items() if fact and key in keys}
    return Wanted(form, given, tuple(f for f in form.fields if f.required and f.key not in given))


def names(form: Form) -> tuple[str, ...]:
    """What people call a form: its title with and without the part in brackets, and that without 书 or 函 at the end."""
    bare = _SHORT.sub("", form.title)
    return tuple(dict.fromkeys(n for n in (form.title, bare, bare.removesuffix("书")) if len(n) >= 2))


def reply(asked: Wanted) -> str:
    """The answer in chat: which form, what was understood, what is still needed, and how to go on."""
    form = asked.form
    lines = [f"可以起草《{form.title}》（{form.sender} → {form.receiver}）。"]
    if asked.given:
        lines.append("已从你的话里取到：" + "；".join(f"{k}：{v}" for k, v in asked.given.items()) + "。请核对。")
    if asked.missing:
        lines.append(f"还需要 {len(asked.missing)} 项：")
        lines += [f"- {f.key}：{f.hint}" + (f"（{'、'.join(f.choices)}）" if f.choices else "") for f in asked.missing]
    more = [f.key for f in form.fields if not f.required]
    if more:
        lines.append(f"可以不填：{'、'.join(more)}。")
    fields = "".join(f" --field {_word(f'{k}={v}')}" for k, v in asked.given.items())
    lines.append(f"请在终端运行：assistant draft {form.title}{fields} -o {form.title}.docx；缺的会逐项询问，没有填的写成【待填：…】，不编造。")
    return "\n".join(lines)


def _word(text: str) -> str:
    """A word of a command; quotes only where the shell needs them."""
    return text if re.fullmatch(r"[\w=、，.]+", text) else shlex.quote(text)
