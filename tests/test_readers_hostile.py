"""Bad and hostile files: each gives its Chinese reason, costs no more than its limits, and never stops the rest."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
import time
import zipfile

import pytest
from made_files import TYPES, W, docx, p, pdf, pdf_bomb, zipped

from assistant.readers import Extract, Limits, Unreadable, cage, read, read_bytes
from assistant.readers.archive import member_name, shown_name

SIMPLE = "第一条 为了规范公务员的管理，制定本法。"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
BOMB = pdf_bomb(768 << 20)
LAUGHS = ('<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY a{i} "{("&a" + (str(i - 1) if i else "") + ";") * 10}">' for i in range(10)) + "]>")


def reason(name: str, data: bytes, **more) -> str:
    [found] = read_bytes(name, data, **more)
    assert isinstance(found, Unreadable), found.text[:200]
    assert found.message == f"{name}：{found.reason}"
    return found.reason


@pytest.mark.parametrize("name, data, said", [
    ("空.txt", b"", "文件是空的（0 字节）；请检查是否保存完整，再导入"),
    ("空白.txt", b" \n\t\n", "文件里没有文字；请检查是否保存完整，再导入"),
    ("a.txt", bytes(range(256)) * 20, "内容不是文字（二进制文件）；请确认文件没有选错，并转换为 .txt、.md、.docx、.html 或带文字层的 .pdf 再导入"),
    ("a.txt", b"\x7fELF" + bytes(100), "扩展名是 .txt，内容却是程序；请确认文件没有选错"),
    ("a.txt", pdf([["甲"]]), "扩展名是 .txt，内容却是 PDF 文件；请把扩展名改为 .pdf 后再导入"),
    ("a.pdf", SIMPLE.encode(), "扩展名是 .pdf，内容却不是 PDF（文件损坏或改过扩展名）；请用原软件打开检查，另存后再导入"),
    ("a.docx", SIMPLE.encode(), "扩展名是 .docx，内容却不是 Word 文档（docx）（文件损坏或改过扩展名）；请用原软件打开检查，另存后再导入"),
    ("a.pdf", docx(p("甲")), "扩展名是 .pdf，内容却是 Word 文档（docx）；请把扩展名改为 .docx 后再导入"),
    ("a.zip", docx(p("甲")), "扩展名是 .zip，内容却是 Word 文档（docx）；请把扩展名改为 .docx 后再导入"),
    ("a.txt", b"<!DOCTYPE html><html><body>x</body></html>", "扩展名是 .txt，内容却是网页（HTML）；请把扩展名改为 .html 后再导入"),
    ("a.docx", OLE, "扩展名是 .docx，内容却是旧版 Office/WPS 文档（.doc、.xls、.ppt、.wps 一类）；请用 WPS 或 Word 打开，另存为 .docx 后再导入"),
    ("a.docx", OLE + "EncryptedPackage".encode("utf-16-le"), "文档加了密码；请用 WPS 或 Word 打开，取消密码后另存为 .docx 再导入"),
    ("a.docx", docx(p("甲"))[:300], "压缩结构已损坏或不完整；请用原软件打开后另存，或重新下载再导入"),
    ("a.docx", zipped([("a.txt", "x")]), "里面没有 Word 正文（不是 Word 文档，或已损坏）；请用 WPS 或 Word 打开，另存为 .docx 再导入"),
    ("a.docx", docx(p("甲"), word__vbaProject_bin="x"), "文档带有宏，出于安全不予打开；请用 WPS 或 Word 打开，另存为不带宏的 .docx 再导入"),
    ("a.docx", docx(p("甲"), types=TYPES.replace("openxmlformats-officedocument.wordprocessingml.document.main", "ms-word.document.macroEnabled.main")),
     "文档带有宏，出于安全不予打开；请用 WPS 或 Word 打开，另存为不带宏的 .docx 再导入"),
    ("a.docx", docx(p(""), word__media__image1_png="x"), "文档里只有图片，没有文字；请先做文字识别（OCR），核对后存为 .docx 或 .txt 再导入"),
    ("a.docx", docx(p("甲"), prolog='<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]>'),
     "文档内部含有 XML 实体声明（正常的 Word 文档没有），出于安全不予打开；请检查来源，用 WPS 或 Word 另存为 .docx 再导入"),
    ("a.docx", docx(p("&a9;"), prolog=LAUGHS), "文档内部结构已损坏或有意构造，打不开；请用 WPS 或 Word 打开后另存为 .docx 再导入"),
    ("a.docx", docx("<w:sdt>" * 220 + p("甲") + "</w:sdt>" * 220), "文档嵌套过深（可能是有意构造），未读取；请用 WPS 或 Word 另存为 .docx 再导入"),
    ("扫描.pdf", pdf([[], []], picture=True),
     "PDF 没有文字层（共 2 页，只取到 0 个字），多半是扫描件；请先做文字识别（OCR），核对后存为 .docx、.txt 或带文字层的 .pdf 再导入"),
    ("a.pdf", pdf([["甲"]], encrypted=True), "PDF 加了密码；请用原密码打开，取消密码后另存再导入"),
    ("a.pdf", b"%PDF-1.7\n" + bytes(200), "PDF 文件已损坏，打不开；请向来源重新索取，或用阅读器打开后另存再导入"),
    ("a.html", b"<html><script>document.write(1)</script></html>", "网页里没有文字（可能由脚本生成）；请在浏览器中打开，复制正文存为 .txt 或 .docx 再导入"),
    ("a.zip", zipped([("__MACOSX/x", "x")]), "压缩包里没有可读的文件；请检查内容"),
])
def test_bad_file_says_what_is_wrong_and_what_to_do(name, data, said):
    assert reason(name, data) == said


@pytest.mark.parametrize("name, said", [
    ("a.doc", "另存为 .docx"), ("a.wps", "另存为 .docx"), ("a.rtf", "另存为 .docx"), ("a.ofd", "导出为带文字层的 .pdf"), ("a.xls", "存为 .docx 或 .txt"),
    ("a.xlsx", "存为 .docx 或 .txt"), ("a.ppt", "带文字层的 .pdf"), ("a.pptx", "带文字层的 .pdf"), ("a.jpg", "OCR"), ("a.TIFF", "OCR"),
    ("a.docm", "去掉宏"), ("a.rar", "先解压"), ("a.exe", "请转换后再导入"), ("无扩展名", "请转换后再导入")])
def test_other_formats_are_told_how_to_convert(name, said):
    assert said in reason(name, b"anything") and said in reason(name, b"")


def test_missing_path_is_told(tmp_path):
    assert list(read(tmp_path / "没有.txt")) == [Unreadable("没有.txt", "找不到这个文件或文件夹；请检查路径是否写对")]
    assert list(read(tmp_path)) == [Unreadable(tmp_path.name, "文件夹里没有文件；请检查路径是否写对")]


def test_zip_bombs_are_refused_before_they_are_unpacked():
    began = time.perf_counter()
    zeros = (bytes(1 << 20) for _ in range(600))
    assert reason("a.zip", zipped([("a.txt", zeros)], strength=1)).startswith("展开后有 600 MB，超过 512 MB 的上限")
    [found] = read_bytes("b.zip", zipped([("a.txt", b"0" * (40 << 20))]))
    assert found == Unreadable("b.zip/a.txt", "压缩比超过 200 倍（可能是压缩炸弹），未展开；请检查来源")
    assert reason("c.zip", zipped([(f"{i}.txt", "x") for i in range(60)]), limits=Limits(entries=50)) == "压缩内容有 60 项，超过 50 项的上限；请分批导入"
    assert time.perf_counter() - began < 20


def test_a_docx_that_inflates_to_a_gibibyte_is_refused():
    pieces = [f"<w:document {W}><w:body>".encode(), *([b"<w:p><w:r><w:t>" + b"A" * (1 << 20) + b"</w:t></w:r></w:p>"] * 1024), b"</w:body></w:document>"]
    assert reason("a.docx", zipped([("[Content_Types].xml", TYPES), ("word/document.xml", pieces)], strength=1)).startswith("展开后有 1024 MB，超过 512 MB 的上限")
    assert reason("a.docx", zipped([("[Content_Types].xml", TYPES), ("word/document.xml", [pieces[0], *pieces[1:31], pieces[-1]])])) == (
        "压缩比超过 200 倍（可能是压缩炸弹），未展开；请检查来源")


def test_a_zip_whose_directory_lies_about_sizes_is_refused():
    data = bytearray(zipped([("a.txt", b"0" * 5000)]))
    at = data.rindex(b"PK\x01\x02")
    data[at + 24:at + 28] = (10).to_bytes(4, "little")
    [found] = read_bytes("a.zip", bytes(data))
    assert found == Unreadable("a.zip/a.txt", "压缩结构已损坏或不完整；请用原软件打开后另存，或重新下载再导入")


INFLATING = """
import resource
from made_files import pdf_bomb, zipped
from assistant.readers import read_bytes
list(read_bytes("a.zip", zipped([("1.txt", "甲乙丙"), ("2.pdf", pdf_bomb(768 << 20))])))
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
"""In an interpreter of its own: a child is counted with its parent's memory, and pytest's may be large by then."""


