"""300 drafts from generated cases: are the facts the case's own, and is there nothing in a draft that nobody gave?"""

from __future__ import annotations

import argparse
import random
import re
import tempfile
from pathlib import Path

from assistant.assistant import Assistant
from assistant.chinese import CJK
from assistant.drafting import filling, knowing, wording
from assistant.drafting.nouns import UNCHECKED, Form, Notice
from assistant.settings import Settings
from eval import record

SURNAMES = "王李张刘陈杨赵黄周吴徐孙马胡朱郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾田董潘袁蔡蒋余叶杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万钱覃武"
GIVEN = "伟芳娜敏静强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建国文志海波晓东立新国良启明素琴德厚永清卫红春梅少云家栋世昌玉兰振宇思远宏亮福来长青继业天佑为民向阳自强在田成林安邦"
COMPOUND = ("欧阳", "上官", "司徒", "诸葛")
PLACES = ("云岭县", "清河区", "东山市", "望江县", "某县", "青石镇", "白塔乡", "松林街道", "柳湾镇", "石桥区", "临川市高新区")
OFFICES = ("城市管理局", "民政局", "交通运输局", "发展和改革局", "自然资源局", "水利局", "教育局", "人民政府", "农业农村局", "市场监管局", "住房和城乡建设局", "项目办", "管委会",
           "卫生健康局", "应急管理局", "统计局质检科", "大湾村委会", "供水公司")
POSTS = ("局长", "副局长", "党组书记、局长", "主任", "副主任", "科长", "党委委员、副镇长", "书记", "股长", "四级调研员", "党支部书记", "干部", "总经理", "党组成员、副局长")
AMOUNTS = ("{n}万元", "{n}.5万元", "{n}00元", "人民币{n}万元", "{n},000元", "{n}余万元", "{n}亿元")
MATTERS = ("环卫设备采购", "灌渠应急抢修", "老旧小区改造", "临时救助金发放", "招商优惠兑现", "村集体资金出借", "道路拓宽变更设计", "科研项目立项", "垃圾分类试点")
HEADS = (
    "{d}，{u}{p}{n}在{m}中未经会议研究即作出安排，涉及金额{a}。",
    "经查，{d}，时任{u}{p}{n}主持{m}，动用资金{a}，事后补办了手续。",
    "{n}，男，汉族，中共党员，{u}{p}。{d}，{n}在{m}中擅自调整方案，涉及金额{a}。",
    "{n}（{u}{p}）于{d}在{m}中先行实施、后补程序，涉及资金{a}。",
    "姓名：{n}，单位：{u}，职务：{p}。{d}在{m}中发生失误，金额{a}。",
    "{n}系{u}{p}，分管{m}。{d}，因审核不严多支出{a}。",
    "审计发现，{u}{p}{n}在{m}中存在程序瑕疵，发生于{d}，涉及{a}。",
    "{d}，为推进{m}，{u}{p}{n}带领专班赶工，超预算支出{a}。",
    "{u}{p}{n}同志反映，{d}其负责的{m}出现偏差，涉及金额{a}。",
    "{d}，{u}决定推进{m}，由{u}{p}{n}负责，实际支出{a}。",
    "材料显示：{u}{p}{n}自行决定{m}有关事项，时间为{d}，资金{a}。",
    "{u}{p}{n}立即组织{m}，{d}完成，花费{a}。",
)
TAILS = ("本人事后主动报告，没有发现谋取私利。", "群众没有投诉。", "资金已全部追回。", "班子会上没有其他意见，会议有记录。", "目前正在整改。", "相关手续已补齐，账目清楚。", "")
"""Sentences around the facts; none of them names another person, amount or day."""

FORMS = ("no-tolerance-notice", "tolerance-notice", "leniency-opinion", "investigation-report", "tolerance-application", "acceptance-notice",
         "reuse-analysis", "talk-record", "admonition", "return-visit-record")
"""Of these the ones that fit what a case came to are drafted in turn."""
KEYS = {"姓名": "n", "单位": "u", "职务": "p", "日期": "d", "金额": "a"}
_NUMERAL = re.compile(r"\d+(?:[.,，]\d+)*")


def name(rng: random.Random) -> str:
    """A name: mostly two or three characters, some with a compound surname, some with a character left out."""
    surname = rng.choice(COMPOUND) if rng.random() < 0.04 else rng.choice(SURNAMES)
    if rng.random() < 0.1:
        return surname + rng.choice(("某", "某某"))
    return surname + "".join(rng.choice(GIVEN) for _ in range(rng.choice((1, 2, 2))))


def case(rng: random.Random) -> tuple[str, dict[str, str]]:
    """A case text and the five facts that it tells."""
    told = {"n": name(rng), "u": rng.choice(PLACES) + rng.choice(OFFICES), "p": rng.choice(POSTS), "m": rng.choice(MATTERS),
            "d": f"{rng.randint(2016, 2026)}年{rng.randint(1, 12)}月" + rng.choice(("", f"{rng.randint(1, 28)}日")),
            "a": rng.choice(AMOUNTS).format(n=rng.randint(2, 990))}
    return rng.choice(HEADS).format(**told) + rng.choice(TAILS), told


