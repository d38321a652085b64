"""What is asked: the kind of answer wanted, the content words, the places and documents named."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from assistant.answering.naming import Names
from assistant.chinese import CJK, NUMERAL, fold, grams, number, numeral
from assistant.lexicon import Lexicon

Want = Literal["how_many", "list", "who", "frequency", "duration", "when", "percent", "money", "where", "modality", "compare",
               "define", "how", "why", "authority", "addressee", "number", "issuer", "issued", "effective", "title", "article", "open"]


@dataclass(frozen=True)
class Unit:
    """A content word, what else may stand for it, and how much it tells (mean idf of its grams)."""

    word: str
    weight: float
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question:
    """A question understood. ``spoken`` are the words that name the ``mentions``; ``count`` and ``counted`` are the "8" and "情形" of 8种情形; ``named`` a list known by its number (五必谈, 三我), ``each`` what its items share when asked so (哪三个“就”); ``focus`` is the thing
    asked for (什么课程, 标准是什么) when it is more than a word for any kind of thing; ``pairs`` are the
    neighbouring characters of the content with their idf, for where a cutter cuts amiss; ``article`` a path id asked for."""

    text: str
    want: Want
    units: tuple[Unit, ...] = ()
    places: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    spoken: tuple[str, ...] = ()
    unknown_titles: tuple[str, ...] = ()
    count: int | None = None
    counted: str = ""
    named: str = ""
    each: str = ""
    focus: str = ""
    pairs: tuple[tuple[str, float], ...] = ()
    article: str = ""
    modal: bool = False
    local: bool = False

    @property
    def core(self) -> str:
        """The content words in order, for the search."""
        return " ".join(u.word for u in self.units)


_N = rf"(?:\d+|[{NUMERAL}]+)"
_WANTS: tuple[tuple[Want, str], ...] = (
    ("authority", r"(?:文件|新闻|报道|材料|条文|规定|法规|讲话|发言).{0,6}还是.{0,8}(?:文件|新闻|报道|材料|条文|规定|法规|讲话|发言|提到)|(?:当|作|作为|算|是).{0,8}(?:依据|根据|条款|正式文件|规范性文件)(?:用|使|吗|么|不|$|[？?])"
                  r"|出自哪|出处|来源是|哪里说的|哪个文件说|什么性质|有没有(?:法律|强制)?效力|效力如何|权威吗"),
    ("addressee", r"主送|发给(?:谁|哪)|印发给|抄送"),
    ("number", r"文号|发文字号|什么号|几号文|多少号文?"),
    ("compare", r"区别|不同(?!意|程度|层级|类)|差异|差别|对比|相比|比较一下|比一比|一样吗|相同吗|有何异同|异同"),
    ("frequency", r"多久.{0,12}[一1几][次回遍轮]|多长时间.{0,8}[一1][次回]|几次|多少次|频次|频率|周期|隔多久|多久(?:开|搞|组织|考评|考核|评|谈|通报|调度|测|办)"
                  r"|每隔|几年一|几个?月一|多久要?(?:一次|回访)|一年几|一年要.{0,6}几"),
    ("duration", r"多久|多长时间|多长|多少(?:天|年|个月|个?工作日|小时)|几(?:天|年|个月|个?工作日|小时)(?![一1])|期限|时限|时间限制|期间是多"),
    ("percent", r"百分之|百分比|比例|占比|几成|多大比重|几分之"),
    ("money", r"多少钱|多少(?:万|亿)(?!人|次|户|件|字)|多少元|(?:[^免]费|薪|补助|补贴|津贴|租金|奖金|(?<!评)价格?|利润|预算)[\u4e00-\u9fff]{0,4}(?:多少(?!人|次|天|条|项)|几[万千百])|金额|几万|几千|数额|奖金"),
    ("effective", r"(?:什么时候|何时|哪[一]?天|哪年|几月|从哪天|自何时|啥时候).{0,8}(?:施行|生效|实行|实施|起用|执行)|(?:施行|生效|实施)(?:日期|时间)"),
    ("issued", r"(?:什么时候|哪天|何时|哪年)(?:发|登|刊)的|(?:什么时候|何时|哪[一]?天|哪[一]?年|几月|啥时候).{0,10}(?:印发|发布(?!会)|出台|发的|下发|成文|公布|出的|发出|通过|修订)"
               r"|(?:成文|印发|发布|发文|出台)(?:日期|时间)"),
    ("issuer", r"(?:谁|哪个|哪些|哪家|哪几家|哪几个|什么)(?:单位|部门|机关|机构)?(?:联合)?(?:发的|发文|印发|出台|制定|发布|下发|联合发|搞的|出的|写的)"
               r"|发文(?:机关|单位)|(?:印发|制定|出台|发布)(?:机关|单位|主体)|由?谁(?:联合)?(?:印发|出台|发布|制定)"),
    ("title", r"全称|文件名|标题是|(?:文件|方案|通知|意见|办法|报道|材料|讲话).{0,4}叫什么|什么文件"),
    ("list", r"由.{0,4}(?:哪|什么|啥).{0,6}(?:组成|构成)|哪几个?部分"),
    ("who", r"谁|哪个(?:部门|单位|机关|机构|领导|组织|科室)|哪些(?:部门|单位|机关)|哪家|什么(?:部门|单位|机关)|由哪|哪一?级|归哪|找哪"),
    ("where", r"在哪(?![些几个种方类])|哪里|哪儿|什么地方|啥地方|何处|地址"),
    ("how_many", rf"多少|(?<!哪)几(?=[{CJK}])|数量|总共|一共|合计"),
    ("when", r"什么时候|何时|啥时候|哪[一]?[年天月]|几月|什么时间|从何时"),
    ("list", rf"哪些|哪几|哪{_N}|分别|列[一出举明]|列个|都有啥|有啥|有什么|包括|包含|指什么|是什么|是啥|都是|什么(?:方面|内容|情形|条件|措施|办法|方式|途径|程序|材料)"),
    ("list", r"(?:情形|条件|方式|程序|步骤|流程|内容|种类|类型|要素|措施)[？?。]?$"),
    ("why", r"为什么|为何|为啥|针对什么|出于什么|原因"),
    ("modality", r"能不能|可不可以|能否|可否|可以(?=.*[吗么?？]|$)|行不行|是否|要不要|用不用|需不需要|得不得|会不会|有没有|能(?=.*[吗么不])|算不算|是不是|吗|该不该"),
    ("why", r"要?解决(?:什么|哪些|啥)|针对(?:什么|哪些|啥)|目的|为了什么|干嘛用?|做什么用|有什么用|用来"),
    ("define", r"什么是|[什啥]么?叫|啥是|什么意思|啥意思|何谓|怎么理解|解释一下|是指"),
    ("how", r"怎么|如何|咋|怎样|怎么办"),
)
_WANTS_RE = tuple((name, re.compile(pattern)) for name, pattern in _WANTS)

# What asks, taken out before words are cut (a cutter would glue 几项 or 想换个 together).
_PHRASES = re.compile(
    r"请问|想问一?下?|最[长多高低短少迟晚]|至少|起码|(?:不能|不得|不)?超过|依次|大[致约]|逐[条一项个]|挨个|一一|写全|全部|求?展开|给(?:我|出)|名字?(?:是|叫)?什么|请教|问一?下|咨询一?下|麻烦|你好|您好|帮我|帮忙|告诉我|说一?说|介绍一?下|查一?下|讲一?讲|看看|解释一下|列[一出举明]?下?(?:来|出来)?(?![车为入席])"
    r"|(?:分别|各自|具体|到底|究竟|大概|一般|都|又|主要)?(?:是|有|指|指的是|是指|包括|包含|叫)(?:什么|啥|哪些|哪几|谁|多少|几|怎么)(?=[个种类项条名年天次]?)(?:[个种类项条名位家级](?!人))?"
    r"|(?:是|有|指)?哪(?:一|几|些|\d+|[二两三四五六七八九十]+)?(?:个|种|类|项|条|家|级|位|名|款|年|天|月|里|儿|方面|样)?(?:方面)?"
    r"|什么(?:时候|时间|样|的)?|啥(?:时候|子)?|何时|何种|多少(?:个|名|人|次|条|项|种|户|天|年)?|多久|多长时间|多长|多大"
    r"|几(?:个|种|类|项|条|名|人|次|年|天|月|回|位|家|期|场|方面|级|岁|款)(?:月|方面)?|隔多久|怎么办|怎么样|怎么|怎样|咋办|咋样|咋|如何|为什么|为何|为啥"
    r"|还能不能|能不能|可不可以|能否|可否|可以吗|行不行|是否|是不是|要不要|用不用|需不需要|会不会|有没有|算不算|该不该|得不得|管不管|好不好"
    r"|由谁|归谁|让谁|找谁|谁来|谁|(?:的|啊|呀|呢|吗|吧|嘛|呗|哦|不|没|么|啦)+(?=[\s，。？！?!,.]|$)|一下|总共|一共|合计|现在|目前|如果|要是|假如|是[一]?回事|分别|各自|各(?=看|是|有|为|[\s，。？?]|$)|具体")
_FUNCTION = frozenset(
    "的 了 地 得 着 过 是 在 和 与 跟 及 就 都 也 还 会 能 要 被 把 给 让 对 从 到 向 为 以 于 所 之 来 去 上 下 中 里 内 不 没 想 需要 应该 应当 可以 必须 有 无 做 搞 干 弄 用 看 说 问 讲 我 你 他 她 它 我们 咱们 你们 他们 "
    "自己 这个 那个 这种 那种 这些 那些 这 那 个 种 项 次 名 等 再 又 很 太 真 算 叫 人 事 时 时候 情况 关于 对于 根据 按照 按 依据 里面 以及 或者 还是 或 但 而 且 因 因为 所以 如 若 则 即 被 由 将 已 已经 才 只 "
    "规定 政策 文件 材料 要求 怎么说 规矩 说法 知道 方面 内容 进行 开展 有关 相关 通过 一个 一种 一些 一 几 多 少 各 每 某 该 本 其 此 吗 呢 吧 啊 呀 嘛 么 请 谢谢 区别 不同 差异 差别 对比 相比 一样 异同 比较 分 分成 分为 属于 包括 包含 "
    "用到 涉及 打算 觉得 认为 起来 出来 下来 过来 进去 上去 出去 后来 最后 马上 正在 一起 一块儿 大家 有人 有些 这样 那样 这块 那块 这套 这条 这份 这笔 这篇 那篇 那场 那句 那会儿 里头 里边 后面 前面 "
    "样子 算是 得到 拿到 给出 提到 来看 听说 据说 其中 等等 所有 全部 任何 其他 另外 只有 只要 就是 还有 还要 不了 好像 依次 原来 当前 现有 今后 一旦 只能 只管 最终 正好 起码 至少 都有 算作 当作 当成 "
    "到底 究竟 大概 一般 主要 东西 事情 事儿 方式 上班 下班 工作单位 之后 以后 之前 以前 期间 时间 那边 这边 那儿 这儿 那里 这里 刚 刚刚 曾 曾经 一次 一回 找 成 出 当 比 如何 吧".split())

_LOCAL = re.compile(r"我们?(?:这[里儿边]|区|市|县|省|镇|街道|单位)|咱们?(?:这[里儿边]|区|市|县|省|镇|单位)|本(?:区|市|县|省|单位)")
_COUNTED = re.compile(rf"({_N})\s*(?:大|个(?!月|工作日|小时|字)|种|项|类|条|点|名|款|份|篇|位|方面)+\s*(?:方面)?(?:的)?(?:具体)?(情形|情况|内容|清单|条件|措施|标准|表现|方面|条|机制|条款|类型|类|事项|对象|问题|能力|本领)?")
_ARTICLE = re.compile(rf"第\s*({_N})\s*条(?:\s*之\s*([{NUMERAL}]+))?(?:\s*第\s*({_N})\s*款)?(?:\s*第?\s*[（(]?\s*({_N})\s*[)）]?\s*项)?")
_HEADED = re.compile(rf"(?<![{NUMERAL}\d第])([{NUMERAL}]{{1,3}})\s*[、,，.．]?\s*(?:[（(]([{NUMERAL}]{{1,3}})[)）]|[、,，.．]\s*(\d{{1,2}})(?!\d|[、年月日%]))(?:\s*[、,.]?(\d{{1,2}})(?!\d))?")


def article_id(text: str) -> str:
    """The path id of a clause number in a question, "" if none (第14条第二款 -> 第十四条.2; 三、(二) -> 三.（二）).

    >>> [article_id(t) for t in ("第14条第二款第(三)项", "三、(二)讲什么", "四、14是什么", "四、工作要求")]
    ['第十四条.2.（三）', '三.（二）', '四.14', '']
    """
    m = _ARTICLE.search(unicodedata.normalize("NFKC", text))
    if m:
        out = f"第{numeral(number(m[1]))}条" + (f"之{m[2]}" if m[2] else "")
        out += f".{number(m[3])}" if m[3] else ""
        return out + (f".（{numeral(number(m[4]))}）" if m[4] else "")
    m = _HEADED.search(unicodedata.normalize("NFKC", text))
    if m and (m[2] or m[3]):
        out = m[1] + (f".（{m[2]}）" if m[2] else f".{m[3]}")
        return out + (f".{m[4]}" if m[4] else "")
    return ""


def asking(text: str) -> str:
    """The words that tell the kind of answer, "" where none does."""
    return next((m[0] for _, pattern in _WANTS_RE if (m := pattern.search(text))), "")


def wanted(text: str) -> Want:
    """The kind of answer a question asks for.

    >>> [wanted(t) for t in ("多久评一次", "立功有几种", "由谁配置", "五必谈是什么", "影响期多久", "文号是多少")]
    ['frequency', 'how_many', 'who', 'list', 'duration', 'number']
    """
    return next((name for name, pattern in _WANTS_RE if pattern.search(text)), "open")


def understand(text: str, *, names: Names, places: Sequence[str], lexicon: Lexicon, cut, idf, common=lambda word: 0) -> Question:
    """Read a question. ``names`` know the documents, ``places`` are the places named in it; ``cut`` splits words; ``idf`` weighs a gram."""
    plain = unicodedata.normalize("NFKC", text).strip()
    mentions, spoken, unknown, rest = names.find(plain)
    article = article_id(rest)
    local = bool(_LOCAL.search(rest))
    rest = _LOCAL.sub(" ", rest)
    for place in places:
        rest = _place_pattern(place).sub(" ", rest)
    if article:
        rest = _HEADED.sub(" ", _ARTICLE.sub(" ", rest))
    want = wanted(rest if rest.strip() else plain)
    counted = _counted(rest)
    count = number(counted[1]) if counted else None
    if counted:
        rest = rest[:counted.start()] + " " + (counted[2] or "") + " " + _COUNTED.sub(" ", rest[counted.end():])
    if article and want in {"open", "define", "list", "how", "modality"}:
        want = "article"
    units = tuple(replace(u, weight=u.weight * _telling(u.word, common)) for u in _units(rest, lexicon, cut, idf))
    modal = bool(re.search(r"(应当|必须|可以|不得|应该).{0,3}(还是|或).{0,3}(应当|必须|可以|不得|应该)", plain))
    if not mentions and not unknown:
        unknown = names.unheard(rest)
    named, size = named_list(units)
    if not _ASKS_ITEMS.search(plain):
        named = ""
    each = ""
    shared = re.search(r"[“\"‘']([\u4e00-\u9fff])[”\"’']", rest)
    if shared and count and not named:
        named, size = f"{numeral(count)}{shared[1]}", count
        each = shared[1]
    if named and count is None:
        count = size
    return Question(plain, "modality" if modal else want, units, tuple(places), mentions, spoken, unknown, count,
                    (counted[2] or "") if counted else "", named, each, focus_of(rest, cut), _pairs(rest, idf), article, modal, local)


def _counted(rest: str) -> re.Match[str] | None:
    """The number of kinds a question speaks of: the one asked for (哪四类), else the first that counts no people or places."""
    found = [m for m in _COUNTED.finditer(rest) if number(m[1]) >= 2]
    asked = [m for m in found if rest[max(0, m.start() - 1):m.start()] == "哪"]
    things = [m for m in found if not re.match(r"(?:公共)?(?:干部|人员|部门|单位|镇|街|公司|企业|集体|同志|科级|股级|支持)", rest[m.end():])]
    other = re.search(r"哪几个?(种|类|项|条|方面|点|样|步|环节)", rest)
    if other and not asked:
        things = [m for m in things if other[1] in m[0]]
    return next(iter(asked or things), None)


_ASKS_ITEMS = re.compile(r"哪|分别|列[一出举明]?|指什么|是什么|指的|包括|都有|有啥|有什么|明细|是啥|啥意思|什么意思|具体|展开")


def _place_pattern(place: str) -> re.Pattern[str]:
    """The ways a region's parts are written in a question: 广东省佛山市高明区, 佛山高明, 高明区, 高明."""
    parts = re.findall(r".+?(?:特别行政区|自治[区州县]|地区|省|市|县|区|州|盟|旗)", place) or [place]
    forms = [re.escape(p[:-1]) + f"(?:{p[-1]})?" if len(p) > 2 else re.escape(p) for p in parts]
    forms += [re.escape(place[:2])] if place[:2] in {"内蒙", "广西", "宁夏", "新疆", "西藏"} else []
    return re.compile("(?:" + "|".join(forms) + ")+")


