"""For every test: no socket but loopback, a clean environment, a home of its own."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path

import pytest

LOOPBACK = ("127.", "::1", "localhost")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch, tmp_path):
    """``ASSISTANT_*`` of the shell never reach a test; its home is an empty folder."""
    for name in [n for n in os.environ if n.startswith("ASSISTANT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ASSISTANT_HOME", str(tmp_path / "home"))
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        monkeypatch.setenv(name, "1")


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """A connection to anywhere but this machine fails the test that makes it."""
    connect, connect_ex, lookup = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def check(host):
        if isinstance(host, (bytes, bytearray)):
            host = host.decode()
        if host is not None and not str(host).startswith(LOOPBACK):
            pytest.fail(f"a test reached for the network: {host}")

    def guarded(real):
        def call(self, address):
            if self.family != socket.AF_UNIX:
                check(address[0])
            return real(self, address)

        return call

    def guarded_lookup(host, *rest, **more):
        check(host)
        return lookup(host, *rest, **more)

    monkeypatch.setattr(socket.socket, "connect", guarded(connect))
    monkeypatch.setattr(socket.socket, "connect_ex", guarded(connect_ex))
    monkeypatch.setattr(socket, "getaddrinfo", guarded_lookup)


@pytest.fixture(scope="session")
def loaded_home(tmp_path_factory):
    """A home with the shipped corpus, made once; never written to, only copied."""
    from assistant.assistant import Assistant

    home = tmp_path_factory.mktemp("loaded") / "home"
    with pytest.MonkeyPatch.context() as patch:
        for name in [n for n in os.environ if n.startswith("ASSISTANT_")]:
            patch.delenv(name)
        Assistant.open(home=home).close()
    return home


@pytest.fixture
def shipped_home(loaded_home, tmp_path):
    """A home of this test's own with the shipped corpus in it."""
    home = tmp_path / "shipped"
    shutil.copytree(loaded_home, home)
    return home


OFFICE = Path(__file__).with_name("fixtures") / "office"


@pytest.fixture(scope="session")
def office_home(tmp_path_factory):
    """A home with the small invented corpus of ``fixtures/office``, made once; never written to, only copied."""
    from assistant.assistant import Assistant
    from assistant.settings import Settings

    home = tmp_path_factory.mktemp("office") / "home"
    with pytest.MonkeyPatch.context() as patch:
        for name in [n for n in os.environ if n.startswith("ASSISTANT_")]:
            patch.delenv(name)
        Assistant.open(Settings(home=home, corpus=OFFICE)).close()
    return home


@pytest.fixture(scope="session")
def office(office_home, tmp_path_factory):
    """An assistant over the small invented corpus that all tests share: ask it, change nothing in it."""
    from assistant.assistant import Assistant
    from assistant.settings import Settings

    home = tmp_path_factory.mktemp("shared") / "home"
    shutil.copytree(office_home, home)
    with Assistant.open(Settings(home=home, corpus=OFFICE)) as assistant:
        yield assistant


@pytest.fixture
def own_office(office_home, tmp_path):
    """An assistant of this test's own over the small invented corpus."""
    from assistant.assistant import Assistant
    from assistant.settings import Settings

    home = tmp_path / "office"
    shutil.copytree(office_home, home)
    with Assistant.open(Settings(home=home, corpus=OFFICE)) as assistant:
        yield assistant
