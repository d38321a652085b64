"""What is taken out of a file, what is mended, and the way back to the source."""

from __future__ import annotations

import pytest

from assistant.structure import clean, divide, pieces


def text(source: str, **options) -> str:
    return clean(source, **options).text


BODY = "某市近日出台措施，激励干部担当作为，成效明显。"


@pytest.mark.parametrize("line", [
    "当前位置:首页 > 专题专栏 > 党建专栏", "您现在的位置：首页 > 政务公开", "首页 > 新闻 > 正文", "欢迎访问某某网!", "发布日期:2022-04-20         浏览次数:",
    "发布时间:2024-08-14    来源: 某省委组织部    作者:佚名", "来源：某某日报", "浏览次数：35", "字号：[大 中 小]", "打印 | 关闭", "dia",
    "强者修炼场2025-04-09 22:56:01湖南", "1.jpg", "![图](a.png)", "索引号：0001-2022", "————————"])
def test_furniture_above_a_text_goes(line):
    assert text(f"{line}\n某市推进改革\n{BODY}") == f"某市推进改革\n{BODY}"


@pytest.mark.parametrize("line", [
    "编辑/张红", "责任编辑：张三", "（责任编辑：李四）", "原文链接:https://example.org/a", "[免责声明] 本文来源于网络转载,仅供学习。", "版权所有 某某网",
    "上一篇：另一件事", "扫一扫关注公众号", "（完）", "网站标识码：1234"])
def test_furniture_below_a_text_goes(line):
    assert text(f"某市推进改革\n{BODY}\n{line}") == f"某市推进改革\n{BODY}"


def test_everything_below_the_first_footer_goes_contacts_too():
    footer = "原文链接:https://example.org\n本站部分信息由相应主体自行提供,由该主体负责。\n某某网 example.org 版权所有。\n联系电话:010-1234567\n邮箱:a@example.org  客服QQ:123"
    assert text(f"某市推进改革\n{BODY}\n{footer}") == f"某市推进改革\n{BODY}"


def test_the_contact_of_an_official_letter_stays():
    source = "关于报送材料的通知\n各单位：\n请于本月底前报送材料。\n联系人：张三，电话：12345678"
    assert text(source) == source


def test_the_removed_lines_are_told():
    assert clean(f"浏览次数：3\n{BODY}\n编辑/张红").removed == ("浏览次数：3", "编辑/张红")


@pytest.mark.parametrize("source, kept", [
    ("大地奏响新序曲。谭某某 摄", "大地奏响新序曲。"), ("上半年生产总值235.47亿元，增长5.6%。张三 李四 摄", "上半年生产总值235.47亿元，增长5.6%。"),
    ("干部在一线。（张三 摄）", "干部在一线。"), ("图为座谈会现场。 记者 张三 摄影", "图为座谈会现场。")])
def test_a_photo_credit_goes_and_the_caption_stays(source, kept):
    assert text(f"{BODY}\n{source}\n{BODY}") == f"{BODY}\n{kept}\n{BODY}"


def test_a_sentence_about_photographs_stays():
    assert text(f"{BODY}\n展览展出作品由群众拍摄。\n{BODY}") == f"{BODY}\n展览展出作品由群众拍摄。\n{BODY}"


PAGES = "某市办法\n第一条 为了加强管理，制定本办法，\f某市办法\n适用于全市。\n— 1 —\n\f某市办法\n第二条 乙。\n— 2 —\n\f某市办法\n第三条 丙。\n— 3 —"


def test_heads_that_stand_on_three_pages_go_the_title_stays():
    assert text(PAGES) == "某市办法\n第一条 为了加强管理，制定本办法，适用于全市。\n第二条 乙。\n第三条 丙。"


@pytest.mark.parametrize("number", ["— 3 —", "-3-", "第3页 共8页", "第 3 页", "共8页 第3页", "Page 3 of 8"])
def test_page_numbers_go(number):
    assert text(f"第一条 甲。\n{number}\n第二条 乙。") == "第一条 甲。\n第二条 乙。"


def test_a_sentence_repeated_in_a_statute_is_no_page_head():
    source = "\n".join(f"第{n}条 甲。\n法律另有规定的，从其规定。" for n in "一二三四五")
    assert text(source) == source


def test_front_matter_goes_and_offsets_stay_those_of_the_file():
    source = "---\ntitle: 某办法\naliases: [甲, 乙]\n---\n\n# 某办法\n\n第一条 甲。\n"
    cleaned = clean(source, format="md")
    assert cleaned.text == "某办法\n第一条 甲。"
    assert cleaned.origin[0] == source.index("某办法\n\n第") and cleaned.origin[len(cleaned.text)] == source.index("甲。") + 2


def test_markdown_and_comments_go_also_across_a_page_break():
    assert text("提升班子**领导力、战斗力、**\n\n凝聚力。<!-- 注\n释 -->明确8项内容。") == "提升班子领导力、战斗力、凝聚力。明确8项内容。"


def test_invisible_characters_go():
    assert text("\ufeff第一\u200b条 甲。\u00a0\n\u3000\u3000第二条&nbsp;乙。") == "第一条 甲。\n第二条乙。"


