"""How people go on in a talk: the words that greet, point back, switch, correct, ask for the wording, or fill a form."""

from __future__ import annotations

import re

from assistant.answering.question import KINDS
from assistant.chinese import NUMERAL, number

_END = r"[\s，,。.！!~～？?…]*"
_GREETING = re.compile(rf"(?:你好|您好|大家好|哈喽|嗨|hi|hello|早上好|上午好|下午好|晚上好|早|在吗|在不在|有人吗)[啊呀哈吗]?(?:[，,]?\s*(?:在吗|助手|小助手|老师))?{_END}", re.IGNORECASE)
_ACK = r"(?:好[的嘞吧呀]*|嗯+|哦+|噢|行|可以|对|是的|明白了?|知道了|懂了|了解了?|收到|清楚了|ok|没有?(?:别的|其他)?问题了?|先这样吧?|就这样吧?|(?:太|非常|十分|多)?(?:谢谢|感谢|谢了|多谢|辛苦)(?:你|您|了|啦|啊|大家)*|再见|拜拜)"
_THANKS = re.compile(rf"(?:{_ACK}[，,！!。.\s]*)+{_END}", re.IGNORECASE)
_FEEDBACK = re.compile(rf"(?:你?(?:答|说|回答|理解)?(?:得|的)?(?:不对|错了|有误|不准|很好|不错|太好了|对了)|答非所问|不是(?:这个|这样)(?:意思)?|没(?:答|说)到点子?上|没用|很?有用|有帮助|你?确定吗){_END}")
_CORRECTS = re.compile(r"^(?:不对|不是|错了|弄错了|搞错了|你?(?:理解|弄|搞|听|看)错了?|没问(?:这个|那个)|不是这个(?:意思)?|不是问(?:这个|那个))[，,。！!\s]*(?:了[，,\s]*)?")
_I_MEAN = re.compile(r"^(?:我(?:刚才)?(?:是)?(?:问|说|指|想问|要问|想说|想知道|要的)的?(?:是)?|应该是|应当是|是说|是指|是(?=[\u4e00-\u9fff]))[：:，,\s]*")
_NOT = re.compile(r"[，,]?\s*(?:而|并|又)?不是(?:问|说|指)?[^，,。！？?不]{1,16}(?:[。！!？?]?$|[，,]\s*(?=是|而是|我))")
_RETURNS = re.compile(r"^(?:那|好[，,]?|嗯[，,]?)?(?:我们|咱们)?(?:还是|再|先)?(?:回到|说回|回过头来?(?:说|看)|接着说|继续(?:说|聊|看)|回来说)(?:一?下)?(?:到)?"
                      r"|^(?:那|对了[，,]?)?(?:刚才|之前|前面|最开始|一开始|早先)(?=.{1,20}(?:问题|事|话题|那个|来着|里))")
_BEFORE_IT = re.compile(r"^(?:刚才|之前|前面|上面|最开始|一开始|最初|原来|开头|刚刚)?(?:我们)?(?:说|讲|问|聊|提到?|谈)?(?:过)?的?(?:那个|那件|那份)?(?:关于)?")
_TOPIC_END = re.compile(r"(?:的|这个|那个|这|那)?(?:问题|事情|事|话题|内容|部分|来着|案子|案件)(?:上来?|来)?$")
_FOLLOWS = re.compile(r"^(?:那么?|而|还有|另外|此外|再(?:问|说)?|然后|接着|同样|换成|改成|换作|如果是|要是|假如是|至于|顺便(?:问一?下)?|也)(?!里|边|些|时|个|天|年)")
_ENDS_ON = re.compile(r"(?<=.)(?:呢|又怎么样|又如何|也一样吗|也是吗|也有吗|也行吗)[？?。\s]*$")
POINTS = re.compile(r"它们?|(?:这个|那个)(?=[的是有要能会可需必应，。？怎多什在由对里中和与跟算叫]|条例|办法|规定|文件|法|$)|这种|那种|这些|那些|这条|那条|这项|那项|这一|那一|上述|上面|前述|前者|后者|该(?=条|办法|规定|情形|文件|法|方案|通知|意见|机制|计划|制度|项|类|种|名|人|单位|同志|干部|案|机构|机关|处分|期限)|(?:^|，)其(?=[中申期标条流程范对主])|此(?=[类项种条事外])|这样|那样|这里|这方面|这事|这$|同样的")
_SWITCH = re.compile(r"^(?:那么?|而|还有|另外|再?看看?|换成|换到|换作|改成|改为|如果是|要是|假如是|至于|也|同样|说的是|查一?下|我要|按照?|依)+|(?:的话|那边|这边|这里|那里|来看|看)?(?:的)?(?:情况|规定|做法|要求|说法|标准)?"
                     r"(?:呢|吧|怎么样|怎样|如何|怎么说|怎么规定的?|是怎么规定的?|也一样吗|一样吗|也是吗|也是这样吗|也有吗|有吗|有没有|是什么样的?|是啥样|行吗|啊)*[\s？?。！!，,]*$")
