"""What a document is told to be, from its own text or its front matter."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.errors import BadInput
from assistant.metadata import describe, document_id, read_front
from assistant.types import Document

SEEDS = Path(__file__).parents[1].parent / "shared" / "seeds"

NOTICE = """江城市青河区委办公室文件

青委办[2023]第05号

中共江城市青河区委办公室关于印发《青河区
干部容错纠错实施办法（试行）》的通知

各镇党委、街道党工委：

根据《某意见》（国发〔2020〕1号）精神，现将《青河区干部容错纠错实施办法（试行）》印发给你们。

中共江城市青河区委办公室

2023年6月7日

青河区干部容错纠错实施办法（试行）

第一条 为了激励干部担当作为，制定本办法。

第二条 本办法自印发之日起施行。
"""

STATUTE = """# 中华人民共和国某某法

2005年4月27日 第十届全国人民代表大会常务委员会第十五次会议通过

2018年12月29日 第十三届全国人民代表大会常务委员会第七次会议《关于修改〈中华人民共和国某某法〉
的决定》修正

## 第一章 总则

第一条 为了示例，制定本法。

第二条 略。

第三条 本法自2006年1月1日起施行。
"""

NEWS = """首页 > 新闻中心 > 基层动态
青山县:容错纠错让干部放手干
来源：河西日报    发布时间：2023-05-06 10:20    作者：李四
本报讯（记者 李四）近日，青山县某局干部说。
去年，青山县出台了《关于建立容错纠错机制的意见》（青组发〔2022〕8号）。
责任编辑：王五
"""

REPRINT = """中共中央办公厅印发《某某干部能上能下规定》
2022-09-19 17:00 来源：新华社
新华社北京9月19日电 近日，中共中央办公厅印发了《某某干部能上能下规定》，要求认真遵照执行。
某某干部能上能下规定
（2015年7月19日中共中央办公厅发布　2022年8月19日中共中央政治局常委会会议修订　2022年9月8日中共中央办公厅发布）
第一条 为了示例，制定本规定。
第二条 略。
第三条 本规定自发布之日起施行。
"""

ORDER = """江城市人民政府令
第12号
《江城市容错办法》已经2024年6月1日市人民政府常务会议通过，现予公布，自2024年9月1日起施行。
市长 张三
2024年7月1日
江城市容错办法
第一条 为了示例，制定本办法。
第二条 略。
第三条 本办法自2024年9月1日起施行。
"""


def told(document: Document) -> dict:
    """The fields that say something, without those that only repeat the file's name."""
    return {k: v for k, v in vars(replace(document, source="")).items() if v}


def test_a_covering_notice_is_known_by_its_banner_number_signature_and_inner_title():
    assert told(describe(NOTICE)) == {
        "id": "青委办〔2023〕5号", "title": "中共江城市青河区委办公室关于印发《青河区干部容错纠错实施办法（试行）》的通知",
        "number": "青委办〔2023〕5号", "issuer": "中共江城市青河区委办公室", "kind": "normative", "level": "county",
        "region": "江城市青河区", "issued": date(2023, 6, 7), "effective": date(2023, 6, 7),
        "aliases": ("青河区干部容错纠错实施办法（试行）", "关于印发《青河区干部容错纠错实施办法（试行）》的通知")}


def test_an_amended_law_is_dated_by_its_amendment_and_its_first_date_of_effect_is_not_taken_over():
    assert told(describe(STATUTE)) == {
        "id": "某某法", "title": "中华人民共和国某某法", "issuer": "全国人民代表大会常务委员会", "kind": "normative", "level": "national",
        "region": "全国", "issued": date(2018, 12, 29), "aliases": ("某某法",)}


def test_a_report_has_a_place_and_a_page_date_and_no_number_of_its_own():
    assert told(describe(NEWS)) == {"id": "青山县：容错纠错让干部放手干", "title": "青山县:容错纠错让干部放手干", "kind": "news", "level": "county",
                                    "region": "青山县", "issued": date(2023, 5, 6)}


def test_a_rule_reprinted_below_a_report_is_the_rule():
    assert told(describe(REPRINT)) == {"id": "某某干部能上能下规定", "title": "某某干部能上能下规定", "issuer": "中共中央办公厅", "kind": "normative",
                                       "level": "national", "region": "全国", "issued": date(2022, 9, 8), "effective": date(2022, 9, 8)}