def _units(rest: str, lexicon: Lexicon, cut, idf) -> tuple[Unit, ...]:
    out: list[Unit] = []
    at = 0
    for start, end, official in (*lexicon.lookup(rest), (len(rest), len(rest), ())):
        out.extend(_plain_units(rest[at:start], cut, idf))
        if end > start:
            word = fold(rest[start:end])
            weight = max([_weight(word, idf)] + [_weight(fold(w), idf) for w in official[:1]])
            out.append(Unit(word, weight, tuple(map(fold, official))))
        at = end
    seen: dict[str, Unit] = {}
    for u in out:
        seen.setdefault(u.word, u)
    return tuple(seen.values())


def _plain_units(text: str, cut, idf) -> list[Unit]:
    out = []
    for m in _IN_QUOTES.finditer(text):
        out.append(Unit(fold(m[1]), _weight(fold(m[1]), idf)))
    text = _PHRASES.sub(" ", _IN_QUOTES.sub(" ", text))
    for piece in re.split(r"[\s，。、；：？！,.;:?!“”\"'‘’（）()《》<>—\-…~]+", text):
        for word in _named_lists(list(cut(piece))):
            if word not in _FUNCTION and re.search(rf"[{CJK}a-zA-Z0-9]", word):
                out.append(Unit(fold(word), _weight(fold(word), idf)))
    return out