_ORIGINAL = re.compile(r"原文|原话|全文|原句|原条文|原条款|原始(?:条文|条款|表述|文字|规定)|一字不[差改]|逐字|照抄|(?:依据|条文|条款|规定|出处|内容|文件)(?:都|给我|帮我)?(?:贴|发|念|列|抄|摘|复制)(?:一?下|出|给|过)?"
                       r"|(?:把|将).{0,8}(?:依据|条文|条款|规定|出处|法条|第.{1,6}条).{0,6}(?:贴|发|念|抄|摘|给我|列出|完整)|(?:条文|条款|文件|规定)(?:里|上|中)?(?:具体|到底)?(?:是)?(?:怎么|咋)(?:写|表述)的?|完整(?:的|地)?(?:条文|条款|内容|规定|贴|发|念|给我)|(?:这|那)一?条.{0,4}(?:贴|发|念|抄|给我)|白纸黑字|引用一?下")
_BASIS = re.compile(r"(?:有(?:什么|啥|何)?|法律|政策|文件|制度)?(?:依据|出处|根据|来源)(?:是(?:什么|啥|哪[条个里])?|在哪[里儿]?|呢|有吗|哪来的)?|根据(?:什么|哪[条个里])(?:规定|文件)?(?:说的)?|(?:是)?(?:哪[一]?[条款]|第几条|哪个条款|哪个文件|哪份文件|什么文件)(?:规定|说|写|讲)?的?(?:里)?(?:说|写|规定)?的?|凭什么(?:这么|这样)说|在(?:文件的?)?第几条|有依据吗|出自哪里?")
_MORE = re.compile(r"还有(?:呢|吗|哪些|别的|其他的?)?(?:吗|呢)?|其[他它余](?:的)?(?:呢|有哪些|是什么)?|剩下的?(?:呢|是什么|有哪些)?|接着说|继续|没(?:说|列)?完吧?|都(?:有|是)(?:哪些|什么|啥)|分别(?:是|指|叫)?(?:什么|哪些|啥)?|(?:是)?哪(?:[几些]|\d+|[二两三四五六七八九十]+)(?:种|个|项|类|条|点|方面|样)?(?:情形|内容)?|逐[条一项]列?(?:出来)?|列(?:出来|一下|全)?|完整的?列?(?:出来|一下)?")
_DEEPER = re.compile(r"(?:能不能|可以|能|请|麻烦|再)*(?:详细|具体|展开|仔细|细)(?:点|一点|一些|些|地)?(?:说|讲|解释|介绍|谈)?(?:说|讲|谈)?(?:一下|下|说|点|些|一些)?(?:吗|吧|呗)?|为(?:什么|何|啥)(?:呢|啊|会?这样|这么规定|要?这么(?:规定|定|做))?|解释一?下|什么意思|(?:能)?举(?:个)?例(?:子)?(?:说明)?(?:吗)?(?:一下)?|比如(?:呢|说)?|怎么理解|说(?:明白|清楚)(?:点|一点|一些)?|没(?:看|听)懂|看不懂|通俗(?:点|一点|地)?(?:说|讲)?|再?说?详细(?:一点|点|些)?")
_NTH = re.compile(rf"(?:第\s*(\d+|[{NUMERAL}]+)|(倒数第[{NUMERAL}\d]+)|(最后)(?:面)?(?:那|这)?一?|(前)[一]?(?=个|种|条|项|者)|(后)[一]?(?=者)|(首)(?=个|项|条))\s*(条|个|种|项|类|点|款|处|件|步|方面|份|段|样|者|等|句|级|档|层|名|位|组|批)?")
_NATIONAL = re.compile(r"(?:按照?|依照?|从|看)?(?:国家|全国|中央|国家层面|全国性|国家级|上级|统一)(?:的|上|层面|这一级|那边)?(?:规定|要求|层面|标准|文件|法律|政策)?(?:来看|来说|怎么说|怎么规定的?|是怎样|是什么|有没有|呢|看)*")
_SINCE = re.compile(r"(?:只|仅|就)?(?:看|要|查|限|找)?\s*((?:19|20)\d{2})\s*年?(?:[及]?以后|之后|以来|后|起)(?:的|出台的|印发的|发布的|施行的)?(?:规定|文件|政策)?")
_STATES = re.compile(r"[？?]|[吗呢么]$|谁|什么|怎么|怎样|如何|多少|多久|几[个种天年条项类]|哪|是否|能不能|可不可以|要不要|会不会|有没有(?!收|拿|谋|发现)|为何|啥")
_FACT_LEAD = re.compile(r"^(?:另外|还有|补充(?:一下|一点|事实|情况|说明)?|再补充|后来|又)?[，,：:\s]*(?:经|据|查明|已?查[实清]|核实|审计|纪委|调查|证实|已|没有|未|他|她|当事人|本人|事后|当时|后来|损失|会议|该|领导|组织|单位)")
_EXPLAINS = re.compile(r"还(?:缺|差|需要|要)(?:什么|啥|哪些|核实|查|补|证明|材料|问)|缺(?:什么|啥|哪些)|(?:需|要)(?:核实|查清|补充)(?:什么|啥|哪些)|要补什么|为(?:什么|何|啥).{0,8}(?:能|可以|容错|予|这样|结论|认定|判|免|追|处|不足|不够)|凭什么|怎么(?:得出|认定|判断|判)的?|结论(?:是|呢|依据)?|(?:初步)?意见(?:是|呢)|理由(?:是|呢)?"
                       r"|重新(?:判断|认定|分析|看|评估|判|给)|再(?:判断|判|看|分析|认定)一?[下遍次]|现在(?:能|可以|怎么|结论|是什么)|(?:这个|本|该)(?:案子?|案件)|哪(?:个|些|一)(?:条件|要素|要件)|什么情况下(?:能|可以|才)|怎[么样](?:才能|改变|才算)|(?:能|可以)(?:不能|不可以)?容错(?:了|吗)|如果.{2,30}(?:会|能|怎|呢|吗)|要是.{2,30}(?:会|能|怎|呢|吗)|假如.{2,30}|最后怎么|下一步")
