"""What stands behind the page: a document clause by clause, versions compared, the text of a file, opinions and known answers."""

from __future__ import annotations

import json
import stat

import pytest
from made_files import docx, p

from assistant.errors import BadInput, Classified, Forbidden, NotFound, UnreadableFile
from assistant.faces import browsing, quality
from assistant.faces.desk import Desk
from assistant.types import Asker

RULES = "机关实绩档案管理条例"
STRANGER = Asker("stranger", frozenset({"别处"}))


@pytest.fixture
def desk(office):
    return Desk(office)


def test_a_document_is_given_clause_by_clause_and_nothing_is_lost(desk, office):
    said = browsing.provisions(desk, RULES)
    assert said["document"]["version"] == "2021-03-01"
    raw, _ = office.store.raw(RULES, desk.asker)
    joined = "".join(one["own"] for one in said["provisions"])
    assert "第三条　机关应当在年度任务完成后30日内归集实绩档案。" in joined and joined.strip()[-20:] in raw
    ids = {one["id"] for one in said["provisions"]}
    assert all(one["parent"] in ids | {""} for one in said["provisions"])


def test_an_older_version_is_given_by_its_day(desk):
    assert browsing.provisions(desk, RULES + "@2018-09-01")["document"]["version"] == "2018-07-01"


def test_versions_say_which_is_in_force(desk):
    assert [(v["version"], v["in_force"]) for v in browsing.versions(desk, RULES)["versions"]][-1] == ("2021-03-01", True)


def test_two_versions_are_compared_clause_by_clause(desk):
    old, new = (v["version"] for v in browsing.versions(desk, RULES)["versions"])
    said = browsing.compare(desk, RULES, old, new)
    assert said["counts"] == {"same": 14, "changed": 2, "added": 0, "removed": 0}
    assert [(c["path"], c["old"], c["new"]) for c in said["clauses"] if c["status"] == "changed"] == [
        ("第三条第一款", "机关应当在年度任务完成后20日内归集实绩档案。", "机关应当在年度任务完成后30日内归集实绩档案。"),
        ("第七条", "第七条　本条例自2018年7月1日起施行。", "第七条　本条例自2021年3月1日起施行。")]
    assert {c["status"] for c in browsing.compare(desk, RULES, new, new)["clauses"]} == {"same"}


@pytest.mark.parametrize("call", [
    lambda d: browsing.provisions(d, "没有"), lambda d: browsing.versions(d, "没有"), lambda d: browsing.versions(d, "长" * 600),
    lambda d: browsing.compare(d, "没有", "1", "2"), lambda d: browsing.compare(d, RULES, "1", "2"), lambda d: browsing.withdraw(d, "没有")])
def test_what_is_not_there_is_not_found(desk, call):
    with pytest.raises(NotFound):
        call(desk)


def test_only_who_brought_a_document_takes_it_out(own_office):
    with pytest.raises(Forbidden):
        browsing.withdraw(Desk(own_office, STRANGER), RULES)
    browsing.withdraw(Desk(own_office), RULES)
    with pytest.raises(NotFound):
        browsing.provisions(Desk(own_office), RULES)


def test_the_text_of_a_file_is_given_and_nothing_is_kept(desk):
    assert browsing.text(desk, "../案情.docx", docx(p("某镇长动用应急资金。"))) == {"name": "案情.docx", "text": "某镇长动用应急资金。", "notices": []}


@pytest.mark.parametrize("name, data, error", [
    ("空.txt", b"", UnreadableFile), ("坏.docx", b"PK\x03\x04broken", UnreadableFile), ("程序.exe", b"MZ", UnreadableFile),
    ("密.txt", "机密★10年\n某事".encode(), Classified), ("长.txt", ("甲" * 60_000).encode(), BadInput)])
def test_a_file_without_usable_text_is_refused_in_words(desk, name, data, error):
    with pytest.raises(error) as told:
        browsing.text(desk, name, data)
    assert name in told.value.message


def test_a_known_answer_is_kept_for_its_owner(own_office):
    mine, theirs = Desk(own_office, Asker("甲")), Desk(own_office, Asker("乙"))
    quality.propose(mine, " 多久评？ ", "每半年", "张三")
    (said,) = quality.proposals(mine)["proposals"]
    assert (said["owner"], said["by"], said["question"], said["answer"]) == ("甲", "张三", "多久评？", "每半年")
    assert quality.proposals(theirs) == {"proposals": []} and len(quality.proposals(Desk(own_office))["proposals"]) == 1
    kept = own_office.settings.home / quality.KNOWN
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600 and json.loads(kept.read_text("utf-8")) == said


@pytest.mark.parametrize("given, error", [
    (("", "答", "张三"), BadInput), (("问", "答", " "), BadInput), (("问", "长" * 5001, "张三"), BadInput), (("问", "机密★10年\n某事", "张三"), Classified)])
def test_a_known_answer_that_cannot_be_used_is_refused(desk, given, error):
    with pytest.raises(error):
        quality.propose(desk, *given)


def test_an_opinion_is_only_about_ones_own_answers(own_office):
    mine, theirs = Desk(own_office, Asker("甲")), Desk(own_office, Asker("乙"))
    said = mine.chat("实绩档案多久归集？")
    quality.opinion(mine, False, trace=said["trace"])
    assert [(o["who"], o["value"], o["about"]) for o in own_office.store.opinions()] == [("甲", "useless", said["trace"])]
    for given in ({"trace": said["trace"]}, {"conversation": said["conversation"]}):
        with pytest.raises(NotFound):
            quality.opinion(theirs, True, **given)
    with pytest.raises(BadInput):
        quality.opinion(mine, True)
