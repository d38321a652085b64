"""A command beside a running server: the same counter, over loopback HTTP (standard library only, no proxies)."""

from __future__ import annotations

import http.client
import json
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from assistant import errors
from assistant.errors import AssistantError
from assistant.faces.desk import check_id, check_query, legible
from assistant.faces.doorplate import Doorplate, read
from assistant.faces.shapes import Json

TOKEN_HEADER = "X-Assistant-Token"
GREETING_SECONDS = 3.0
SILENCE_SECONDS = 120.0
"""A server at work sends at least an empty line every few seconds, so a longer silence means that it hangs."""


class ServerGone(AssistantError):
    """The server stopped answering in the middle of a request."""

    status, code = 503, "server_gone"


def beside(home: Path) -> Remote | None:
    """The server that serves this home, or None: no note, a stale one, or a stranger on that port."""
    plate = read(home)
    if plate is None:
        return None
    try:
        connection = http.client.HTTPConnection(plate.host, plate.port, timeout=GREETING_SECONDS)
        connection.request("GET", "/api/health")
        health = json.loads(connection.getresponse().read(65536))
        connection.close()
    except (OSError, ValueError, http.client.HTTPException):
        return None
    if not isinstance(health, dict) or health.get("server") != plate.fingerprint:
        return None
    return Remote(plate)


