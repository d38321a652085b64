"""The facade over a small invented corpus: loading, asking, rights, days, versions."""

import shutil
from datetime import date

import pytest
from test_library import RULE

from assistant import retrieval
from assistant.assistant import Assistant
from assistant.errors import AssistantError, BadInput, Forbidden, HomeBusy, NotFound
from assistant.settings import Settings
from assistant.types import LOCAL, Asker

INSIDER = Asker("纪", frozenset({"县纪委"}))
OUTSIDER = Asker("组", frozenset({"县组织部"}))
DIGEST, DIGEST_ID = "受处分人员回访关爱办法", "国回访〔2020〕6号"
ORIGINAL = """受处分人员回访关爱办法

国回访〔2020〕6号

第一条　为做好受处分人员的关爱工作，制定本办法。

第二条　处分决定送达满6个月的，处分机关应当登门回访，参加回访的人员不得少于2名。

第三条　回访谈话应当制作笔录，笔录保存5年。

第四条　本办法自2020年6月1日起施行。

国家回访工作委员会

2020年5月6日
"""


def ids(listed):
    return {d.document.id for d in listed}


def cited(answer):
    return [c.provision for c in answer.citations]


@pytest.fixture
def small(tmp_path):
    """A corpus of one document, and the settings of a home that loads it."""
    folder = tmp_path / "corpus" / "documents"
    folder.mkdir(parents=True)
    (folder / "a.md").write_text(RULE, "utf-8")
    return folder, Settings(home=tmp_path / "home", corpus=folder.parent)


# -- the shipped corpus -----------------------------------------------------------------------------------------


def test_the_corpus_is_loaded_once(small):
    _, settings = small
    told = []
    with Assistant.open(settings, notice=told.append) as first:
        assert ids(first.documents()) == {"示例复核办法"}
        generation = first.store.generation
    assert len(told) == 1
    with Assistant.open(settings, notice=told.append) as second:
        assert ids(second.documents()) == {"示例复核办法"} and second.store.generation == generation
    assert len(told) == 1


def test_a_changed_corpus_is_loaded_again_and_what_left_it_is_gone(small):
    folder, settings = small
    Assistant.open(settings).close()
    (folder / "a.md").write_text(RULE.replace("12日", "16日"), "utf-8")
    (folder / "b.md").write_text(RULE.replace("示例复核办法", "示例申诉办法"), "utf-8")
    with Assistant.open(settings) as assistant:
        assert ids(assistant.documents()) == {"示例复核办法", "示例申诉办法"}
        assert "16日" in assistant.provision("示例复核办法#第一条")[0].text
        assert assistant.search("十六日申请复核") and not any("12日" in h.passage for h in assistant.search("申请复核", k=50) if h.document.id == "示例复核办法")
    (folder / "b.md").unlink()
    with Assistant.open(settings) as assistant:
        assert ids(assistant.documents()) == {"示例复核办法"}
        assert {h.document.id for h in assistant.search("申请复核", k=50)} == {"示例复核办法"}


def test_a_document_of_the_office_stays_when_the_corpus_changes(small):
    folder, settings = small
    with Assistant.open(settings) as assistant:
        assistant.ingest_bytes("申诉.txt", RULE.replace("示例复核办法", "示例申诉办法").encode())
    (folder / "a.md").write_text(RULE.replace("12日", "16日"), "utf-8")
    with Assistant.open(settings) as assistant:
        assert ids(assistant.documents()) == {"示例复核办法", "示例申诉办法"}


def test_a_corpus_file_that_cannot_be_loaded_is_named(small):
    folder, settings = small
    (folder / "b.md").write_text("---\ntitle: 乙\nissued: 明天\n---\n\n第一条　甲。\n", "utf-8")
    with pytest.raises(AssistantError, match="b.md"):
        Assistant.open(settings)
    (folder / "b.md").unlink()
    with Assistant.open(settings) as assistant:
        assert ids(assistant.documents()) == {"示例复核办法"}


def test_a_second_opener_of_a_home_is_told_that_it_is_taken(own_office):
    assert own_office.search("容错")
    other = Assistant.open(own_office.settings)
    try:
        with pytest.raises(HomeBusy):
            other.search("容错")
    finally:
        other.close()
    assert own_office.search("容错")


# -- questions --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("question", ["", "   \n", "？！。……", "“”《》"])
def test_a_question_without_a_word_is_refused_as_input(office, question):
    for call in (office.ask, office.search):
        with pytest.raises(BadInput, match="空"):
            call(question)


