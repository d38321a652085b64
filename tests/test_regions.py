"""Which place a name means, and whose rules hold there."""

import pytest

from assistant.regions import applies, full, level, regions_in, same_region, seat, within

KNOWN = ("广东省佛山市高明区", "广东省江门市鹤山市", "河南省平顶山市", "福建省", "湖南省湘潭市岳塘区")


@pytest.mark.parametrize("question, places", [
    ("高明的8种容错情形是什么", ("广东省佛山市高明区",)),
    ("鹤山干部能用高明的清单吗", ("广东省江门市鹤山市", "广东省佛山市高明区")),
    ("广东佛山高明区的规定", ("广东省佛山市高明区",)),
    ("河南平顶山的三我干部", ("河南省平顶山市",)),
    ("南京的鼓楼区怎么容错", ("江苏省南京市鼓楼区",)),
    ("鼓楼区怎么容错", ("鼓楼区",)),
    ("昌宁县的容错申请期限", ("云南省保山市昌宁县",)),
    ("青水县有规定吗", ("青水县",)),
    ("全国统一的规定", ("全国",)),
    ("恩施州的办法", ("湖北省恩施土家族苗族自治州",)),
    ("东莞和深圳有什么不同", ("广东省东莞市", "广东省深圳市")),
])
def test_places_named_in_a_question_come_in_their_longest_form(question, places):
    assert regions_in(question, KNOWN) == places


@pytest.mark.parametrize("question", ["我们区多久谈一次", "有没有更高明的办法", "要防止文山会海", "实现长治久安", "三明确指什么", "确保定期谈话", "加强市场监管和社区工作",
                                      "全市各县区怎么考核", "领导干部怎么容错", "经常德才兼备"])
def test_ordinary_words_are_no_places(question):
    assert regions_in(question, KNOWN) == ()


@pytest.mark.parametrize("document, place, holds", [
    ("福建省", "福建省福州市", True), ("福建省", "厦门", True), ("全国", "高明", True), ("广东省佛山市高明区", "佛山市", False),
    ("广东省佛山市高明区", "广东省江门市鹤山市", False), ("广东省佛山市高明区", "高明区", True), ("", "佛山市", False), ("江城市", "江城市青河区", True),
    ("福建省", "全国", False)])
def test_rules_hold_within_their_authoritys_region_only(document, place, holds):
    assert applies(document, place) is holds


def test_a_bare_stem_is_read_as_the_documents_own_place():
    assert [same_region("高明", "广东省佛山市高明区"), same_region("佛山", "广东省佛山市高明区"), same_region("鹤山", "广东省江门市鹤山市")] == [True, False, True]


def test_a_name_is_placed_only_where_the_list_knows_one_place_for_it():
    assert [full(n) for n in ("高明区", "朝阳区", "北京朝阳区", "内蒙古", "火星区")] == [
        "广东省佛山市高明区", "朝阳区", "北京市朝阳区", "内蒙古自治区", "火星区"]


def test_the_level_follows_from_the_name():
    assert [level(r) for r in ("全国", "广西壮族自治区", "凉山彝族自治州", "湘潭县", "江城市", "江城市青河区", "青水县")] == [
        "national", "province", "city", "county", "city", "county", "county"]


def test_an_organ_sits_where_its_name_begins():
    assert [seat(o) for o in ("中共佛山市高明区委办公室", "湘潭城发集团党委", "市发改委党组", "北京市海淀区人民政府", "江城市青河区委")] == [
        "广东省佛山市高明区", "湖南省湘潭市", "", "北京市海淀区", "江城市青河区"]


def test_a_place_lies_in_itself_and_in_nothing_unnamed():
    assert (within("湘潭县", "湘潭县"), within("", "福建省"), within("福建省", "")) == (True, False, False)


UNLISTED = ("湖南省清溪县", "湖南省长沙市望城县", "江苏省苏州市工业园区", "湖南省长沙市高新区", "贵州省贵安新区", "江城市青河区", "广东省佛山市高明区")


@pytest.mark.parametrize("question, places", [
    ("清溪县怎么评攀登星？", ("湖南省清溪县",)), ("清溪怎么评", ("湖南省清溪县",)), ("湖南清溪县怎么评", ("湖南省清溪县",)), ("湖南清溪怎么评", ("湖南省清溪县",)),
    ("望城县怎么评", ("湖南省长沙市望城县",)), ("望城区怎么评", ("湖南省长沙市望城区",)), ("工业园区怎么容错", ("江苏省苏州市工业园区",)),
    ("长沙高新区的规定", ("湖南省长沙市高新区",)), ("高新区的规定", ("湖南省长沙市高新区",)), ("贵安怎么评", ("贵州省贵安新区",)), ("江城青河怎么评", ("江城市青河区",)),
    ("清溪县和高明区有什么不同", ("湖南省清溪县", "广东省佛山市高明区")),
    ("四川省清溪县怎么评", ("四川省清溪县",)), ("清溪市怎么评", ("清溪市",)), ("清溪镇怎么办", ()), ("高新技术企业怎么办", ()), ("有没有更清溪的办法", ())])
def test_a_place_that_the_list_does_not_hold_is_known_by_its_documents(question, places):
    assert regions_in(question, UNLISTED) == places


def test_two_documents_of_one_ending_do_not_settle_where_it_is():
    assert regions_in("清溪县怎么评", ("湖南省清溪县", "四川省清溪县")) == ("清溪县",)


@pytest.mark.parametrize("place, region, lies", [
    ("清溪县", "湖南省清溪县", True), ("清溪", "湖南省清溪县", True), ("湖南省长沙市清溪县", "湖南省清溪县", True), ("湖南省清溪县", "清溪县", True),
    ("湖南省清溪县", "湖南", True), ("望城县", "湖南省长沙市望城县", True), ("青河区", "江城市青河区", True), ("江城市青河区", "江城市", True),
    ("四川省清溪县", "湖南省清溪县", False), ("清溪市", "湖南省清溪县", False), ("湖南省", "湖南省清溪县", False), ("江城市", "江城市青河区", False),
    ("望城区", "湖南省长沙市望城县", False), ("高新区", "湖南省长沙市高新区", False), ("江苏省高新区", "湖南省高新区", False), ("鼓楼区", "江苏省南京市鼓楼区", False)])
def test_an_unlisted_place_is_matched_by_its_ending(place, region, lies):
    assert within(place, region) is lies