_FIELD_ENDS = re.compile(r"^(?:就(?:这样|这些)(?:吧)?|先(?:出|生成|给|来|看)(?:一|个|下)?.{0,6}|生成(?:吧|文书|一下)?|出稿(?:吧)?|可以了(?:，?生成)?|没有?(?:别的|其他)了|填完了|好了[，,]?(?:生成|出稿)?|看(?:一下)?(?:全文|草稿|稿子|成稿)|显示(?:全文|草稿)|预览)[吧。！!\s]*$")
_FIELD_ASKS = re.compile(r"还(?:缺|差|要|需要)(?:什么|啥|哪些|填|几)|缺(?:什么|啥|哪些)|要填(?:什么|哪些)|哪些(?:没填|还没|要填)|填(?:到|了)(?:哪|什么|哪些)|进度|现在填了")
_DROPS = re.compile(r"^(?:算了|不(?:写|起草|要|弄|用)(?:了|这个)|取消|别写了|先不(?:写|弄|起草)了?)[吧了。！!\s，,]*$")

ASPECTS = KINDS | frozenset(
    "申请 后果 依据 程序 流程 材料 期限 时限 标准 条件 原因 例外 主体 对象 适用 结果 负责 办理 规定 具体 时间 谈 评 算 管 办 查 报 交 提 发 定 给 组织 审批 批准 批 决定 认定 受理 提出 提交 准备 操作 执行 落实 用 做 走 找 要求 处罚 处理 "
    "次数 频次 频率 名单 清单 数量 人数 多少 奖励 惩罚 责任 部门 单位 谁 复核 例子 目的 意义 好处 坏处 用处 作用 内容 范围 起算 计算 开始 结束 生效 施行 文号 日期 印发 出台 发布 发文 文件 强制 必须 应当 可以 自愿 影响 允许 禁止 一次 每次 第一 最后 "
    "职责 步骤 环节 手续 地点 地方 方式 渠道 途径 形式 牵头 主持 参加 参与 监督 检查 督查 考核 反馈 公布 通报 公开 延长 最长 最短 最多 最少 至少 不服 违反 例如 情况 全部 完整 逐条 举例 详细 通过 满 超过 解除 恢复 期满 到期 自己 主动 本人 批下来 重新 马上 当天 几天 怎样 回事".split())
