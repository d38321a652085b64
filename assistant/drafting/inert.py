"""Text as it may stand in a Word file, whatever a field held."""

from __future__ import annotations

import re

_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff\u202a-\u202e\u2066-\u2069]")


def inert(text: str) -> str:
    """One line, without what XML forbids or what turns a reader's screen round; everything else is plain characters.

    >>> inert("甲\\x00<w:t>\\n乙")
    '甲<w:t> 乙'
    """
    return _UNFIT.sub("", text.replace("\r\n", "\n").replace("\t", " ").replace("\n", " "))
