"""Ask the running server over HTTP and in the terminal, and open the clause that the answer rests on."""

from __future__ import annotations

import json
import subprocess
import sys
from http.client import HTTPConnection
from urllib.parse import quote, urlsplit

QUESTION = "高明多久对干部考核评价一次？"


def main(program: str, served: str) -> None:
    line = next(line for line in open(served, encoding="utf-8") if line.startswith("正在服务"))
    place = urlsplit(line.removeprefix("正在服务：").split("（")[0])
    said = call(place, "POST", "/api/ask", {"question": QUESTION})
    print(said["text"])
    assert said["refusal"] is None and said["citations"], said
    for citation in said["citations"]:
        clause = call(place, "GET", "/api/provisions/" + quote(citation["provision"], safe=""))
        assert citation["quote"] in clause["text"], (citation, clause)
    done = subprocess.run([program, "ask", QUESTION, "--json"], capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(done.stdout) == said, done.stdout
    print(f"{len(said['citations'])} citations stand word for word in their clauses; terminal and HTTP agree")


def call(place, method, target, body=None):
    connection = HTTPConnection(place.hostname, place.port, timeout=30)
    connection.request(method, target, json.dumps(body) if body else None, {"Content-Type": "application/json"})
    response = connection.getresponse()
    said = json.loads(response.read())
    assert response.status == 200, said
    return said


if __name__ == "__main__":
    main(*sys.argv[1:])
