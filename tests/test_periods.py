"""Impact periods by the clauses: lengths, month ends, accumulation, caps, and ranges where the day is left open."""

import calendar
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.classifying.periods import CAP, EITHER_WARNING, KINDS, Sanction, free_from, last_day, reckon

DAYS = st.dates(date(2012, 1, 1), date(2060, 12, 31))
PARTY = ("党内警告", "党内严重警告", "撤销党内职务")
GOVERNMENT = ("政务警告", "政务记过", "政务记大过", "政务降级", "政务撤职")


def on(year, month, day):
    return (date(year, month, day),) * 2


def ends(*sanctions):
    period = reckon(sanctions).governing
    return tuple(d.isoformat() for d in (period.start[0], *period.end))


@pytest.mark.parametrize(("kind", "first", "last"), [
    ("党内警告", (2023, 3, 15), "2024-03-14"),
    ("党内警告", (2024, 2, 29), "2025-02-28"),
    ("党内警告", (2023, 2, 28), "2024-02-27"),
    ("党内严重警告", (2022, 8, 31), "2024-02-29"),
    ("党内严重警告", (2021, 8, 31), "2023-02-28"),
    ("撤销党内职务", (2022, 2, 28), "2024-02-27"),
    ("政务警告", (2023, 8, 31), "2024-02-29"),
    ("政务警告", (2022, 8, 29), "2023-02-28"),
    ("政务记过", (2023, 1, 1), "2023-12-31"),
    ("政务记大过", (2023, 12, 31), "2025-06-30"),
    ("政务降级", (2020, 2, 29), "2022-02-28"),
    ("政务撤职", (2021, 10, 9), "2023-10-08"),
    ("开除党籍", (2020, 5, 6), "2025-05-05"),
    ("免职", (2022, 4, 30), "2024-04-29"),
])
def test_a_single_sanction_ends_on_the_day_before_its_corresponding_day(kind, first, last):
    assert ends(Sanction(kind, on(*first))) == (date(*first).isoformat(), last, last)


def test_party_sanctions_inside_one_another_add_up_without_a_cap():
    three = [Sanction("撤销党内职务", on(2020, 1, 1)), Sanction("撤销党内职务", on(2021, 1, 1)), Sanction("撤销党内职务", on(2022, 1, 1))]
    assert ends(*three) == ("2022-01-01", "2025-12-31", "2025-12-31")
    assert ends(Sanction("党内严重警告", on(2023, 1, 10)), Sanction("党内警告", on(2023, 11, 10))) == ("2023-11-10", "2025-07-09", "2025-07-09")
    assert "中国共产党纪律处分条例#第二十一条" in reckon(three).clauses


def test_a_party_sanction_after_the_period_stands_alone():
    pair = [Sanction("党内警告", on(2021, 1, 10)), Sanction("党内警告", on(2022, 1, 10))]
    assert ends(*pair) == ("2022-01-10", "2023-01-09", "2023-01-09")
    assert reckon(pair).clauses == ("中国共产党纪律处分条例#第十条",)


def test_government_sanctions_inside_one_another_stop_at_forty_eight_months():
    chain = [Sanction("政务撤职", on(2021, 1, 1)), Sanction("政务降级", on(2021, 6, 1)), Sanction("政务撤职", on(2022, 1, 1))]
    assert ends(*chain) == ("2022-01-01", "2025-12-31", "2025-12-31")
    assert ends(Sanction("政务记过", on(2023, 1, 1)), Sanction("政务警告", on(2023, 7, 1))) == ("2023-07-01", "2024-06-30", "2024-06-30")
    assert reckon(chain).clauses[-2:] == ("行政机关公务员处分条例#第十条.2", "行政机关公务员处分条例#第十条.3")


def test_different_government_sanctions_at_once_run_as_the_heaviest():
    assert ends(Sanction("政务警告", on(2023, 1, 1)), Sanction("政务记大过", on(2023, 1, 1))) == ("2023-01-01", "2024-06-30", "2024-06-30")


def test_several_of_one_kind_at_once_are_a_range_until_the_authority_has_set_the_length():
    open_ended = reckon([Sanction("政务记过", on(2023, 1, 1), acts=2)])
    assert (open_ended.settled, ends(Sanction("政务记过", on(2023, 1, 1), acts=2))) == (False, ("2023-01-01", "2023-12-31", "2024-12-31"))
    assert [open_ended.over(date(*d)) for d in ((2023, 12, 31), (2024, 6, 1), (2025, 1, 1))] == [False, None, True]
    assert "公职人员政务处分法#第十五条" in open_ended.clauses
    assert ends(Sanction("政务记过", on(2023, 1, 1), acts=2, months=18)) == ("2023-01-01", "2024-06-30", "2024-06-30")
    assert ends(Sanction("政务撤职", on(2023, 1, 1), acts=3)) == ("2023-01-01", "2024-12-31", "2026-12-31")


def test_probation_counts_from_the_day_the_rights_were_restored():
    told = Sanction("留党察看", on(2020, 3, 1), probation=12, restored=date(2021, 3, 5))
    assert ends(told) == ("2021-03-05", "2023-03-04", "2023-03-04")
    untold = reckon([Sanction("留党察看", on(2020, 3, 1), probation=12)])
    assert (untold.governing.end, untold.over(date(2030, 1, 1)), untold.over(date(2023, 1, 1))) == ((date(2023, 2, 28), None), None, False)


