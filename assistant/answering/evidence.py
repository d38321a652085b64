"""Which sentence of which clause answers: coverage of the question's words, and the kind of thing that is asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from assistant.answering import weighing
from assistant.answering.question import Question, Unit
from assistant.chinese import NUMERAL, fold, grams, sentences
from assistant.chunking import short_title
from assistant.types import Hit

_N = rf"(?:\d+(?:\.\d+)?(?:万|亿)?|[{NUMERAL}万]+)"
_MEASURE = (r"个|种|项|类|条|名|人|人次|户|次|期|场|篇|份|款|点|大|位|对|所|家|支|批|件|处|门|级|档|方面|工作日|年|月|天|日|小时|周|岁|元|万|亿|%|余|多|"
            r"分之|倍|届|支|台|座|公里|平方|亩|吨|字|行|页|轮|步|环节")
TYPES: dict[str, re.Pattern[str]] = {
    "how_many": re.compile(rf"{_N}\s*(?:余|多|来)?\s*(?:{_MEASURE})|[“”\"一二三四五六七八九十]+(?:个|大|种|项|类|条|方面)"),
    "frequency": re.compile(rf"每(?:半年|年度?|季度?|月|周|星期|日|天|旬|两|{_N}\s*(?:个?月|年|天))|定期|不定期|经常|常态|按[年季月周日]|随时|及时|逐[年月]"
                            rf"|{_N}\s*(?:个?月|年|天|周)\s*{_N}\s*次|[月季年周日](?:调度|总结|考核|小结|通报|考评|督查|铺排)|年度|半年|不少于{_N}次|至少{_N}次|{_N}余?多?次"),
    "number": re.compile(r"\d+号|〔\d{4}〕"),
    "issued": re.compile(r"\d{4}\s*年|\d+月\d+日"),
    "effective": re.compile(r"\d{4}\s*年|\d+月\d+日|之日"),
    "duration": re.compile(rf"(?<![每\d]){_N}\s*(?:个)?\s*(?:半)?(?:年|月|日|天|周|小时|工作日|季度)|(?<!每)半年|半个月|终身|满{_N}|届"),
    "percent": re.compile(r"\d+(?:\.\d+)?%|百分之|分之|‰|[一二三四五六七八九]成"),
    "money": re.compile(rf"{_N}\s*(?:余|多)?\s*(?:万|亿)?元"),
    "who": re.compile(r"党委|党组|党工委|政府|机关|书记|部门|单位|组织部|组织人事|纪检|纪委|监委|领导(?![力能小])|负责人|组长|委员会|[省市区县乡镇院处厅局科]委|法院|检察院|主任|机构|小组|工作队|专班|邻长|片长|本人"
                      r"|[^内全干]部(?!分|署|队|门|室)|办公室|集团|公司|学校|医院|[\u4e00-\u9fff]{2}[局厅署院]|首长|局长|处长|部长|校长|经理|导师|专家|财政|工会"),
    "where": re.compile(r"[到在赴去于往至][\u4e00-\u9fff]{2}|网站|路\d|地[区点方]|现场"),
    "when": re.compile(r"\d{4}\s*年|\d+月\d+日|之日|以来|期间|[之前后]|时|年|阶段|截至"),
}
"""What a sentence must show to answer a question of a kind."""

_ATTRIBUTES = {
    "标准": "标准|条件|门槛|界限|尺度|为准", "程序": "程序|流程|步骤|按.{0,6}程序", "流程": "程序|流程|步骤", "材料": "材料|证明|表", "电话": r"\d{7,}|电话", "地址": "地址|路.{0,4}号",
    "金额": r"元", "罚款": "罚款", "名单": "名单", "姓名": "同志|姓名", "网址": r"www|http|网址", "期限": r"日|天|月|年|期限|时限",
    "比例": r"%|分之|比例|‰", "百分比": r"%|分之", "公式": "公式|=|×", "得分": "分", "分数": "分", "分值": "分", "职级": "级", "学历": "学历|本科|硕士|大专", "年龄": "岁", "工资": "工资|薪|待遇|奖", "附件": "附件", "责任人": "责任人|负责人|书记|第一责任",
    "年薪": "元|薪", "经费": "元|经费", "预算": "元|预算", "补贴": "元|补贴", "奖金": "元|奖金", "费用": "元|费用", "价格": "元", "名字": "同志|名叫|姓名|[，、]等[一二三四五]?人",
    "姓什么": "同志|姓名", "区别": "", "依据": "", "时限": r"日|天|月|年|期限|时限", "门槛": "条件|门槛|资格|不低于|以上",
}


_NAMED_WHOM = re.compile(r"姓什么|[长员人官师总记导部](?:是谁|的名字|叫什么|姓什么)")
_SAID = frozenset("年薪 经费 预算 补贴 奖金 费用 价格 名字 姓什么 电话 地址 网址".split())

LIKENED = 80
"""How many of the best sentences are likened to the question."""
GROUND = 0.2
"""Of a question for a figure, a date or a body, so much must stand in the very sentence that gives it."""
JUDGED = 16
"""How many of the best sentences are told apart from the rest."""
LEAD = 160
"""Characters of the words over a list that its items are read with."""
WHOLE = 3000
"""Characters of a clause that count as what stands in it."""


@dataclass(frozen=True)
class Evidence:
    """A sentence found: where it stands in the provision's text, how much of the question it covers, whether it has what is asked."""

    hit: Hit
    start: int
    end: int
    coverage: float
    score: float
    typed: bool
    uncovered: tuple[str, ...] = ()
    strict: float = 0.0
    overlap: float = 0.0
    near: float = 0.0
    on_focus: bool = True
    lost: float = 0.0
    heaviest: float = 0.0
    margin: float = 0.0
    clear: float = 0.0
    mass: float = 0.0
    bound: float = 0.0
    want: str = ""
    seen: tuple[float, ...] = ()

    @property
    def features(self) -> tuple[float, ...]:
        """What :mod:`support` judges by, in the order of its weights."""
        return (self.coverage, self.strict, self.lost, self.heaviest, float(self.on_focus), self.margin, self.clear, self.hit.score,
                min(1.0, self.mass / 40), self.overlap, self.near, self.bound, float(self.want == "who"), float(self.want == "how_many"))

    @property
    def text(self) -> str:
        """The sentence, verbatim."""
        return self.hit.provision.text[self.start:self.end]


