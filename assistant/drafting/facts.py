"""Facts out of the text of a case, only as exact spans: who it is about, their unit and post, the amounts and dates it names.

Where the text leaves a choice (two officials, two amounts), nothing is taken: a blank that a person fills beats a wrong name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from assistant import words
from assistant.chinese import CJK, NUMERAL

_SINGLE = ("王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿"
           "关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝云奚昌凤花酆廉"
           "常乐皮元平湛禹狄贝计伏谈茅强危支昝经裘干宣贲郁杭洪诸钮嵇滑荀羊於惠封芮羿储汲邴糜松井富乌巴弓牧隗山宓蓬郗班仰秋伊暴钭厉戎祖束幸韶郜蓟薄印宿怀邰从鄂索咸籍赖蔺屠阴胥苍双闻莘贡劳逄扶堵宰郦雍郤璩濮寿扈燕冀郏浦别充慕茹习宦鱼容慎戈庾终暨居衡步满弘匡广禄阙殳沃利蔚越夔"
           "隆厍晁勾融訾阚毋乜养鞠须丰巢蒯荆红竺权逯盖益桓仉督晋楚汝鄢钦帅缑亢况琴佴伯赏墨哈谯笪")
_DOUBLE = ("欧阳|上官|司马|诸葛|司徒|东方|夏侯|皇甫|尉迟|公孙|慕容|令狐|长孙|宇文|端木|申屠|南宫|独孤|万俟|司空|轩辕|闻人|赫连|澹台|公冶|宗政|濮阳|淳于|太叔|"
           "钟离|鲜于|闾丘|亓官|司寇|颛孙|巫马|公西|漆雕|乐正|拓跋|谷梁|百里|呼延|东郭|羊舌|微生|梁丘|左丘|东门|西门|第五")
_GIVEN = rf"[{CJK}○×]"
_SURNAME = rf"(?:{_DOUBLE}|[{_SINGLE}])"
_POST_HEAD = (r"(?:党委|党组|党工委|党总支|党支部|纪委|人大|政协|政法委|机关|行政|常务|第一|执行|办公室|综合科|[一二三四]级|副|总|代|原)*")
_POST_TAIL = ("书记|村主任|主任科员|主任|局长|镇长|乡长|县长|区长|市长|科长|处长|厅长|司长|部长|站长|所长|院长|校长|园长|队长|总经理|经理|董事长|会长|主席|股长|秘书长|"
              "组长|委员|科员|办事员|干部|工作人员|会计|出纳|村支书|支书|巡视员|调研员|总工程师|工程师|检察长|庭长|馆长|台长|专员|负责人|成员")
_ONE_POST = rf"{_POST_HEAD}(?:{_POST_TAIL})"
_POST = rf"{_ONE_POST}(?:(?:、|兼任|兼)(?:[省市县区镇乡村]|街道)?{_ONE_POST}){{0,3}}"
_UNIT_END = ("局|厅|委员会|委|部|办公室|办|府|镇|乡|街道|办事处|村|社区|居委会|公司|集团|厂|校|学|院|中心|队|科|处|股|所|站|馆|社|会|区|县|市|校区|党委|党组|银行|农场|林场|协会|室|署")
_UNIT = rf"[{CJK}0-9“”（）()]{{1,32}}?(?:{_UNIT_END})"
_LEAD = re.compile(r"经查|据查|查明|反映|举报|发现|关于|时任|现任|曾任|担任|历任|调任|转任|改任|调到|系|说|称|的|有人|由|给|(?:\d+|[〇零一二三四五六七八九十]+)[年月日]|[底初旬间来]，|期间")
_BREAK = "，,。；;：:、！？!?（）()《》“”\n\t 　"
_FOLLOW = re.compile(
    r"$|[，,。；;：:、！？!?（）()\n\s“”]|同志|同意|在|于|因|未|擅|违|将|把|利用|主持|主动|带领|带队|组织|组成|等人|系|分管|分别|负责|的|与|和|对|向|经|私自|决定|明知|发现|"
    r"到|被|曾|已|任|签|批准|提出|召|没|率队|安排|要求|拟|表示|表态|称|自|按|根据|从|以|给|让|收|时任|现任|涉嫌|及|也|不|是|有|参加|参与|作|接到|接受|通过|牵头|又|并|故意|随|"
    r"多次|两次|使用|动用|挪用|借|虚报|隐瞒|指使|指派|默许|先后|先行|亲自|本人|一直|一方面|一人|受|请|酒后|驾|失职|失察|贪|公开|采取|采购|误|超|迟|推动|推进|拒|处理|处置|承认|承担|"
    r"承诺|申请|申报|说明|认为|认识|实施|实际|执行|落实|分两|只|仅|就|还|便|立即|当即|当晚|当天|当场|赶|说|问|想|刚[被到任满]|带|多发|多付|少|漏|错|坚持|强行|拍板|执意|明确|反对|建议|支持|赞成|督促|联系|约谈|核实|检查|审核|审批|把关|出席|出具|陪同|前往|协调|报告|汇报|隐匿|伪造|补造|倒签|套取|截留|侵占|索要|索取|默认|放任|疏于|忽视|为(?=[推解赶了尽抢完加争其帮确保避节急缓改])")
_SELDOM = "及的被把也不是有拟曾已给让没擅违贪拒赶说问称"
"""Characters that are hardly ever part of a name."""
_WORD = re.compile(
    rf"$|[{_SELDOM}]|刚[被到任满]|想[问请]|[，,。；;：:、！？!?（）()\n\s“”]|同志|同意|未经|未按|未履|未向|未参|未认|擅自|违规|违反|违法|利用|主持|主动|带领|带队|组织|系[^统列]|分管|负责|自行|自述|自称|私自|决定|明知|发现|"
    r"批准|提出|安排|要求|表示|根据|按照|时任|现任|涉嫌|不顾|不听|不按|参加|参与|接到|接受|通过|牵头|故意|多次|先后|亲自|本人|一直|公开|采取|采购|推动|推进|拒不|处理|处置|承认|承担|申请|"
    r"说明|认为|实施|执行|落实|立即|当即|当晚|当天|当场|使用|动用|挪用|虚报|隐瞒|指使|指派|默许|失职|失察|请示|召集|召开|被[反举问追诫提免查]|在[\d任担主分负推某一项工审招采会现]|"
    r"于[\d当]|因[\d未工公]|对[该其此上]|将[该应本其项原]|为[推解赶了尽抢完加争其帮]|与[其该某]|向[镇县区市上党其班局]|经[手办请]|从[\d未]|以[其个]|到[任岗场]|已[主将退补整向经]|曾[任多向经因]")
_LABEL = re.compile(rf"(?:姓名|当事人|被反映人|被调查人|被审查调查人|申请人|谈话对象|处理对象|对象)\s*(?:[：:为是]|姓名[：:])\s*({_SURNAME}{_GIVEN}{{1,2}})(?=$|[，,。；;（(、\s]|同志|系|，|现|时)")
_LABELLED = {"unit": re.compile(rf"(?:工作)?单位\s*[：:]\s*([{CJK}0-9（）()“”]{{2,40}})(?=$|[，,。；;\s])"),
             "post": re.compile(rf"(?:现任)?职务\s*[：:]\s*([{CJK}0-9（）()、“”]{{2,40}})(?=$|[，,。；;\s])")}
_BEFORE = re.compile(rf"(?P<unit>{_UNIT})?(?P<post>{_POST})(?P<name>(?={_SURNAME}))")
_AFTER = re.compile(
    rf"(?P<name>{_SURNAME}{_GIVEN}{{1,2}}?)(?:同志)?(?:[，,（(]\s*(?:[男女]|[^，,。；;（）()]{{0,16}}(?:生|出生|族|党员|入党|文化|学历|学位|人|参加工作))){{0,7}}"
    rf"(?:系|[，,（(]?\s*(?:时任|现任|担任|任|原任|原系|系|为|是)|，|,|（|\()\s*(?P<unit>{_UNIT})(?P<post>{_POST})(?=$|[，,。；;）)（(、\n]|期间|时)")
_FUNCTION = "申容相后等能经时查况定归益越开元余当于向和时应任安成单连项因将从不经以温常平明全包车古关强金管计解干支別别双满广利须查从充步终居劳印容乐闻隆丰易连习束宿幸宣伏印元方文"
"""Surnames that are as often other words behind a post."""
_KIN = re.compile(r"(?:妻子?|丈夫|儿子?|女儿?|弟弟?|兄|哥哥?|姐|妹|舅|叔|侄|甥|婿|岳父|岳母|亲戚|亲友|朋友|同学|战友|老板|老乡)$")
_AMOUNT = re.compile(rf"(?:人民币)?(?:\d[\d,，]*(?:\.\d+)?|[{NUMERAL}]{{1,6}})(?:余|多)?[十百千]?[万亿]*(?:余|多)?元")
_DATE = re.compile(r"(?:19|20)\d{2}年(?:1[0-2]|0?[1-9])月(?:(?:[12]\d|3[01]|0?[1-9])日)?|(?:19|20)\d{2}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Fact:
    """Words of a text and where they stand: ``text[start:end] == value``."""

    value: str
    start: int
    end: int


@dataclass(frozen=True)
class Facts:
    """What a case text tells for certain; None and () where it does not."""

    person: Fact | None = None
    unit: Fact | None = None
    post: Fact | None = None
    amounts: tuple[Fact, ...] = ()
    dates: tuple[Fact, ...] = ()


def extract(text: str, person: str = "", cut: Callable[[str], Sequence[str]] = words.cut) -> Facts:
    """The facts of a case text. ``person`` says whose, when it is known; ``cut`` divides text into words and so helps to see
    where a name ends.

    >>> f = extract("2025年3月，云岭县城市管理局副局长马国良未经研究采购设备，金额186万元。")
    >>> f.person.value, f.unit.value, f.post.value, f.amounts[0].value, f.dates[0].value
    ('马国良', '云岭县城市管理局', '副局长', '186万元', '2025年3月')
    """
    amounts = tuple(Fact(m[0], *m.span()) for m in _AMOUNT.finditer(text))
    dates = tuple(Fact(m[0], *m.span()) for m in _DATE.finditer(text) if not re.match("出?生|入党|参加工作", text[m.end():]))
    labelled = {m[1]: Fact(m[1], *m.span(1)) for m in _LABEL.finditer(text)}
    people = list(_people(text, person, cut))
    names = {person} & {*labelled, *(p[0].value for p in people if p[0])} if person else \
        set(labelled) or {p[0].value if p[0] else "" for p in people}
    if len(names) != 1 or "" in names:
        return Facts(amounts=amounts, dates=dates)
    name = names.pop()
    own = [p for p in people if p[0] and p[0].value == name]
    units = {p[1].value: p[1] for p in own if p[1]} or _label(text, "unit")
    posts = {p[2].value: p[2] for p in own if p[2]} or _label(text, "post")
    return Facts(labelled.get(name) or own[0][0], _only(units), _only(posts), amounts, dates)


def _label(text: str, what: str) -> dict[str, Fact]:
    return {m[1]: Fact(m[1], *m.span(1)) for m in _LABELLED[what].finditer(text)}


def _only(found: dict[str, Fact]) -> Fact | None:
    """The one value, or the one that holds all the others (云岭县青石镇 and 青石镇)."""
    longest = max(found, key=len, default="")
    return found[longest] if longest and all(value in longest for value in found) else None


def _people(text: str, person: str, cut) -> Iterator[tuple[Fact | None, Fact | None, Fact | None]]:
    """Officials the text names together with a post: (name, unit, post); no name where its end cannot be told."""
    for m in _BEFORE.finditer(text):
        end = m.end("post")
        name = _fact(text, end, end + len(person)) if person and text.startswith(person, end) else _name_at(text, end, cut)
        if name or text[m.end("post")] not in _FUNCTION:
            yield name, _unit(text, m.start("post")) if m["unit"] else None, _fact(text, *m.span("post"))
    for m in _AFTER.finditer(text):
        name = _name_at(text, m.start("name"), cut)
        starts = m.start() == 0 or text[m.start() - 1] in _BREAK or text[max(0, m.start() - 2):m.start()] in ("反映", "经查", "举报", "由于", "关于", "同志")
        if name and starts and len(name.value) == len(m["name"]) and not _KIN.search(text[:m.start()]):
            yield name, _unit(text, m.start("post"), m.start("unit")), _fact(text, *m.span("post"))


def _fact(text: str, start: int, end: int) -> Fact:
    return Fact(text[start:end], start, end)


def _unit(text: str, end: int, least: int = 0) -> Fact | None:
    """The unit that ends where a post begins: back to the last mark or word after which a unit can begin."""
    start = end
    while start > least and text[start - 1] not in _BREAK:
        start -= 1
    for m in _LEAD.finditer(text, start, end):
        start = m.end()
    start += text[start:end].startswith(("对", "将", "把", "向"))
    unit = text[start:end]
    return Fact(unit, start, end) if 2 <= len(unit) <= 40 and re.fullmatch(rf"[{CJK}0-9]+", unit) else None


def _name_at(text: str, start: int, cut) -> Fact | None:
    """The name that begins here, when what follows shows where it ends."""
    surname = re.compile(_SURNAME).match(text, start)
    if not surname:
        return None
    ends = [e for e in (surname.end() + 1, surname.end() + 2)
            if e <= len(text) and re.fullmatch(_GIVEN + "{1,2}", text[surname.end():e]) and _FOLLOW.match(text, e)]
    if surname[0] in _FUNCTION and not any("某" in text[start:e] for e in ends):
        first = next(iter(cut(text[start:start + 12])), "")
        return _fact(text, start, start + 3) if len(first) == 3 and start + 3 in ends and first[2] not in _SELDOM else None
    if len(ends) == 1:
        return _fact(text, start, ends[0])
    if not ends:
        first = next(iter(cut(text[start:start + 12])), "")
        whole = len(surname[0]) + 2 == len(first) and re.fullmatch(rf"{_SURNAME}{_GIVEN}{{2}}", first)
        return _fact(text, start, start + len(first)) if whole else None
    # Both 王强 and 王强未 could be meant: the shorter one when it stands elsewhere with other words behind it,
    # else the one behind which a whole word begins, if that is only one.
    if text.count(text[start:ends[0]]) > text.count(text[start:ends[1]]):
        return _fact(text, start, ends[0])
    clear = [e for e in ends if _WORD.match(text, e)]
    if len(clear) == 2 and (text[ends[0] - 1] == "某" or text[ends[0]] in _SELDOM):
        # 龚某说, 司马骏及: behind 某 a name seldom goes on, and seldom with such a character.
        clear = clear[:1]
    return _fact(text, start, clear[0]) if len(clear) == 1 else None
