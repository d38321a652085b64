"""The READMEs are true: their commands exist, their output is what the program prints, and both say the same.

After a wanted change of output: ``UPDATE_README=1 python -m pytest tests/test_readme.py``, then read the diff.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.faces.cli import app

ROOT = Path(__file__).resolve().parents[1]
READMES = ("README.md", "README.zh-CN.md")
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.S | re.M)


def text(name):
    return (ROOT / name).read_text("utf-8")


def session(block, home):
    """The block as it looks when its commands are run now."""
    out = []
    for command in (line for line in block.splitlines() if line.startswith("$ assistant ")):
        words = shlex.split(command.removeprefix("$ assistant "))
        done = subprocess.run(
            [sys.executable, "-m", "assistant.faces.cli", *words], capture_output=True, text=True, timeout=60, cwd=ROOT,
            env={**os.environ, "ASSISTANT_HOME": str(home)},
        )
        out += [command, *(line.rstrip() for line in (done.stdout + done.stderr).splitlines()), ""]
    return "\n".join(out[:-1]) + "\n"


@pytest.mark.parametrize("name", READMES)
def test_the_readme_shows_what_the_program_prints(name, shipped_home):
    now = CONSOLE.sub(lambda m: f"```console\n{session(m[1], shipped_home)}```", text(name))
    if os.environ.get("UPDATE_README"):
        (ROOT / name).write_text(now, "utf-8")
    assert text(name) == now


@pytest.mark.parametrize("name", READMES)
def test_the_readme_names_every_command_and_no_other(name):
    named = set(re.findall(r"`assistant (\w+)", text(name)))
    commands = {command.name or command.callback.__name__ for command in app.registered_commands}
    assert named == commands | {group.name or group.typer_instance.info.name for group in app.registered_groups}


@pytest.mark.parametrize("name", READMES)
def test_the_readme_is_short_and_its_links_lead_somewhere(name):
    assert len(text(name).splitlines()) <= 140
    assert [link for link in re.findall(r"\]\(([^)]+)\)", text(name)) if not (ROOT / link).exists()] == []


def test_both_readmes_show_the_same_commands():
    english, chinese = (re.findall(r"^(?:\$ |make |curl )[^#\n]+", text(name), re.M) for name in READMES)
    assert [line.strip() for line in english] == [line.strip() for line in chinese]


def test_the_make_targets_of_the_readme_exist():
    targets = set(re.findall(r"^(\w+):", text("Makefile"), re.M))
    assert set(re.findall(r"`?make (\w+)", text("README.md"))) - {"the"} <= targets