def match(unit: Unit, text: str) -> float:
    """How much of a content word stands in a folded text: itself 1, an official term for it .9, else its pairs."""
    if unit.word in text:
        return 1.0
    if any(a in text for a in unit.alternatives):
        return 0.9
    best = 0.0
    for n, word in enumerate((unit.word, *unit.alternatives)):
        if len(word) >= 3 and not word.isascii():
            pairs = _pairs(word)
            share = sum([p in text for p in pairs]) / len(pairs)
            best = max(best, share * (0.8 if n == 0 else 0.7))
    return best


@lru_cache(maxsize=4096)
def _pairs(word: str) -> tuple[str, ...]:
    return tuple({word[i:i + 2] for i in range(len(word) - 1)})


def coverage(units: Sequence[Unit], scopes: Sequence[tuple[str, float]]) -> tuple[float, tuple[str, ...]]:
    """Weighted share of the units found, each in the best of its scopes (folded text, discount); and what is missing."""
    total = sum(u.weight for u in units)
    if not total:
        return 0.0, ()
    got, missing = 0.0, []
    for u in units:
        value = 0.0
        for text, discount in scopes:
            if discount <= value:
                break
            value = max(value, discount * match(u, text))
        got += u.weight * value
        if value < 0.4:
            missing.append(u.word)
    return got / total, tuple(missing)


def context(hit: Hit) -> str:
    """Title, number, issuer, region and headings of a hit, folded."""
    d = hit.document
    return fold(" ".join((short_title(d), *d.aliases, d.number, d.issuer, d.region, *hit.provision.trail, hit.provision.heading)))


