"""Secrecy marks: every marking line blocks, internal marks warn, ordinary mention passes."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_files import W, docx, p, pdf, zipped

from assistant.readers import read_bytes
from assistant.secrecy import Marking, inspect

SHARED = Path(__file__).parents[1].parent / "shared"

MARKED = """
绝密★30年
机密★10年
秘密★1年
秘密★5年
秘密★6个月
机密★长期
秘 密 ★ 长期
机　密　★　10　年
机密☆10年
机密＊10年
机密*20年
**机密★10年**
# 秘密★1年
机密⭐5年
绝密✩二十年
机密★十年
秘密★一年
绝密★启用前
机密 ★ 启用前
绝密★启用并使用完毕前
机密★考试启用前
秘密★成绩公布前
机密★2030年12月31日
秘密★至2027年6月
机密★解密前
机密★
★机密★
★秘密★
【机密★10年】
[绝密★长期]
（秘密★2年）
“机密★10年”
机密级★10年
機密★10年
絕密★長期
密级：机密
密级:秘密
密 级 ： 机 密
密级：绝密级
密级：【机密】
密级：机密★10年
密级：秘密 保密期限：5年
文件密级：机密
保密等级：秘密
涉密等级：机密
秘密等级：机密
密级及保密期限：机密★10年
密级：□绝密 ☑机密 □秘密
密级 | 机密
000012 机密★10年
份号：000012 密级：机密
机密 10年
绝密 长期
秘密　一年
机密·启用前
机密（10年）
机密/10年
机密 保密期限：五年
机密 特急
特急 机密
No.000123 机密
第000012份 绝密
（秘密）
（绝密）
【机密】
[秘密]
（机密件）
【绝密级】
机密 不得外传
秘密 注意保存
绝密 严禁复制
本文件密级为机密
本件属机密级
此件为秘密级，请注意保管。
该文件定为绝密级
本资料系秘密级国家秘密，不得外传。
请帮我总结这份机密★10年的通知
这份文件是秘密★1年，能导入吗
附件：秘密★5年 某某情况报告
机\u200b密★1\u200b0年
机·密★10年
国家秘密（机密级）★10年
秘密★壹年
机密▲10年
机密・10年
密级为：机密
密级∶秘密
定密：机密
密级标识：机密
密级：( √ )机密 (  )秘密
【绝密】关于某事的通知
秘密★自2024年起
绝密★考试结束前
2024年高考 绝密★启用前
密级：机密（10年）
机密★10年（定密责任人：张三）
""".strip("\n").split("\n")

MARKED_DOCUMENTS = [
    "000123\n机密\n特急\n某某市委文件\n某委发〔2020〕3号\n关于某事的通知",
    "份号：000001\n机密",
    "机密\n份号：000001",
    "机密\n\n中共某市委办公室文件\n某办发〔2020〕1号",
    "绝密\n关于某次行动的请示\n正文",
    "秘密★\n5年\n某局文件",
    "密级：\n机密\n某局文件",
    "机\n密\n★\n10年\n某局文件",
    "密级 | 保密期限\n机密 | 10年\n正文",
    "关于某事的报告\n" + "正文一句。\n" * 400 + "机密★10年",
    "某局文件\n正文很长。" + "字" * 5000 + "（机密★5年）",
]

WARNED = """
内部资料 注意保存
内部资料，注意保存
内部资料　注意保管
内部资料 请勿外传
内部文件 注意保存
内部文件，请勿外传
内部文件 不得外传
（内部资料）
【内部资料】
（内部文件 注意保存）
内部资料
内部文件
内部使用
仅供内部使用
内部参考
内部参考 注意保存
内部刊物 注意保存
内部传阅
内部掌握
工作秘密
工作秘密 注意保存
工 作 秘 密
工作秘密★3年
【工作秘密】
（工作秘密，严禁外传）
密级：内部
密级：工作秘密
内部★1年
此件不公开
（此件不公开发布）
（此件不予公开）
此件发至县团级
阅后收回
不得外传
严禁外传
信息公开形式：不予公开
仅供领导参阅
内部讨论稿
警务工作秘密
限内部使用
阅后即焚
CONFIDENTIAL
""".strip("\n").split("\n")

MENTIONED = """
泄露国家秘密的，给予处分。
泄露国家秘密、工作秘密的，依法给予警告处分
公务员应当保守国家秘密和工作秘密
保守秘密
保守国家秘密法
机密文件管理规定
机密文件管理规定是什么？
绝密级事项由中央国家机关确定
绝密级国家秘密是最重要的国家秘密
国家秘密的密级分为绝密、机密、秘密三级。
第十四条 国家秘密的密级分为绝密、机密、秘密三级。
绝密级不超过三十年，机密级不超过二十年，秘密级不超过十年
国家秘密的保密期限，除另有规定外，绝密级不超过三十年
机密级国家秘密是重要的国家秘密
确定国家秘密的密级，应当遵守定密权限
中央国家机关、省级机关可以确定绝密级、机密级和秘密级国家秘密
设区的市级机关可以确定机密级和秘密级国家秘密
机关、单位对所产生的国家秘密事项，应当确定密级、保密期限和知悉范围
书面形式的密件应当标明密级和保密期限
不属于国家秘密的，不得作出国家秘密标志
商业秘密
侵犯商业秘密罪
保护商业秘密和个人隐私
涉及国家秘密、商业秘密、个人隐私的，不予公开
泄密
泄密了怎么处理
机密
秘密
绝密
机密是什么意思
秘密和机密有什么区别？
干部泄露机密会受什么处分
秘密窃取公私财物
秘密投票
实行无记名秘密投票
选举采用秘密写票处
不记名投票应当设立秘密写票处
通信自由和通信秘密受法律保护
宪法保护公民的通信秘密
严守党的秘密
保守党的秘密，对党忠诚
“机密”二字
应当标注“秘密”“机密”或者“绝密”
密级标志应当标注在文件首页左上角
密级：绝密、机密、秘密
密级：绝密/机密/秘密/公开
密级：□绝密 □机密 □秘密 □公开
密级：公开
密级：无
密级：非密
密级由谁确定？
密级怎么定？
密级和保密期限用3号黑体字
密级分几种
机密级以上涉密人员
从事机密级工作的人员脱密期为二年
核心涉密人员脱密期为3年
脱密期管理期限为1年至3年
保密期限为10年以上的如何处理
保密期限届满的，自行解密
保密审查
保密委员会办公室
保密工作责任制
涉密人员管理办法
涉密人员出境应当批准
涉密载体的销毁
涉密会议的组织单位应当采取保密措施
从事涉密业务的企业事业单位
未经批准，不得将涉密计算机接入互联网
知悉国家秘密的人员离职后
领导干部应当带头保守秘密
举报人的身份应当保密
对检举、控告人的信息予以保密
为举报人保守秘密
打探案情、泄露审查调查秘密
泄露巡视工作秘密
泄露干部选拔任用工作秘密的
跑风漏气、泄露会议秘密
擅自泄露尚未公开事项
工作秘密管理办法
什么是工作秘密
工作秘密由机关单位确定
不得泄露工作秘密
对工作秘密应当采取必要的保护措施
内部控制制度
内部审计工作规定
内部监督
内部管理
单位内部治安保卫条例
内部资料性出版物管理办法
内部资料能不能带回家
将内部资料提供给境外人员的
不得将内部文件上传互联网
非法提供内部文件给他人的
企业内部文件的管理由办公室负责
党内秘密
向社会公开
不予公开的情形有哪些
政府信息公开
成功的秘密
成功的秘密是坚持
揭开高质量发展的秘密
掌握流量密码
这家百年老店的秘密配方
精密仪器
紧密型医共体
机密性、完整性和可用性
数据的机密性要求
保密协议约定保密期限：三年
双方承诺保守对方机密
一、机密文件的收发
（一）绝密级文件的管理
3. 秘密级文件的借阅
第三章 机密载体的制作
机密文件传递途径有哪些
如何申请查阅机密档案？
本文件不属于国家秘密
本文件是否属于机密？
该资料是不是秘密级，由保密部门确定
本办法所称国家秘密
本规定所称工作秘密，是指……
秘密书写
接触机密的岗位
密码工作
商用密码管理条例
国家秘密载体印制资质
给予秘密奖励
秘密调查
严重违反保密纪律
文件 * 机密信息除外
评分：★★★★★ 保密到位
星级★★★ 酒店
20年工龄，掌握公司机密
密级变更应当及时通知
绝密电影
绝密飞行
重要机密被窃取
失密、泄密事件
该单位发生一起泄露秘密级国家秘密的案件
""".strip("\n").split("\n")


@pytest.mark.parametrize("line", MARKED)
def test_marking_line_is_blocked_alone_and_in_a_document(line):
    assert inspect(line).blocked
    assert inspect(f"{line}\n某某市人民政府文件\n关于某事的通知\n各区：\n正文。").blocked
    assert inspect(f"关于某事的通知\n各区：\n正文。\n{line}\n某某局").blocked


@pytest.mark.parametrize("text", MARKED_DOCUMENTS)
def test_mark_spread_over_lines_or_bare_at_the_head_is_blocked(text):
    assert inspect(text).blocked


@pytest.mark.parametrize("line", WARNED)
def test_internal_mark_is_warned_and_not_blocked(line):
    found = inspect(f"{line}\n某某市人民政府文件\n关于某事的通知\n各区：\n正文。")
    assert found.blocked is None
    assert found.warned


def test_ordinary_mention_passes_in_all_but_three_of_a_hundred():
    false = [line for line in MENTIONED if inspect(line) != Marking()]
    inside = [line for line in MENTIONED if inspect(f"关于某事的规定\n第一条 为了规范管理。\n{'正文。' * 3}\n{line}\n第三条 略。").blocked]
    assert len(MENTIONED) >= 100
    assert (len(false), len(inside)) <= (len(MENTIONED) * 3 // 100, len(MENTIONED) * 3 // 100), (false, inside)


def test_lists_are_long_enough_to_mean_something():
    assert len(MARKED) >= 60 and len(WARNED) >= 30
    assert len({*MARKED}) == len(MARKED) and len({*MENTIONED}) == len(MENTIONED)


@pytest.mark.parametrize("mark", ["机密", "秘密★1年", "密级：机密", "绝密 长期", "（秘密）"])
def test_marks_outside_the_body_block(mark):
    assert inspect("关于某事的通知\n正文。", marks=[mark]).blocked


def test_headers_that_only_mention_secrets_pass():
    assert inspect("正文。", marks=["保守国家秘密法", "机密文件管理规定", "第 3 页 共 8 页"]) == Marking()


def test_message_names_the_mark_and_whom_to_call():
    assert inspect("机密★10年").blocked == (
        "发现密级标志“机密★10年”，已停止处理：涉密内容不得存入或交由本系统处理，请立即联系本单位保密工作机构")
    assert inspect("内部资料 注意保存\n某某通知\n正文").warned == (
        "发现“内部资料 注意保存”标记：请确认本系统的使用范围允许处理这份内容",)


def test_a_quoted_example_in_a_layout_rule_is_no_mark():
    assert inspect("密级和保密期限之间用“★”隔开，例如“秘密★1年”。").blocked is None


@given(st.text(alphabet="绝机秘密★☆*级长期年10 ：:（）【】内部工作资料\n□☑、", max_size=60))
def test_any_text_is_judged_without_error(text):
    found = inspect(text)
    assert found.blocked is None or found.blocked.startswith("发现密级标志")


@given(st.sampled_from(["绝密", "机密", "秘密"]), st.sampled_from("★☆＊*⭐"), st.sampled_from(["10年", "长期", "启用前", "6个月"]),
       st.text(alphabet=" 　\u200b", max_size=2))
def test_level_star_term_blocks_with_any_blanks_between(level, star, term, blank):
    assert inspect(level[0] + blank + level[1] + blank + star + blank + term).blocked


def test_time_grows_with_length_only():
    import time

    began = time.perf_counter()
    inspect("密" * 200_000)
    inspect("绝" + " " * 100_000 + "密")
    inspect("机密 " * 50_000)
    inspect("本文件密级为" * 20_000)
    inspect(("机\n密\n") * 20_000)
    assert time.perf_counter() - began < 3


@pytest.mark.skipif(not SHARED.exists(), reason="no shared material beside the repository")
def test_no_statute_and_no_seed_is_blocked():
    texts = {path.name: path.read_text("utf-8") for path in [*(SHARED / "documents/law").glob("*.md"), *(SHARED / "seeds").glob("*.txt")]}
    with tarfile.open(SHARED / "documents/statutes.tgz") as archive:
        texts |= {m.name: archive.extractfile(m).read().decode("utf-8") for m in archive if m.isfile()}
    assert len(texts) > 300
    assert {name: found for name, text in texts.items() if (found := inspect(text)) != Marking()} == {}


BODY = "关于某事的通知\n各区：为了落实责任，应当认真做好各项工作。"


def _placed(mark: str) -> dict[str, bytes]:
    lines = "".join(p(line) for line in BODY.split("\n"))
    box = f"<w:p><w:r><w:pict><w:txbxContent>{p(mark)}</w:txbxContent></w:pict></w:r></w:p>"
    split = "<w:p>" + "".join(f"<w:r><w:t>{c}</w:t></w:r>" for c in mark) + "</w:p>"
    cell = f"<w:tbl><w:tr><w:tc>{p('题名')}</w:tc><w:tc>{p(mark)}</w:tc></w:tr><w:tr><w:tc>{p(mark)}</w:tc><w:tc>{p('10日')}</w:tc></w:tr></w:tbl>"
    page = "<html><head><title>{}</title></head><body><h1>关于某事的通知</h1>{}<p>各区：为了落实责任，应当认真做好各项工作。</p></body></html>"
    return {
        "top.txt": f"{mark}\n{BODY}".encode(), "end.txt": f"{BODY}\n{mark}".encode("gb18030"), "top.md": f"**{mark}**\n\n# {BODY}".encode(),
        "body.docx": docx(p(mark) + lines), "runs.docx": docx(split + lines), "cell.docx": docx(lines + cell), "box.docx": docx(lines + box),
        "head.docx": docx(lines, word__header1_xml=f"<w:hdr {W}>{p(mark)}</w:hdr>"),
        "foot.docx": docx(lines, word__footer3_xml=f"<w:ftr {W}>{box}</w:ftr>"), "hidden.docx": docx(lines + p(mark, run="<w:vanish/>")),
        "note.docx": docx(lines, word__comments_xml=f"<w:comments {W}><w:comment>{p(mark)}</w:comment></w:comments>"),
        "core.docx": docx(lines, docProps__core_xml=f'<c:coreProperties xmlns:c="c" xmlns:d="d"><d:subject>{mark}</d:subject></c:coreProperties>'),
        "body.pdf": pdf([[mark, *BODY.split("\n")]]), "later.pdf": pdf([BODY.split("\n")] * 3 + [[mark, BODY]]), "title.pdf": pdf([BODY.split("\n")], title=mark),
        "body.html": page.format("某区政府", f"<p>{mark}</p>").encode(), "title.html": page.format(mark, "").encode("gb18030"),
        "hidden.html": page.format("某区政府", f"<div style='display:none'>{mark}</div>").encode(),
    }


@pytest.mark.parametrize("mark", ["机密★10年", "秘密☆1年", "绝密 ★ 长期", "密级：机密"])
def test_a_mark_is_found_wherever_it_stands_in_a_file(mark):
    files = _placed(mark)
    found = [f for name, data in {**files, "all.zip": zipped(files.items())}.items() for f in read_bytes(name, data)]
    assert len(found) == 2 * len(files)
    assert [f.name for f in found if not inspect(f.text, marks=f.marks).blocked] == []


def test_a_mark_in_the_file_name_blocks_and_a_title_with_the_word_does_not():
    assert inspect("正文。", marks=["机密★10年 关于某事的通知.docx"]).blocked and inspect("正文。", marks=["（秘密）关于某事的通知.pdf"]).blocked
    assert inspect("正文。", marks=["机密文件管理规定.docx", "保守国家秘密法(2024-02-27).md"]) == Marking()
