"""Front matter (--- key: value ---) and sidecar files: what a person says about a document, as plain strings.

Whatever cannot be understood refuses the file: read as if nothing had been said, a document meant for few would be open to all.
"""

from __future__ import annotations

from assistant.frontmatter import KEYS, LINES, astray, block
from assistant.readers.extract import Refused

_LARGEST = 16 << 10
_NESTED = 100
"""Brackets allowed: YAML scanning takes time quadratic in them."""
_USABLE = f"可用的键有 {'、'.join(sorted(KEYS))}"
_WRITE = f"每行写成“键: 值”（英文冒号后空一格），如 audience: [县纪委]；{_USABLE}。请改正后重新导入"

Values = dict[str, str | tuple[str, ...]]


def front_matter(text: str, name: str = "文件") -> Values:
    """The values of the block at the head of ``text``; Refused names the line or key that cannot be used.

    >>> front_matter("---\\ntitle: 某办法\\nissued: 2022-12-20\\n---\\n第一条")
    {'title': '某办法', 'issued': '2022-12-20'}
    """
    where, found = f"{name} 的文首说明", block(text)
    if found and not found.closed:
        raise Refused(f"{where}没有结束：开头的 --- 之后 {LINES} 行内要有单独一行的 ---；{_WRITE}（如果不是说明，请去掉开头的 ---）")
    at = found.behind if found else 0
    again = block(text[at:]) if found else None
    stray = astray(text, at)
    if again or stray >= 0:
        line = text.count("\n", 0, at if again else stray) + 1
        raise Refused(f"{where}不完整：第 {line} 行写在 --- 之外；请把全部说明写在文件开头的两行 --- 之间，{_WRITE}")
    return values(text[found.start:found.end], where, text.count("\n", 0, found.start)) if found else {}


def values(source: str, where: str, above: int = 0) -> Values:
    """Read ``key: value`` YAML: scalars stay the strings they are. ``above`` is how many lines of the file stand before it.

    Raises Refused for what is no mapping of known keys to text or lists of text, for anchors, tags and repeated keys.
    """
    import yaml

    if len(source) > _LARGEST:
        raise Refused(f"{where}超过 {_LARGEST >> 10} KB；请只写说明，{_WRITE}")
    if source.count("[") + source.count("{") > _NESTED:
        raise Refused(f"{where}括号过多；{_WRITE}")
    try:
        for token in yaml.scan(source, Loader=yaml.BaseLoader):
            if isinstance(token, (yaml.AnchorToken, yaml.AliasToken, yaml.TagToken)):
                raise Refused(f"{where}第 {above + token.start_mark.line + 1} 行用了不支持的 YAML 写法（锚点 &、引用 * 或标签 !）；"
                              f"请给这一行的值加上引号，{_WRITE}")
        node = yaml.BaseLoader(source).get_single_node()
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "context_mark", None) or getattr(error, "problem_mark", None)
        line = f"第 {above + min(mark.line, source.rstrip().count(chr(10))) + 1} 行" if mark else ""
        raise Refused(f"{where}{line}写法有误（如括号、引号没有成对）；{_WRITE}") from error
    if not isinstance(node, yaml.MappingNode):
        raise Refused(f"{where}不是“键: 值”的形式；{_WRITE}")
    out: Values = {}
    for key, value in node.value:
        line, said = f"第 {above + key.start_mark.line + 1} 行", str(key.value)[:20]
        if not isinstance(key, yaml.ScalarNode) or key.value not in KEYS:
            raise Refused(f"{where}{line}的“{said}”不是可用的键；{_USABLE}。请改正后重新导入")
        if key.value in out:
            raise Refused(f"{where}{line}的“{said}”写了不止一次；请只留一处后重新导入（{_USABLE}）")
        if isinstance(value, yaml.ScalarNode):
            out[key.value] = value.value.strip()
        elif isinstance(value, yaml.SequenceNode) and all(isinstance(v, yaml.ScalarNode) for v in value.value):
            out[key.value] = tuple(v.value.strip() for v in value.value)
        else:
            raise Refused(f"{where}{line}的“{said}”的值应是文字或文字列表；{_WRITE}")
        if key.value == "audience" and not "".join(out["audience"]).strip("[]【】,，;；\"' "):
            raise Refused(f"{where}{line}的“audience”没有写单位；请写上可以查看的单位，或删去这一行（删去后所有人可见），再重新导入（{_USABLE}）")
    return out