def gather(question: Question, hits: Sequence[Hit], weigh: Callable[[str], float] = lambda g: 1.0,
           near: Callable[[str, Sequence[str]], Sequence[float]] = lambda text, others: [0.0] * len(others)) -> list[Evidence]:
    """Every sentence of the hits, scored, best first.

    A word counts in full in the sentence, less beside it, in its headings and title, or elsewhere in the same clause.
    ``weigh`` gives the idf of a gram, ``near`` how near each of some sentences is to a text (-1..1).
    """
    if question.count is not None and question.want == "open":
        question = replace(question, want="list")
    pattern = TYPES.get(question.want)
    wants = [re.compile(p) for word, p in _ATTRIBUTES.items() if p and (bool(_NAMED_WHOM.search(question.text)) if word in {"名字", "姓什么"} else word in question.text if word in _SAID else any(word == u.word or u.word.endswith(word) for u in question.units))]
    top = max((h.score for h in hits), default=1.0) or 1.0
    raw = {g: weigh(g) for g in grams(question.text) if len(g) > 1}
    listed = question.want in {"list", "define"}
    asked = re.search(r"哪几个?(种|类|项|条|步|方面|环节|点|部分)", question.text)
    kinds = re.compile(rf"{_N}个?{asked[1]}") if asked else None
    anywhere = not question.places and not question.mentions
    total = sum(u.weight for u in question.units) or 1.0
    out: list[tuple] = []
    rows: list[tuple[float, ...]] = []
    for hit in hits:
        text = told_by(hit)
        whole, spans, folds = _cut(text)
        ground = _Ground(question, whole, context(hit))
        d = hit.document
        nature = d.of if d.kind == "digest" else d.kind
        common = (hit.score / top, anywhere and d.region == "全国", anywhere and nature in {"news", "talk"})
        leads = _leads(text, spans, folds)
        for i, (a, b) in enumerate(spans):
            own = leads[i] + folds[i]
            beside = "".join(folds[max(0, i - 1):i + 2])
            share, strict, missing = ground.cover(own, beside)
            typed = (pattern is None or strict >= GROUND and _typed(question, pattern, text[a:b])) and all(w.search(text[a:b]) for w in wants)
            same = overlap(raw, own)
            on_focus = _on_focus(question, own, beside, ground.far)
            of_kind = typed and pattern is not None
            framing, heading = _plain_signs(hit, own)
            rows.append((share, strict, same, common[0], of_kind, _has_count(question.count, own) if question.count is not None else bool(kinds and kinds.search(own)), _defines(question, own),
                         framing, heading, on_focus, listed and own.endswith(":"), common[1], common[2], bool(leads[i]) or bool(_ITEM.match(own)),
                         listed and own.count("、") / 5, ground.whole, strict * of_kind, len(beside) / 100, bool(_COLON_LIST.search(own)),
                         question.want == "why" and bool(_WHY.search(own)), _bound(question, pattern, own, total) if of_kind else 0.0,
                         question.want == "who" and bool(_AGENT.search(own)), question.want != "modality" and _opposes(question, own)))
            out.append((hit, a, b, share, typed, missing, strict, same, on_focus))
    if not out:
        return []
    seen = np.array(rows, np.float32)
    first = weighing.scores(seen)
    order = np.argsort(-first, kind="stable")
    likeness = np.zeros(len(out), np.float32)
    likeness[order[:LIKENED]] = near(question.text, [out[n][0].provision.text[out[n][1]:out[n][2]] for n in order[:LIKENED]])
    final = first + weighing.NEAR * np.maximum(likeness, 0)
    ranked = []
    for n in np.argsort(-final, kind="stable").tolist():
        hit, a, b, share, typed, missing, strict, same, on_focus = out[n]
        ranked.append(Evidence(hit, a, b, share, float(final[n]), typed, missing, strict, same, float(likeness[n]), on_focus, bound=rows[n][weighing.NAMES.index("bound")], want=question.want, seen=rows[n]))
    return _compared(question, ranked)


def _leads(text: str, spans: Sequence[tuple[int, int]], folds: Sequence[str]) -> list[str]:
    """For each sentence that is an item, the (folded) line that introduces the items; "" for the others."""
    out, lead, line = [], "", ""
    for (a, b), own in zip(spans, folds, strict=True):
        if _ITEM.match(own):
            out.append(lead)
            continue
        # The line so far: a lead may hold several sentences before its colon.
        line = own if text[:a].endswith("\n") or not a else line + own
        lead = line[-LEAD:] if own.endswith(":") and text[a:b].endswith("\n") or own.endswith(":") else lead if not text[:b].endswith("\n") else ""
        out.append("")
    return out


_COLON_LIST = re.compile(r":[^:]*[、；]")
_WHY = re.compile(r"针对|为了|目的|以便|避免|防止|解决|用于|作为|依据|以[^，]{0,6}为|使")
_ITEM = re.compile(rf"\([{NUMERAL}]+\)|\d{{1,2}}[.、]")


def _compared(question: Question, ranked: list[Evidence]) -> list[Evidence]:
    """The best sentences told how far they stand above those of other clauses, and what of the question they lose."""
    total = sum(u.weight for u in question.units) or 1.0
    most = max((u.weight for u in question.units), default=1.0) or 1.0
    nears = sorted((e.near for e in ranked[:60]), reverse=True)
    out = list(ranked)
    for i, e in enumerate(ranked[:JUDGED]):
        other = next((x.score for x in ranked if x.hit.provision.id != e.hit.provision.id), 0.0)
        lost = [u.weight for u in question.units if u.word in e.uncovered]
        out[i] = replace(e, lost=sum(lost) / total, heaviest=max(lost, default=0.0) / most, margin=e.score - other,
                         clear=e.near - (nears[5] if len(nears) > 5 else 0.0),
                         mass=e.coverage * total)
    return out


