"""The page: the files of ``faces/web``, each with its exact type and an ETag, under a policy that lets nothing else run."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from assistant.errors import NotFound
from assistant.faces.desk import LONGEST_ID

FOLDER = Path(__file__).resolve().parents[1] / "web"

TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; font-src 'none'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
"""No inline script or style, nothing from elsewhere, and no text ever turned into markup."""


@dataclass(frozen=True)
class Piece:
    """One file as it is sent."""

    content: bytes
    media_type: str
    etag: str


def pieces(folder: Path = FOLDER) -> dict[str, Piece]:
    """The files of the page by name; what has no known type is none of it."""
    out = {}
    for path in sorted(folder.iterdir()):
        if path.suffix in TYPES:
            content = path.read_bytes()
            out[path.name] = Piece(content, TYPES[path.suffix], f'"{hashlib.sha256(content).hexdigest()[:20]}"')
    return out


def router() -> APIRouter:
    """The front page at ``/``, its parts under ``/web``, and the address of a clause as it is sent to other programs."""
    out = APIRouter(include_in_schema=False)
    held = pieces()

    def send(request: Request, name: str) -> Response:
        piece = held.get(name)
        if piece is None:
            raise NotFound("没有这个地址或这样东西。接口一览见 /docs。")
        headers = {"Cache-Control": "no-cache", "ETag": piece.etag}
        if piece.media_type.startswith("text/html"):
            headers["Content-Security-Policy"] = POLICY
        if piece.etag in (tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")):
            return Response(status_code=304, headers=headers)
        return Response(piece.content, media_type=piece.media_type, headers=headers)

    @out.get("/")
    async def front(request: Request) -> Response:
        return send(request, "index.html")

    @out.get("/web/{name}")
    async def part(request: Request, name: str) -> Response:
        return send(request, name)

    @out.get("/clauses/{id:path}")
    async def clause(id: str) -> Response:
        return RedirectResponse(f"/#/ask?{urlencode({'clause': id[:LONGEST_ID]}, quote_via=quote)}", 307)

    return out