_BEFORE = re.compile(r"(?:什么样的|什么|啥|哪些|哪个|哪几[个种类项条]|哪[一]?[种类项]|多少[个项种]?|几[个项种类]|怎样的)([\u4e00-\u9fff]{2,8})")
_AFTER = re.compile(r"([\u4e00-\u9fff]{2,10}?)(?:都|各|分别|具体|到底|究竟|又|一般)*(?:是|有|指|包括|为)(?:什么|啥|多少|哪些|哪几|几[个种类项])")
_HOW_MUCH = re.compile(r"([\u4e00-\u9fff]{2,8}?)(?:最多|最少|至少|最长|最短|最高|最低|一共|总共|累计|大概|是|有|为|要|得|需要|应当|应|满|在|不?超过)*"
                       r"(?:多少(?=$|[？?。，\s]|钱|万|元|天|年|日|个月)|多大|多高|多重|多远|多久|多长|几(?=年|天|个?月|日|岁|个?工作日|小时|点|届))")
_HOW_OFTEN = re.compile(r"(?:多久|多长时间|几年|几个月|多少[年天])(?:要|得|应|就|能|该|来|会)*([\u4e00-\u9fff]{2,4}?)(?:一次|一回|一遍|一轮|几次)")
KINDS = frozenset("方式 方法 办法 途径 地方 情形 情况 内容 方面 事项 毛病 问题 东西 手段 表现 类型 环节 渠道 做法 措施 机制 人 人员 干部 单位 部门 机关 组织 活动 工作 任务 要求 规定 原则 岗位 对象 要素 领域 现象 单位 任务 条 项 种 类 "
                  "处理 制度 计划 战略 目标 目的 精神 导向 作用 意义 影响 后果 结果 级别 层级 时候 时间 结论 行为 名字 名称 称号 情节 责任 步骤 形式 范围 频率 频次 周期 期限 时限 颜色".split())