def test_a_pdf_that_inflates_costs_no_more_memory_than_the_limit():
    path = os.pathsep.join(sys.path)
    done = subprocess.run([sys.executable, "-c", INFLATING], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path})
    assert 0 < int(done.stdout) <= 540 * 1024, done.stderr


def test_after_a_pdf_that_inflates_the_next_file_is_read_soon():
    began = time.perf_counter()
    found = list(read_bytes("a.zip", zipped([("1.txt", SIMPLE), ("2.pdf", BOMB), ("3.txt", SIMPLE)])))
    assert [type(f) for f in found] == [Extract, Unreadable, Extract]
    assert found[1] == Unreadable("a.zip/2.pdf", "解析时异常退出（文件损坏、内存超限或有意构造），已跳过；请用原软件打开后另存再导入")
    assert time.perf_counter() - began < 20


def test_pages_and_characters_have_limits():
    assert reason("a.pdf", pdf([[SIMPLE]] * 12), limits=Limits(pages=10)) == "PDF 有 12 页，超过 10 页的上限；请拆分后再导入"
    assert reason("a.txt", (SIMPLE * 3000).encode(), limits=Limits(chars=50_000)) == "文字超过 5 万字的上限；请拆分后再导入"
    assert reason("a.txt", b"x" * (2 << 20), limits=Limits(file=1 << 20)) == "有 2 MB，超过 1 MB 的上限；请拆分后再导入"


