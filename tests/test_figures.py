"""What schemes reckon out of a case text: dates, lengths, sanctions, shares, ages, absences, orders and posts."""

from datetime import date

import pytest

from assistant.classifying import figures, sanctions
from assistant.classifying.moments import lengths, moments, since
from assistant.classifying.reading import Reading
from assistant.classifying.reading.scanning import Tree

ON = date(2025, 3, 15)


def reading(text):
    return Reading(text, Tree({}), {}, {})


def computed(name, text, on=ON, **given):
    return figures.COMPUTATIONS[name](reading(text), given, on)


@pytest.mark.parametrize(("text", "first", "last"), [
    ("二〇二四年二月二十九日批准", "2024-02-29", "2024-02-29"),
    ("2023.4.5起", "2023-04-05", "2023-04-05"),
    ("2023年底任职", "2023-12-01", "2023-12-31"),
    ("2024年2月中旬", "2024-02-11", "2024-02-20"),
    ("去年4月6日", "2024-04-06", "2024-04-06"),
    ("9月3日走的", "2024-09-03", "2024-09-03"),
])
def test_a_date_is_read_as_exactly_as_it_is_told(text, first, last):
    assert [(m.first.isoformat(), m.last.isoformat()) for m in moments(text, ON)] == [(first, last)]


def test_what_only_looks_like_a_date_is_none():
    assert moments("2023-13-40，三个月，第3.2条，12月份以内以外不算，1/3，增长3.5%", ON)[1:] == ()


def test_a_length_in_months_stays_whole_months():
    told = lengths("警告处分后8个月")[0]
    assert (told.months, since(told, ON)) == (8, (date(2024, 6, 16), date(2024, 7, 15)))


@pytest.mark.parametrize(("text", "kinds"), [
    ("2023年7月31日，同时受党内严重警告和政务记大过处分。", [("党内严重警告", "2023-07-31"), ("政务记大过", "2023-07-31")]),
    ("县纪委2022年12月立案，2023年3月3日给予党内警告处分，4月1日通报。", [("党内警告", "2023-03-03")]),
    ("2021年3月因酒驾，2021年5月12日被给予党内严重警告处分。", [("党内严重警告", "2021-05-12")]),
    ("处分决定于2022年5月6日经市纪委批准，给予党内警告。", [("党内警告", "2022-05-06")]),
    ("2022年3月3日受党内警告，同年9月30日再受党内警告。", [("党内警告", "2022-03-03"), ("党内警告", "2022-09-30")]),
    ("政务处分决定书（2023年11月30日）载明给予警告处分，监委作出。", [("政务警告", "2023-11-30")]),
    ("2022年4月1日受政务记大过，2022年9月复审后变更为政务记过。", [("政务记过", "2022-04-01")]),
    ("拟给予党内警告处分，尚未批准。", []),
    ("2023年5月登记过房产，没有受过警告处分。", []),
    ("到龄后被免去局长职务。", []),
])
def test_a_sanction_is_read_with_the_day_it_was_given(text, kinds):
    assert [(s.kind, s.on[0].isoformat()) for s in sanctions.read(text, ON).sanctions] == kinds


def test_a_sanction_without_a_day_or_a_kind_leaves_the_period_open():
    undated, unknown = computed("impact_period", "他受过党内警告处分。"), computed("impact_period", "他前几年受过处分。")
    assert [(c.state, bool(c.spans), dict(c.values)) for c in (undated, unknown)] == [("unclear", True, {}), ("unclear", True, {})]


def test_the_period_comes_with_its_dates_and_clauses():
    told = computed("impact_period", "2022年4月6日受党内警告处分。")
    assert (told.state, dict(told.values), told.cite) == ("met", {"start": "2022-04-06", "end": "2023-04-05"}, ("中国共产党纪律处分条例#第十条",))


def test_an_open_period_gives_a_range_and_no_single_end():
    told = computed("impact_period", "2024年2月1日，两个政务记过合并处理，期限没有写明。")
    assert (told.state, dict(told.values)) == ("unclear", {"earliest": "2025-01-31", "latest": "2026-01-31"})