def printed(notice: Notice) -> str:
    """Everything that stands on the page but the number of a paragraph."""
    parts = [notice.issuer, notice.number, notice.signer, notice.title, *notice.addressees, *(b.text for b in notice.body), *notice.attachments,
             notice.signature, notice.date, notice.note, *notice.copies, notice.printer, notice.printed]
    return "\n".join(p for p in parts if p)


def left_over(text: str, form: Form, notice: Notice, given: list[str]) -> str:
    """What of a page is neither the form's own words, a value, a clause's name nor a blank."""
    own = [p.text for t in [*(b.text for b in form.body), form.heading, form.note, form.signature, form.date, *form.addressees, *form.attachments,
                            *form.copies] for s in wording.parse(t) for p in s.pieces if p.what == "text"]
    own += [mark + c for f in form.fields for c in f.choices for mark in "☑□"]
    text = re.sub(r"【待填：[^】]*】", "\n", text).replace(UNCHECKED, "\n")
    for known in sorted({*own, *given, *(b.shown for b in notice.basis)}, key=len, reverse=True):
        text = text.replace(known, "\n")
    return re.sub(rf"[^{CJK}\d]", "", text.replace("拟", ""))


def run(argv: list[str]) -> int:
    """Draft, compare, count; 1 when a fact is wrong or anything is made up."""
    parser = argparse.ArgumentParser(prog="python -m eval drafts", description=__doc__)
    parser.add_argument("-n", type=int, default=300, help="起草多少份")
    parser.add_argument("--seed", type=int, default=9704)
    parser.add_argument("--json", type=Path, default=record.RESULTS / "drafts.json")
    options = parser.parse_args(argv)
    rng = random.Random(options.seed)
    names = [name(rng) for _ in range(2000)]
    counts = {key: {"asked": 0, "taken": 0, "blank": 0, "wrong": 0} for key in KEYS}
    invented = {"names": 0, "numbers": 0, "other_words": 0}
    drafted: dict[str, int] = {}
    examples: list[str] = []
    equal = 0
    with tempfile.TemporaryDirectory() as folder, Assistant.open(Settings(home=Path(folder) / "home")) as assistant:
        shelf = {form.name: form for form in assistant.forms()}
        for i in range(options.n):
            text, told = case(rng)
            found = assistant.classify(text, "tolerance")
            fitting = [n for n in FORMS if not shelf[n].serves or {"tolerance", f"tolerance.{found.outcome}"} & set(shelf[n].serves)]
            form = shelf[fitting[i % len(fitting)]]
            drafted[form.title] = drafted.get(form.title, 0) + 1
            keys = {f.key for f in form.fields}
            given = {"事项": told["m"]} if "事项" in keys else {}
            notice = assistant.draft(form.name, given, case=found.id)
            known = knowing.of_case(assistant.case(found.id).text, assistant.case(found.id).determination)
            values = {f.key: value for f in form.fields if (value := filling.given(form, given).get(f.key) or filling.sourced(f, known))}
            wrong = []
            for key, short in KEYS.items():
                if key in keys:
                    outcome = "blank" if key not in values else "taken" if values[key] == told[short] else "wrong"
                    counts[key]["asked"] += 1
                    counts[key][outcome] += 1
                    wrong += [f"{key}：{values.get(key)} ≠ {told[short]}：{text}"] if outcome == "wrong" else []
            equal += not wrong
            page = printed(notice)
            ground = text + told["m"] + "".join(b.shown + assistant.provision(b.provision)[0].text for b in notice.basis)
            others = page.replace(told["n"], "\n")
            made_up = {n for n in names if len(n) > 2 and n in others and n not in ground}
            numbers = set(_NUMERAL.findall(page)) - set(_NUMERAL.findall(ground))
            rest = left_over(page, form, notice, [v for value in values.values() for v in ((value,) if isinstance(value, str) else value)])
            invented["names"] += len(made_up)
            invented["numbers"] += len(numbers)
            invented["other_words"] += len(rest)
            examples += wrong + ([f"{form.title}：{sorted(made_up)} {sorted(numbers)} {rest}"] if made_up or numbers or rest else [])
    result = record.stamp("drafts") | {"n": options.n, "seed": options.seed, "forms": drafted, "drafts_without_a_wrong_fact": equal, "fields": counts,
                                       "invented": invented, "examples": examples[:20]}
    record.write(result, options.json)
    print(f"{options.n} 份：没有一处事实与案情不符的 {equal}；" + "；".join(
        f"{key} 取到 {c['taken']}/{c['asked']}、待填 {c['blank']}、错 {c['wrong']}" for key, c in counts.items()))
    print(f"凭空出现：人名 {invented['names']}，数字 {invented['numbers']}，其他字 {invented['other_words']}")
    for line in examples[:20]:
        print(" ", line)
    return int(equal < options.n or any(invented.values()))
