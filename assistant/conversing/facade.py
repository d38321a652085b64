"""The desk of a conversation over the facade, for one asker."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from assistant.conversing.knowing import Knowledge
from assistant.errors import NotFound
from assistant.types import Answer, Asker, Document, Provision


class FacadeDesk:
    """What :class:`driving.Driver` needs, from an :class:`assistant.assistant.Assistant`."""

    def __init__(self, assistant: Any, asker: Asker):
        self._assistant, self._asker = assistant, asker

    def known(self, on: date | None) -> Knowledge:
        from assistant import lexicon, words
        from assistant.embedding.ngrams import idf

        a = self._assistant
        _, regions, names = a.answerer.known(self._asker, on)

        def text_of(id: str) -> str:
            try:
                return a.provision(id, asker=self._asker, on=on)[0].text
            except NotFound:
                return ""

        return Knowledge(names, regions, lexicon.load(a._corpus / "synonyms.txt") if a._corpus else lexicon.load(), words.known, idf, text_of,
                         a._casework.tells_a_case, lambda: a.forms(asker=self._asker))

    def ask(self, question: str, *, on: date | None, region: str) -> Answer:
        return self._assistant.ask_offline(question, asker=self._asker, on=on, region=region)

    def provision(self, id: str, *, on: date | None) -> tuple[Provision, Document]:
        return self._assistant.provision(id, asker=self._asker, on=on)

    def classify(self, text: str, *, on: date | None, region: str) -> Answer:
        return self._assistant.determined(text, asker=self._asker, on=on, region=region)

    def add_fact(self, case: str, fact: str) -> Any:
        return self._assistant.add_fact(case, fact, self._asker.name, asker=self._asker)

    def case(self, id: str) -> Any:
        return self._assistant.case(id, asker=self._asker)

    def draft(self, form: str, fields: Mapping[str, str], case: str, *, on: date | None) -> tuple[Any, str]:
        from assistant.drafting.printed import markdown

        notice = self._assistant.draft(form, fields, case=case or None, asker=self._asker, on=on)
        return notice, markdown(notice)


class PastDesk(FacadeDesk):
    """For understanding again what was said before: a case is found where it was stored then, and nothing new is stored."""

    def ask(self, question: str, *, on: date | None, region: str) -> Answer:
        if self._assistant.tells_a_case(question):
            return self.classify(question, on=on, region=region)
        return super().ask(question, on=on, region=region)

    def classify(self, text: str, *, on: date | None, region: str) -> Answer:
        """The stored case of the asker's with this text, in the shape of an answer. Raises NotFound."""
        for row in self._assistant.store.cases(self._asker):
            if row.text == text.strip():
                found = self.case(row.id).determination
                return Answer("", found.citations, determination=found)
        raise NotFound("前面讲的案情没有保存。请重新讲一遍。")

    def add_fact(self, case: str, fact: str) -> Any:
        """The case as it is: the fact was added when it was said."""
        return self.case(case)