def test_party_and_government_sanctions_run_side_by_side_and_the_later_end_counts():
    both = reckon([Sanction("党内严重警告", on(2022, 5, 10)), Sanction("政务记过", on(2022, 6, 20))])
    assert [(p.track, p.end[0].isoformat()) for p in both.periods] == [("party", "2023-11-09"), ("government", "2023-06-19")]
    assert (both.over(date(2023, 11, 9)), both.over(date(2023, 11, 10))) == (False, True)


def test_a_warning_of_untold_track_and_a_measure_without_a_clause_leave_the_day_open():
    either = reckon([Sanction(EITHER_WARNING, on(2024, 1, 15))])
    assert [either.over(date(*d)) for d in ((2024, 7, 14), (2024, 9, 1), (2025, 1, 15))] == [False, None, True]
    assert reckon([Sanction("诫勉", on(2020, 1, 1))]).over(date(2030, 1, 1)) is None
    assert reckon([Sanction("开除公职", on(2020, 1, 1))]).over(date(2050, 1, 1)) is False


def test_a_month_without_a_day_makes_a_range():
    march = reckon([Sanction("党内警告", (date(2023, 3, 1), date(2023, 3, 31)))])
    assert march.governing.end == (date(2024, 2, 29), date(2024, 3, 30))


def test_removal_bars_a_leading_post_for_one_year_and_a_higher_one_for_two():
    assert ends(Sanction("免职", on(2023, 6, 30), leading=True)) == ("2023-06-30", "2024-06-29", "2024-06-29")
    assert ends(Sanction("免职", on(2023, 6, 30))) == ("2023-06-30", "2025-06-29", "2025-06-29")


def test_the_law_of_the_day_is_cited():
    assert reckon([Sanction("政务记过", on(2019, 6, 1))]).clauses == ("行政机关公务员处分条例#第七条.（二）",)
    assert reckon([Sanction("政务记过", on(2025, 6, 1), company=True)]).clauses == ("国有企业管理人员处分条例#第八条.1.（二）",)


def test_nothing_told_is_nothing_barred():
    assert (reckon([]).over(date(2024, 1, 1)), reckon([]).governing) == (True, None)


@given(DAYS, st.integers(1, 60))
def test_a_period_of_months_ends_at_most_a_month_end_away_from_its_day(start, months):
    free, total = free_from(start, months), start.year * 12 + start.month - 1 + months
    long_enough = calendar.monthrange(total // 12, total % 12 + 1)[1] >= start.day
    assert free == (date(total // 12, total % 12 + 1, start.day) if long_enough else date((total + 1) // 12, (total + 1) % 12 + 1, 1))
    assert last_day(start, months) == free - timedelta(days=1)


@given(DAYS, st.integers(1, 60), st.integers(0, 40))
def test_a_later_start_never_ends_sooner(start, months, later):
    assert free_from(start + timedelta(days=later), months) >= free_from(start, months)


def decided(kinds):
    return st.lists(st.builds(lambda kind, day: Sanction(kind, (day, day)), st.sampled_from(kinds), DAYS), min_size=1, max_size=4)


@given(decided(PARTY), st.randoms())
def test_party_periods_do_not_depend_on_the_order_told_and_are_never_shorter_than_one_alone(sanctions, random):
    shuffled = random.sample(sanctions, len(sanctions))
    whole = reckon(sanctions)
    assert reckon(shuffled) == whole
    assert whole.settled and whole.governing.end[0] >= max(reckon([s]).governing.end[0] for s in sanctions)
    assert whole.governing.end[0] <= free_from(max(s.on[0] for s in sanctions), sum(KINDS[s.kind].months for s in sanctions)) + timedelta(days=3)


@given(decided(GOVERNMENT))
def test_a_government_period_never_exceeds_the_cap_from_the_newest_decision(sanctions):
    period = reckon(sanctions).governing
    newest = max(s.on[0] for s in sanctions)
    assert period.end[0] <= period.end[1] <= max(free_from(newest, CAP), newest)


@given(decided(PARTY + GOVERNMENT + ("免职", EITHER_WARNING, "开除党籍")), DAYS)
def test_over_agrees_with_the_end_and_never_turns_back(sanctions, day):
    whole = reckon(sanctions)
    if whole.over(day):
        assert whole.over(day + timedelta(days=1)) is True
        assert all(p.end[1] < day for p in whole.periods)
    if whole.over(day) is False:
        assert whole.over(day - timedelta(days=1)) is not True


@given(st.sampled_from(PARTY + GOVERNMENT), DAYS, st.integers(0, 60))
def test_an_uncertain_day_holds_every_day_it_could_have_been(kind, first, more):
    last = first + timedelta(days=more)
    low, high = reckon([Sanction(kind, (first, last))]).governing.end
    inside = [reckon([Sanction(kind, (d, d))]).governing.end[0] for d in (first, first + timedelta(days=more // 2), last)]
    assert all(low <= d <= high for d in inside)