"""Words for any kind of thing: asking for one of them asks for no particular word."""


_BY_WHOM = re.compile(r"谁(?:来|去)?([\u4e00-\u9fff]{2,6})")
_IS_WHO = re.compile(r"([\u4e00-\u9fff]{2,8}?)(?:都|分别|各)*(?:是|叫|有)?(?:谁|哪位|哪几位|什么人)")
_HOW_TO = re.compile(r"(?:怎么样|怎么|如何|怎样|咋)(?:去|来|给|才能|才)?([\u4e00-\u9fff]{2,6})")
_LOOSE = frozenset("规定 处理 解决 安排 理解 看待 落实 认定 办理 对待 操作 做到 实施 开展 分类 划分 推进 评价 申请 管理 负责 选拔 推选 产生 决定 组成 构成 干嘛 干啥 办 做 管 定 搞 弄 说 看 用 算 发 查 罚 判 选 分 评".split())


def focus_of(rest: str, cut) -> str:
    """The particular thing asked for, "" when it is only a word for a kind.

    The noun after 什么, before 是什么 or 多少, the deed after 谁 or 怎么; with no word that asks, the last noun.

    >>> whole = lambda t: [t]
    >>> [focus_of(t, whole) for t in ("计划每天安排什么课程", "推选采取什么方式", "座谈会由谁主持")]
    ['课程', '', '主持']
    """
    def first(m):
        words = [w for w in cut(m[1]) if w not in _FUNCTION or w in {"材料", "文件", "政策"}] if m else []
        if len(words) > 1 and words[0] in KINDS and len(words[1]) > 1 and m[1].startswith(words[0]):
            return words[1]
        return words[0] if words and m[1].startswith(words[0]) else ""

    for pattern in (_BEFORE, _HOW_OFTEN, _BY_WHOM, _HOW_TO):
        word = first(pattern.search(rest))
        if word:
            return "" if word in KINDS or word in _LOOSE or len(word) < 2 else fold(word)
    m = _AFTER.search(rest) or _HOW_MUCH.search(rest) or _IS_WHO.search(rest)
    if m is None and not re.search(r"[吗么呢]|不[？?]?$|谁|哪|多久|几|多少|什么|怎|咋|啥|能否|是否|能不能|可不可以|有没有|干嘛|干啥|多大", rest):
        m = re.search(r"([\u4e00-\u9fff]{2,12})[^\u4e00-\u9fff]*$", rest)
    words = [w for w in cut(m[1]) if w not in _FUNCTION and len(w) > 1] if m else []
    return fold(words[-1]) if words and words[-1] not in KINDS | _LOOSE else ""


