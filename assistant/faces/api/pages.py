"""A plain page without scripts: the interface written out from the OpenAPI description."""

from __future__ import annotations

import json
from html import escape
from typing import Any

STYLE = """\
body { max-width: 54rem; margin: 2rem auto; padding: 0 1rem; font: 16px/1.75 system-ui, "Noto Sans CJK SC", sans-serif; color: #222; }
pre, code { font-family: ui-monospace, "Noto Sans Mono CJK SC", monospace; background: #f4f4f2; }
pre { padding: .75rem 1rem; overflow-x: auto; }
table { border-collapse: collapse; }
td, th { border: 1px solid #ccc; padding: .25rem .6rem; text-align: left; vertical-align: top; }
h2 { margin-top: 2.5rem; border-bottom: 1px solid #ccc; }
"""


def docs(openapi: dict[str, Any]) -> str:
    """The interface as one page; everything on it comes from ``openapi``."""
    parts = [_paragraphs(openapi["info"]["description"])]
    for path, methods in openapi["paths"].items():
        for method, route in methods.items():
            parts.append(_route(method.upper(), path, route, openapi["components"]["schemas"]))
    return _page(openapi["info"]["title"] + "：接口说明", "\n".join(parts))


def _route(method: str, path: str, route: dict[str, Any], schemas: dict[str, Any]) -> str:
    out = [f"<h2>{escape(route['summary'])}</h2>", f"<p><code>{method} {escape(path)}</code></p>"]
    out.append(_paragraphs(route.get("description", "")))
    rows = [
        (p["name"], "路径" if p["in"] == "path" else "查询", "是" if p.get("required") else "", p.get("description", ""))
        for p in route.get("parameters", [])
    ]
    for kind, content in route.get("requestBody", {}).get("content", {}).items():
        rows += [(name, kind, need, words) for name, need, words in _fields(content["schema"], schemas)]
    if rows:
        out.append(_table(("参数", "位置", "必需", "说明"), rows))
    answers = []
    for status, response in route["responses"].items():
        if status == "200":
            kinds = response["content"]
            fields = [(name, words) for name, _, words in _fields(kinds.get("application/json", {}).get("schema", {}), schemas)]
            out.append("<p>返回：</p>" + _table(("字段", "说明"), fields) if fields else
                       f"<p>返回：{escape(response['description'])}（{escape('、'.join(kinds))}）</p>")
        elif response.get("description"):
            answers.append(f"{status} {response['description']}")
    if answers:
        out.append(f"<p>出错时：{escape('；'.join(answers))}</p>")
    return "\n".join(out)


def _fields(model: dict[str, Any], schemas: dict[str, Any], prefix: str = "", deep: int = 0) -> list[tuple[str, str, str]]:
    """Name, whether required, and words for each field of a model, those of nested ones below it."""
    model = _resolved(model, schemas)
    out = []
    for name, field in model.get("properties", {}).items():
        inner = _resolved(field.get("items", field), schemas)
        words = field.get("description") or inner.get("description", "")
        if examples := field.get("examples"):
            words += f"（如 {json.dumps(examples[0], ensure_ascii=False)}）"
        out.append((prefix + name, "是" if name in model.get("required", ()) else "", words))
        if "properties" in inner and deep < 3:
            out += _fields(inner, schemas, f"{prefix}{name}{'[]' if 'items' in field else ''}.", deep + 1)
    return out


def _resolved(model: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    return schemas[model["$ref"].rsplit("/", 1)[-1]] if "$ref" in model else model


def _paragraphs(text: str) -> str:
    return "\n".join(f"<p>{escape(line.strip().removeprefix('* '))}</p>" for line in text.splitlines() if line.strip())


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return "<table><tr>" + "".join(f"<th>{escape(name)}</th>" for name in head) + f"</tr>{body}</table>"


def _page(title: str, body: str) -> str:
    return (
        f'<!doctype html>\n<html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/style.css"></head>'
        f"<body><h1>{escape(title)}</h1>\n{body}\n</body></html>\n"
    )
