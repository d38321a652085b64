"""How many requests run at once, how many may wait, and what the others are told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from assistant.errors import Overloaded


class Lane:
    """A FastAPI dependency: a place for the time of one request, taken after its body has been read."""

    def __init__(self, running: int, waiting: int, patience: float):
        self.places = asyncio.Semaphore(running)
        self.free_to_wait = waiting
        self.patience = patience

    async def __call__(self) -> AsyncIterator[None]:
        if self.places.locked():
            await self._wait()
        else:
            await self.places.acquire()
        try:
            yield
        finally:
            self.places.release()

    async def _wait(self) -> None:
        if self.free_to_wait <= 0:
            raise Overloaded("现在请求太多，这一个没有受理。请过几秒再试。")
        self.free_to_wait -= 1
        try:
            await asyncio.wait_for(self.places.acquire(), self.patience)
        except TimeoutError:
            raise Overloaded(f"排队超过 {self.patience:.0f} 秒，这一个没有受理。请过几秒再试。") from None
        finally:
            self.free_to_wait += 1


class Lanes:
    """Questions, uploads and chats queue apart: neither a long import nor a slow model holds up an answer."""

    def __init__(self, questions: Lane | None = None, uploads: Lane | None = None, chats: Lane | None = None):
        self.questions = questions or Lane(running=8, waiting=64, patience=15.0)
        self.uploads = uploads or Lane(running=1, waiting=8, patience=60.0)
        self.chats = chats or Lane(running=12, waiting=64, patience=30.0)
