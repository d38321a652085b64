"""How much each sign speaks for a sentence as the answer: a linear score, fitted on questions whose sentence is known.

``python -m eval calibrate`` fits the weights again, never on the test split.
"""

from __future__ import annotations

import numpy as np

NAMES = ("share", "strict", "overlap", "hit", "typed", "counted", "defines", "framing", "heading", "on_focus", "introduces", "national", "reported",
         "item", "enumerates", "whole", "strict_typed", "beside", "colon_list", "reason", "bound", "agent", "opposes")
"""What is seen of a sentence: how much of the question stands in and around it, in it alone, and letter by letter; how good its clause
is; the kind of thing asked for; the count asked for; a definition; head, foot or heading of a document; the very thing asked for; a line
over a list; whose rule; an item; a list; all of its clause; a figure in a sentence on the question; words around it; a list after a colon;
a reason; how much of the question stands right beside the figure; who acts; a denial of what is
asked."""
WEIGHTS = (0.512, 0.195, 0.088, 0.322, 0.107, 0.107, 0.300, -0.145, -0.135, 0.060, 0.168, 0.023, -0.089,
           -0.070, 0.079, -0.134, 0.094, 0.049, 0.040, 0.310, 0.122, 0.061, -0.15)
NEAR = 0.374
"""What the likeness of question and sentence (0..1) adds."""


def scores(seen: np.ndarray) -> np.ndarray:
    """A score for each row of signs, in the order of ``NAMES``; comparable within one question."""
    return seen @ np.array(WEIGHTS, np.float32)