def test_a_question_of_a_hundred_thousand_characters_is_refused_with_the_limit(office):
    with pytest.raises(BadInput) as error:
        office.ask("容错" * 50_000)
    assert "100000" in error.value.message and "2000" in error.value.message and len(error.value.message) < 200


def test_the_longest_question_allowed_is_answered(office):
    assert office.ask("容错" * 1000).label


@pytest.mark.parametrize("k", [0, -1, 101])
def test_a_number_of_hits_out_of_range_is_refused(office, k):
    with pytest.raises(BadInput):
        office.search("容错", k=k)


def test_a_search_for_a_region_leaves_other_regions_out(office):
    assert {h.document.region for h in office.search("干部", k=50, region="甘肃省")} <= {"甘肃省", "全国"}
    assert {h.document.region for h in office.search("干部", k=50)} > {"甘肃省", "全国"}


def test_doctor_finds_a_sound_home_sound(own_office):
    checks = own_office.doctor()
    assert [c for c in checks if not c.ok] == [] and len({c.name for c in checks}) == len(checks)
    assert any(c.detail.startswith(f"{len(own_office.documents())} 份") for c in checks)


@pytest.mark.parametrize("exact", [retrieval.EXACT, 0])
def test_a_search_does_not_make_a_sound_index_look_broken(own_office, monkeypatch, exact):
    monkeypatch.setattr(retrieval, "EXACT", exact)
    for _ in range(2):
        assert own_office.search("容错")
        assert [c for c in own_office.doctor() if not c.ok] == []
    own_office.close()
    with Assistant.open(own_office.settings) as again:
        assert again.index.mended == () and [c for c in again.doctor() if not c.ok] == []


def test_doctor_finds_a_missing_index_and_a_rebuild_mends_it(own_office):
    home, settings = own_office.settings.home, own_office.settings
    before = [h.provision.id for h in own_office.search("攀登星")]
    own_office.close()
    for path in home.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
    with Assistant.open(settings) as assistant:
        assistant.rebuild_index()
        assert all(c.ok for c in assistant.doctor())
        assert [h.provision.id for h in assistant.search("攀登星")] == before


def test_documents_tell_articles_and_provisions(office):
    listed = {d.document.id: d for d in office.documents()}
    assert listed["甘组通〔2022〕8号"].articles == 5
    assert listed["机关实绩档案管理条例"].articles == 7
    assert all(d.provisions >= d.articles for d in listed.values())


def test_a_provision_is_shown_whole_with_its_place(office):
    provision, document = office.provision("机关实绩档案管理条例#第四条")
    assert provision.path == "第四条" and provision.text.count("\n") >= 3 and "（三）事后补造的" in provision.text
    assert document.title == "机关实绩档案管理条例"
    item, _ = office.provision("机关实绩档案管理条例#第四条.（二）")
    assert item.path == "第四条第（二）项" and item.text in provision.text
    assert office.provision("清办发〔2023〕15号#二.（三）")[0].path == "二、（三）"


@pytest.mark.parametrize("identifier", ["无此文件#第一条", "机关实绩档案管理条例#第九十九条", "机关实绩档案管理条例", "#", "", "机关实绩档案管理条例#第三条@1999-01-01"])
def test_a_provision_that_is_not_there_is_not_found(office, identifier):
    with pytest.raises(NotFound):
        office.provision(identifier)


# -- days and versions ------------------------------------------------------------------------------------------


def test_each_day_has_its_version_of_a_law(office):
    def text(on):
        return office.provision("机关实绩档案管理条例#第三条", on=on)[0].text

    assert "20日" in text(date(2018, 7, 1)) and "20日" in text(date(2021, 2, 28))
    assert "30日" in text(date(2021, 3, 1)) and "30日" in text(None)
    with pytest.raises(NotFound):
        text(date(2018, 6, 30))


@pytest.mark.parametrize("identifier, days", [
    ("机关实绩档案管理条例#第三条@2018-07-01", "20日"), ("机关实绩档案管理条例@2018-07-01#第三条", "20日"),
    ("机关实绩档案管理条例#第三条@2020-01-01", "20日"), ("机关实绩档案管理条例#第三条@2021-03-01", "30日"), ("机关实绩档案管理条例#第三条", "30日")])
def test_an_id_with_a_day_is_the_version_of_that_day(office, identifier, days):
    assert days in office.provision(identifier)[0].text


def test_the_older_version_ends_where_the_newer_begins(office):
    old, new = office.store.versions("机关实绩档案管理条例", LOCAL)
    assert (old.version, old.repealed, new.version, new.repealed) == ("2018-07-01", date(2021, 3, 1), "2021-03-01", None)