def test_a_parser_that_takes_too_long_is_ended_by_its_processor_time_and_by_the_clock():
    slow = docx(p("甲") * 400_000)
    began = time.perf_counter()
    assert reason("a.docx", slow, limits=Limits(cpu=1, ratio=10_000)) == (
        "解析用时超过 1 秒，已中止（文件过于复杂，或是有意构造）；请用原软件打开后另存或拆分再导入")
    worker = cage._borrow()
    os.kill(worker._process.pid, 19)  # SIGSTOP: it neither works nor dies
    cage._give_back(worker, True)
    assert reason("a.txt", SIMPLE.encode(), limits=Limits(wall=1)) == (
        "解析超过 1 秒，已中止（文件过于复杂，或是有意构造）；请用原软件打开后另存或拆分再导入")
    [found] = read_bytes("a.txt", SIMPLE.encode())
    assert found.text == SIMPLE and time.perf_counter() - began < 30


def test_a_worker_that_is_killed_costs_one_file():
    list(read_bytes("a.txt", SIMPLE.encode()))
    worker = cage._borrow()
    cage._give_back(worker, True)
    worker._process.kill()
    worker._process.wait()
    [found] = read_bytes("a.txt", SIMPLE.encode())
    assert found.text == SIMPLE


def test_an_abandoned_archive_leaves_no_worker_behind():
    many = read_bytes("a.zip", zipped([(f"{i}.txt", SIMPLE) for i in range(50)]))
    next(many)
    many.close()
    assert len(list(read_bytes("a.zip", zipped([("1.txt", SIMPLE)])))) == 1 and len(cage._idle) <= 2