class _Ground:
    """What of a question stands anywhere in one clause or its headings, so that each sentence is only asked for that."""

    def __init__(self, question: Question, whole: str, far: str):
        self.far = far
        self.whole = 0.0
        self._total = sum(u.weight for u in question.units) or 1.0
        self._units = []
        for u in question.units:
            here = match(u, whole)
            self.whole += here * u.weight / self._total
            self._units.append((u, here, max(0.75 * here, 0.85 * match(u, far))))
        self._pairs_total = sum(w for _, w in question.pairs)
        self._pairs = [(g, w, g in whole, 0.85 if g in far else 0.75) for g, w in question.pairs if g in whole or g in far]

    def cover(self, own: str, beside: str) -> tuple[float, float, tuple[str, ...]]:
        """Share of the question in a sentence with all around it, share in the sentence alone, and the words found nowhere."""
        got = strict = 0.0
        missing = []
        for u, here, base in self._units:
            mine = match(u, own) if here else 0.0
            value = max(base, mine, 0.9 * match(u, beside) if here and mine < 0.9 else 0.0)
            got += u.weight * value
            strict += u.weight * mine
            if value < 0.4:
                missing.append(u.word)
        pairs = pairs_strict = 0.0
        for g, w, here, base in self._pairs:
            if here and g in own:
                pairs += w
                pairs_strict += w
            else:
                pairs += w * (0.9 if here and g in beside else base)
        total = self._pairs_total
        return (0.6 * got / self._total + 0.4 * (pairs / total if total else 1.0),
                0.6 * strict / self._total + 0.4 * (pairs_strict / total if total else 1.0), tuple(missing))


@lru_cache(maxsize=2048)
def _cut(text: str) -> tuple[str, tuple[tuple[int, int], ...], tuple[str, ...]]:
    """A clause folded, where its sentences stand, and they folded: the same clauses are found again and again."""
    spans = tuple((a, b) for a, b in sentences(text) if text[a:b].strip())
    return fold(text[:WHOLE]), spans, tuple(fold(text[a:b]) for a, b in spans)


def told_by(hit: Hit) -> str:
    """The text a hit speaks for: an article with all below it, any other clause without its numbered parts."""
    return hit.provision.text if hit.provision.level in {"条", "款", "项", "目"} else hit.provision.own


def overlap(raw: Mapping[str, float], sentence: str) -> float:
    """Weighted share of a question's pairs of characters, function words and all, that stand in a sentence."""
    total = sum(raw.values())
    return sum(w for g, w in raw.items() if g in sentence) / total if total else 0.0


def _typed(question: Question, pattern: re.Pattern[str], sentence: str) -> bool:
    sentence = re.sub(r"[“\"][^“”\"]{0,24}[”\"]", "“”", sentence) if question.want in {"how_many", "duration"} else sentence
    found = [m for m in pattern.finditer(sentence) if question.want != "duration" or not re.match(r"\d{4}\s*年", m[0])]
    if not found:
        return False
    if question.want == "who":
        asked = "".join(u.word for u in question.units)
        if _PEOPLE_ASKED.search(question.text) and _PEOPLE.search(sentence):
            return True
        if _ORGANS_ASKED.search(question.text):
            found = list(_ORGANS.finditer(sentence))
        return any(m[0] not in asked for m in found)
    if question.want != "how_many":
        return True
    noun = _counted_noun(question.text)
    if not noun:
        thing = re.search(r"(?:多少|几)(?:个|名|位)?([\u4e00-\u9fff]{2})", question.text)
        return not thing or bool(re.search(rf"{_N}\D{{0,12}}{thing[1]}|{thing[1]}\D{{0,16}}{_N}", sentence)) or thing[1] not in "".join(u.word for u in question.units)
    measures = _SAME_MEASURE.get(noun, noun)
    return bool(re.search(rf"{_N}\s*(?:余|多|来)?\s*(?:个|大)?(?:{measures})", sentence))


