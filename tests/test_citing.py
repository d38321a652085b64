"""What an answer rests on is checked letter for letter."""

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from assistant.citing import Fault, faults, find_quote, modals, numbers
from assistant.errors import NotFound
from assistant.types import Answer, Citation, Document, Provision

DAY = date(2024, 1, 1)
TEXT = "第三条　对符合条件的，应当在30日内不予处分；情节轻微的，可以免予问责。干部每三年轮岗一次，比例不低于30%。"
DOCUMENT = Document("示例办法", "示例办法", issued=date(2020, 1, 1), effective=date(2020, 2, 1))
CLAUSE = Provision("示例办法#第三条", "示例办法", "第三条", TEXT, TEXT, "条")


def fetch(identifier):
    if identifier != CLAUSE.id:
        raise NotFound(identifier)
    return CLAUSE, DOCUMENT


def answer(*, quote="应当在30日内不予处分", provision=CLAUSE.id, claim="应当在30日内不予处分", refusal=None):
    return Answer(claim, (Citation(provision, "第三条", DOCUMENT, quote),), refusal, trace={"claims": (claim,)})


def test_a_true_quote_and_a_true_claim_have_no_fault():
    assert faults(answer(), fetch, DAY) == ()


def test_a_clause_that_is_not_there_is_a_fault():
    assert faults(answer(provision="示例办法#第九十九条"), fetch, DAY)[0] == Fault("existence", "示例办法#第九十九条")


@pytest.mark.parametrize("quote", ["应当在30日内予以处分", "可以在30日内不予处分", "应当在36日内不予处分", "应当在 30日内不予处分"])
def test_a_quote_with_a_changed_character_is_a_fault(quote):
    assert faults(answer(quote=quote), fetch, DAY) == (Fault("quote", CLAUSE.id),)


@pytest.mark.parametrize("claim, fault", [
    ("应当在30日内予以处分", Fault("modality", "予以")),
    ("必须在30日内不予处分", Fault("modality", "必须")),
    ("不得在30日内处分", Fault("modality", "不得")),
    ("应当在36日内不予处分", Fault("number", "36")),
    ("比例不低于31%", Fault("number", "31%")),
    ("每四年轮岗一次", Fault("number", "4")),
])
def test_a_claim_with_another_number_or_polarity_is_a_fault(claim, fault):
    assert faults(answer(claim=claim), fetch, DAY) == (fault,)


def test_the_same_number_in_other_writing_is_no_fault():
    assert faults(answer(claim="应当在三十日内不予处分"), fetch, DAY) == ()


def test_a_clause_not_in_force_on_the_day_is_a_fault_unless_the_answer_says_so():
    early = date(2019, 12, 31)
    assert faults(answer(), fetch, early) == (Fault("in_force", CLAUSE.id),)
    assert faults(answer(refusal="not_in_force"), fetch, early) == ()


def test_numbers_are_read_in_one_form():
    assert numbers("三十日内，每年至少1次，两个月，30%，第十四条") == {"30", "1", "2", "30%", "14"}


def test_binding_words_are_told_apart_from_their_opposites():
    assert modals("不得不办") == {"不得不"}
    assert modals("不予处分") & modals("予以处分") == set()
    assert modals("不可以办") & modals("可以办") == set()


def test_width_spaces_and_brackets_do_not_hide_a_quote():
    assert find_quote("第３条 [一]", "见第3条〔一〕。") == (1, 7)
    assert find_quote("", "见第3条") is None


words = st.text(alphabet="应当可以不予得免处分干部每年月日内0123456789一二三十，。；（）《》　 ", min_size=1, max_size=60)


@given(words, st.data())
def test_every_stretch_of_a_clause_is_found_and_is_where_it_is_said_to_be(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    quote = text[start:end]
    assume(quote.strip())
    a, b = find_quote(quote, text)
    assert "".join(text[a:b].split()) == "".join(quote.split())


@given(words, st.integers(0, 9), st.data())
def test_a_claim_with_a_flipped_number_is_caught(text, digit, data):
    value = data.draw(st.integers(10, 9999))
    flipped = list(str(value))
    at = data.draw(st.integers(0, len(flipped) - 1))
    assume(str(digit) != flipped[at] and (at or digit))
    flipped[at] = str(digit)
    body = "".join(c for c in text if c not in "0123456789一二三十")
    original, changed = f"{body}，期限{value}日。", f"{body}，期限{''.join(flipped)}日。"
    clause = Provision("甲#1", "甲", "1", original, original)
    said = Answer(changed, (Citation("甲#1", "1", DOCUMENT, original),), trace={"claims": (changed,)})
    assert faults(said, lambda i: (clause, DOCUMENT), DAY) == (Fault("number", "".join(flipped)),)
    assert find_quote(changed, original) is None
