"""Bytes to text: which of the encodings that Chinese offices use a file is written in.

Strict UTF-8 comes first, since text in another encoding almost never passes it. The others are told apart by how many
of the commonest characters each reading gives, which holds from about ten characters on; charset-normalizer is asked
only when that is undecided.
"""

from __future__ import annotations

import codecs
import re
import unicodedata

from assistant.readers.extract import Refused

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
         (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))

_FREQUENT = frozenset(
    "的一是不在有人和中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得"
    "经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社"
    "义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通"
    "并提直题党程展五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九"
    "区强放决西被干做必战先回则任取据处队南给色光门即保治北造百规热领七海口东导器压志世金增争济阶油思术极交受联什认六共权收证"
    "改清己美再采转更单风切打白教速花带安场身车例真务具万每目至达走积示议声报斗完类八离华名确才科张信马节话米整空元况今集温传"
    "土许步群广石记需段研界拉林律叫且究观越织装影算低持音众书布复容儿须际商非验连断深难近矿千周委素技备半办青省列习响约支般史"
    "感劳便团往酸历市克何除消构府称太准精值号率族维划选标写存候毛亲快效斯院查江型眼王按格养易置派层片始却专状育厂京识适属圆包火住"
    "的一是不在有人這個們來為會發國時後說過對當從與還經動於學進開關長間問題應點實現現業務條員設區縣廳處黨機構規範圍總統組織監督"
    "縮寫權責級別選舉議會報導請辦電話傳輸資訊訂頒據稱證書據項種類單雙數萬億錢財產貨價買賣車輛東南亞華語際衛計劃醫療護環境見親")

_LISTED = frozenset(bytes((a, b)).decode("gb2312", "ignore") for a in range(0xB0, 0xD8) for b in range(0xA1, 0xFF)) | frozenset(
    bytes((a, b)).decode("big5", "ignore") for a in range(0xA4, 0xC7) for b in (*range(0x40, 0x7F), *range(0xA1, 0xFF)))
"""The first-level characters of GB 2312 and Big5: a weaker sign, for lists of names."""
_PUNCTUATION = frozenset("，。、；：？！“”‘’（）《》〈〉【】〔〕—…·　％")
_RADICALS = {c: unicodedata.normalize("NFKC", chr(c)) for c in [*range(0x2E80, 0x2FE0), *range(0xF900, 0xFB00)]
             if len(unicodedata.normalize("NFKC", chr(c))) == 1 and unicodedata.normalize("NFKC", chr(c)) != chr(c)}
_RADICALS |= {ord(a): b for a, b in zip(
    "⺁⺂⺃⺅⺇⺉⺋⺌⺎⺏⺐⺑⺒⺓⺔⺖⺘⺙⺛⺝⺞⺟⺠⺡⺢⺣⺦⺧⺨⺩⺫⺬⺭⺮⺯⺰⺱⺲⺶⺷⺸⺹⺺⺻⺼⺽⺾⺿⻀⻁⻂⻃⻄⻅⻆⻇⻈⻉⻊⻋⻌⻍⻎⻏⻐⻑⻒⻓⻔⻕⻖⻗⻘⻙⻚⻛⻜⻝⻞⻟⻠⻡⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲⻳",
    "厂乛乚亻几刂㔾小尣尢尣兀巳幺彑忄扌攵旡月歺母民氵氺灬丬牛犭王罒示礻竹糹纟罓罒羊羊芈耂肀聿月臼艹艹艹虎衤覀西见角角讠贝足车辶辶辶阝钅長镸长门阜阝雨青韦页风飞食飠飠饣首马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龟亀龟", strict=True)}

_BINARY = "内容不是文字（二进制文件）；请确认文件没有选错，并转换为 .txt、.md、.docx、.html 或带文字层的 .pdf 再导入"
_MOJIBAKE = re.compile("锟斤拷|烫烫烫|屯屯屯|[\ufffd\u0080-\u0084\u0086-\u009f]")


def decode(data: bytes, declared: str = "", *, share: float = 0.001) -> tuple[str, str]:
    """The text of ``data`` and the encoding it was read in, line ends as ``\\n``.

    ``declared`` is what the file says of itself (an HTML page's charset): only believed when it reads cleanly.
    ``share`` is how much of the text may be damaged (0.1 %; a page's scripts and menus may hold more than its text does).
    Raises Refused with a Chinese reason when the bytes are not text or every reading is garbled.

    >>> decode("中华人民共和国公务员法".encode("gb18030"))
    ('中华人民共和国公务员法', 'gb18030')
    """
    for bom, name in _BOMS:
        if data.startswith(bom):
            try:
                return _settle(data.decode(name), share), name
            except UnicodeDecodeError as error:
                text = data.decode(name, "replace")
                if _sound(text, share):
                    return _settle(text, share), name
                raise Refused("文件开头标明的编码与内容不符，文字无法辨认；请用记事本或 WPS 打开后另存为 UTF-8 再导入") from error
    try:
        text = data.decode("utf-8")
        if not _doubtful(text):
            return _settle(text, share), "utf-8"
    except UnicodeDecodeError as error:
        if len(data) - error.start <= 3:
            # A file cut off in the middle of its last character.
            return _settle(data[:error.start].decode("utf-8"), share), "utf-8"
    text = data.decode("utf-8", "replace")
    if "\ufffd" in text and _sound(text, share):
        return _settle(text, share), "utf-8"
    ranked = _ranked(data, declared, share)
    if ranked and (len(ranked) == 1 or ranked[0][0] - ranked[1][0] > 0.05):
        return _settle(ranked[0][2], share), ranked[0][1]
    name = _asked(data, [name for _, name, _ in ranked] or ["utf_8", "gb18030", "big5hkscs", "cp950", "utf_16"])
    if name:
        guessed = data.decode(name, "replace")
        if _sound(guessed, share):
            return _settle(guessed, share), name
    if "\ufffd" not in text:
        return _settle(text, share), "utf-8"
    if sum(data[:8192].count(bytes([c])) for c in range(32) if c not in (9, 10, 12, 13, 27)) * 50 > len(data[:8192]):
        raise Refused(_BINARY)
    raise Refused("文字编码无法辨认（不是 UTF-8、GB18030、Big5 或 UTF-16，或文件已损坏）；请用记事本或 WPS 打开，确认文字正常后另存为 UTF-8 再导入")