def test_documents_of_a_day_are_those_in_force(office):
    assert "机关午间值守暂行办法" not in ids(office.documents())
    assert ids(office.documents(on=date(2013, 1, 1))) == {"机关午间值守暂行办法"}
    assert ids(office.documents(on=date(2012, 3, 31))) == set()
    assert "机关午间值守暂行办法" in ids(office.documents(on=date(2020, 6, 30)))
    assert "机关午间值守暂行办法" not in ids(office.documents(on=date(2020, 7, 1)))


# -- digest and original ----------------------------------------------------------------------------------------


def test_a_digest_gives_way_to_its_original_and_stands_again_without_it(own_office):
    question = "回访谈话记录保存几年？"
    before = own_office.ask(question)
    assert cited(before) == [f"{DIGEST_ID}#第三条"] and before.citations[0].document.kind == "digest"

    (report,) = own_office.ingest_bytes("原文.txt", ORIGINAL.encode())
    assert (report.status, report.documents) == ("replaced_digest", (DIGEST_ID,))
    assert [(d.document.kind) for d in own_office.documents() if d.document.id == DIGEST_ID] == ["normative"]
    after = own_office.ask(question)
    assert {c.document.kind for c in after.citations if c.document.id == DIGEST_ID} == {"normative"}
    assert "要点整理" not in after.text and "记录保存5年" not in "".join(c.quote for c in after.citations)
    assert "记录保存5年" not in "".join(h.passage for h in own_office.search("回访谈话记录保存5年", k=100))
    assert "制作笔录" in own_office.provision(f"{DIGEST_ID}#第三条")[0].text

    own_office.withdraw(DIGEST_ID)
    again = own_office.ask(question)
    assert cited(again) == cited(before) and again.text == before.text
    assert "记录保存5年" in own_office.provision(f"{DIGEST_ID}#第三条")[0].text


def test_an_original_of_another_unit_does_not_hide_the_digest(own_office):
    own_office.ingest_bytes("原文.txt", ORIGINAL.encode(), audience=frozenset({"县纪委"}))

    def kind(asker):
        return [d.document.kind for d in own_office.documents(asker=asker) if d.document.id == DIGEST_ID]

    assert (kind(INSIDER), kind(OUTSIDER)) == (["normative"], ["digest"])
    assert "制作笔录" in own_office.provision(f"{DIGEST_ID}#第三条", asker=INSIDER)[0].text
    assert "制作笔录" not in own_office.provision(f"{DIGEST_ID}#第三条", asker=OUTSIDER)[0].text
    assert cited(own_office.ask("回访谈话记录保存几年？", asker=OUTSIDER)) == [f"{DIGEST_ID}#第三条"]


# -- withdrawal -------------------------------------------------------------------------------------------------


def test_a_withdrawn_document_is_out_of_everything(own_office):
    identifier = "甘组通〔2022〕8号"
    own_office.withdraw(identifier)
    assert identifier not in ids(own_office.documents())
    assert not any(h.document.id == identifier for h in own_office.search("基层干部健康体检", k=100))
    assert not any(c.startswith(identifier) for c in cited(own_office.ask("清理哪6类挂牌事项？")))
    with pytest.raises(NotFound):
        own_office.provision(f"{identifier}#一.1")
    with pytest.raises(NotFound, match="甘组通"):
        own_office.withdraw(identifier)
    own_office.close()
    with Assistant.open(own_office.settings) as again:
        assert identifier not in ids(again.documents())


def test_what_another_put_in_is_seen_but_not_withdrawn(own_office):
    identifier, before = "甘组通〔2022〕8号", own_office.documents()
    with pytest.raises(Forbidden, match="不是您导入的"):
        own_office.withdraw(identifier, asker=OUTSIDER)
    assert own_office.documents() == before and own_office.documents(asker=OUTSIDER) == before
    assert any(h.document.id == identifier for h in own_office.search("基层干部健康体检", k=100))


# -- rights -----------------------------------------------------------------------------------------------------


SECRET = """紫藤巡查办法

紫委发〔2024〕77号

第一条　紫藤巡查每13日开展一次。

第二条　紫藤巡查由紫藤专班负责，专班共29名工作人员。

第三条　本办法自2024年1月1日起施行。

中共白水县纪律检查委员会

2023年12月20日
"""
SECRET_ID = "紫委发〔2024〕77号"
QUESTIONS = ("紫藤巡查多久一次？", "紫藤专班有多少名工作人员？", "紫藤巡查办法的文号是多少？", "《紫藤巡查办法》第一条是什么？", "《紫藤巡查办法》第九十九条是什么？",
             f"{SECRET_ID}是谁发的？", "紫藤巡查办法和机关实绩档案管理条例有什么区别？", "白水县怎么开展巡查？")