def test_nested_archives_links_and_names_that_lead_out_are_refused_and_the_rest_read():
    link = zipfile.ZipInfo("link.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    data = zipped([("../../e.txt", "x"), ("/abs.txt", "x"), ("C:\\w.txt", "x"), ("..\\b.txt", "x"), ("in.zip", zipped([("a.txt", "x")])),
                   (link, "/etc/passwd"), ("好.txt", SIMPLE)])
    outside = "压缩包内的文件名指向压缩包之外（可能是有意构造），未读取；请重新打包后再导入"
    assert [(f.name, getattr(f, "reason", "")) for f in read_bytes("a.zip", data)] == [
        ("a.zip/../../e.txt", outside), ("a.zip/../b.txt", outside), ("a.zip//abs.txt", outside), ("a.zip/C:/w.txt", outside),
        ("a.zip/in.zip", "压缩包里还有压缩包，未展开；请先解开里面的压缩包再导入"),
        ("a.zip/link.txt", "压缩包内的这一项是链接，未读取；请打包文件本身后再导入"), ("a.zip/好.txt", "")]


def test_a_member_without_a_name_is_told_and_the_rest_read():
    data = zipped([("nameless", "x"), ("b.txt", SIMPLE)])
    nameless = data.replace(b"nameless", b"")
    assert [f.reason for f in read_bytes("a.zip", nameless)] == ["压缩结构已损坏或不完整；请用原软件打开后另存，或重新下载再导入"]
    info = zipfile.ZipInfo("x")
    info.filename = ""
    assert [(f.name, type(f)) for f in read_bytes("a.zip", zipped([(info, "x"), ("b.txt", SIMPLE)]))] == [
        ("a.zip/b.txt", Extract), ("a.zip/未命名", Unreadable)]


def test_encrypted_members_are_told():
    data = bytearray(zipped([("a.txt", SIMPLE)]))
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + at] |= 1
    assert list(read_bytes("a.zip", bytes(data))) == [Unreadable("a.zip/a.txt", "压缩内容加了密码；请解密后再导入")]


@pytest.mark.parametrize("name, shown", [
    ("../../etc/passwd.txt", "passwd.txt"), ("C:\\temp\\办法.txt", "办法.txt"), ("a\u202etxt.exe", "a_txt.exe"), ("a\nb\x00c.txt", "a_b_c.txt"),
    ("", "未命名"), ("x" * 300 + ".txt", "x" * 195 + "….txt"), ("a\ud800.txt", "a_.txt"), ("<b>甲</b>.txt", "b>.txt")])
def test_uploaded_names_are_made_safe_to_show(name, shown):
    [found] = read_bytes(name, SIMPLE.encode())
    assert found.name == shown


def test_archive_names_with_backslashes_and_controls_are_made_safe():
    assert member_name(zipfile.ZipInfo("a\\b\u202e.txt")) == "a/b_.txt" and shown_name("a\u200bb") == "a_b"


def test_folder_with_bad_files_among_good_ones_goes_on(tmp_path):
    bad = {"b0.txt": b"", "b1.pdf": pdf([[]], picture=True), "b2.docx": SIMPLE.encode(), "b3.txt": bytes(range(256)), "b4.doc": OLE,
           "b5.zip": b"PK\x03\x04broken", "b6.docx": docx(p("&a9;"), prolog=LAUGHS), "b7.pdf": pdf([["甲"]], encrypted=True), "b8.jpg": b"\xff\xd8\xff",
           "b9.pdf": BOMB}
    for name, data in bad.items():
        (tmp_path / name).write_bytes(data)
    for i in range(190):
        (tmp_path / f"{i:03}.txt").write_text(f"第{i}条 正文")
    before = cage.Worker.started
    found = list(read(tmp_path))
    assert [f.text for f in found if isinstance(f, Extract)] == [f"第{i}条 正文" for i in range(190)]
    assert [f.name for f in found if isinstance(f, Unreadable)] == sorted(bad)
    assert cage.Worker.started - before <= 3


