"""The terminal: shapes, words, exit codes, and the same output beside a running server."""

from __future__ import annotations

import errno
import http.client
import json
import os
import pty
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest

from assistant.errors import AssistantError, HomeBusy, NotFound
from assistant.faces import cli, doorplate
from assistant.faces.client import beside
from assistant.types import LABEL

HERE = Path(__file__).parent
FAKE = [sys.executable, str(HERE / "fake_program.py")]
REAL = [sys.executable, "-m", "assistant.faces.cli"]


def run(*words, program=FAKE, stdin="", home=None, timeout=60, **more):
    env = {**os.environ, "PYTHONPATH": str(HERE.parent), "COLUMNS": "200"}
    if home:
        env["ASSISTANT_HOME"] = str(home)
    return subprocess.run([*program, *words], input=stdin, capture_output=True, text=True, env=env, timeout=timeout, **more)


@contextmanager
def serving(*words, program=FAKE):
    """A server in a process of its own; gives the process and its port, and stops it at the end."""
    env = {**os.environ, "PYTHONPATH": str(HERE.parent)}
    process = subprocess.Popen(
        [*program, "serve", "--port", "0", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env
    )
    try:
        line = process.stdout.readline()
        assert line.startswith("正在服务：http://127.0.0.1:"), line + process.stderr.read()
        yield process, int(line.split("127.0.0.1:")[1].split("（")[0])
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()
        process.stderr.close()


def get(port, target, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", target, headers=headers or {})
    response = connection.getresponse()
    return response.status, json.loads(response.read())


def test_help_is_chinese_and_needs_nothing_heavy():
    code = "import sys, assistant.faces.cli as c\nsys.argv = ['assistant', '--help']\ntry:\n    c.main()\nfinally:\n    print(sorted({m.split('.')[0] for m in sys.modules} & HEAVY))"
    heavy = "HEAVY = {'chromadb', 'torch', 'numpy', 'jieba', 'sqlalchemy', 'fastapi', 'rich', 'docx', 'langchain', 'pypdfium2', 'trafilatura', 'tantivy'}\n"
    done = run("-c", heavy + code, program=[sys.executable])
    assert done.returncode == 0 and done.stdout.startswith("用法：assistant 命令")
    assert done.stdout.rstrip().endswith("[]")
    assert not {"Usage", "Options", "Commands", "Show this"} & set(done.stdout.split())


@pytest.mark.parametrize("command", ["ingest", "ask", "search", "show", "documents", "index", "doctor", "serve"])
def test_every_command_explains_itself(command):
    done = run(command, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"用法：assistant {command} ") and "--home" in done.stdout


@pytest.mark.parametrize(
    "words, told",
    [
        (["nix"], "没有这个命令"),
        (["ask", "a", "b"], "多出了参数"),
        (["ask", "a", "--foo"], "没有选项 --foo"),
        (["ask", "--on"], "选项 --on 用法不对"),
        (["search"], "缺少 参数 检索词"),
        (["search", "a", "-k", "x"], "选项 -k 的值不能用"),
        (["show"], "缺少 参数 条款编号"),
        (["ingest"], "缺少 参数 路径…"),
    ],
)
def test_wrong_usage_is_one_chinese_line_and_exit_code_2(words, told):
    done = run(*words)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith(told) and "--help" in done.stderr


@pytest.mark.parametrize(
    "words, told",
    [
        (["ask", " "], "问题是空的"),
        (["ask", "甲", "--on", "明天"], "看不懂日期“明天”"),
        (["ask", "坏"], "程序内部出错（RuntimeError）"),
        (["search", "甲", "-k", "101"], "条数 k 要在 1 到 100 之间"),
        (["show", "没有"], "没有条款“没有”"),
        (["index"], "要做什么？"),
        (["serve", "--host", "0.0.0.0"], "不能在 0.0.0.0 上服务"),
        (["serve", "--host", "policy.example"], "不能在 policy.example 上服务"),
        (["documents", "--home", "/dev/null/x"], "读写 /dev/null/x 失败"),
    ],
)
def test_errors_are_one_chinese_line_and_exit_code_1(words, told):
    done = run(*words)
    assert (done.returncode, done.stdout) == (1, "")
    line = done.stderr.removeprefix("正在载入随附语料……\n")
    assert line.startswith(told) or told in line, line
    assert line.count("\n") == 1 and "Traceback" not in line


def test_undecodable_words_are_refused():
    done = subprocess.run([*FAKE, "ask", b"\xff\xfe"], capture_output=True, env={**os.environ, "PYTHONPATH": str(HERE.parent)})
    assert done.returncode == 1 and "认不出的字符" in done.stderr.decode()


def test_ask_json_is_exactly_one_object():
    done = run("ask", "多久反馈？", "--json", "--on", "2024-05-01", "--region", "某市")
    said = json.loads(done.stdout)
    assert list(said) == ["text", "refusal", "citations", "notices", "label"]
    assert list(said["citations"][0]) == ["provision", "path", "document", "quote"]
    assert list(said["citations"][0]["document"]) == ["id", "title", "number", "issuer", "kind", "of", "region", "issued"]
    assert said["label"] == LABEL


def test_an_answer_is_shown_with_its_clauses_notices_and_label():
    assert run("ask", "多久反馈？").stdout == (
        "应在7个工作日内反馈。\n\n"
        "依据：\n[1] 《某市容错纠错办法》（某发〔2022〕20号） 三、（三）\n    “在7个工作日内反馈”\n    条款编号：某发〔2022〕20号#三.（三）\n\n"
        "提示：这是某市的规定\n\n" + LABEL + "\n"
    )


def test_options_stand_before_or_after_the_command_and_its_words(tmp_path):
    first = run("--home", str(tmp_path / "a"), "ask", "多久？", "--json")
    last = run("ask", "--json", "多久？", "--home", str(tmp_path / "a"))
    assert first.stdout == last.stdout != ""
    assert (tmp_path / "a").is_dir()


def test_a_conversation_answers_line_after_line_and_outlives_a_bad_question():
    done = run("ask", stdin="多久？\n坏问题不存在\n\n多久？\n")
    assert done.returncode == 0 and done.stdout.count(LABEL) == 3
    asked = run("ask", "--json", stdin="多久？\n再问？\n")
    assert [json.loads(line)["label"] for line in asked.stdout.splitlines()] == [LABEL, LABEL]


def test_ingest_lists_what_came_in_and_fails_when_any_failed(tmp_path):
    good = tmp_path / "好.txt"
    good.write_text("第一条")
    assert run("ingest", str(good)).returncode == 0
    done = run("ingest", str(good), str(tmp_path / "无.txt"))
    assert done.returncode == 1
    for words in ("好.txt", "已加入", "无.txt", "失败", "找不到这个文件", "共 2 个文件：已加入 1，失败 1"):
        assert words in done.stdout


def test_a_reader_that_goes_away_is_no_error():
    env = {**os.environ, "PYTHONPATH": str(HERE.parent)}
    process = subprocess.Popen([*FAKE, "documents"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env)
    process.stdout.close()
    assert process.stderr.read().decode().removeprefix("正在载入随附语料……\n") == ""
    process.stderr.close()
    assert process.wait(30) in (0, 1)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_said_so():
    env = {**os.environ, "PYTHONPATH": str(HERE.parent)}
    with open("/dev/full", "w") as full:
        done = subprocess.run([*FAKE, "documents"], stdout=full, stderr=subprocess.PIPE, text=True, env=env)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "磁盘已满，没有写完；已写入的部分仍然完整。请腾出空间后重试。"


def test_errors_deep_inside_are_told_by_their_cause():
    full = RuntimeError("sql")
    full.__cause__ = OSError(errno.ENOSPC, "x")
    assert cli._told(full)[0].startswith("磁盘已满")
    assert cli._told(PermissionError(errno.EACCES, "x", "/p"))[0].startswith("没有权限访问 /p")
    assert cli._told(HomeBusy("忙")) == ("忙", 1)


def test_ctrl_c_ends_in_one_line():
    env = {**os.environ, "PYTHONPATH": str(HERE.parent)}
    code = "import sys, fake_program, fake_assistant, time\nfake_program.Assistant.documents = lambda *a, **k: (print('x', flush=True), time.sleep(30))\nsys.argv = ['assistant', 'documents']\nfake_program.main()"
    process = subprocess.Popen([sys.executable, "-c", code], cwd=HERE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env)
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=20)
    assert (process.returncode, told.splitlines()[-1]) == (130, "已中断。")
    assert "Traceback" not in told


def test_a_terminal_sees_a_prompt_and_no_control_characters_of_a_file():
    master, slave = pty.openpty()
    env = {**os.environ, "PYTHONPATH": str(HERE.parent), "TERM": "xterm"}
    process = subprocess.Popen([*FAKE, "ask"], stdin=slave, stdout=slave, stderr=slave, env=env)
    os.close(slave)
    os.write(master, "多久？\n".encode())
    seen = b""
    while "问> " not in seen.decode(errors="replace").partition(LABEL)[2]:
        seen += os.read(master, 4096)
    os.write(master, b"\x04")
    assert process.wait(20) == 0
    os.close(master)
    assert "问> " in seen.decode()


def test_the_same_output_beside_a_running_server(tmp_path):
    (tmp_path / "好.txt").write_text("第一条")
    commands = [
        ["ask", "多久？"], ["ask", "多久？", "--json"], ["search", "反馈"], ["search", "反馈", "-k", "1", "--json"],
        ["show", "某发〔2022〕20号#三.（三）"], ["show", "没有"], ["documents"], ["documents", "--json"], ["doctor"],
        ["index", "--rebuild"], ["ingest", str(tmp_path / "好.txt"), str(tmp_path / "无.txt")], ["ask", " "],
        ["search", "长" * 3000], ["show", "长" * 3000], ["ask", "甲", "--on", "x"],
    ]
    outcome = lambda done: (done.returncode, done.stdout, done.stderr.removeprefix("正在载入随附语料……\n"))  # noqa: E731
    alone = [outcome(run(*words)) for words in commands]
    with serving():
        together = [outcome(run(*words)) for words in commands]
    assert together == alone


def test_the_server_leaves_a_private_note_and_takes_it_away(tmp_path):
    home = Path(os.environ["ASSISTANT_HOME"])
    with serving() as (process, port):
        note = home / doorplate.NAME
        assert note.stat().st_mode & 0o777 == 0o600
        assert doorplate.read(home).port == port
    assert process.returncode == 0 and not note.exists()


def test_a_stale_note_is_no_obstacle(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        doorplate.write(home, doorplate.Doorplate("127.0.0.1", silent.getsockname()[1], "gone"))
        assert beside(home) is None
    assert run("ask", "多久？").returncode == 0


def test_a_stranger_on_the_port_of_a_stale_note_never_gets_the_token(tmp_path):
    home = tmp_path / "home"
    with serving("--home", str(tmp_path / "other")) as (_, port):
        home.mkdir()
        doorplate.write(home, doorplate.Doorplate("127.0.0.1", port, "ours"))
        assert beside(home) is None


@pytest.mark.parametrize("spoil", [lambda p: p.write_text("{"), lambda p: p.write_text("[]"), lambda p: p.chmod(0o644)])
def test_a_spoilt_or_open_note_is_not_believed(tmp_path, spoil):
    doorplate.write(tmp_path, doorplate.Doorplate("127.0.0.1", 1, "t"))
    spoil(tmp_path / doorplate.NAME)
    assert doorplate.read(tmp_path) is None


def test_errors_come_back_from_the_server_as_what_they_were(tmp_path):
    with serving():
        remote = beside(Path(os.environ["ASSISTANT_HOME"]))
        with pytest.raises(NotFound, match="没有条款"):
            remote.show("没有")
        remote.plate = doorplate.Doorplate("127.0.0.1", 1, "t")
        with pytest.raises(AssistantError, match="本机服务中断"):
            remote.documents()


def test_a_second_server_on_a_home_and_a_taken_port_are_refused(tmp_path):
    with serving() as (_, port):
        assert "另一个进程正在使用" in run("serve", "--port", "0").stderr
        taken = run("serve", "--port", str(port), "--home", str(tmp_path / "b"))
        assert (taken.returncode, f"端口 {port} 用不了" in taken.stderr) == (1, True)


@pytest.mark.parametrize("id", ["某发〔2022〕20号#三.（三）", "a/b#c?d〔e〕 100%#第一条"])
def test_ids_of_any_characters_travel_over_a_real_connection(id):
    with serving() as (_, port):
        status, said = get(port, "/api/provisions/" + quote(id, safe=""))
        assert (status, said["id"]) == (200, id)
        assert get(port, "/api/provisions/%252F")[1]["error"]["message"] == "没有条款“%2F”。请核对编号。"


def test_a_stop_lets_the_running_answer_finish(tmp_path):
    code = "import sys, fake_program\nfake_program.Assistant.delay = 1.0\nsys.argv = ['assistant', 'serve', '--port', '0']\nfake_program.main()"
    env = {**os.environ, "PYTHONPATH": f"{HERE}:{HERE.parent}"}
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=env)
    port = int(process.stdout.readline().split("127.0.0.1:")[1].split("（")[0])
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("POST", "/api/ask", json.dumps({"question": "多久？"}), {"Content-Type": "application/json"})
    time.sleep(0.4)
    started = time.monotonic()
    process.terminate()
    response = connection.getresponse()
    assert (response.status, json.loads(response.read())["label"]) == (200, LABEL)
    assert process.wait(25) == 0 and time.monotonic() - started < 10
    process.stdout.close()
    with pytest.raises(OSError):
        http.client.HTTPConnection("127.0.0.1", port, timeout=2).request("GET", "/api/health")


def test_a_killed_server_leaves_a_note_that_the_next_command_survives():
    with serving() as (process, _):
        process.kill()
        process.wait(10)
    (Path(os.environ["ASSISTANT_HOME"]) / "lock").unlink()
    assert run("ask", "多久？").returncode == 0


def test_the_real_program_says_the_same_alone_and_beside_a_server(shipped_home):
    commands = [
        ["ask", "高明多久对干部考核评价一次？", "--json"], ["search", "澄清的方式", "-k", "3"],
        ["documents", "--json"], ["ask", "。"],
    ]
    outcome = lambda done: (done.returncode, done.stdout, done.stderr)  # noqa: E731
    alone = [outcome(run(*words, program=REAL, home=shipped_home)) for words in commands]
    with serving("--home", str(shipped_home), program=REAL):
        together = [outcome(run(*words, program=REAL, home=shipped_home)) for words in commands]
    assert together == alone
    assert [code for code, _, _ in alone] == [0, 0, 0, 1]
    said = json.loads(alone[0][1])
    assert said["refusal"] is None and said["citations"][0]["quote"]


def test_a_real_folder_comes_in_beside_a_server_with_its_bad_files_told(shipped_home, tmp_path):
    folder = tmp_path / "文件"
    folder.mkdir()
    (folder / "一.txt").write_text("某局考勤办法\n第一条 迟到三次的，提醒一次。\n", "utf-8")
    (folder / "二.doc").write_bytes(b"\xd0\xcf\x11\xe0" + b"\0" * 600)
    (folder / "三.txt").write_bytes(b"")
    with serving("--home", str(shipped_home), program=REAL):
        done = run("ingest", str(folder), program=REAL, home=shipped_home)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    for words in ("一.txt", "已加入", "二.doc", "三.txt", "共 3 个文件"):
        assert words in done.stdout
