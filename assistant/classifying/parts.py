"""Several persons in one case: each is judged by what is said of all and what is said of that person.

A part has the whole text with what is said of others alone blanked out, so that places in it are places in the case.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from assistant.classifying.reading import Reading
from assistant.classifying.schemes import Ready

SURNAMES = ("赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳酆鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟"
            "平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯昝管卢莫经房裘缪干解应宗丁宣贲邓郁单杭洪包诸左石崔吉钮龚程"
            "嵇邢滑裴陆荣翁荀羊於惠甄曲家封芮羿储靳汲邴糜松井段富巫乌焦巴弓牧隗山谷车侯宓蓬全郗班仰秋仲伊宫宁仇栾暴甘钭厉戎祖武符刘景詹束龙叶幸司韶郜黎蓟薄印宿白怀蒲邰从鄂索咸籍赖卓蔺屠蒙池乔阴鬱胥能苍双闻莘党翟谭贡劳逄姬申扶堵"
            "冉宰郦雍郤璩桑桂濮牛寿通边扈燕冀郏浦尚农温别庄晏柴瞿阎充慕连茹习宦艾鱼容向古易慎戈廖庾终暨居衡步都耿满弘匡国文寇广禄阙东欧殳沃利蔚越夔隆师巩厍聂晁勾敖融冷訾辛阚那简饶空曾毋沙乜养鞠须丰巢关蒯相查后荆红游竺权逯盖益桓公")
TITLES = ("书记|镇长|乡长|县长|区长|市长|局长|主任|院长|校长|站长|所长|科长|处长|股长|部长|董事长|总经理|经理|主席|队长|支队长|干事|科员|会计|出纳|专干|工程师|负责人|委员|会计师|村主任|村支书|同志|干部|组长|总监|秘书|厂长|"
          "主管|经办人|调研员|检察官|法官|民警|所长|医生|教师|教授")
_NAMED = re.compile(rf"(?:{TITLES})([{SURNAMES}](?:某[某甲乙丙]?|[一-龥]{{1,2}}))")
_BEFORE = re.compile(rf"([{SURNAMES}](?:某[某甲乙丙]?|[一-龥]{{1,2}}?))(?:同志|局长|镇长|主任|书记|科长|副局长|副镇长|副主任)")
_AFTER_NAME = set("在将把被未没是于和与对因为的向从等称表主经按曾已先及也均都即其又本任以为受经不自到通当负签提收给要让说认讲、，。；：（ ")
_NO_NAME = set("在将把被未没是于和与对因为的向从等、，。；：（ ")
MOST = 6
"""Persons that a case is divided into."""


def persons(text: str) -> tuple[str, ...]:
    """The persons named with an office, in the order of their naming."""
    found: Counter[str] = Counter()
    for m in (*_NAMED.finditer(text), *_BEFORE.finditer(text)):
        name = m[1]
        if len(name) == 3 and "某" not in name and name[2] in _AFTER_NAME:
            name = name[:2]
        if len(name) >= 2 and name[1] not in _NO_NAME:
            found[name] += 1
    short = {n for n in found for longer in found if n != longer and longer.startswith(n)}
    return tuple(sorted((n for n in found if n not in short), key=text.find))


def divide(ready: Ready, reading: Reading) -> Iterator[tuple[str, Reading]]:
    """The persons of whom something decisive is said apart from the others, each with a reading; nothing when there is one."""
    names = persons(reading.plain)
    if not 2 <= len(names) <= MOST:
        return
    owned: list[tuple[tuple[int, int], frozenset[str]]] = []
    current: frozenset[str] = frozenset()
    for span in reading.sentences:
        sentence = reading.plain[span[0]:span[1]]
        here = frozenset(n for n in names if n in sentence)
        if not here and sentence.lstrip()[:1] in "其他她该":
            here = current
        owned.append((span, here))
        current = here
    apart = {n for _, who in owned if len(who) == 1 for n in who}
    if len(apart) < 2:
        return
    for name in names:
        if name in apart:
            text = "".join(reading.text[a:b] if not who or name in who else "\u3000" * (b - a) for (a, b), who in owned)
            part = Reading(text, ready.tree, ready.scheme.signals, ready.simplified)
            part.later = reading.later
            yield name, part