def test_an_order_gives_the_number_the_date_and_the_body_that_signed():
    assert told(describe(ORDER)) == {"id": "江城市容错办法", "title": "江城市容错办法", "number": "江城市人民政府令第12号", "issuer": "江城市人民政府",
                                     "kind": "normative", "level": "city", "region": "江城市", "issued": date(2024, 7, 1),
                                     "effective": date(2024, 9, 1)}


def test_a_talk_is_known_by_its_title_and_byline():
    text = "在全市组织部长会议上的讲话\n（2024年3月5日）\n张三\n同志们：\n今天我们召开会议。\n一、肯定成绩\n略。\n"
    assert told(describe(text)) == {"id": "在全市组织部长会议上的讲话", "title": "在全市组织部长会议上的讲话", "issuer": "张三", "kind": "talk",
                                    "issued": date(2024, 3, 5)}


def test_two_issuers_sign_together():
    text = ("关于做好及时奖励工作的\n通知\n各县（市、区）委组织部：\n现通知如下。\n一、条件\n略。\n二、程序\n略。\n"
            "中共云城市委组织部\n云城市人力资源和社会保障局\n2024年5月6日\n")
    document = describe(text)
    assert (document.title, document.issuer, document.region, document.issued) == (
        "关于做好及时奖励工作的通知", "中共云城市委组织部、云城市人力资源和社会保障局", "云城市", date(2024, 5, 6))


def test_two_issuers_above_a_title_are_part_of_it_and_parted():
    text = "江发〔2024〕8号\n中共江城市委\n江城市人民政府\n关于激励干部的实施意见\n（2024年3月8日）\n提出如下意见。\n一、要求\n略。\n"
    document = describe(text)
    assert (document.title, document.issuer, document.issued) == (
        "中共江城市委、江城市人民政府关于激励干部的实施意见", "中共江城市委、江城市人民政府", date(2024, 3, 8))


def test_page_tables_label_what_they_tell():
    text = ("发文机关： 国务院办公厅\n发文字号： 国办发〔2024〕3号\n成文日期： 2024年1月9日\n发布日期： 2024年1月16日\n"
            "国务院办公厅关于进一步优化服务的指导意见\n国办发〔2024〕3号\n各省、自治区、直辖市人民政府：\n提出以下意见。\n一、总体要求\n略。\n")
    document = describe(text)
    assert (document.number, document.issuer, document.issued, document.region, document.title) == (
        "国办发〔2024〕3号", "国务院办公厅", date(2024, 1, 9), "全国", "国务院办公厅关于进一步优化服务的指导意见")


def test_a_sample_text_is_a_model():
    assert describe("容错认定通知书（范本）\n×××同志：\n经研究认定。\n").kind == "model"


def test_what_cannot_be_told_stays_empty():
    assert told(describe("会议记录\n\n今天讨论了食堂的问题。\n")) == {"id": "会议记录", "title": "会议记录"}


def test_a_cited_number_is_not_the_documents_own():
    text = "关于做好某项工作的通知\n各单位：\n根据《某办法》（国发〔2020〕1号）\n明委办〔2022〕20号文件要求，现通知如下。\n某局\n2024年1月1日\n"
    assert describe(text).number == ""


def test_the_date_that_a_collection_hangs_on_a_title_is_not_part_of_it():
    text = "某某条例(2018-12-29)\n第一条 甲。\n第二条 乙。\n第三条 丙。\n"
    assert told(describe(text)) == {"id": "某某条例", "title": "某某条例", "kind": "normative", "issued": date(2018, 12, 29)}
    by_name = describe("# 某某条例\n\n第一条 甲。\n第二条 乙。\n第三条 丙。\n", name="某某条例(2018-12-29).md")
    assert (by_name.id, by_name.title, by_name.issued) == ("某某条例", "某某条例", date(2018, 12, 29))