@pytest.mark.parametrize("text", ["处分经复查已撤销。2024年12月1日受党内警告。", "最后免予党纪处分。"])
def test_a_sanction_taken_back_or_waived_bars_nothing(text):
    assert computed("impact_period", text).state == "met"


SHARE = {"at_least": "1/3", "whole": ["班子", "成员", "共"], "part": ["镇长", "党委书记", "乡长", "正职"], "less": ["副镇长", "副书记", "村"]}


@pytest.mark.parametrize(("text", "state"), [
    ("班子共12人，其中当过镇长的4人。", "met"),
    ("班子共13人，其中当过镇长的4人。", "unmet"),
    ("班子成员9名，有党政正职经历的占百分之三十三。", "unmet"),
    ("班子共九人，当过副镇长的五人，当过镇长的两人。", "unmet"),
    ("县长甲（曾任镇长）、书记乙（曾任乡党委书记）、常委丙（部队转业）、副县长丁（曾任副镇长）。", "met"),
    ("班子成员不少，当过镇长的也有。", "unclear"),
])
def test_a_share_counts_people_once_and_only_what_counts(text, state):
    assert computed("share", text, **SHARE).state == state


@pytest.mark.parametrize(("text", "state"), [
    ("外出28天后回来", "met"), ("外出两个月没有回来", "unmet"), ("外出刚满一个月", "met"), ("外出一个多月", "unmet"),
    ("五月三日外出，六月二日回来", "met"), ("3月1日外出打工，4月20日仍未返回", "unmet"), ("一直在家", "unclear"),
])
def test_an_absence_is_too_long_only_when_it_is_more_than_the_limit(text, state):
    assert computed("apart", text, within="1个月", about=["外出", "打工"]).state == state


def test_an_illness_of_at_least_a_year_is_long():
    about = ["住院", "病"]
    states = [computed("lasting", text, within="12个月", inclusive=True, about=about).state for text in ("住院四个月", "病了一年零三个月", "住院不到一年")]
    assert states == ["met", "unmet", "met"]


@pytest.mark.parametrize(("text", "state"), [
    ("十二个部门里排第十二", "met"), ("十二个部门里排第三", "unmet"), ("考核倒数第一", "met"), ("去年垫底，今年升到第一", "unmet"),
    ("原公布是末位，复核改正后升为第二", "unmet"), ("考核不理想", "unclear"), ("末位倒逼机制", "unclear"),
])
def test_the_end_of_the_order_is_what_stands_at_last(text, state):
    assert computed("place_in_order", text).state == state


def test_an_age_is_told_in_years_or_by_the_year_of_birth():
    assert [computed("age", text, at_most=35).state for text in ("三十五岁", "36岁", "1995年3月出生", "没有写年龄")] == [
        "met", "unmet", "met", "unclear"]


ROUTES = [[["standing"], "chief", "county", "特别优秀"], [["town_secretary"], "special", "county", "优秀"], [["county_chief"], "special", "city", "优秀"]]


@pytest.mark.parametrize(("text", "state"), [
    ("某县县委常委，考察认定特别优秀，拟直接提任本县县长。", "met"),
    ("某县县委常委，考察认定优秀，没有达到特别优秀，拟直接提任本县县长。", "unmet"),
    ("不是常委的副县长，考察认定特别优秀，拟直接提任县长。", "unmet"),
    ("某镇党委书记，考察评为优秀，拟直接提任县委专职副书记。", "met"),
    ("某镇镇长，没有当过镇党委书记，考察优秀，拟直接提任县委专职副书记。", "unmet"),
    ("某县县长自称大家公认优秀，拟直接提任常务副市长，没有组织过考察。", "unclear"),
    ("推荐材料没有写现任职务。", "unclear"),
])
def test_a_route_needs_the_post_held_the_post_meant_and_the_assessment(text, state):
    assert computed("route", text, routes=ROUTES).state == state


def test_spans_lie_in_the_text_and_hold_its_words():
    text = "经查，2022年4月6日受党内警告处分，班子共12人，其中当过镇长的4人。"
    for name, given in (("impact_period", {}), ("share", SHARE)):
        for a, b in computed(name, text, **given).spans:
            assert 0 <= a < b <= len(text) and text[a:b].strip() == text[a:b]