"""Words for a side of a thing, not for a thing: a question of nothing but these asks about what was talked of."""


def follows(text: str, asked: bool) -> bool:
    """Whether a message says itself that it goes on: by its first words, by pointing back, by a 呢 that stands for a question."""
    back = POINTS.search(text)
    # Further on, 这种 points back to what the message itself has just said.
    return bool(_FOLLOWS.search(text) or back and back.start() <= 6 or not asked and _ENDS_ON.search(text))


def without_end(text: str) -> str:
    """A message without the 呢 or 也一样吗 that makes a question of it."""
    return _ENDS_ON.sub("", text)


def names_a_side(asked: str) -> bool:
    """Whether what seems to ask is a plain noun (容错的情形)."""
    return bool(re.fullmatch(r"(?:情形|条件|方式|程序|步骤|流程|内容|种类|类型|要素|措施|期限|时限|频次|频率|周期|比例|金额|原因|目的)[？?。]?", asked))


def greets(text: str) -> bool:
    return bool(_GREETING.fullmatch(text))


def thanks(text: str) -> bool:
    return bool(_THANKS.fullmatch(text))


def feedback(text: str) -> bool:
    return bool(_FEEDBACK.fullmatch(text))


def corrected(text: str) -> str:
    """What a correction says instead, "" for a message that corrects nothing.

    >>> [corrected(t) for t in ("不对，我问的是黄牌", "我说的是鹤山，不是高明", "不是高明，是鹤山", "轮岗分几种情形")]
    ['黄牌', '鹤山', '鹤山', '']
    """
    start = re.match(r"^不是(?:问|说|指)?([^，,。]{1,16})[，,]\s*(?:而|我)?(?:要|想)?是?(?:问|说|指|查)?的?(?:是)?(.+)$", text)
    if start:
        return start[2].strip("。！!？? ")
    lead = _CORRECTS.match(text)
    rest = text[lead.end():] if lead else text
    mean = _I_MEAN.match(rest)
    if not lead and not (mean and re.match(r"我|应该是|应当是", rest) and "的是" in mean[0] + rest[:1] or mean and re.match("应[该当]是", rest)):
        return ""
    rest = rest[mean.end():] if mean else rest
    return _NOT.sub("", rest).strip(" ，,。！!")


def returns(text: str) -> tuple[str, str] | None:
    """(what is returned to, what is asked of it then) of a message that goes back to an earlier topic.

    >>> returns("回到刚才红牌的问题"), returns("回到刚才说的轮岗，谁来配置？"), returns("红牌是什么")
    (('红牌', ''), ('轮岗', '谁来配置？'), None)
    """
    m = _RETURNS.match(text)
    if not m:
        return None
    head, _, tail = re.sub(r"[，,。！]", "，", text[m.end():]).partition("，")
    if re.match(r"刚才|之前|前面|最|一开始|早先", m[0].lstrip("那对了，,")) and not tail:
        ends = re.search(r"(?:那个|的)?(?:问题|事|话题|来着)", head)
        tail = head[ends.end():] if ends else ""
        head = head[:ends.start()] if ends else head
    head = _TOPIC_END.sub("", _BEFORE_IT.sub("", head.strip(" 。！!？?")))
    return head.strip("的 "), tail.strip(" 。！!")


