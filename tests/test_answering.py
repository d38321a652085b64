"""Each kind of question over the small invented corpus: what is cited, what is said, what is refused."""

import shutil
from datetime import date

import pytest
from conftest import OFFICE

from assistant.answering import lists
from assistant.answering.question import article_id, wanted
from assistant.answering.scope import about_policy
from assistant.assistant import Assistant
from assistant.settings import Settings
from assistant.types import DIGEST_NOTE, LABEL

PLAN, GANSU, QINGHAI, RULES = "清办发〔2023〕15号", "甘组通〔2022〕8号", "青组发〔2023〕30号", "机关实绩档案管理条例"
OLD, REPORT, DIGEST = "机关午间值守暂行办法", "临水区“轮训田”让干部热起来", "国回访〔2020〕6号"

# question, the clause cited first, what must stand in the text
FACTS = [
    # how many
    ("临水区选派了多少名干部轮训？", f"{REPORT}#段2", ("46名",)),
    ("每名导师帮带几名干部？", f"{REPORT}#段3", ("3名",)),
    ("疗养假有多少天？", f"{GANSU}#一.2", ("10天", "满5年")),
    ("专项经费每年多少万元？", f"{PLAN}#三.（二）", ("80万元",)),
    ("面向乡镇干部选拔的职数比例是多少？", f"{GANSU}#三.5", ("不低于30%",)),
    # which ones
    ("清理哪6类挂牌事项？", f"{GANSU}#二.3", ("组织机构牌", "工作制度牌", "评比达标牌", "示范创建牌", "学习宣传牌", "工作站点牌")),
    ("哪些情形实绩档案不予采信？", f"{RULES}#第四条", ("没有原始凭证", "由他人代填", "事后补造", "不予采信")),
    ("实绩档案等次分为哪些？", f"{RULES}#第六条", ("优秀", "称职", "基本称职", "不称职")),
    # who
    ("摘星制度由哪个部门牵头？", f"{PLAN}#二.（一）", ("县委组织部",)),
    ("被红色预警的干部由谁约谈？", f"{PLAN}#二.（四）", ("分管县领导",)),
    # how often
    ("攀登星多久评一次？", f"{PLAN}#二.（一）", ("每季度",)),
    ("乡镇干部每周开会不得超过几次？", f"{GANSU}#二.4", ("不得超过2次",)),
    # how long
    ("轮训期多久？", f"{REPORT}#段2", ("4个月",)),
    ("对容错结论有异议，多少日内可以申请复核？", f"{PLAN}#二.（三）", ("15日内", "可以")),
    ("实绩档案应当在多少日内归集？", f"{RULES}#第三条", ("30日内", "应当")),
    # may I
    ("可以复制他人的实绩档案吗？", f"{RULES}#第五条", ("不得复制他人",)),
    ("被红色预警了还能不能参加当年评优？", f"{PLAN}#二.（四）", ("不得参加当年评优",)),
    # about the document
    ("清溪县激励干部担当作为实施方案的文号是多少？", f"{PLAN}#题头", (PLAN,)),
    ("清溪县激励干部担当作为实施方案的发文机关是哪个？", None, ("中共清溪县委办公室",)),
    ("关于进一步关心关爱基层干部的通知是什么时候印发的？", f"{GANSU}#落款", ("2022年9月1日",)),
    ("机关实绩档案管理条例什么时候施行？", f"{RULES}#第七条", ("2021年3月1日",)),
    # by number
    ("机关实绩档案管理条例第三条讲什么？", f"{RULES}#第三条", ("30日内", "书面催告")),
    ("机关实绩档案管理条例第3条", f"{RULES}#第三条", ("30日内",)),
    ("机关实绩档案管理条例第四条第（二）项", f"{RULES}#第四条.（二）", ("由他人代填",)),
    ("关于进一步关心关爱基层干部的通知第3条", f"{GANSU}#二.3", ("清理6类",)),
    (f"{PLAN}二、（三）是什么", f"{PLAN}#二.（三）", ("不予问责",)),
    # lay words
    ("查身体费用谁出？", f"{GANSU}#一.1", ("县级财政",)),
]

