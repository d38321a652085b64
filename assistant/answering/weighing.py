"""How much each sign speaks for a sentence as the answer: a linear score, fitted on questions whose sentence is known.

``python -m eval calibrate`` fits the weights again, never on the test split.
"""

from __future__ import annotations

import numpy as np

NAMES = ("share", "strict", "overlap", "hit", "typed", "kinds", "likely", "counted", "defines", "margin_text", "short", "heading",
         "opposes", "on_focus", "length", "lead", "lead_listed", "national", "reported", "first", "focus_here", "rank", "item", "items_listed",
         "whole", "strict_typed", "untyped", "beside",
         "before", "says", "says_kind", "says_listed", "colon_list", "says_kind_open", "why", "modal", "modal_open", "typed_before", "bound", "agent")
WEIGHTS = (0.40, 0.33, 0.20, 0.15, 0.22, 0.05, 0.06, 0.25, 0.25, -0.12, -0.25, -0.15, -0.15, 0.1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
           0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
NEAR = 0.3
"""What the likeness of question and sentence (0..1) adds."""


def scores(seen: np.ndarray) -> np.ndarray:
    """A score for each row of signs, in the order of ``NAMES``; comparable within one question."""
    return seen @ np.array(WEIGHTS, np.float32)
