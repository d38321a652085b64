"""The way of a message: claimed once, acknowledged at once, answered once, nothing lost without a trace."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from bots_scene import AES, CORP, RAW, STAFF, Scene

from assistant.faces.bots import pipeline as pipelines
from assistant.faces.bots.contract import Request
from assistant.faces.bots.rehearsal import callers
from assistant.store.messages import Room
from assistant.types import LABEL

CHANNELS = ["wecom-app", "wecom", "dingtalk", "feishu"]
PUSHING = ["wecom-app", "dingtalk", "feishu"]


@pytest.fixture
def scene(tmp_path):
    scene = Scene(tmp_path / "home")
    yield scene
    scene.store.close()


@pytest.mark.parametrize("channel", PUSHING)
def test_a_question_is_acknowledged_at_once_and_answered_with_its_clause(scene, channel):
    assert scene.say(channel, "多久反馈").status == 200
    assert scene.texts == []
    scene.run()
    (text,) = scene.texts
    for words in ("答：多久反馈", "《某市容错纠错办法》（某发〔2022〕20号） 三、（三）", "“在7个工作日内反馈”", LABEL,
                  "https://policy.example.cn/clauses/%E6%9F%90%E5%8F%91%E3%80%942022%E3%80%9520%E5%8F%B7%23%E4%B8%89.%EF%BC%88%E4%B8%89%EF%BC%89"):
        assert words in text
    assert scene.store.count_messages() == {"answered": 1}


def test_an_answer_of_the_ai_bot_is_fetched_by_asking_again(scene):
    first = callers.wecom_opened(AES, scene.say("wecom", "多久反馈", id="m1"))["stream"]
    assert (first["finish"], first["content"]) == (False, pipelines.THINKING)
    assert scene.poll(first["id"])["finish"] is False
    scene.run()
    final = scene.poll(first["id"])
    assert final["finish"] and "答：多久反馈" in final["content"] and LABEL in final["content"]
    assert scene.poll(first["id"]) == final
    scene.clock.now += 500
    assert scene.pipeline.late() == 0 and scene.texts == []


def test_a_stream_that_is_not_known_ends_safely(scene):
    assert scene.poll("no-such") == {"id": "no-such", "finish": True, "content": pipelines.GONE}


def test_an_answer_that_comes_after_the_platform_stopped_asking_goes_the_late_way_once(scene):
    stream = callers.wecom_opened(AES, scene.say("wecom", "慢", id="m1"))["stream"]["id"]
    scene.clock.now += 340
    assert scene.poll(stream) == {"id": stream, "finish": True, "content": pipelines.LATE}
    scene.run()
    assert [scene.pipeline.late(), scene.pipeline.late()] == [1, 0]
    scene.run()
    (text,) = scene.texts
    assert text.startswith(pipelines.LATE_LEAD) and "答：慢" in text


def test_an_answer_that_nobody_fetched_goes_the_late_way(scene):
    scene.say("wecom", "问", id="m1")
    scene.run()
    assert scene.pipeline.late() == 0
    scene.clock.now += 391
    assert scene.pipeline.late() == 1
    scene.run()
    assert len(scene.texts) == 1


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_message_delivered_twenty_times_at_once_and_again_after_a_restart_is_answered_once(scene, channel):
    other = scene.another()
    with ThreadPoolExecutor(20) as pool:
        said = list(pool.map(lambda n: scene.say(channel, "问", id="m1", pipeline=(scene.pipeline, other)[n % 2]), range(20)))
    assert {s.status for s in said} == {200}
    scene.run(other)
    scene.run()
    again = scene.another()
    scene.clock.now += 6 * 3600
    assert scene.say(channel, "问", id="m1", pipeline=again).status == 200
    scene.run(again)
    assert len(scene.brain.asked) == 1
    assert len(scene.texts) == (0 if channel == "wecom" else 1)
    if channel == "wecom":
        streams = {callers.wecom_opened(AES, s)["stream"]["id"] for s in said}
        assert len(streams) == 1 and "答：问" in scene.poll(streams.pop())["content"]


def test_acknowledgements_do_not_wait_for_answers(scene):
    scene.brain.gate = threading.Event()
    scene.pipeline.start()
    took = []
    for n in range(60):
        begin = time.perf_counter()
        assert scene.say(PUSHING[n % 3], "慢", user=f"u{n}").status == 200
        took.append(time.perf_counter() - begin)
    scene.brain.gate.set()
    assert scene.wait(scene.pipeline.settled, 20)
    scene.pipeline.stop()
    assert sorted(took)[57] < 0.3
    assert sum("答：慢" in t for t in scene.texts) == 60


def test_a_message_whose_worker_died_is_answered_by_the_next_one_when_the_lease_is_over(scene):
    scene.say("wecom-app", "问", id="m1")
    assert scene.store.next_message("dead", scene.clock(), 20).key == "m1"
    other = scene.another()
    scene.run(other)
    assert scene.texts == []
    scene.clock.now += 21
    scene.run(other)
    assert len(scene.texts) == 1


def test_whoever_lost_a_message_meanwhile_does_not_answer_it_too(scene):
    scene.say("wecom-app", "问", id="m1")
    row = scene.store.next_message("slow", scene.clock(), 20)
    scene.clock.now += 21
    scene.run()
    assert scene.store.answered(row.id, "slow", (), scene.clock()) is False
    assert len(scene.texts) == 1


def test_a_question_that_waited_too_long_over_a_restart_is_closed_in_words(scene):
    scene.say("wecom-app", "问", id="m1")
    scene.clock.now += 1801
    scene.run()
    assert len(scene.brain.asked) == 0 and "没有来得及回答" in scene.texts[0]
    assert scene.store.count_messages() == {"closed": 1}


@pytest.mark.parametrize("channel", PUSHING)
def test_faults_of_a_platform_are_waited_out_and_the_answer_comes_once(scene, channel):
    scene.platform.faults.extend(["500", "unsent", "429"])
    scene.say(channel, "问")
    for _ in range(12):
        scene.run()
        scene.clock.now += 130
    assert sum("答：问" in t for t in scene.texts) == 1


def test_the_wait_that_feishu_names_is_kept(scene):
    scene.platform.faults.append("429")
    scene.say("feishu", "问")
    scene.run()
    scene.clock.now += 4.9
    scene.run()
    assert scene.texts == []
    scene.clock.now += 0.2
    scene.run()
    assert len(scene.texts) == 1


@pytest.mark.parametrize("channel", ["wecom-app", "feishu"])
def test_a_part_whose_outcome_is_unknown_is_sent_again_where_the_platform_shows_it_once(scene, channel):
    scene.platform.faults.append("timeout")
    scene.say(channel, "问")
    scene.run()
    scene.clock.now += 10
    scene.run()
    assert len(scene.texts) == 1 and scene.store.sendings_open() == 0


def test_a_part_whose_outcome_is_unknown_elsewhere_is_recorded_and_sent_again_only_on_demand(scene):
    scene.platform.faults.append("timeout")
    scene.say("dingtalk", "问")
    for _ in range(3):
        scene.run()
        scene.clock.now += 100
    assert len(scene.texts) == 1
    assert [(u[1], u[3]) for u in scene.store.undelivered()] == [("dingtalk", "unknown")]
    assert ("bots", "part unknown", "1") in scene.audit()
    scene.say("dingtalk", "再问")
    scene.run()
    assert "前面有 1 条答复可能没有送达" in scene.texts[1]
    scene.say("dingtalk", "重发")
    scene.run()
    assert [("答：问" in t, t.startswith("已重发")) for t in scene.texts[2:]] == [(True, False), (False, True)]
    assert scene.store.undelivered() == ()


@pytest.mark.parametrize("channel", ["wecom-app", "feishu", "dingtalk"])
def test_a_token_that_is_revoked_early_is_fetched_once_more(scene, channel):
    scene.say(channel, "一", id="a", **({"sessionWebhook": ""} if channel == "dingtalk" else {}))
    scene.run()
    scene.platform.faults.append("token")
    scene.say(channel, "二", id="b", **({"sessionWebhook": ""} if channel == "dingtalk" else {}))
    scene.run()
    assert (len(scene.texts), scene.platform.tokens) == (2, 2)


def test_a_session_address_that_has_expired_is_not_used(scene):
    scene.say("dingtalk", "问", sessionWebhookExpiredTime=int((scene.clock() + 30) * 1000))
    scene.run()
    assert [s.to for s in scene.platform.shown] == ["zhangsan"]


@pytest.mark.parametrize("place", ["http://169.254.169.254/latest", "https://evil.example/x", "https://oapi.dingtalk.com@evil.example/", "file:///etc/passwd"])
def test_an_address_in_a_message_is_called_only_on_the_platforms_own_hosts(scene, place):
    called = []
    real = scene.platform.call
    scene.platform.call = lambda method, url, **more: called.append(url) or real(method, url, **more)
    scene.say("dingtalk", "问", sessionWebhook=place)
    scene.say("wecom", "问", id="m1", response_url=place)
    scene.run()
    scene.clock.now += 400
    scene.pipeline.late()
    scene.run()
    assert [u for u in called if place in u] == [] and len(scene.texts) == 1


def test_the_questions_of_one_person_are_answered_in_order_and_too_many_are_turned_away_in_words(scene):
    for n in range(5):
        scene.say("wecom-app", f"问{n}", id=str(n))
    scene.run()
    assert [m for m, _, _ in scene.brain.asked] == ["问0", "问1", "问2"]
    assert sum(pipelines.BUSY in t for t in scene.texts) == 2
    assert [t for t in scene.texts if t.startswith("答")] == sorted(t for t in scene.texts if t.startswith("答"))


def test_a_full_house_says_so_at_once_and_others_are_served_later(tmp_path):
    scene = Scene(tmp_path / "home", room=Room(person=3, all=10))
    for n in range(30):
        scene.say("feishu", "问", user=f"u{n}")
    said = callers.wecom_opened(AES, scene.say("wecom", "问", user="late", id="m"))["stream"]
    assert (said["finish"], said["content"]) == (True, pipelines.BUSY)
    scene.run()
    assert (len(scene.brain.asked), sum(pipelines.BUSY in t for t in scene.texts), sum("正在排队" in t for t in scene.texts)) == (10, 20, 6)
    scene.say("feishu", "再问", user="u29")
    scene.run()
    assert "答：再问" in scene.texts[-1]
    scene.store.close()


def test_a_conversation_goes_on_per_person_and_chat(scene):
    for channel, user, chat in [("wecom", "a", ""), ("wecom", "a", ""), ("wecom", "a", "g1"), ("wecom", "b", "g1"), ("wecom", "a", "g2")]:
        scene.say(channel, "问", user=user, chat=chat, id=f"{user}{chat}{len(scene.brain.asked)}")
        scene.run()
    assert [(c, asker.name) for _, c, asker in scene.brain.asked] == [
        ("", f"wecom:{CORP}:a"), (f"c-wecom:{CORP}:a", f"wecom:{CORP}:a"), ("", f"wecom:{CORP}:a@g1"), ("", f"wecom:{CORP}:b@g1"), ("", f"wecom:{CORP}:a@g2")]


def test_strangers_see_public_documents_members_their_own_and_a_group_what_the_group_may(scene):
    scene.say("feishu", "问", user="ou_1")
    scene.run()
    scene.say("feishu", "绑定 12345678", user="ou_1")
    scene.run()
    scene.say("feishu", "问", user="ou_1")
    scene.say("feishu", "问", user="ou_1", chat="oc_1")
    scene.run()
    assert [(a.name, a.units, a.all_units) for _, _, a in scene.brain.asked] == [
        ("feishu:t1:ou_1", frozenset(), False), ("zhang", STAFF.asker.units, False), ("feishu:t1:ou_1@oc_1", frozenset({"区委组织部"}), False)]
    assert "绑定成功，您现在是“张三”。" in scene.texts


def test_strangers_are_not_answered_where_a_setting_says_so(tmp_path):
    scene = Scene(tmp_path / "home", raw={**RAW, "unmapped": "refuse"})
    scene.say("wecom-app", "问")
    scene.say("wecom", "问", chat="g1", id="m2")
    scene.run()
    assert scene.brain.asked == [] and "还没有绑定" in scene.texts[0]
    scene.store.close()


def test_a_wrong_code_binds_nobody_and_a_code_in_a_group_is_not_looked_at(scene):
    scene.say("feishu", "绑定：87654321", user="ou_1")
    scene.say("feishu", "绑定 12345678", user="ou_2", chat="oc_1")
    scene.run()
    assert scene.people.bound == {} and "绑定码不对" in scene.texts[0] and "不要发在群里" in scene.texts[1]


def test_cases_are_not_answered_in_groups_nor_to_strangers(scene):
    scene.people.bound["feishu", "t1", "ou_1"] = STAFF
    scene.say("feishu", "案情：某人……", user="ou_1", chat="oc_1")
    scene.say("feishu", "案情：某人……", user="ou_2")
    scene.say("feishu", "案情：某人……", user="ou_1")
    scene.run()
    assert [m for m, _, _ in scene.brain.asked] == ["案情：某人……"]
    assert ["群里不回答具体案情" in scene.texts[0], "要先绑定账号" in scene.texts[1], "答：案情" in scene.texts[2]] == [True] * 3


def test_opinions_by_word_and_by_button_are_kept_with_what_they_are_about(scene):
    trace = scene.store.start_conversation("x", asker=STAFF.asker)
    scene.say("wecom-app", "没用")
    scene.run()
    click = callers.feishu_event("cli_test", "vtok123", "ou_1", "", scene.clock())
    click["header"]["event_type"] = "card.action.trigger"
    click["event"] = {"operator": {"open_id": "ou_1"}, "action": {"value": {"opinion": "有用", "about": "t9"}}}
    said = scene.pipeline.receive("feishu", "main", callers.feishu_request("kudryavka", click, scene.clock()))
    assert json.loads(said.body)["toast"]["content"] == "谢谢，已记下。"
    event = {"msgtype": "event", "event": {"eventtype": "feedback_event", "feedback_event": {"id": "s1", "type": 2, "content": "不准"}}}
    scene.say("wecom", "", more=1, **event)
    assert [(o["channel"], o["value"], o["about"], o["note"]) for o in scene.store.opinions()] == [
        ("wecom", "没用", "s1", "不准"), ("feishu", "有用", "t9", ""), ("wecom-app", "没用", "", "")]
    assert trace


def test_a_draft_goes_out_as_a_file_where_the_platform_takes_files(scene):
    for channel, tenant in (("wecom-app", CORP), ("feishu", "t1"), ("dingtalk", "dingcorp")):
        scene.people.bound[channel, tenant, "zhangsan"] = STAFF
        scene.say(channel, "起草通知")
    scene.run()
    assert sorted((s.platform, s.kind) for s in scene.platform.shown if "答：" not in s.text) == [
        ("dingtalk", "sampleFile"), ("feishu", "file"), ("wecom-app", "file")]


def test_what_goes_wrong_inside_is_said_without_its_words(scene):
    scene.say("wecom-app", "坏", id="1")
    scene.say("wecom-app", "空", id="2")
    scene.run()
    assert "程序内部出错" in scene.texts[0] and "外泄" not in scene.texts[0] and scene.texts[1] == "问题是空的。请写出要问的事。"


def test_a_recalled_message_is_not_answered(scene):
    scene.say("feishu", "问", id="om_1")
    event = callers.feishu_event("cli_test", "vtok123", "ou_1", "", scene.clock())
    event["header"]["event_type"], event["event"] = "im.message.recalled_v1", {"message_id": "om_1", "chat_id": "oc"}
    assert scene.pipeline.receive("feishu", "main", callers.feishu_request("kudryavka", event, scene.clock())).status == 200
    scene.run()
    assert scene.brain.asked == [] and scene.texts == []


def test_old_claims_are_forgotten_and_what_did_not_arrive_is_kept(scene):
    scene.platform.faults.append("timeout")
    scene.say("dingtalk", "问")
    scene.run()
    scene.clock.now += 4 * 24 * 3600
    assert (scene.store.forget_messages(scene.clock()), len(scene.store.undelivered())) == (1, 1)


def test_the_text_of_a_message_does_not_stay_in_the_queue(scene):
    scene.say("wecom-app", "只此一处的词")
    scene.run()
    with scene.store._reading() as c:
        rows = [*c.exec_driver_sql("select content, snapshot from messages"), *c.exec_driver_sql("select part, back from sendings")]
    assert rows == [("", ""), ("", "")]


KILLED = '''
import sys, time
sys.path.insert(0, {tests!r})
from pathlib import Path
from bots_scene import Scene
scene = Scene(Path({home!r}), lease=1.0)
scene.clock = scene.pipeline._clock = time.time
real = scene.platform.call
def call(method, url, **more):
    said = real(method, url, **more)
    if "send" in url:
        with open({shown!r}, "a", encoding="utf-8") as f:
            f.write("x" + more["data"]["touser"] + "\\n")
    return said
scene.platform.call = call
chat = scene.brain.chat
scene.brain.chat = lambda *a: time.sleep(0.02) or chat(*a)
for n in range(12):
    scene.say("wecom-app", "问", user=f"u{{n}}", id=f"m{{n}}")
print("ready", flush=True)
scene.pipeline.start()
while not scene.pipeline.settled():
    time.sleep(0.01)
'''


def test_a_process_that_is_killed_again_and_again_answers_every_message_and_loses_none(tmp_path):
    """A part that was cut off in the middle goes out again with the platform's check for duplicates, which counts it once."""
    home, shown = tmp_path / "home", tmp_path / "shown"
    code = KILLED.format(tests=str(Path(__file__).parent), home=str(home), shown=str(shown))
    for wait in (0.05, 0.12, 0.2, None):
        child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])})
        assert child.stdout.readline() == "ready\n"
        if wait is None:
            assert child.wait(30) == 0
        else:
            time.sleep(wait)
            child.send_signal(signal.SIGKILL)
            child.wait()
        child.stdout.close()
    scene = Scene(home)
    assert scene.store.count_messages() == {"answered": 12}
    with scene.store._reading() as c:
        assert list(c.exec_driver_sql("select state, count(*) from sendings where idem like '%-part-%' group by state")) == [("sent", 12)]
    assert set(shown.read_text().split()) == {f"xu{n}" for n in range(12)}
    scene.store.close()


def test_a_body_of_more_than_a_megabyte_and_an_unknown_bot_are_refused(scene):
    assert scene.pipeline.receive("wecom", "main", Request("POST", body=b"x" * ((1 << 20) + 1))).status == 413
    assert scene.pipeline.receive("wecom", "other", Request("POST")).status == 404