@pytest.fixture(scope="module")
def divided(office_home, tmp_path_factory):
    """The invented corpus with one document that only 县纪委 may see; nothing more is written."""
    from conftest import OFFICE

    home = tmp_path_factory.mktemp("divided") / "home"
    shutil.copytree(office_home, home)
    with Assistant.open(Settings(home=home, corpus=OFFICE)) as assistant:
        (report,) = assistant.ingest_bytes("紫.txt", SECRET.encode(), audience=frozenset({"县纪委"}))
        assert report.documents == (SECRET_ID,)
        yield assistant


def test_the_own_unit_is_answered_from_its_document(divided):
    answer = divided.ask(QUESTIONS[0], asker=INSIDER)
    assert answer.refusal is None and cited(answer) == [f"{SECRET_ID}#第一条"] and "13日" in answer.text
    assert SECRET_ID in ids(divided.documents(asker=INSIDER)) and SECRET_ID in ids(divided.documents())


@pytest.mark.parametrize("on", [None, date(2020, 1, 1), date(2023, 12, 25)])
@pytest.mark.parametrize("question", QUESTIONS)
def test_another_unit_is_answered_as_if_the_document_were_not_there(divided, office, question, on):
    answer, without = (a.ask(question, asker=OUTSIDER, on=on) for a in (divided, office))
    assert (answer.text, answer.refusal, answer.citations, answer.notices) == (without.text, without.refusal, without.citations, without.notices)
    assert not any(c.document.id == SECRET_ID for c in answer.citations)
    assert "紫" not in repr(answer.trace)


def test_another_unit_finds_and_counts_nothing_of_it(divided, office):
    assert divided.documents(asker=OUTSIDER) == office.documents(asker=OUTSIDER)
    hits = divided.search("紫藤巡查专班", asker=OUTSIDER, k=100)
    assert SECRET_ID not in {h.document.id for h in hits} and not any("紫藤" in h.passage for h in hits)
    assert len(hits) == len(office.search("紫藤巡查专班", asker=OUTSIDER, k=100))


def test_what_is_not_yours_reads_like_what_is_not_there(divided, office):
    for identifier in (f"{SECRET_ID}#第一条", f"{SECRET_ID}#第九十九条", f"{SECRET_ID}#第一条@2024-01-01", f"{SECRET_ID}@2024-01-01#第一条"):
        told = []
        for assistant in (divided, office):
            with pytest.raises(NotFound) as error:
                assistant.provision(identifier, asker=OUTSIDER)
            told.append(error.value.message)
        assert told[0] == told[1]
    told = []
    for assistant in (divided, office):
        with pytest.raises(NotFound) as error:
            assistant.withdraw(SECRET_ID, asker=OUTSIDER)
        told.append(error.value.message)
    assert told[0] == told[1]
    assert divided.provision(f"{SECRET_ID}#第一条", asker=INSIDER)


def test_an_asker_without_a_unit_sees_what_is_public(divided, office):
    guest = Asker("客")
    assert divided.documents(asker=guest) == office.documents(asker=guest)


def test_the_same_file_from_another_unit_is_that_units_own(own_office):
    first = own_office.ingest_bytes("紫.txt", SECRET.encode(), asker=INSIDER, audience=frozenset({"县纪委"}))
    second = own_office.ingest_bytes("紫.txt", SECRET.encode(), asker=OUTSIDER, audience=frozenset({"县组织部"}))
    assert (first[0].status, second[0].status) == ("added", "added")
    for asker in (INSIDER, OUTSIDER):
        assert [d.document.audience for d in own_office.documents(asker=asker) if d.document.id == SECRET_ID] == [asker.units]


def test_a_unit_cannot_withdraw_what_another_unit_owns(own_office):
    own_office.ingest_bytes("紫.txt", SECRET.encode(), asker=INSIDER, audience=frozenset({"县纪委"}))
    own_office.ingest_bytes("紫.txt", SECRET.encode(), asker=OUTSIDER, audience=frozenset({"县组织部"}))
    own_office.withdraw(SECRET_ID, asker=OUTSIDER)
    assert "13日" in own_office.ask(QUESTIONS[0], asker=INSIDER).text
    assert SECRET_ID not in ids(own_office.documents(asker=OUTSIDER))