# question, the kind of refusal, the clauses cited
REFUSALS = [
    ("容错的6种情形分别是什么？", "not_listed", {f"{PLAN}#二.（三）"}),
    ("四必访是哪四必访？", "not_listed", {f"{PLAN}#二.（二）"}),
    ("“四必访”具体指什么？", "not_listed", {f"{PLAN}#二.（二）"}),
    ("机关实绩档案管理条例第五十条是什么？", "out_of_corpus", set()),
    ("《星级教师评定办法》怎么规定的？", "out_of_corpus", set()),
    ("陕西省基层干部多久体检一次？", "out_of_corpus", set()),
    ("公积金缴存比例是多少？", "out_of_corpus", set()),
    ("干部职务津贴标准是多少？", "out_of_corpus", None),
    ("今天中午吃什么好？", "out_of_scope", set()),
    ("红烧肉怎么做", "out_of_scope", set()),
    ("值守人员每次值守多少分钟？", "not_in_force", {f"{OLD}#第二条@2012-04-01"}),
    ("绝密★30年 这份材料怎么办理？", "classified", set()),
    ("基层干部多久体检一次？", "ambiguous", {f"{GANSU}#一.1", f"{QINGHAI}#1"}),
]


def cited(answer):
    return [c.provision for c in answer.citations]


def kinds(answer):
    return {c.document.kind for c in answer.citations}


@pytest.mark.parametrize("question, first, facts", FACTS, ids=[f[0] for f in FACTS])
def test_a_fact_is_told_with_its_clause(office, question, first, facts):
    answer = office.ask(question)
    assert answer.refusal is None
    assert first is None or cited(answer)[0] == first
    assert [f for f in facts if f not in answer.text] == []


@pytest.mark.parametrize("question, refusal, clauses", REFUSALS, ids=[r[0] for r in REFUSALS])
def test_what_cannot_be_answered_is_refused_by_its_kind(office, question, refusal, clauses):
    answer = office.ask(question)
    assert answer.refusal == refusal and answer.text
    assert clauses is None or set(cited(answer)) == clauses


@pytest.mark.parametrize("question", [q for q, *_ in FACTS + REFUSALS] + ["甘肃和青海的基层干部体检有什么不同？", "6种情形是哪6种？", "回访谈话记录保存几年？"])
def test_every_quote_stands_verbatim_in_the_stored_clause(office, question):
    answer = office.ask(question)
    assert answer.label == LABEL == "AI生成 · 初步意见 · 须经人工审核"
    for c in answer.citations:
        provision, document = office.provision(c.provision)
        assert c.quote and c.quote in provision.text and c.path == provision.path
        assert (c.document.id, c.document.version) == (document.id, document.version)


# -- lists and counts -------------------------------------------------------------------------------------------


def test_a_count_without_list_gives_the_number_and_no_item_of_another_list(office):
    answer = office.ask("容错的6种情形分别是什么？")
    assert "6种情形" in answer.text and "6种情形" in answer.citations[0].quote
    assert "牌" not in answer.text and "凭证" not in answer.text


def test_a_number_that_stands_in_several_places_is_asked_back(office):
    answer = office.ask("6种情形是哪6种？")
    assert answer.refusal == "ambiguous" and f"{PLAN}#二.（三）" in cited(answer) and len(cited(answer)) >= 2


# -- whose rule -------------------------------------------------------------------------------------------------


def test_without_a_region_the_answer_says_whose_rule_it_is(office):
    assert any("湖南省清溪县" in n for n in office.ask("攀登星多久评一次？").notices)
    assert not any("只适用" in n for n in office.ask("可以复制他人的实绩档案吗？").notices)


def test_a_region_settles_what_is_ambiguous_without_one(office):
    for region, clause, words in (("甘肃省", f"{GANSU}#一.1", "每两年"), ("青海省", f"{QINGHAI}#1", "每三年")):
        for answer in (office.ask(f"{region}基层干部多久体检一次？"), office.ask("基层干部多久体检一次？", region=region)):
            assert answer.refusal is None and cited(answer) == [clause] and words in answer.text