class Remote:
    """Counter over HTTP. Errors of the server come back as the errors they were."""

    def __init__(self, plate: Doorplate):
        self.plate = plate

    def ask(self, question: str, on: str | None = None, region: str = "", cases: bool = True) -> Json:
        return self._call("POST", "/api/ask", {"question": question, "on": on, "region": region, "cases": cases})

    def search(self, query: str, k: int = 10, on: str | None = None, region: str = "") -> Json:
        check_query(query)
        return self._call("GET", "/api/search?" + _query(q=query, k=k, on=on, region=region))

    def show(self, provision: str, on: str | None = None) -> Json:
        check_id(provision)
        return self._call("GET", f"/api/provisions/{quote(provision, safe='')}?" + _query(on=on))

    def documents(self, on: str | None = None) -> Json:
        return self._call("GET", "/api/documents?" + _query(on=on))

    def ingest(self, paths: Iterable[Path], progress: Callable[[Json], None] | None = None) -> Json:
        given = [str(path.absolute()) for path in paths]
        for event in self._events("/api/local/ingest", {"paths": given}):
            if "file" in event and progress:
                progress(event["file"])
            if "done" in event:
                return event["done"]
        raise _gone()

    def rebuild(self, progress: Callable[[int, int], None] | None = None) -> Json:
        for event in self._events("/api/local/rebuild", {}):
            if "step" in event and progress:
                progress(*event["step"])
            if "done" in event:
                return event["done"]
        raise _gone()

    def doctor(self) -> Json:
        return self._call("POST", "/api/local/doctor", {})

    def classify(self, text: str, scheme: str | None = None, on: str | None = None, region: str = "") -> Json:
        return self._call("POST", "/api/classify", {"text": legible(text), "scheme": scheme, "on": on, "region": region})

    def cases(self) -> Json:
        return self._call("GET", "/api/cases")

    def case(self, id: str) -> Json:
        return self._call("GET", f"/api/cases/{quote(id, safe='')}")

    def add_fact(self, id: str, text: str, by: str) -> Json:
        return self._call("POST", f"/api/cases/{quote(id, safe='')}/facts", {"text": legible(text), "by": by})

    def decide(self, id: str, outcome: str, by: str) -> Json:
        return self._call("POST", f"/api/cases/{quote(id, safe='')}/decision", {"outcome": outcome, "by": by})

    def forms(self) -> Json:
        return self._call("GET", "/api/forms")

    def draft(self, form: str, fields: Mapping[str, object], case: str | None = None) -> Json:
        return self._call("POST", "/api/drafts", {"form": form, "fields": fields, "case": case, "format": "json"})

    def check(self, name: str, data: bytes, on: str | None = None) -> Json:
        return json.loads(self._send("/api/drafts/check?" + _query(on=on), name, data, {}))

    def release(self, name: str, data: bytes, by: str) -> bytes:
        return self._send("/api/drafts/release", name, data, {"by": by})

    def chat(self, message: str, conversation: str | None = None, on: str | None = None, region: str = "") -> Json:
        given = {"message": legible(message), "conversation": conversation, "on": on, "region": region}
        response = self._open("POST", "/api/chat", given)
        try:
            if response.status >= 400:
                raise _error(json.loads(response.read()))
            for line in response:
                if line.startswith(b"data: "):
                    event = json.loads(line[6:])
                    if event["type"] == "error":
                        raise _error({"error": event})
                    if event["type"] == "done":
                        return event
        except (OSError, ValueError, http.client.HTTPException):
            raise _gone() from None
        finally:
            response.close()
        raise _gone()

    def conversations(self) -> Json:
        return self._call("GET", "/api/conversations")

    def conversation(self, id: str) -> Json:
        return self._call("GET", f"/api/conversations/{quote(id, safe='')}")

    def trace(self, id: str) -> Json:
        return self._call("GET", f"/api/traces/{quote(id, safe='')}")

    def pending(self) -> Json:
        return self._call("POST", "/api/local/pending", {})

    def publish(self, id: str, by: str = "") -> Json:
        return self._call("POST", "/api/local/publish", {"id": legible(id), "by": legible(by)})

    def refuse(self, id: str, by: str = "") -> Json:
        return self._call("POST", "/api/local/refuse", {"id": legible(id), "by": legible(by)})

    def people(self, call: str, given: Mapping[str, Any]) -> Json:
        return self._call("POST", "/api/local/people", {"call": call, "given": given})

    def close(self) -> None:
        pass

    def _send(self, target: str, name: str, data: bytes, fields: Mapping[str, str]) -> bytes:
        """Upload one file as a form does (RFC 7578)."""
        mark = secrets.token_hex(16)
        shown = name.replace("\\", "/").rpartition("/")[2].translate({ord(c): "_" for c in '"\r\n'})
        parts = [f'--{mark}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode() for key, value in fields.items()]
        parts.append(f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{shown}"\r\n'
                     "Content-Type: application/octet-stream\r\n\r\n".encode())
        headers = {TOKEN_HEADER: self.plate.token, "Connection": "close", "Content-Type": f"multipart/form-data; boundary={mark}"}
        connection = http.client.HTTPConnection(self.plate.host, self.plate.port, timeout=SILENCE_SECONDS)
        try:
            connection.request("POST", target, b"".join([*parts, data, f"\r\n--{mark}--\r\n".encode()]), headers)
            response = connection.getresponse()
            said = response.read()
            if response.status >= 400:
                raise _error(json.loads(said))
            return said
        except (OSError, ValueError, http.client.HTTPException):
            raise _gone() from None

    def _open(self, method: str, target: str, body: Json | None) -> http.client.HTTPResponse:
        headers = {TOKEN_HEADER: self.plate.token, "Connection": "close"}
        payload = None
        if body is not None:
            payload = json.dumps(body).encode("ascii")
            headers["Content-Type"] = "application/json"
        connection = http.client.HTTPConnection(self.plate.host, self.plate.port, timeout=SILENCE_SECONDS)
        try:
            connection.request(method, target, payload, headers)
            return connection.getresponse()
        except (OSError, http.client.HTTPException):
            raise _gone() from None

    def _call(self, method: str, target: str, body: Json | None = None) -> Json:
        response = self._open(method, target, body)
        try:
            said = json.loads(response.read())
        except (OSError, ValueError, http.client.HTTPException):
            raise _gone() from None
        if response.status >= 400:
            raise _error(said)
        return said

    def _events(self, target: str, body: Json) -> Iterator[Json]:
        response = self._open("POST", target, body)
        try:
            if response.status >= 400:
                raise _error(json.loads(response.read()))
            for line in response:
                if line.strip():
                    event = json.loads(line)
                    if "error" in event:
                        raise _error(event)
                    yield event
        except (OSError, ValueError, http.client.HTTPException):
            raise _gone() from None
        finally:
            response.close()


def _query(**given: object) -> str:
    return urlencode({name: value for name, value in given.items() if value is not None})


def _gone() -> ServerGone:
    return ServerGone("本机服务中断，没有答完。请确认 assistant serve 还在运行后重试，或先停掉它再运行本命令。")


def _error(said: Json) -> AssistantError:
    """The error the server raised, as the class it was."""
    told = said.get("error") if isinstance(said, dict) else None
    if not isinstance(told, dict):
        return _gone()
    code, message = str(told.get("code", "")), str(told.get("message", ""))
    for kind in vars(errors).values():
        if isinstance(kind, type) and issubclass(kind, AssistantError) and kind.code == code:
            return kind(message)
    return AssistantError(message)
