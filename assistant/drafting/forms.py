"""The forms of ``corpus/notices``: read, checked against the shared fields; every fault names its file and line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import get_args

from assistant.drafting import values, wording
from assistant.drafting.knowing import SOURCES
from assistant.drafting.nouns import Block, Field, FieldKind, Form, Says, Style
from assistant.errors import BadInput, BadSetting, NotFound

SHARED = "fields.yaml"
_LARGEST = 256 << 10
_FORM_KEYS = ("title", "kind", "style", "from", "to", "heading", "addressees", "fields", "body", "attachments", "copies", "note",
              "signature", "date", "rules", "example", "serves")
_NEEDED = ("title", "kind", "style", "from", "to", "heading", "fields", "body", "example")
_FIELD_KEYS = ("kind", "from", "hint", "choices", "says", "limit")
_OWN_KEYS = ("hint", "choices", "from")
"""What a form may say anew about a shared field."""


class _Fault(Exception):
    def __init__(self, node, text: str):
        super().__init__(text)
        self.line, self.text = node.start_mark.line + 1, text


def load(folder: Path) -> dict[str, Form]:
    """Every form of a folder by name (the file's stem). Raises BadSetting naming file and line of the first fault."""
    shared = _guarded(folder / SHARED, _fields)
    out = {}
    for path in sorted(folder.glob("*.yaml")):
        if path.name != SHARED:
            out[path.stem] = _guarded(path, lambda root, name=path.stem: _form(root, name, shared))
    titles: dict[str, str] = {}
    for form in out.values():
        if form.title in titles:
            raise BadSetting(f"{form.name}.yaml：标题“{form.title}”与 {titles[form.title]}.yaml 重复。请改成不同的标题。")
        titles[form.title] = form.name
    return out


def find(forms: Mapping[str, Form], asked: str) -> Form:
    """A form by name, title, or the one title that holds the words. Raises NotFound that lists the titles."""
    asked = asked.strip()
    if asked in forms:
        return forms[asked]
    bare = asked.strip("《》“” ")
    titled = [f for f in forms.values() if f.title == bare] or [f for f in forms.values() if len(bare) >= 2 and bare in f.title]
    if len(titled) == 1:
        return titled[0]
    known = "、".join(f.title for f in (titled or forms.values()))
    raise NotFound(f"没有名为“{asked[:30]}”的文书。{'相近的' if titled else '可用的'}有：{known}。")


def _guarded(path: Path, read):
    import yaml

    try:
        text = path.read_text("utf-8")
        if len(text) > _LARGEST:
            raise BadSetting(f"{path.name} 超过 {_LARGEST >> 10} KB。请拆分或删减。")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        if root is None:
            raise BadSetting(f"{path.name}：文件是空的。请写入内容或删去它。")
        return read(root)
    except _Fault as fault:
        raise BadSetting(f"{path.name} 第 {fault.line} 行：{fault.text}") from None
    except OSError as error:
        raise BadSetting(f"{path.name} 读不出来（{error.strerror}）。请检查文件。") from None
    except UnicodeDecodeError:
        raise BadSetting(f"{path.name} 不是 UTF-8 编码。请另存为 UTF-8。") from None
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        raise BadSetting(f"{path.name}{f' 第 {mark.line + 1} 行' if mark else ''}：不是有效的 YAML。请检查缩进、引号和冒号。") from None


def _items(node, what: str) -> list[tuple]:
    """(key node, value node) of a mapping."""
    if node.id != "mapping":
        raise _Fault(node, f"{what}要写成“键: 值”。")
    seen: set[str] = set()
    for key, _ in node.value:
        if key.id != "scalar":
            raise _Fault(key, f"{what}的键要写成文字。")
        if key.value in seen:
            raise _Fault(key, f"“{key.value}”写了两次。请只留一处。")
        seen.add(key.value)
    return node.value


def _known(key, names: Iterable[str], what: str) -> str:
    names = tuple(names)
    if key.value not in names:
        raise _Fault(key, f"不认识{what}“{key.value}”。可用的有：{'、'.join(names)}。")
    return key.value


def _text(node, what: str) -> str:
    if node.id != "scalar":
        raise _Fault(node, f"{what}要写成文字。")
    return node.value.strip()


def _list(node, what: str) -> list:
    if node.id == "scalar":
        return [node] if node.value.strip() else []
    if node.id != "sequence":
        raise _Fault(node, f"{what}要写成列表。")
    return node.value


def _fields(root) -> dict[str, Field]:
    out = {}
    for key, value in _items(root, "字段表"):
        said = {_known(k, _FIELD_KEYS, "字段属性"): v for k, v in _items(value, f"字段“{key.value}”")}
        field = Field(key.value, **_said(said))
        if field.kind not in get_args(FieldKind):
            raise _Fault(said["kind"], f"字段类型“{field.kind}”不能用。可用的有：{'、'.join(get_args(FieldKind))}。")
        if field.says not in get_args(Says):
            raise _Fault(said["says"], f"says“{field.says}”不能用。可用的有：{'、'.join(get_args(Says))}。")
        out[key.value] = field
    return out


def _said(said: dict) -> dict:
    """Attributes of a field out of their nodes."""
    out: dict = {}
    for name, node in said.items():
        if name == "from":
            sources = _list(node, "from")
            for source in sources:
                _known(source, SOURCES, "来源")
            out["sources"] = tuple(s.value for s in sources)
        elif name == "choices":
            out["choices"] = tuple(_text(n, "choices") for n in _list(node, "choices"))
        elif name == "limit":
            if not node.value.isdecimal():
                raise _Fault(node, "limit 要写成整数。")
            out["limit"] = int(node.value)
        else:
            out[name] = _text(node, name)
    return out


def _form(root, name: str, shared: Mapping[str, Field]) -> Form:
    said = {_known(k, _FORM_KEYS, "键"): v for k, v in _items(root, "文书")}
    for needed in _NEEDED:
        if needed not in said:
            raise _Fault(root, f"缺少“{needed}”。文书要有：{'、'.join(_NEEDED)}。")
    fields = tuple(_own(node, shared) for node in _list(said["fields"], "fields"))
    byname = {f.key: f for f in fields}
    style = _text(said["style"], "style")
    if style not in get_args(Style):
        raise _Fault(said["style"], f"版式“{style}”不能用。可用的有：{'、'.join(get_args(Style))}。")
    texts = {key: tuple(_template(n, byname) for n in _list(said[key], key)) for key in ("addressees", "attachments", "copies") if key in said}
    single = {key: _template(said[key], byname) for key in ("heading", "note", "signature", "date") if key in said}
    form = Form(
        name=name, title=_text(said["title"], "title"), kind=_text(said["kind"], "kind"), style=style,  # type: ignore[arg-type]
        sender=_text(said["from"], "from"), receiver=_text(said["to"], "to"), fields=fields,
        body=tuple(_block(node, byname) for node in _list(said["body"], "body")),
        rules=tuple(_text(n, "rules") for n in _list(said["rules"], "rules")) if "rules" in said else (),
        serves=tuple(_text(n, "serves") for n in _list(said["serves"], "serves")) if "serves" in said else (), **texts, **single)
    for key in ("signature", "date"):
        if key not in said:
            for used in wording.keys(getattr(form, key)):
                if used not in byname:
                    raise _Fault(said["fields"], f"fields 里缺少“{used}”（落款要用）。请加上，或写明 {key}。")
    templates = [b.text for b in form.body] + [t for ts in texts.values() for t in ts] + list(single.values()) + [form.signature, form.date]
    used = {k for t in templates for k in wording.keys(t)}
    idle = [f.key for f in fields if f.key not in used | {"文号", "签发人", "印发机关", "印发日期", "发文机关", "决定人", "决定日期"}]
    if idle:
        raise _Fault(said["fields"], f"字段“{idle[0]}”没有用在任何地方。请用上或删去。")
    basis = dict.fromkeys(c for b in form.body for s in wording.parse(b.text) for c in s.clauses())
    example = _example(said["example"], byname)
    return replace(form, basis=tuple(basis), example=example)


def _own(node, shared: Mapping[str, Field]) -> Field:
    """A form's field: ``职务``, ``职务?`` (may be missing), or ``{职务: {hint: …}}``."""
    more: dict = {}
    key = node
    if node.id == "mapping":
        (key, inside), *rest = _items(node, "字段")
        if rest:
            raise _Fault(rest[0][0], "每个字段另起一行，以“- ”开头。")
        more = _said({_known(k, _OWN_KEYS, "字段属性"): v for k, v in _items(inside, f"字段“{key.value}”")})
    name = _text(key, "字段").removesuffix("?").removesuffix("？")
    if name not in shared:
        raise _Fault(key, f"不认识字段“{name}”。可用的有：{'、'.join(shared)}。")
    field = replace(shared[name], required=name == _text(key, "字段"), **more)
    if field.kind == "choice" and not field.choices:
        raise _Fault(key, f"字段“{name}”是选项，要写明 choices。")
    return field


def _block(node, byname: Mapping[str, Field]) -> Block:
    level, text = 0, node
    if node.id == "mapping":
        said = {_known(k, ("level", "text"), "键"): v for k, v in _items(node, "段落")}
        if set(said) != {"level", "text"} or said["level"].value not in "1234":
            raise _Fault(node, "段落要写成一句话，或 {level: 1 到 4, text: …}。")
        level, text = int(said["level"].value), said["text"]
    template = _template(text, byname)
    kinds = {byname[k].says for k in wording.keys(template)} & {"fact", "view"}
    if len(kinds) == 2:
        raise _Fault(text, "一段里既有事实又有评价。请分成两段。")
    return Block(template, level, tuple(c for s in wording.parse(template) for c in s.clauses()))


def _template(node, byname: Mapping[str, Field]) -> str:
    text = _text(node, "文字")
    try:
        segments = wording.parse(text)
    except ValueError as error:
        raise _Fault(node, f"{error}。") from None
    for segment in segments:
        for key in ((segment.when[0],) if segment.when else ()) + segment.fields():
            if key not in byname:
                raise _Fault(node, f"用了字段“{key}”，但它不在这份文书的 fields 里。这份文书的字段有：{'、'.join(byname)}。")
        if segment.when and segment.when[1] not in byname[segment.when[0]].choices:
            raise _Fault(node, f"“{segment.when[0]}”没有“{segment.when[1]}”这个选项。可填的有：{'、'.join(byname[segment.when[0]].choices)}。")
        loose = [k for k in segment.fields() if not segment.optional and not byname[k].required]
        if loose:
            raise _Fault(node, f"字段“{loose[0]}”可以不填，要写在花括号 {{ }} 里。")
    return text


def _example(node, byname: Mapping[str, Field]) -> dict[str, values.Value]:
    out = {}
    for key, value in _items(node, "example"):
        field = byname[_known(key, byname, "字段")]
        given = [_text(n, "example") for n in _list(value, "example")] if field.kind == "list" else _text(value, "example")
        try:
            out[field.key] = values.read(field, given)
        except BadInput as error:
            raise _Fault(value, error.message) from None
    return out


def typed(text: str, name: str) -> dict[str, values.Value]:
    """The fields of a person's file: ``键: 值`` in YAML, every value as it is written. Raises BadInput naming the line.

    >>> typed("姓名: 周启明\\n证据目录: [甲, 乙]", "x.yaml")
    {'姓名': '周启明', '证据目录': ('甲', '乙')}
    """
    import yaml

    if len(text) > _LARGEST:
        raise BadInput(f"{name} 超过 {_LARGEST >> 10} KB。请只留字段，详细材料作为附件。")
    try:
        for token in yaml.scan(text, Loader=yaml.BaseLoader):
            if isinstance(token, (yaml.AnchorToken, yaml.AliasToken, yaml.TagToken)):
                raise BadInput(f"{name} 第 {token.start_mark.line + 1} 行用了不支持的写法（锚点 &、引用 * 或标签 !）。请给这一行的值加上引号。")
        root = yaml.compose(text, Loader=yaml.BaseLoader)
        out: dict[str, values.Value] = {}
        for key, node in _items(root, "字段文件") if root else ():
            out[key.value] = tuple(_text(n, "列表的每一项") for n in node.value) if node.id == "sequence" else _text(node, "值")
        return out
    except _Fault as fault:
        raise BadInput(f"{name} 第 {fault.line} 行：{fault.text}") from None
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        raise BadInput(f"{name}{f' 第 {mark.line + 1} 行' if mark else ''}不是有效的 YAML。每行写成“键: 值”（英文冒号后空一格）。") from None