def test_links_out_of_the_folder_are_told_and_loops_end(tmp_path):
    outside, inside = tmp_path / "外", tmp_path / "内"
    outside.mkdir(), inside.mkdir(), (inside / "子").mkdir()
    (outside / "秘.txt").write_text("外面的文字")
    (inside / "子" / "a.txt").write_text(SIMPLE)
    (inside / "loop").symlink_to(inside)
    (inside / "子" / "up").symlink_to(tmp_path)
    (inside / "again.txt").symlink_to(inside / "子" / "a.txt")
    (inside / "out.txt").symlink_to(outside / "秘.txt")
    (inside / "outer").symlink_to(outside)
    (inside / "dead.txt").symlink_to("nowhere.txt")
    leads = "是指向文件夹之外的链接，未读取；请把文件本身放进来再导入"
    assert [(f.name, getattr(f, "reason", "")) for f in read(inside)] == [
        ("out.txt", leads), ("outer", leads), ("子/a.txt", ""), ("子/up", leads)]


def test_pipes_devices_and_sockets_are_not_opened(tmp_path):
    os.mkfifo(tmp_path / "a.txt")
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(tmp_path / "b.txt"))
    odd = "不是普通文件（是管道、设备或套接字一类），未读取；请选择文档文件"
    assert [(f.name, f.reason) for f in read(tmp_path)] == [("a.txt", odd), ("b.txt", "打不开（No such device or address）；请检查文件后再导入")]
    assert [f.reason for f in read(tmp_path / "a.txt")] == [odd] and [f.reason for f in read("/dev/zero")] != []
    listening.close()


def test_files_and_folders_without_permission_are_told(tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_text(SIMPLE)
    (tmp_path / "b.txt").write_text(SIMPLE)
    really = os.open

    def denied(path, *args, **kwargs):
        if str(path).endswith("a.txt"):
            raise PermissionError(13, "Permission denied")
        return really(path, *args, **kwargs)

    monkeypatch.setattr(os, "open", denied)
    assert [getattr(f, "reason", "") for f in read(tmp_path)] == ["没有权限读取；请检查文件权限后再导入", ""]
    monkeypatch.setattr(os, "scandir", lambda path: (_ for _ in ()).throw(PermissionError(13, "Permission denied")))
    assert [f.reason for f in read(tmp_path)] == ["没有权限打开这个文件夹；请检查权限后再导入"]


def test_names_that_are_not_utf8_are_shown_as_gb18030(tmp_path):
    with open(os.path.join(os.fsencode(tmp_path), "干部任用通知.txt".encode("gb18030")), "w") as stream:
        stream.write(SIMPLE)
    assert [f.name for f in read(tmp_path)] == ["干部任用通知.txt"]


def test_no_machine_path_is_ever_shown(tmp_path):
    (tmp_path / "a.txt").write_text("")
    (tmp_path / "b.zip").write_bytes(b"PK\x03\x04")
    assert not [f for f in [*read(tmp_path), *read(tmp_path / "a.txt"), *read(tmp_path / "no")] if str(tmp_path.parent) in repr(f)]


def test_the_worker_has_no_network_no_programs_and_no_writing(tmp_path):
    tried = f"""
import ctypes, os, socket, subprocess, sys
from assistant.readers import worker
worker.confine()
out = []
for act in (lambda: socket.socket(), lambda: open({str(tmp_path / "x")!r}, "w"), lambda: os.system("true"), lambda: subprocess.run(["true"]),
            lambda: os.fork(), lambda: os.remove({str(tmp_path / "keep")!r}), lambda: os.mkdir({str(tmp_path / "d")!r})):
    try:
        act()
        out.append("allowed")
    except PermissionError:
        out.append("refused")
print(out.count("refused"), len(out), ctypes.CDLL(None).socket(2, 1, 0))
"""
    (tmp_path / "keep").write_text("")
    done = subprocess.run([sys.executable, "-c", tried], capture_output=True, text=True, cwd=os.getcwd(), env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
    assert done.stdout.split()[:2] == ["7", "7"], done
    assert sorted(os.listdir(tmp_path)) == ["keep"]
    if sys.platform == "linux" and os.uname().machine in ("x86_64", "aarch64"):
        assert done.stdout.split()[2] == "-1"


def test_the_environment_of_the_parent_does_not_reach_the_worker(monkeypatch):
    monkeypatch.setenv("ASSISTANT_SECRET_KEY", "x")
    worker = cage.Worker()
    try:
        with open(f"/proc/{worker._process.pid}/environ", "rb") as stream:
            assert b"ASSISTANT_SECRET_KEY" not in stream.read()
    finally:
        worker.kill()
