"""The desk of the tools over the facade, bound to one asker, one day and one region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from assistant.classifying.periods import KINDS, Sanction, reckon
from assistant.errors import BadInput
from assistant.types import Asker, Document, Hit, Provision


class FacadeDesk:
    """What :class:`assistant.agent.tools.Toolbox` needs, from an :class:`assistant.assistant.Assistant`."""

    def __init__(self, assistant: Any, asker: Asker, on: date | None, region: str):
        self._assistant, self._asker, self._on, self._region = assistant, asker, on, region

    def search(self, query: str, k: int) -> Sequence[Hit]:
        return self._assistant.search(query, k=k, asker=self._asker, on=self._on, region=self._region)

    def provision(self, id: str) -> tuple[Provision, Document]:
        return self._assistant.provision(id, asker=self._asker, on=self._on)

    def documents(self) -> Sequence[Document]:
        return [row.document for row in self._assistant.documents(asker=self._asker, on=self._on)]

    def classify(self, text: str, scheme: str | None) -> str:
        found = self._assistant.classify(text, scheme, on=self._on, region=self._region, asker=self._asker)
        return f"案件 {found.id}：{_told(found)}"

    def add_fact(self, case: str, fact: str) -> str:
        return _told(self._assistant.add_fact(case, fact, self._asker.name, asker=self._asker).determination)

    def period(self, sanction: str, decided: date) -> str:
        if sanction not in KINDS:
            raise BadInput(f"没有“{sanction[:20]}”这种处分。可以计算的有：{'、'.join(KINDS)}。")
        return reckon([Sanction(sanction, (decided, decided))]).text

    def forms(self) -> Sequence[tuple[str, str, tuple[str, ...]]]:
        return [(f.name, f.title, tuple(field.key for field in f.fields)) for f in self._assistant.forms(asker=self._asker)]

    def draft(self, form: str, fields: Mapping[str, str], case: str | None) -> str:
        from assistant.drafting.printed import markdown

        return markdown(self._assistant.draft(form, dict(fields), case=case, asker=self._asker, on=self._on))


def _told(found: Any) -> str:
    findings = "；".join(f"{f.title} {f.state}“{f.quote}”" for f in found.findings if f.quote)
    return f"初步意见 {found.title}。{findings}。还缺：{'；'.join(found.missing) or '无'}"