def _pairs(rest: str, idf) -> tuple[tuple[str, float], ...]:
    pieces = re.split(r"[^\u4e00-\u9fff\u3400-\u4dbfa-z0-9]+", fold(_PHRASES.sub(" ", rest)))
    return tuple((g, idf(g)) for g in dict.fromkeys(g for p in pieces for g in grams(p) if len(g) > 1))


_IN_QUOTES = re.compile(r"[“\"‘'「]([^“”\"‘’'「」]{2,14})[”\"’'」]")
_FEW = re.compile(rf"[{NUMERAL}]{{1,2}}")
_MEASURES = frozenset("个 种 类 项 条 名 人 次 年 月 日 天 回 位 家 期 场 级 岁 款 点 方面 分之 小时 周 元 万 亿 户 遍 轮 份 篇 处 成 半 余 多 来 句 样 件 字 步".split())


def _named_lists(tokens: list[str]) -> list[str]:
    """Put a number and the word it counts back together (三 我 -> 三我), so that a list is asked for by its name."""
    out: list[str] = []
    for token in tokens:
        if out and _FEW.fullmatch(out[-1]) and token not in _MEASURES and re.match(rf"[{CJK}]", token) and not _FEW.fullmatch(token):
            out[-1] += token
        else:
            out.append(token)
    return [t for t in out if not _FEW.fullmatch(t)]


