"""A real browser over a real server in this process: Debian's Chromium driven by playwright, and what it must never do.

``Watch`` collects what went wrong on a page: errors on the console, faults of scripts, requests off origin, breaches of the
policy, dialogs. A test that ends with any of them fails.
"""

from __future__ import annotations

import shutil
import threading
import time
from contextlib import contextmanager
from urllib.parse import urlsplit

import uvicorn

from assistant.faces.api import create_app

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--disable-dev-shm-usage"]


@contextmanager
def served(desk, **more):
    """The address of a server over a desk, in a thread."""
    server = uvicorn.Server(uvicorn.Config(create_app(desk, token="t", **more), host="127.0.0.1", port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = server.force_exit = True
        thread.join(10)


class Watch:
    """What a page did that no page may; ``allowed`` are words of console errors that a test brings about itself."""

    def __init__(self, base: str):
        self.base, self.faults, self.allowed = base, [], ("favicon",)

    def over(self, page):
        page.on("console", lambda m: self._note("console", m.text + " " + (m.location or {}).get("url", "")) if m.type == "error" else None)
        page.on("pageerror", lambda e: self._note("script", str(e)))
        page.on("request", lambda r: self._asked(r.url))
        page.on("dialog", lambda d: (self._note("dialog", d.message), d.dismiss()))
        page.add_init_script("""document.addEventListener('securitypolicyviolation', e => console.error('CSP ' + e.violatedDirective + ' ' + e.blockedURI));
            window.ran = 0;""")
        return page

    def _asked(self, url):
        if urlsplit(url).scheme in ("http", "https", "ws", "wss") and not url.startswith(self.base):
            self._note("request", url)

    def _note(self, kind, words):
        if not any(a in words for a in self.allowed):
            self.faults.append((kind, words))