def test_another_regions_rule_is_named_but_not_given(office):
    answer = office.ask("陕西省基层干部多久体检一次？")
    assert "两年" not in answer.text and "三年" not in answer.text
    assert any(("甘肃省" in n or "青海省" in n) and "陕西省" in n for n in answer.notices)


@pytest.fixture(scope="module")
def at_home(office_home, tmp_path_factory):
    home = tmp_path_factory.mktemp("region") / "home"
    shutil.copytree(office_home, home)
    with Assistant.open(Settings(home=home, corpus=OFFICE, region="青海省")) as assistant:
        yield assistant


def test_our_region_is_the_offices_own(at_home):
    answer = at_home.ask("我们省基层干部多久体检一次？")
    assert answer.refusal is None and cited(answer) == [f"{QINGHAI}#1"]


def test_our_region_without_a_rule_gets_no_other_regions_rule(at_home):
    answer = at_home.ask("我们省清理哪6类挂牌事项？")
    assert answer.refusal == "out_of_corpus" and "工作制度牌" not in answer.text
    assert any("甘肃省" in n for n in answer.notices)


def test_a_comparison_gives_each_side_its_clause(office):
    answer = office.ask("甘肃和青海的基层干部体检有什么不同？")
    assert answer.refusal is None and set(cited(answer)) == {f"{GANSU}#一.1", f"{QINGHAI}#1"}
    assert "每两年" in answer.text and "每三年" in answer.text and any("本地区" in n for n in answer.notices)


# -- what kind of document says it ------------------------------------------------------------------------------


def test_news_is_told_as_a_report_and_never_as_a_rule(office):
    answer = office.ask("临水区选派了多少名干部轮训？")
    assert answer.text.startswith("据报道，") and kinds(answer) == {"news"} and "今年以来" in answer.text
    assert any("不是规范性文件" in n for n in answer.notices)
    assert "据报道" not in office.ask("攀登星多久评一次？").text


def test_a_digest_says_that_it_is_one(office):
    answer = office.ask("回访谈话记录保存几年？")
    assert "5年" in answer.text and DIGEST_NOTE in answer.text and cited(answer) == [f"{DIGEST}#第三条"]
    assert "“" not in answer.text.split("（要点整理")[0].split("《")[0]
    assert DIGEST_NOTE not in office.ask("攀登星多久评一次？").text


# -- days -------------------------------------------------------------------------------------------------------


def test_the_answer_is_that_of_the_day(office):
    for on, days in ((date(2019, 1, 1), "20日"), (date(2021, 3, 1), "30日")):
        answer = office.ask("实绩档案应当在多少日内归集？", on=on)
        assert answer.refusal is None and days in answer.text and any(on.isoformat() in n for n in answer.notices)


def test_a_repealed_rule_is_told_as_repealed_and_used_for_days_before(office):
    now, before = (office.ask("值守人员每次值守多少分钟？", on=on) for on in (date(2020, 7, 1), date(2020, 6, 30)))
    assert now.refusal == "not_in_force" and "2020年7月1日" in now.text and "机关值守规定" in now.text and "90分钟" not in now.text
    assert before.refusal is None and "90分钟" in before.text


def test_a_rule_of_later_is_not_used_before_its_day(office):
    answer = office.ask("实绩档案应当在多少日内归集？", on=date(2017, 1, 1))
    assert answer.refusal == "not_in_force" and "30日" not in answer.text and "20日" not in answer.text


# -- secrecy ----------------------------------------------------------------------------------------------------


def test_a_marked_question_is_not_answered_and_leaves_nothing(own_office):
    answer = own_office.ask("秘密★5年 青竹行动由谁负责？")
    assert answer.refusal == "classified" and answer.citations == () and "青竹" not in answer.text
    home = own_office.settings.home
    own_office.close()
    assert not any("青竹".encode() in p.read_bytes() for p in home.rglob("*") if p.is_file())