def named_list(units: Sequence[Unit]) -> tuple[str, int | None]:
    """The list known by its number among the units, and the number; None where two numbers stand in the name.

    >>> named_list([Unit("五必谈", 7.0)]), named_list([Unit("一线", 5.0)]), named_list([Unit("三高四新", 5.0)])
    (('五必谈', 5), ('', None), ('三高四新', None))
    """
    for u in units:
        found = re.findall(rf"(?<![第{NUMERAL}])([{NUMERAL}]{{1,2}})(?![{NUMERAL}])(?=([{CJK}]))", u.word) if len(u.word) <= 8 else []
        found = [(n, after) for n, after in found if n not in {"一", "千", "百", "万", "两", "零", "〇"}]
        if not found or found[0][1] in _MEASURES and len(u.word) < 4:
            continue
        sizes = {number(n) for n, _ in found}
        return u.word, sizes.pop() if len(found) == 1 else None
    return "", None


LEAST = 0.6
"""What an everyday word loses of its weight."""
RARE, EVERYDAY = 500, 30000
"""Uses of a word in general Chinese up to which it tells all it can, and from which it tells least."""


def _telling(word: str, common) -> float:
    """What a word's weight is worth: 后来 is rare in rules, but tells nothing."""
    uses = max(common(word), 1)
    share = (math.log(uses) - math.log(RARE)) / (math.log(EVERYDAY) - math.log(RARE))
    return 1 - LEAST * min(1.0, max(0.0, share))


def _weight(word: str, idf) -> float:
    pieces = [g for g in grams(word) if len(g) > 1] or grams(word)
    if not pieces:
        return 0.0
    mean = sum(idf(g) for g in pieces) / len(pieces)
    return mean * (0.35 if len(word) == 1 and not word.isascii() else 1.0)
