"""What words of a talk mean: the earlier topic that is called so, the one place a bare name can be."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.conversing.knowing import Known
from assistant.conversing.rewriting import similar
from assistant.conversing.topic import Topic
from assistant.regions import applies, same_region, within
from assistant.regions.gazetteer import listed


def best(what: str, among: Sequence[Topic], known: Known) -> Topic | None:
    """The topic that is called so, the newest of equals; with no words for it the one left last."""
    if not re.sub(r"话题|问题|那个|上一?个|上个|第一个|事", "", what):
        first = re.search("第一个|最早|最初", what)
        return (among[-2] if first and len(among) > 1 else among[0]) if among and not among[0].empty else None
    words = [w for w in known.content(what) or (what,) if len(w) > 1] or [what]
    places = known.places(what)

    def score(t: Topic) -> float:
        told = f"{t.question}{t.subject}{t.form}{t.document}" + ("案件案子容错" if t.case else "") + ("文书起草告知书" if t.form else "")
        return sum(w in told for w in words) + 0.5 * sum(similar(w, told) for w in words) + sum(
            bool(t.region) and (within(t.region, p) or same_region(t.region, p) or applies(t.region, p)) for p in places)

    best = max(among, key=score, default=None)
    return best if best is not None and score(best) > 0.4 else None


def place_alone(name: str) -> str:
    """The one place that a name standing alone can only be, in full; "" for none or several."""
    held = listed().get(name, ())
    return str(held[0].place) if len(held) == 1 else ""