_PEOPLE_ASKED = re.compile(r"什么人|哪些人|哪类人|哪种人|什么样的人|都是谁|找谁|[给为对向跟]谁|是谁|谁(?:可以|能|要|应|该|有|得)")
_PEOPLE = re.compile(r"干部|人员|党员|同志|代表|群众|公务员|成员|职工|负责人")
_ORGANS_ASKED = re.compile(r"单位|部门|机关|机构|哪家|哪一?级|组织")
_ORGANS = re.compile(r"党委|党组|党工委|政府|机关|部门|单位|组织部|纪检|纪委|监委|委员会|[省市区县乡镇]委|法院|检察院|机构|小组|专班|[^内全干]部(?!分|署|队)|办公室|集团|公司")

_SAME_MEASURE = {"分": "分(?![类成别之层为到局工管])", "个": "个|种|项|类|名|家|大|条|位|期|户|处|批|支|件", "种": "种|类|项|方面", "项": "项|种|条|类|方面", "类": "类|种|项", "人": "名|人|位", "名": "名|人|位", "位": "名|人|位", "次": "次|人次|轮", "条": "条|项|款", "方面": "方面|个方面", "天": "天|日|工作日", "钱": "元|万元"}


def _counted_noun(text: str) -> str:
    m = re.search(r"(?:多少|几)\s*(?:个)?(人次|方面|名|人|位|次|条|户|期|场|家|篇|天|钱|种|项|类|分(?![类成别])|个)", text)
    return m[1] if m else ""


def _on_focus(question: Question, own: str, beside: str, far: str) -> bool:
    """Whether the particular thing asked for is spoken of: in the sentence for a deed or a figure, else near it."""
    if not question.focus:
        return True
    near_enough = own + far if question.want in TYPES else own + beside + far
    unit = next((u for u in question.units if question.focus in u.word or u.word in question.focus), Unit(question.focus, 1.0))
    return match(unit, near_enough) >= 0.5 or question.focus in near_enough


def _defines(question: Question, own: str) -> bool:
    """Whether a sentence says what the thing or the named list asked for is (X，是指 …；“五个一”是 …)."""
    words = [question.named] if question.named else [u.word for u in question.units if len(u.word) > 1] if question.want == "define" else []
    own = own.replace("，", ",")
    return any(re.search(rf"{re.escape(w)}[”\")）]?(?:[\u4e00-\u9fff]{{0,4}}?)?,?(?:是指|指的是|是|指|即|就是|包括|分别)", own) for w in words)


_NOT = re.compile(r"不得|不予|不能|不准|不应|不(?=适|影|符)|未|非|禁止|无")


def _opposes(question: Question, folded_sentence: str) -> bool:
    """Whether a sentence denies just what a question affirms (辞退, 不得辞退)."""
    asked = _NOT.search(question.text)
    for u in question.units:
        at = folded_sentence.find(u.word)
        if at >= 0 and not asked and re.search(r"(?:不得|不予|不准|禁止|不应|不能)[^，。；,;]{0,2}$", folded_sentence[max(0, at - 5):at]):
            return True
    return False


def _has_count(count: int, folded_sentence: str) -> bool:
    from assistant.chinese import numeral

    forms = {str(count), numeral(count).replace("〇", "零")} | ({"两"} if count == 2 else set())
    return any(re.search(rf"(?<![\d{NUMERAL}.]){re.escape(f)}(?:个|种|项|类|条|大|方面|名|点|必|款|位|[\"“”’‘'])", folded_sentence) for f in forms)


_AGENT = re.compile(r"由[^，,。；;]{2,20}|负责|牵头|主管|统筹|审核|批准|审批|决定|担任")


def _bound(question: Question, pattern: re.Pattern[str], own: str, total: float) -> float:
    """How much of the question stands right beside what is asked for: in the same part between commas or the one before it."""
    best = 0.0
    for m in pattern.finditer(own):
        cut = max(own.rfind(c, 0, m.start()) for c in ",:;、")
        start = max(own.rfind(c, 0, max(cut, 0)) for c in ",:;") + 1
        ends = [n for n in (own.find(c, m.end()) for c in ",;") if n >= 0]
        window = own[start:min(ends, default=len(own))]
        best = max(best, sum(u.weight * match(u, window) for u in question.units) / total)
    return best


def _plain_signs(hit: Hit, folded_sentence: str) -> tuple[bool, bool]:
    """Whether a sentence is of a document's head or foot, or only the heading of its clause."""
    return (hit.provision.level in {"导语", "题头", "落款", "目录"},
            bool(hit.provision.heading) and folded_sentence.strip("。、一二三四五六七八九十()0123456789.第条") == fold(hit.provision.heading))
