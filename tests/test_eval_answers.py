import json
import sys
import types
from pathlib import Path

import pytest

from assistant.errors import BadInput, Classified, NotFound
from assistant.types import LOCAL, Answer, Citation, Document, FileReport, Provision
from eval import __main__ as entry
from eval import answers, record
from eval.dataset import Expected, Question

PLAN = Document(id="某办〔2022〕20号", title="方案", kind="normative")
CLAUSE = Provision("某办〔2022〕20号#一", PLAN.id, "一", "每半年评一次。", "每半年评一次。")


class Scripted:
    """Answers by question; a class of error is raised; ``seen`` keeps what was asked."""

    script: dict = {}
    seen: list = []
    ingested: list = []

    @classmethod
    def open(cls, settings=None, *, home=None):
        return cls()

    def ask(self, question, *, asker=LOCAL, on=None, region=""):
        self.seen.append((question, on, region))
        reply = self.script.get(question, Answer("没有。", refusal="out_of_corpus"))
        if isinstance(reply, Exception):
            raise reply
        return reply

    def provision(self, id, *, asker, on=None):
        if id != CLAUSE.id:
            raise NotFound("没有")
        return CLAUSE, PLAN

    def ingest(self, paths, *, asker, progress=None):
        self.ingested.extend(paths)
        return (FileReport("a.txt", "failed", reason="空文件"),)

    def close(self):
        pass


def line(id, question, split="dev", group="fact", on=None, **expect):
    row = {"id": id, "split": split, "topic": id, "group": group, "question": question, "expect": {"refusal": None, **expect}}
    return json.dumps(row | ({"on": on} if on else {}), ensure_ascii=False)


@pytest.fixture
def scripted(monkeypatch):
    module = types.ModuleType("assistant.assistant")
    fake = type("Fake", (Scripted,), {"script": {}, "seen": [], "ingested": []})
    module.Assistant = fake
    monkeypatch.setitem(sys.modules, "assistant.assistant", module)
    return fake


GOOD = Answer("每半年评一次。", (Citation(CLAUSE.id, "一", PLAN, "每半年"),))


def test_a_run_scores_every_question_and_writes_its_result(scripted, tmp_path, capsys):
    scripted.script = {"多久评？": GOOD, "秘密": Classified("涉密"), "坏": BadInput("太长")}
    data, out = tmp_path / "a.jsonl", tmp_path / "results" / "r.json"
    data.write_text("\n".join([line("a", "多久评？", all_of=[["每半年"]], provisions=["某办〔2022〕20号#一"]),
                               line("b", "秘密", refusal="classified"), line("c", "坏", all_of=[["好"]]),
                               line("d", "谁管？", split="test", on="2021-01-02")]), encoding="utf-8")
    assert answers.run(["--dataset", str(data), "--json", str(out), "--misses", "--documents", str(tmp_path)]) == 0
    result = json.loads(out.read_text(encoding="utf-8"))
    assert result["missed"] == ["c", "d"]
    assert (result["task"], result["n"], result["documents"], result["overall"]["right"]["k"]) == ("answers", 4, "originals", 2)
    assert str(scripted.seen[-1][1]) == "2021-01-02" and scripted.ingested == [tmp_path]
    printed = capsys.readouterr().out
    assert "谁管" not in printed and "[d]" in printed and "空文件" in printed


def test_a_quote_that_is_not_stored_makes_the_run_fail(scripted, tmp_path):
    scripted.script = {"多久评？": Answer("x", (Citation(CLAUSE.id, "一", PLAN, "每季度"),))}
    data = tmp_path / "a.jsonl"
    data.write_text(line("a", "多久评？"), encoding="utf-8")
    assert answers.run(["--dataset", str(data)]) == 1


def test_a_split_asks_only_its_questions(scripted, tmp_path):
    data = tmp_path / "a.jsonl"
    data.write_text(line("a", "甲") + "\n" + line("b", "乙", split="test"), encoding="utf-8")
    answers.run(["--dataset", str(data), "--split", "test"])
    assert [q for q, *_ in scripted.seen][1:] == ["乙"]


def test_errors_of_the_store_mean_not_stored():
    scores = answers.evaluate(Scripted(), [Question("a", "dev", "t", "fact", "?", Expected(refusal=("out_of_corpus",)))])
    assert scores[0].right


def test_tasks_are_the_modules_that_have_run():
    assert {"answers", "speed", "report"} <= set(entry.tasks()) and "scoring" not in entry.tasks()


def test_an_unknown_task_is_named_and_the_known_are_listed(capsys):
    assert entry.main(["nothing"]) == 2
    assert "nothing" in (printed := capsys.readouterr().out) and "answers" in printed
    assert entry.main(["--help"]) == 0


def test_results_are_read_oldest_first_and_strangers_passed_over(tmp_path):
    for name, text in {"b.json": '{"task":"speed","date":"2025-01-01"}', "a.json": '{"task":"answers","date":"2025-02-01"}',
                       "c.json": "[]", "d.json": "no"}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert [r["file"] for r in record.read(tmp_path)] == ["b.json", "a.json"]


def test_a_result_carries_its_commit_and_date():
    assert set(record.stamp("answers")) == {"task", "commit", "date", "machine"}
    assert record.commit(Path("/")) == ""


SEEDS = Path(__file__).parents[1].parent / "shared" / "seeds"


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the seed documents are not here")
def test_the_known_facts_of_the_plan_and_the_notice_stand_in_the_originals():
    from eval import dataset
    from eval.scoring import lacking

    texts = {"明委办〔2022〕20号": "000_", "激活干部队伍一池春水": "002_", "关于深化激励干部担当作为工作的通知": "003_"}
    missing = []
    for q in dataset.load():
        names = {p.partition("#")[0] for p in q.expect.provisions}
        if q.expect.refusal != (None,) or len(names) != 1 or not names <= set(texts) or q.group == "authority":
            continue
        text = next(SEEDS.glob(texts[names.pop()] + "*")).read_text(encoding="utf-8")
        known = text + "福建 高明 鹤山 据报道 2024年8月14日"
        missing += [(q.id, m) for m in lacking([known], q.expect.all_of)]
    assert missing == []


def test_every_clause_a_known_answer_accepts_is_in_the_shipped_corpus(tmp_path):
    from assistant.assistant import Assistant
    from eval import dataset
    from eval.scoring import is_document, is_provision

    assistant = Assistant.open(home=tmp_path)
    documents = [listed.document for listed in assistant.documents(asker=LOCAL)]
    clauses = [Citation(p.id, p.path, d, "") for d in documents for p in assistant.store.provisions(d.id, LOCAL)]
    assistant.close()
    questions = dataset.load()
    unknown = {s for q in questions for s in q.expect.provisions if not any(is_provision(s, c) for c in clauses)}
    unknown |= {s for q in questions for s in q.expect.documents if not any(is_document(s, d) for d in documents)}
    assert unknown == set()