def switched(text: str) -> str:
    """What is left of a short message when the words that only switch are gone.

    >>> [switched(t) for t in ("换成鹤山呢", "那黄牌呢？", "福建的呢", "那记大过怎么样")]
    ['鹤山', '黄牌', '福建', '记大过']
    """
    out, before = text.strip(), None
    while out != before:
        before, out = out, _SWITCH.sub("", out).strip(" 的，,")
    return out


def whole(pattern: re.Pattern[str], text: str) -> bool:
    """Whether a message is nothing but what the pattern says, with the usual words around."""
    core = re.sub(r"^(?:那么?|请|麻烦|你|能不能|可以|再|帮我|给我|那你|这个|那个|这条|它|这|上面|具体|我想知道)*[，,\s]*|[\s？?。！!，,啊呀吧呢吗]*$", "", text)
    return bool(pattern.fullmatch(core) or pattern.fullmatch(text.rstrip("？?。！! ")))


def original(text: str) -> bool:
    return bool(_ORIGINAL.search(text))


def basis(text: str) -> bool:
    return whole(_BASIS, text)


def more(text: str) -> bool:
    return whole(_MORE, text)


def deeper(text: str) -> bool:
    return whole(_DEEPER, text)


def ordinal(text: str) -> tuple[int, str] | None:
    """(which one, counted from 1 or from the end below 0; of what) that a message points at.

    >>> [ordinal(t) for t in ("第三种是什么", "最后一个呢", "倒数第二条", "第二条的全文", "几种")]
    [(3, '种'), (-1, '个'), (-2, '条'), (2, '条'), None]
    """
    m = _NTH.search(text)
    if not m or not m[7]:
        return None
    try:
        if m[1]:
            return number(m[1]), m[7]
        if m[2]:
            return -number(m[2][3:]), m[7]
    except ValueError:
        return None
    return (-1 if m[3] or m[5] else 1), m[7]


def points_only(text: str) -> bool:
    """Whether a message says nothing beside an ordinal (第三种是什么, 最后一个呢)."""
    rest = _NTH.sub("", text, count=1)
    return not re.sub(r"那|呢|是|什么|啥|指|的|情形|情况|内容|措施|原则|条件|要求|具体|怎么|说|讲|解释|一下|请|看|叫|又|到底|[\s？?。，,！!]", "", rest)


def national(text: str) -> bool:
    return bool(_NATIONAL.fullmatch(switched(text) or text)) or bool(_NATIONAL.fullmatch(text.strip("？?。 那")))


def since(text: str) -> int:
    """The year from which on documents count, 0 when a message narrows nothing."""
    m = _SINCE.fullmatch(re.sub(r"^那么?|[呢吧的？?。\s]*$", "", text)) or _SINCE.fullmatch(text.strip("。？? "))
    return int(m[1]) if m else 0


def states(text: str) -> bool:
    """Whether a message states something instead of asking."""
    return not _STATES.search(text.rstrip("。！! ")) and sum(c.isalnum() for c in text) >= 4


def adds_a_fact(text: str) -> bool:
    return states(text) and bool(_FACT_LEAD.match(text))


def explains(text: str) -> bool:
    return bool(_EXPLAINS.search(text))


def again(text: str) -> bool:
    return bool(re.search(r"重新|再(?:判|看|分析|认定)|现在", text))


def ends_form(text: str) -> bool:
    return bool(_FIELD_ENDS.match(text))


def asks_form(text: str) -> bool:
    return bool(_FIELD_ASKS.search(text))


def drops_form(text: str) -> bool:
    return bool(_DROPS.match(text))