def _wide(text: str) -> int:
    """How many characters are not ASCII: what damage is measured against, since ASCII reads the same in most encodings."""
    return len(text) - len(re.sub(r"[^\x00-\x7f]+", "", text))


def _sound(text: str, share: float, bad: int = -1) -> bool:
    """Whether the damage is small: at most ``share`` of the characters that are not ASCII, or two of two hundred and more."""
    wide, bad = _wide(text), text.count("\ufffd") if bad < 0 else bad
    return bad <= max(wide * share, 2 if wide >= 200 else 0)


def damage(text: str) -> tuple[str, ...]:
    """The Chinese notice about characters that could not be read; empty when there are none."""
    count = text.count("\ufffd")
    return (f"有 {count} 个字损坏，显示为“\ufffd”，请对照原文件",) if count else ()


def _doubtful(text: str) -> bool:
    """Whether bytes that happen to be valid UTF-8 may still be another encoding: control characters, no known letter."""
    if any(c < " " and not c.isspace() for c in text[:4000]):
        return True
    return 0 < len(text) < 40 and not text.isascii() and likeness(text) <= 0 and not re.search("[\u4e00-\u9fff]", text)


def _ranked(data: bytes, declared: str, share: float) -> list[tuple[float, str, str]]:
    # What stands before the first non-ASCII byte (scripts at the head of a page) tells nothing.
    first = re.search(rb"[\x80-\xff]", data)
    start = first.start() if first else 0
    out = []
    names = ["gb18030", "big5hkscs", "cp950", "utf-16-le", "utf-16-be"]
    for name in names:
        if name.startswith("utf-16") and len(data) % 2:
            continue
        at = start & ~1 if name.startswith("utf-16") else start
        text = codecs.getincrementaldecoder(name)("replace").decode(data[at:at + 200_000])
        score = likeness(text)
        if score > 0.12 and _sound(text, share):
            out.append((score, name, text))
    out.sort(key=lambda item: (-item[0], item[1] != _codec(declared)))
    # Two readings that agree on the text are one candidate.
    kept: list[tuple[float, str, str]] = []
    for score, name, text in out:
        if all(text != other for _, _, other in kept):
            kept.append((score, name, text))
    return [(score, name, data.decode(name, "replace")) for score, name, _ in kept[:2]]


def _codec(name: str) -> str:
    try:
        return codecs.lookup(name).name if name else ""
    except LookupError:
        return ""


def likeness(text: str) -> float:
    """How much a text looks like Chinese prose: the share of its visible characters that are common ones, 0..1.

    ASCII counts only when it is printable; control characters and unassigned code points count against it.
    """
    visible, common = 0, 0.0
    for c in re.sub(r"[ -~\s]+", "", text[:400_000])[:20_000]:
        visible += 1
        if c in _FREQUENT or c in _PUNCTUATION:
            common += 1
        elif c in _LISTED:
            common += 0.2
        elif c < " " or "\u007f" <= c < "\u00a0" or "\ue000" <= c <= "\uf8ff" or c == "\ufffd":
            common -= 2
    return common / visible if visible else 0.0


def _asked(data: bytes, among: list[str]) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(data[:200_000], cp_isolation=among).best()
    return best.encoding if best else ""


def _settle(text: str, share: float) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    control = sum(text.count(chr(c)) for c in range(32) if c not in (9, 10, 11, 12, 13, 28, 29, 30, 31))
    if control > max(2, len(text) // 200):
        raise Refused(_BINARY)
    if garbled(text, share):
        raise Refused("文字是乱码（曾以错误的编码保存过）；请找到原文件，另存为 UTF-8 后再导入")
    return unify(text)


def garbled(text: str, share: float = 0.001) -> bool:
    """Whether more than ``share`` of a text is damage: replacement characters, stray C1 controls, mis-decoded UTF-8.

    >>> garbled("第一条 为了规范公务员的管理"), garbled("第一条 锟斤拷为了规范")
    (False, True)
    """
    if not text:
        return False
    bad = sum(len(m.group()) for m in _MOJIBAKE.finditer(text))
    if not _sound(text, share, bad):
        return True
    sample = text[:4000]
    if 20 < sum(map(len, re.findall(r"\?{2,}", sample))) > len(sample) // 4:
        return True
    wide = sum(1 for c in sample if c > "\u00a0" and not c.isspace())
    if wide < 20 or likeness(sample) > 0.2:
        return False
    for wrong, right in (("gb18030", "utf-8"), ("cp1252", "utf-8"), ("latin-1", "utf-8"), ("latin-1", "gb18030"), ("cp1252", "gb18030"),
                         ("latin-1", "big5")):
        healed = sample.encode(wrong, "ignore").decode(right, "replace")
        if healed.count("\ufffd") < len(healed) // 10 and likeness(healed) > likeness(sample) + 0.2:
            return True
    return False


def unify(text: str) -> str:
    """Radicals and compatibility ideographs, which some PDF writers leave in text, as ordinary characters.

    One character for one, so offsets hold.

    >>> unify("⼟地⾏政⻓")
    '土地行政长'
    """
    return text.translate(_RADICALS)