@pytest.mark.parametrize("a, b", [
    ("《中华人民共和国公务员法》", "公务员法（2018-12-29）"),
    ("守正创新 推动“三长制”走深走实", "守正创新推动“三长制”走深走实"),
    ("江门鹤山:激励担当", "江门鹤山：激励担当"),
    ("推进领导干部能上能下规定(2022年修订)", "推进领导干部能上能下规定"),
])
def test_digest_and_original_get_one_id_however_the_title_is_set(a, b):
    assert document_id(a, "") == document_id(b, "")


def test_a_trial_version_is_another_document():
    assert document_id("某规定（试行）", "") != document_id("某规定", "")


def test_front_matter_wins_over_the_text():
    front = {"title": "另一标题", "number": "明委办[2022]020号", "kind": "digest", "of": "news", "level": "city", "region": "某市", "issuer": "某委",
             "issued": "2022年12月20日", "effective": "2023-01-01", "repealed": "2024/05/01", "repealed_by": "新办法", "aliases": ["甲", "乙"],
             "audience": "区委组织部，区纪委"}
    assert vars(describe(NOTICE, front=front, name="a.md")) == vars(Document(
        id="明委办〔2022〕20号", title="另一标题", number="明委办〔2022〕20号", issuer="某委", kind="digest", of="news", level="city", region="某市",
        issued=date(2022, 12, 20), effective=date(2023, 1, 1), repealed=date(2024, 5, 1), repealed_by="新办法", source="a.md",
        aliases=("甲", "乙"), audience=frozenset({"区委组织部", "区纪委"})))


@pytest.mark.parametrize("front, words", [
    ({"titel": "x"}, "titel"), ({"issued": "去年"}, "issued"), ({"issued": "2022-13-40"}, "issued"), ({"kind": "法律"}, "kind"),
    ({"level": "town"}, "level"), ({"title": {"a": 1}}, "title")])
def test_front_matter_that_cannot_be_read_names_key_and_file(front, words):
    with pytest.raises(BadInput) as error:
        read_front(front, "某文件.md")
    assert words in error.value.message and "某文件.md" in error.value.message


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="一二三第条款关于印发《》的通知（）〔〕2024年月日号 \n:：。、张县区市委办公室文件#*-施行自起", max_size=200))
def test_any_text_is_described_without_failing_and_with_an_id(text):
    document = describe(text, name="某.txt")
    assert document.id and "#" not in document.id and "\n" not in document.id


SEED_FACTS = {
    "000": ("明委办〔2022〕20号", "中共佛山市高明区委办公室", "normative", "county", "广东省佛山市高明区", date(2022, 12, 20)),
    "001": ("", "", "news", "city", "河南省平顶山市", date(2022, 4, 20)),
    "002": ("", "中共广东省委组织部", "news", "county", "广东省江门市鹤山市", date(2024, 8, 14)),
    "003": ("", "福建省纪委、福建省委组织部", "normative", "province", "福建省", None),
}


@pytest.mark.skipif(not SEEDS.exists(), reason="the originals are not here")
@pytest.mark.parametrize("which", SEED_FACTS)
def test_the_originals_are_known_for_what_they_are(which):
    path = next(SEEDS.glob(f"{which}_*"))
    d = describe(path.read_text("utf-8"), name=path.name)
    assert (d.number, d.issuer, d.kind, d.level, d.region, d.issued) == SEED_FACTS[which]


@pytest.mark.skipif(not SEEDS.exists(), reason="the originals are not here")
def test_the_four_talks_of_one_file_have_each_their_unit_and_place():
    path = next(SEEDS.glob("004_*"))
    whole = path.read_text("utf-8")
    starts = [0] + [whole.index(s) for s in ("守正创新 ", "炼好“五字诀”", "三措并举齐")] + [len(whole)]
    found = [describe(whole[a:b], name=path.name, whole=whole) for a, b in zip(starts, starts[1:])]
    assert [(d.title[:6], d.issuer, d.kind, d.level, d.region) for d in found] == [
        ("打造激励干部", "湘潭县委组织部", "talk", "county", "湖南省湘潭市湘潭县"),
        ("守正创新推动", "岳塘区委组织部", "talk", "county", "湖南省湘潭市岳塘区"),
        ("炼好“五字诀", "市发改委党组", "talk", "city", "湖南省湘潭市"),
        ("三措并举齐发", "湘潭城发集团党委", "talk", "unit", "湖南省湘潭市")]
