"""The documents, numbers and clauses that a claim names."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.chinese import DOCUMENT_NUMBER, NUMERAL, document_number

_PATH = re.compile(rf"第[{NUMERAL}\d]+条(?:之[一二三四五])?(?:第[{NUMERAL}\d]+款)?(?:第?[（(]?[{NUMERAL}\d]+[）)]?项)?|第[{NUMERAL}\d]+款(?:第?[（(]?[{NUMERAL}\d]+[）)]?项)?|第[（(]?[{NUMERAL}\d]+[）)]?项")
_TITLE = re.compile("《([^《》]+(?:《[^《》]*》[^《》]*)*)》")


@dataclass(frozen=True)
class Mention:
    """``kind`` is document, number or clause; ``text`` as the claim writes it, a document number in its normal form."""

    kind: str
    text: str


def mentions(claim: str) -> tuple[Mention, ...]:
    """What a claim names, in order.

    >>> mentions("根据《问责条例》第三条第二款，依明委办[2022]20号办理")
    (Mention(kind='document', text='问责条例'), Mention(kind='clause', text='第三条第二款'), Mention(kind='number', text='明委办〔2022〕20号'))
    """
    found = [(m.start(), Mention("document", m[1])) for m in _TITLE.finditer(claim)]
    found += [(m.start(), Mention("clause", m[0])) for m in _PATH.finditer(claim)]
    for m in DOCUMENT_NUMBER.finditer(claim):
        bare = re.sub(r"^[^〔\[（(【﹝［]*(?:[条款项号]|根据|按照|依照|依据|[和与及见按即依据])", "", m[0])
        found.append((m.start(), Mention("number", document_number(bare))))
    return tuple(mention for _, mention in sorted(found, key=lambda x: x[0]))
