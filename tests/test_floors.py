"""The order of the house: imports go down only, each library is named in its one place, nothing dangerous is called."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

FLOORS = {
    0: ("types", "errors", "chinese", "frontmatter"),
    1: ("settings", "words", "lexicon", "structure", "chunking", "citing", "readers", "secrecy", "regions", "masthead",
        "metadata", "embedding", "masking", "prompting", "tracing", "verifying"),
    2: ("store",),
    3: ("index",),
    4: ("library", "retrieval"),
    5: ("accounts", "answering", "classifying", "drafting", "checking", "conversing", "publishing"),
    6: ("agent", "talking", "checkup"),
    7: ("assistant",),
    8: ("faces",),
}
FLOOR = {room: floor for floor, rooms in FLOORS.items() for room in rooms}

PLACES = {
    "alembic": ("assistant/store/",),
    "charset_normalizer": ("assistant/readers/encoding.py",),
    "chromadb": ("assistant/index/dense.py",),
    "cryptography": ("assistant/faces/bots/sealing.py",),
    "docx": ("assistant/readers/docx.py", "assistant/drafting/"),
    "fastapi": ("assistant/faces/api/",),
    "http": ("assistant/agent/rehearsal/server.py", "assistant/faces/bots/rehearsal/", "assistant/faces/client.py"),
    "httpcore2": ("assistant/agent/wire.py",),
    "httpx": ("assistant/faces/bots/wire.py",),
    "httpx2": ("assistant/agent/speaking.py", "assistant/agent/wire.py"),
    "jieba": ("assistant/words.py",),
    "langchain": ("assistant/agent/",),
    "langgraph": ("assistant/agent/",),
    "openai": (),
    "mcp": ("assistant/faces/mcp.py", "assistant/faces/api/mcp.py"),
    "opentelemetry": ("assistant/tracing.py",),
    "pypdfium2": ("assistant/readers/pdf.py",),
    "rich": ("assistant/faces/cli.py", "assistant/faces/printing.py"),
    "sentence_transformers": ("assistant/embedding/",),
    "sqlalchemy": ("assistant/store/",),
    "starlette": ("assistant/faces/api/",),
    "tantivy": ("assistant/index/lexical.py",),
    "torch": ("assistant/embedding/",),
    "trafilatura": ("assistant/readers/html.py",),
    "typer": ("assistant/faces/bots/commands.py", "assistant/faces/casework.py", "assistant/faces/cli.py", "assistant/faces/drafts.py", "assistant/faces/finishing.py", "assistant/faces/people.py", "assistant/faces/talk.py", "assistant/faces/usage.py"),
    "uvicorn": ("assistant/faces/api/server.py",),
    "websockets": ("assistant/faces/bots/",),
}
"""Where the machinery may name a third-party library (``eval/`` may name what it measures against)."""

NOWHERE = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "requests", "aiohttp", "ftplib", "telnetlib"}
CALLS = {"eval", "exec", "yaml.load", "yaml.unsafe_load", "yaml.full_load", "os.system", "os.popen", "urllib.request.urlopen"}


def modules(*folders):
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def name_of(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(path):
    """Every module a file imports, those inside functions too, as dotted names."""
    module = name_of(path).split(".")
    package = module if path.name == "__init__.py" else module[:-1]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = [*package[: len(package) - node.level + 1], *(node.module or "").split(".")] if node.level else [node.module]
            base = ".".join(part for part in base if part)
            yield base
            if base.split(".")[0] == "assistant":
                yield from (f"{base}.{alias.name}" for alias in node.names)


def room(module):
    parts = module.split(".")
    return parts[1] if parts[0] == "assistant" and len(parts) > 1 else ""


def test_every_room_has_its_floor():
    rooms = {p.stem if p.is_file() else p.name for p in (ROOT / "assistant").iterdir()
             if p.suffix == ".py" or (p.is_dir() and list(p.glob("*.py")))}
    assert rooms - {"__init__"} - set(FLOOR) == set()


def test_imports_go_down_only():
    known = {name_of(p) for p in modules("assistant")}
    upward = [
        f"{name_of(path)} imports {target}"
        for path in modules("assistant")
        for target in imported(path)
        if target in known and room(target) and room(name_of(path)) and FLOOR[room(target)] > FLOOR[room(name_of(path))]
    ]
    assert upward == []


def test_rooms_do_not_import_in_a_circle():
    known = {name_of(p) for p in modules("assistant")}
    below = {r: set() for r in FLOOR}
    for path in modules("assistant"):
        own = room(name_of(path))
        below.setdefault(own, set()).update(room(t) for t in imported(path) if t in known and room(t) not in ("", own))
    while free := [r for r, needs in below.items() if not needs]:
        for done in free:
            del below[done]
        for needs in below.values():
            needs.difference_update(free)
    assert below == {}


def test_the_machinery_does_not_know_what_measures_it():
    assert [name_of(p) for p in modules("assistant") if any(t.split(".")[0] in ("eval", "tests") for t in imported(p))] == []


@pytest.mark.parametrize("library", PLACES)
def test_a_library_is_named_in_its_place_only(library):
    named = {
        path.relative_to(ROOT).as_posix()
        for path in modules("assistant")
        if any(t.split(".")[0] == library or t.startswith(library + "_") for t in imported(path))
    }
    assert [path for path in sorted(named) if not path.startswith(PLACES[library])] == []


def plain_yaml(call):
    """``yaml.load`` with a loader that makes plain data only."""
    loaders = {ast.unparse(k.value) for k in call.keywords if k.arg == "Loader"}
    return ast.unparse(call.func) == "yaml.load" and loaders and loaders <= {"yaml.BaseLoader", "yaml.SafeLoader"}


def test_nothing_is_unpickled_evaluated_or_fetched():
    found = []
    for path in modules("assistant", "eval"):
        where = path.relative_to(ROOT).as_posix()
        found += [f"{where} imports {t}" for t in imported(path) if t.split(".")[0] in NOWHERE]
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in CALLS and not plain_yaml(node):
                found.append(f"{where}:{node.lineno} calls {ast.unparse(node.func)}")
            if isinstance(node, ast.keyword) and node.arg in ("trust_remote_code", "allow_pickle", "shell"):
                if not (isinstance(node.value, ast.Constant) and node.value.value is False):
                    found.append(f"{where}:{node.value.lineno} sets {node.arg}")
    assert found == []


def test_modules_stay_small_enough_to_read():
    long = {name_of(p): n for p in modules("assistant") if (n := len(p.read_text("utf-8").splitlines())) > 450}
    assert long == {}


def test_every_library_named_is_declared_and_pinned():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    declared = [*project["dependencies"], *(d for more in extras.values() for d in more if not d.startswith(project["name"]))]
    assert [d for d in declared if not re.fullmatch(r"[a-z0-9-]+==[0-9.]+", d)] == []
    owners = packages_distributions()
    named = {t.split(".")[0] for p in modules("assistant", "eval") for t in imported(p)} - set(sys.stdlib_module_names) - {"assistant", "eval"}
    known = {d.split("==")[0] for d in declared}
    assert {n for n in named if not known & {owner.lower().replace("_", "-") for owner in owners.get(n, ())}} == set()


def test_the_constraints_agree_with_the_pins_and_name_no_place():
    lines = (ROOT / "constraints.txt").read_text("utf-8").split()
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][0-9a-z.]*", line)] == []
    frozen = {name.lower().replace("_", "-"): version for name, version in (line.split("==") for line in lines)}
    declared = re.findall(r'"([a-z0-9-]+)==([0-9.]+)"', (ROOT / "pyproject.toml").read_text("utf-8"))
    assert {name: version for name, version in declared if name != "hatchling" and frozen.get(name) != version} == {}
    assert [name for name in frozen if name.startswith(("nvidia", "triton", "cuda"))] == []
