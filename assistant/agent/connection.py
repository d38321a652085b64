"""The connection to the language model an office has set, or none.

>>> Connection.of(Settings(home="x")) is None
True
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from assistant.agent.limits import Breaker, Clock, Deadline, Meter, Slots, Usage
from assistant.agent.place import Place
from assistant.agent.quiet import hush
from assistant.errors import BadSetting, ModelUnavailable
from assistant.settings import Settings

if TYPE_CHECKING:
    from langchain_core.language_models.chat_models import BaseChatModel

__all__ = ["Checked", "Connection", "Deadline", "Usage"]


@dataclass(frozen=True)
class Checked:
    """Whether the model answered, and in Chinese what was seen or what is wrong."""

    ok: bool
    detail: str


class Connection:
    """One model at one place: makes a bound chat model per answer, and bounds what all answers together may use."""

    def __init__(self, place: Place, settings: Settings, clock: Clock = time.monotonic):
        self._place, self._settings = place, settings
        self._breaker = Breaker(clock=clock)
        self._slots = Slots(settings.model_slots)
        self._meter = Meter(settings.model_price_prompt, settings.model_price_completion)

    @classmethod
    def of(cls, settings: Settings, *, clock: Clock = time.monotonic) -> Connection | None:
        """The connection the settings ask for, None when no model is set. Nothing is sent or imported yet.

        Raises BadSetting when model, address, host or key cannot be used. ``clock`` is the breaker's.
        """
        place = Place.of(settings)
        if place is None:
            return None
        key = settings.model_api_key.get_secret_value()
        if not all("!" <= letter <= "~" for letter in key):
            raise BadSetting("设置 ASSISTANT_MODEL_API_KEY 的值不能用：密钥只能是英文字母、数字和符号，中间没有空格和换行。请重新填写。")
        hush()
        return cls(place, settings, clock)

    def __repr__(self) -> str:
        return f"Connection({self.name!r}, {self._place.host!r})"

    @property
    def name(self) -> str:
        """The model's name, for traces."""
        return f"openai:{self._place.model}"

    @property
    def host(self) -> str:
        """Where it is."""
        return self._place.host

    @property
    def sees_cases(self) -> bool:
        """Whether the words of a case may be sent there."""
        chosen = self._settings.model_cases
        return chosen == "always" or (chosen == "intranet" and self._place.intranet)

    @property
    def usage(self) -> Mapping[str, Usage]:
        """What each asker used so far."""
        return self._meter.snapshot()

    @property
    def resting(self) -> bool:
        """Whether calls are turned away at once, after faults in a row."""
        return self._breaker.open

    def warm(self) -> None:
        """Import the client library, over a second, before anyone waits for it."""
        import assistant.agent.speaking  # noqa: F401

    def deadline(self) -> Deadline:
        """A fresh deadline for one answer, as the settings say."""
        return Deadline.after(self._settings.model_total_s)

    def slot(self) -> AbstractContextManager[None]:
        """Hold this for the time of one answer. Raises ModelBusy when none is free within half a second."""
        return self._slots.take()

    def model(self, deadline: Deadline, cancelled: threading.Event, *, asker: str = "local") -> BaseChatModel:
        """A ChatOpenAI for one answer: all its calls end by ``deadline``, and soon after ``cancelled`` is set.

        Its calls raise ModelUnavailable and its kinds, Cancelled, and nothing else.
        """
        return self._speaker(deadline, cancelled, asker, self._breaker, self._meter, self._settings.model_retries)

    def _speaker(self, deadline: Deadline, cancelled: threading.Event, asker: str, breaker: Breaker, meter: Meter, retries: int) -> BaseChatModel:
        from assistant.agent.speaking import Line, Speaker

        chosen, key = self._settings, self._settings.model_api_key.get_secret_value()
        line = Line(
            place=self._place, deadline=deadline, cancelled=cancelled, asker=asker, breaker=breaker, meter=meter, connect=chosen.model_connect_s,
            gap=chosen.model_first_token_s, total=chosen.model_total_s, retries=retries, keyed=bool(key), tls=self._tls,
        )
        return Speaker.on(line, key)

    @cached_property
    def _tls(self) -> ssl.SSLContext | None:
        return ssl.create_default_context() if self._place.scheme == "https" else None

    def check(self) -> Checked:
        """Call the model once, for ``assistant doctor``; apart from breaker, retries and counts."""
        self.warm()
        model = self._speaker(self.deadline(), threading.Event(), "doctor", Breaker(), Meter(), retries=0)
        begun = time.monotonic()
        try:
            model.invoke("只回答一个字：好")
        except ModelUnavailable as error:
            return Checked(False, error.message)
        cases = "可以看到案件文字" if self.sees_cases else "看不到案件文字"
        return Checked(True, f"{self.name}（{self.host}）{time.monotonic() - begun:.1f} 秒应答，{cases}")
