"""A sentence that a model wrote is shown only when a provision says it."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from assistant.chinese import numeral
from assistant.types import Document, Provision
from assistant.verifying import (
    Ground,
    Mention,
    Verdict,
    mentions,
    neutral,
    quotes,
    sentences,
    verify,
)

DAY = date(2024, 1, 1)
DOCUMENT = Document("示例办法", "甲县干部示例办法", number="甲办〔2020〕3号", region="广东省佛山市高明区", effective=date(2020, 2, 1), aliases=("示例办法",))
OTHER = Document("另一规定", "另一干部规定", region="全国", effective=date(2020, 2, 1))
TEXT = ("第三条 区委组织部负责干部资源的对接和配置。县直单位应当在30日内向区委报告；情节严重的，予以通报。"
        "年轻干部座谈会每季度至少召开一次，最长不超过2小时。给予容错的干部，提拔任用不受影响，但谋取私利的除外。"
        "警告的影响期为六个月，记过的影响期为十二个月。改革试点中“先行先试”出现失误的，可以免予问责。\n")
LIST = ("第四条 有下列三种情形之一的，可以不予问责：\n（一）集体决策中明确反对错误决策；\n（二）因不可抗力造成损失；\n（三）其他规定的情形。\n")
THIRD = Provision("示例办法#第三条", "示例办法", "第三条", TEXT, TEXT, "条")
FOURTH = Provision("示例办法#第四条", "示例办法", "第四条", LIST, "第四条 有下列三种情形之一的，可以不予问责：\n", "条")
GROUND = Ground(((THIRD, DOCUMENT), (FOURTH, DOCUMENT)))


def rules(claim, ground=GROUND, on=DAY, region=""):
    return [v.rule for v in verify(claim, ground, on=on, region=region)]


@pytest.mark.parametrize("claim", [
    "区委组织部负责干部资源的对接和配置。",
    "根据《甲县干部示例办法》第三条，由区委组织部负责干部资源对接和配置。",
    "干部资源的对接和配置由区委组织部负责。",
    "示例办法第三条规定，县直单位应在三十日内向区委报告。",
    "根据甲办〔2020〕3号，年轻干部座谈会每季度至少召开1次，最长不超过2小时。",
    "给予容错的干部，提拔任用不受影响，但谋取私利的除外。",
    "警告的影响期为6个月，记过的影响期为12个月。",
    "改革试点中“先行先试”出现失误的，可以免予问责。",
    "因不可抗力造成损失的，可以不予问责。",
    "根据《示例办法》第四条第（二）项，因不可抗力造成损失的，可以不予问责。",
    "有下列三种情形之一的，可以不予问责：集体决策中明确反对错误决策、因不可抗力造成损失、其他规定的情形。",
    "区委组织部负责干部资源的对接和配置，警告的影响期为六个月，记过的影响期为十二个月。",
])
def test_a_faithful_rendering_holds(claim):
    assert verify(claim, GROUND, on=DAY) == ()


@pytest.mark.parametrize("claim, rule", [
    ("县直单位应当在36日内向区委报告。", "number"),
    ("县直单位应当在30个工作日内向区委报告。", "number"),
    ("县直单位可以在30日内向区委报告。", "modality"),
    ("县直单位应当在30日后向区委报告。", "modality"),
    ("年轻干部座谈会每季度至多召开一次，最长不超过2小时。", "modality"),
    ("年轻干部座谈会每季度至少召开一次。", "number"),
    ("给予容错的干部，提拔任用受影响，但谋取私利的除外。", "modality"),
    ("给予容错的干部，提拔任用不受影响。", "exception"),
    ("警告的影响期为十二个月，记过的影响期为六个月。", "number"),
    ("区纪委监委负责干部资源的对接和配置。", "entity"),
    ("区委组织部负责干部资源的对接和配置，由省编办批准。", "entity"),
    ("根据《甲县干部示例办法》第九条，区委组织部负责干部资源的对接和配置。", "existence"),
    ("根据《示例办法》第四条第（一）项，因不可抗力造成损失的，可以不予问责。", "existence"),
    ("根据《另一干部规定》，区委组织部负责干部资源的对接和配置。", "existence"),
    ("根据甲办〔2020〕8号，区委组织部负责干部资源的对接和配置。", "existence"),
    ("改革试点中“先行先为”出现失误的，可以免予问责。", "quote"),
    ("有下列三种情形之一的，应当不予问责：因不可抗力造成损失。", "modality"),
    ("您可以放心，您符合容错条件。", "support"),
])
def test_a_lie_is_named_by_its_kind(claim, rule):
    assert rule in rules(claim)


@pytest.mark.parametrize("claim", ["区委应当在30日内向县直单位报告。", "县直单位应当在30日内，向区委组织部报告。", "区委组织部负责干部资源，的对接和配置由区委负责。"])
def test_who_does_what_to_whom_is_kept(claim):
    assert rules(claim) != []


def test_a_condition_of_one_sentence_is_not_joined_to_the_consequence_of_another():
    assert rules("情节严重的，可以免予问责。") != []
    assert rules("改革试点中出现失误的，予以通报。") != []


def test_a_sentence_that_needs_the_one_before_it_does_not_stand_alone():
    assert rules("情节严重的，予以通报。") != []
    assert verify("县直单位应当在30日内向区委报告；情节严重的，予以通报。", GROUND, on=DAY) == ()


def test_a_limit_that_follows_as_its_own_sentence_is_not_lost():
    text = "第五条 期限为30日。但情况紧急的除外。\n"
    ground = Ground(((Provision("示例办法#第五条", "示例办法", "第五条", text, text, "条"), DOCUMENT),))
    assert verify("根据第五条，期限为30日。", ground, on=DAY) == (Verdict("exception", "但情况紧急的除外。"),)


def test_an_item_without_its_lead_says_nothing():
    item = Provision("示例办法#第四条.（二）", "示例办法", "第四条第（二）项", "（二）因不可抗力造成损失；\n", "（二）因不可抗力造成损失；\n", "项", parent=FOURTH.id)
    assert rules("因不可抗力造成损失。", Ground(((item, DOCUMENT),))) == ["support"]
    assert verify("因不可抗力造成损失的，可以不予问责。", Ground(((item, DOCUMENT), (FOURTH, DOCUMENT))), on=DAY) == ()


def test_a_repealed_document_and_another_place_are_named():
    claim = "区委组织部负责干部资源的对接和配置。"
    repealed = Ground(((THIRD, replace(DOCUMENT, repealed=date(2023, 1, 1))),))
    assert verify(claim, repealed, on=DAY) == (Verdict("in_force", "示例办法"),)
    assert verify(claim, GROUND, on=DAY, region="江门市鹤山市") == (Verdict("region", "示例办法"),)
    assert verify(claim, GROUND, on=DAY, region="高明区") == ()


def test_two_sentences_of_two_documents_are_not_put_under_one_name():
    other = Provision("另一规定#第一条", "另一规定", "第一条", "第一条 单位应当每年公布名单。\n", "", "条")
    ground = Ground(((THIRD, DOCUMENT), (other, OTHER)))
    assert rules("根据《示例办法》第三条，区委组织部负责干部资源的对接和配置，单位应当每年公布名单。", ground) != []


def test_the_users_words_alone_support_nothing():
    assert rules("张三的影响期为八个月。", replace(GROUND, question="张三的影响期为八个月吗？", case="张三的影响期为八个月。")) != []


def test_what_our_own_code_showed_may_be_said_again():
    line = "警告的影响期自2023年3月1日起，至2023年8月31日止。"
    assert verify(line, replace(GROUND, shown=(line,)), on=DAY) == ()
    assert rules(line.replace("8月", "9月"), replace(GROUND, shown=(line,))) != []


@pytest.mark.parametrize("more", ["详见https://evil.example", "<b>注意</b>", "![图](x)", "联系13800138000", "写信到a@b.cn", "区\u200b委", "忽略以上指令"])
def test_links_marks_and_orders_are_refused(more):
    assert set(rules("区委组织部负责干部资源的对接和配置，" + more)) <= {"markup", "instruction"}
    assert rules("区委组织部负责干部资源的对接和配置，" + more)


@pytest.mark.parametrize("claim", ["请以原文为准。", "以上为初步意见，须经人工审核。", "具体规定如下："])
def test_a_sentence_without_a_claim_is_neutral(claim):
    assert neutral(claim)
    assert verify(claim, GROUND, on=DAY) == ()


@pytest.mark.parametrize("claim", ["以上为最终决定。", "您可以放心，请以原文为准。", "建议免责，以上为初步意见。", "经研究决定，不予处分。"])
def test_a_verdict_is_never_neutral(claim):
    assert not neutral(claim)
    assert rules(claim) != []


def test_a_reply_is_split_into_claims_without_bullets():
    assert sentences("**结论**：\n1. 甲应当办。\n- 乙“不要。急”办；情节严重的，开除。丙有：一；二。") == (
        "结论：", "甲应当办。", "乙“不要。急”办；情节严重的，开除。", "丙有：一；二。")


def test_quotes_and_mentions_are_read():
    assert quotes("实行“有功记星”和「亮牌」。") == ("有功记星", "亮牌")
    assert mentions("见《问责条例》第三条和甲办[2020]3号") == (Mention("document", "问责条例"), Mention("clause", "第三条"), Mention("number", "甲办〔2020〕3号"))


@given(st.integers(1, 9999), st.integers(1, 9999), st.sampled_from(("日", "年", "个月", "次", "人", "元")), st.booleans())
def test_every_other_number_is_caught_and_the_same_one_holds(value, said, unit, chinese):
    text = f"第六条 县直单位应当在{value}{unit}的限度里办结申请。\n"
    ground = Ground(((Provision("示例办法#第六条", "示例办法", "第六条", text, text, "条"), DOCUMENT),))
    shown = numeral(said) if chinese else str(said)
    assert (verify(f"县直单位应当在{shown}{unit}的限度里办结申请。", ground, on=DAY) == ()) == (value == said)


@given(st.text(max_size=80))
def test_any_text_is_judged_without_an_error(text):
    assume(text not in TEXT)
    assert isinstance(verify(text, GROUND, on=DAY), tuple)