@pytest.mark.parametrize("source, mended", [
    ("成为“加速器”“护身符”，\n\n创造激发干部潜能的环境。", "成为“加速器”“护身符”，创造激发干部潜能的环境。"),
    ("当前干部队伍中正面激励作用不明\n\n显、“干多干少一个样”等问题突出。", "当前干部队伍中正面激励作用不明显、“干多干少一个样”等问题突出。"),
    ("申请人应当依照\n第五条第一款规定的程序办理。", "申请人应当依照第五条第一款规定的程序办理。")])
def test_a_sentence_broken_by_a_page_is_mended(source, mended):
    assert text(source) == mended


@pytest.mark.parametrize("source", [
    "锻造干部队伍进行系统性重塑\n“有我”重担当，“无我”是境界。", "树立风向标，以用人导向引领干事导向——\n导向就是旗帜。", "一、总体要求\n坚持稳中求进。",
    "具备下列条件：\n（一）甲；\n（二）乙。", "有下列情形的，\n（一）甲；\n（二）乙。", "某市委办公室\n2024年1月2日"])
def test_what_stands_on_its_own_line_is_not_joined(source):
    assert text(source) == source


def test_lines_of_one_width_are_joined_into_paragraphs():
    source = ("第一条 为了加强干部管理，根据有关法律法规和党内规定，结合本市\n实际情况，经过充分研究论证和广泛征求意见之后，制定本办法以供全市\n遵照执行。\n"
              "第二条 干部管理坚持党管干部原则，坚持德才兼备以德为先，坚持五湖\n四海任人唯贤，坚持事业为上公道正派，坚持注重实绩群众公认的各项原\n则。\n第三条 本办法自印发之日起施行。")
    assert [n.path_id for n in divide(text(source)).nodes] == ["第一条", "第二条", "第三条"]
    assert text(source).count("\n") == 2


@pytest.mark.parametrize("source, closed", [
    ("明确8 项正负面测评清单。", "明确8项正负面测评清单。"), ("储备一批 30、35、40 岁左右的干部。", "储备一批30、35、40岁左右的干部。"),
    ("第二条 12345热线由市政府设立。", "第二条 12345热线由市政府设立。"), ("出席：张三 李四 王五。", "出席：张三 李四 王五。")])
def test_stray_spaces_around_numbers_close_up_and_names_stay_apart(source, closed):
    assert text(source) == closed


@pytest.mark.parametrize("quote", ["450余名", "1.2万余次", "41.3%", "2023年以来", "约三成", "《<某法>办法》", "明委办［2022］第020号", "（即见一次面、聊一次天）"])
def test_figures_brackets_and_asides_stay_as_they_came(quote):
    assert text(f"工作中{quote}，成效明显。") == f"工作中{quote}，成效明显。"


def test_an_empty_or_scanned_page_gives_empty_text():
    assert [text(s) for s in ("", "\n\n", "\u3000\f\n", "<!-- 只有注释 -->")] == ["", "", "", ""]


TALKS = ("会议上的交流发言\n强者场2025-04-09 22:56:01湖南\n打好组合拳\n某县委组织部\n\n某县坚持综合施策，效果明显。\n一、强化教育。要学习。\n二、重构生态。要净化。\n\n\n"
         "守正创新 推动工作\n某区委组织部\n\n某区扛起责任，不断推进。\n一、宣传。要广泛。\n二、推选。要公正。\n三、履职。要尽责。")


def test_talks_in_one_file_become_documents_with_their_own_numbers():
    found = pieces(clean(TALKS))
    assert [p.headline for p in found] == [("打好组合拳", "某县委组织部"), ("守正创新 推动工作", "某区委组织部")]
    assert [[n.path_id for n in divide(p.text).nodes] for p in found] == [["题头", "导语", "一", "二"], ["题头", "导语", "一", "二", "三"]]
    assert all(TALKS[p.origin[0]:p.origin[0] + 3] == p.text[:3] for p in found)


@pytest.mark.parametrize("source", [
    "关于印发《方案》的通知\n各单位：\n现印发给你们。\n某区委办公室\n2022年12月20日\n某方案\n一、目标\n做好。\n二、任务\n落实。",
    "通知\n一、甲。\n二、乙。\n附件1\n某某办法\n一、子。\n二、丑。", "某条例\n第一条 甲。\n第二条 乙。"])
def test_notices_annexes_and_statutes_stay_one_document(source):
    assert len(pieces(clean(source))) == 1


def test_a_single_document_tells_its_title_block():
    assert pieces(clean("某文件\n某办〔2022〕2号\n关于某事的通知\n各单位：\n请照办。"))[0].headline == ("某文件", "某办〔2022〕2号", "关于某事的通知", "各单位：")
    assert pieces(clean("近日，某省出台《通知》，成效明显。\n关于某事的通知\n一、甲\n1.子。\n2.丑。"))[0].headline == ("关于某事的通知",)


def test_offsets_lead_back_to_the_words_of_the_file():
    source = "首页 > 正文\n某市办法\n第一条 为了**激励**干部，\n\n制定本办法。\n"
    cleaned = clean(source)
    at = cleaned.text.index("激励干部，制定")
    assert source[cleaned.origin[at]:cleaned.origin[at + 5] + 1] == "激励**干部，\n\n制"
