"""A case read by a model: for each element the words it points at. Only words that stand in the case, letter for letter, are passed on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from assistant.agent.replying import held
from assistant.classifying.nouns import STATES, Scheme
from assistant.classifying.proposed import Proposal
from assistant.errors import Cancelled, ModelUnavailable
from assistant.masking import Masker
from assistant.prompting import Prompt, fence, new_mark

if TYPE_CHECKING:
    from langchain_core.language_models.chat_models import BaseChatModel

MOST, LONGEST = 40, 12_000
"""Proposals that are looked at, and characters of a case that a model is given."""


class CaseReader:
    """Reads one case with one model; ``fault`` is what went wrong ("" = nothing), ``record`` goes into the trace."""

    def __init__(self, model: BaseChatModel, prompts: Mapping[str, Prompt]):
        self._model, self._prompt = model, prompts["case"]
        self.fault = ""
        self.record: dict[str, Any] = {"prompts": {"case": self._prompt.hash}}

    def __call__(self, scheme: Scheme, text: str) -> tuple[Proposal, ...]:
        """What the model reads; nothing when it fails. Raises Cancelled."""
        masker, mark = Masker(), new_mark()
        elements = "\n".join(f"{e.name}：{e.title}。{e.question}" for e in scheme.elements.values() if not e.compute)
        masked = masker.mask(text[:LONGEST])
        try:
            reply = self._model.invoke(self._prompt.fill(mark=mark, elements=elements, case=fence("案情", masked, mark)))
        except Cancelled:
            raise
        except ModelUnavailable as error:
            self.fault = error.message
            return ()
        except Exception as error:  # a library stumbled over what a model sent
            self.fault = "大模型的输出不能用。"
            self.record["fault"] = type(error).__name__
            return ()
        found = [Proposal(element, state, masker.restore(quote)) for element, state, quote in _findings(reply.text)]
        kept = tuple(p for p in found if p.quote in text and p.element in scheme.elements)
        self.record |= {"proposed": len(found), "kept": [{"element": p.element, "state": p.state, "quote": p.quote} for p in kept]}
        return kept


def _findings(text: str) -> list[tuple[str, Any, str]]:
    """The findings of a reply: JSON alone or inside other words; what has another shape is left out."""
    found = (held(text, "findings") or {}).get("findings")
    out = []
    for one in found[:MOST] if isinstance(found, list) else ():
        if isinstance(one, dict) and isinstance(one.get("element"), str) and one.get("state") in STATES and isinstance(one.get("quote"), str):
            out.append((one["element"], one["state"], one["quote"].strip()))
    return out