def test_an_ordinary_mention_of_secrets_is_answered(office):
    assert office.ask("泄露国家秘密的干部怎么处理？").refusal != "classified"


def test_an_internal_mark_in_a_question_is_a_notice(office):
    answer = office.ask("内部资料 注意保存\n攀登星多久评一次？")
    assert answer.refusal != "classified" and any("内部" in n for n in answer.notices)


# -- reading a question -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("text, want", [
    ("多久谈一次话", "frequency"), ("一年几次", "frequency"), ("影响期多长", "duration"), ("有多少人", "how_many"), ("分别有哪些", "list"),
    ("由哪个部门负责", "who"), ("能不能提拔", "modality"), ("两地有什么区别", "compare"), ("文号是什么", "number"), ("谁发的文", "issuer"), ("哪天印发", "issued"),
    ("什么时候施行", "effective"), ("奖金多少钱", "money"), ("占比是多少", "percent"), ("可以当依据吗", "authority"), ("怎么办理", "how")])
def test_the_kind_of_answer_wanted_is_understood(text, want):
    assert wanted(text) == want


@pytest.mark.parametrize("text, path", [
    ("第十四条", "第十四条"), ("第１４条第2款", "第十四条.2"), ("第一百零三条第（三）项", "第一百零三条.（三）"), ("第十四条之一", "第十四条之一"),
    ("三、（二）", "三.（二）"), ("三、(二)1", "三.（二）.1"), ("四、14讲什么", "四.14"), ("2023年第3期", ""), ("三、工作要求", ""), ("30%", "")])
def test_a_clause_number_in_a_question_becomes_a_path(text, path):
    assert article_id(text) == path


def test_public_affairs_are_told_from_the_rest():
    assert about_policy("干部体检") and about_policy("攀登星", ["攀登星"])
    assert not about_policy("攀登星") and not about_policy("晚饭吃鱼")


# -- questions that once went wrong --------------------------------------------------------------------------------


@pytest.mark.parametrize("question, first, fact", [
    ("三色预警是哪三种颜色？", f"{PLAN}#二.（四）", "红、黄、蓝"),
    ("什么是实绩档案？", f"{RULES}#第二条", "完成任务情况的材料"),
    ("处分决定送达多久要上门回访？", f"{DIGEST}#第二条", "满6个月"),
    ("关于进一步关心关爱基层干部的通知是谁发的？", None, "中共甘肃省委组织部"),
])
def test_a_question_that_once_went_wrong_is_answered(office, question, first, fact):
    answer = office.ask(question)
    assert answer.refusal is None and fact in answer.text and (first is None or cited(answer)[0] == first)


def test_a_span_of_time_is_no_candidate_for_a_count(office):
    assert f"{DIGEST}#第二条" not in cited(office.ask("6种情形是哪6种？"))


def test_a_county_is_known_by_the_documents_it_has(office):
    assert cited(office.ask("清溪县怎么评攀登星？"))[:1] == [f"{PLAN}#二.（一）"]


# -- what must be there before it is answered ---------------------------------------------------------------------


def test_a_law_named_without_brackets_that_is_not_here_is_said_to_be_missing(office):
    answer = office.ask("安全生产法对瞒报事故怎么罚？")
    assert (answer.refusal, answer.citations) == ("out_of_corpus", ()) and "《安全生产法》" in answer.text


def test_a_fact_about_no_named_document_is_asked_back(office):
    assert (office.ask("文号是多少").refusal, office.ask("文号").refusal) == ("ambiguous", "ambiguous")


def test_sentences_that_the_one_before_counts_are_a_list_and_no_others():
    text = "路径有两条。干部可以自荐。单位可以推荐。\n其他从其规定。"
    found = lists.find(text, 0, text.index("。") + 1, 2)
    assert (found.items, text[found.start:found.end]) == (("干部可以自荐。", "单位可以推荐。"), "路径有两条。干部可以自荐。单位可以推荐。")
    assert lists.find(text, 0, text.index("。") + 1, 3) is None
