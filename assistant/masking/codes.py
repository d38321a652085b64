"""Personal data with a form of their own: numbers of people, cards, phones and cars, mail addresses, ids of chat programs.

Check digits are not asked for: a mistyped number names a person as well as a right one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.masking.found import Found

_S = r"[ -]?"
_PROVINCE = r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])"
_DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_ALONE, _END = r"(?<![0-9A-Za-z.])", r"(?![0-9A-Za-z]|\.\d)"

_EMAIL = re.compile(r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,128}@(?:[A-Za-z0-9-]{1,63}\.){1,6}[A-Za-z]{2,24}")
_ID = re.compile(rf"{_ALONE}{_PROVINCE}\d{{4}}{_S}(?:(?:18|19|20)\d\d{_S}{_DAY}{_S}\d{{3}}[\dXx]|\d\d{_S}{_DAY}{_S}\d{{3}}){_END}")
_DIGITS = re.compile(r"(?<![0-9A-Za-z.])\d(?:[ -]?\d){10,29}[Xx]?(?![0-9A-Za-z]|\.\d)")
_MOBILE = re.compile(rf"(?<![0-9A-Za-z.])(?:(?:\+|00)?86[ -]{{0,2}})?(?:1[3-9]\d{{9}}|1[3-9]\d([ -])\d{{4}}\1\d{{4}}|1[3-9]\d{{2}}([ -])\d{{3}}\2\d{{4}}|"
                     rf"1[3-9]\d{_S}\d{{4}}{_S}\d{{4}})(?!\d|[ -]\d{{4,}}|\.\d|{_S}[元万亿吨])")
_LANDLINE = re.compile(r"(?<![0-9A-Za-z.-])(?<!\d )(?:\+?86[ -]?)?(?:\(0\d{2,3}\)[ -]?|0\d{2,3}[ -]{0,2})[2-9]\d{2,3}[ -]?\d{4}(?:(?:转|-)\d{1,5})?(?![0-9A-Za-z]|\.\d)")
_SHORT_LINE = re.compile(r"(?:电话|座机|固话|传真|致电|拨打)(?:号码|号)?[是为]?[: ]{0,3}(?P<it>[2-9]\d{2,3}[ -]?\d{4})(?!\d|\.\d)")
_PLATE = re.compile(r"(?<![A-Za-z0-9])[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领][A-Za-z][· -]?(?=[A-Za-z]{0,5}\d)"
                    r"(?:[A-HJ-NP-Za-hj-np-z0-9]{6}|[A-HJ-NP-Za-hj-np-z0-9]{5}|[A-HJ-NP-Za-hj-np-z0-9]{4}[挂学警港澳领试超])(?![A-Za-z0-9])")
_PASSPORT = re.compile(rf"{_ALONE}(?:[EGDSPHMCWKegdsphmcwk]\d{{8}}|[Ee][A-HJ-NP-Za-hj-np-z]\d{{7}}|[HMhm]\d{{10}}|1[45]\d{{7}}){_END}")
_PASSPORT_WORD = re.compile(r"护照|通行证|回乡证|台胞证|旅行证")
_SURE_PASSPORT = re.compile(r"[Ee][A-HJ-NP-Za-hj-np-z]?\d{7,8}")
_ACCOUNT = re.compile(r"(?:(?:微信|威信|[Ww][Ee](?:i[Xx]in|[Cc]hat)|[Vv][Xx]|[Ww][Xx]|[Vv]信|QQ|qq|Qq|企鹅|扣扣|抖音|快手|支付宝|陌陌|钉钉)(?:账号|帐号|账户|号码|号|群|id|ID)?)"
                      r"(?:[是为]|[:]|[ (“\"]){0,4}(?P<it>[A-Za-z][A-Za-z0-9_-]{4,29}|[1-9]\d{4,11})(?![A-Za-z0-9_@])")
_CARD = re.compile(r"(?:军官证|士官证|警官证|警号|执法证|工作证|驾驶证|驾照|居住证|残疾证|退役军人证|社保卡|医保卡|社会保障号|社保号|医保号|学籍号|户口本?|证件)(?:号码|编号|号)?(?:[是为]|[:]|[ (第字]){0,4}"
                   r"(?P<it>[A-Za-z0-9][A-Za-z0-9-]{5,24})(?![A-Za-z0-9])")

_NOT_PERSONAL = re.compile(r"(?:编号|合同号?|单号|流水号?|代码|案号|文号|订单|凭证号?|票号|发票|批次|条形?码|招标号?|标段|项目号?|备案号?|许可证号?|批准文号|批文|字第|信用代码|序号|金额|总价|造价|投资|资产|预算)[^，。；,;]{0,4}$")
_BANK_WORD = re.compile(r"(?:银行|建行|工行|农行|中行|交行|招行|邮储|农商行|信用社|卡号|卡|账户|帐户|账号|帐号|存折|收款|汇入|汇至|转入)[^，。；,;]{0,10}$")
_ID_WORD = re.compile(r"(?:身份证|身份号码|证件|证号|身份)[^，。；,;]{0,8}$")
_AMOUNT = re.compile(r" ?(?:[元万亿吨]|人民币|美元|平方|公斤|千克)")


def codes(text: str) -> Iterator[Found]:
    """Everything with a form of its own in a text of plain width, the most trusted first; finds may overlap."""
    for m in _EMAIL.finditer(text):
        yield Found("email", *m.span(), m[0])
    for m in _ACCOUNT.finditer(text):
        yield Found("account", *m.span("it"), m["it"])
    yield from _numbers(text)
    for m in _PLATE.finditer(text):
        yield Found("plate", *m.span(), m[0])
    for m in _PASSPORT.finditer(text):
        before = _before(text, m.start())
        if _PASSPORT_WORD.search(before) or _SURE_PASSPORT.fullmatch(m[0]) and not _NOT_PERSONAL.search(before):
            yield Found("passport", *m.span(), m[0])
    for m in _CARD.finditer(text):
        if re.search(r"\d{4}", m["it"]):
            yield Found("id", *m.span("it"), m["it"])


def _numbers(text: str) -> Iterator[Found]:
    for m in _ID.finditer(text):
        before = _before(text, m.start())
        if not (_NOT_PERSONAL.search(before) or _BANK_WORD.search(before) and not _ID_WORD.search(before) or _AMOUNT.match(text, m.end())):
            yield Found("id", *m.span(), m[0])
    for m in _MOBILE.finditer(text):
        if not (_NOT_PERSONAL.search(_before(text, m.start())) or _AMOUNT.match(text, m.end())):
            yield Found("phone", *m.span(), m[0])
    for m in _DIGITS.finditer(text):
        before = _before(text, m.start())
        if _NOT_PERSONAL.search(before) or _AMOUNT.match(text, m.end()):
            continue
        n = sum(c.isdigit() for c in m[0]) + (m[0][-1] in "Xx")
        if _ID_WORD.search(before) and 14 <= n <= 19:
            yield Found("id", *m.span(), m[0])
        elif n >= 12 and n <= 22 and _BANK_WORD.search(before) or 16 <= n <= 19 and m[0][0] in "34569" and not _MOBILE.match(m[0]):
            yield Found("bank", *m.span(), m[0])

    for m in _LANDLINE.finditer(text):
        if not _NOT_PERSONAL.search(_before(text, m.start())):
            yield Found("phone", *m.span(), m[0])
    for m in _SHORT_LINE.finditer(text):
        yield Found("phone", *m.span("it"), m["it"])

def _before(text: str, at: int) -> str:
    return text[max(0, at - 18):at]
