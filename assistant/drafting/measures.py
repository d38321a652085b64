"""The figures of GB/T 9704—2012 that layout and check share, each with its clause; lengths in twips (1/20 pt) unless named.

What the standard does not fix (line spacing in points, bottom and right margin, the size of the head) is marked as derived.
"""

from __future__ import annotations

MM = 1440 / 25.4
"""Twips in a millimetre."""

PAGE = (11906, 16838)
"""A4, 210 mm × 297 mm (5.1)."""
TOP, LEFT = 2098, 1587
"""天头 37 mm ± 1 mm, 订口 28 mm ± 1 mm (5.2.1)."""
BOTTOM, RIGHT = 1984, 1474
"""Derived from the type area."""
AREA = (156, 225)
"""版心 in mm (5.2.1)."""
MARGIN_TOLERANCE = 1.0
"""In mm (5.2.1)."""

LINES, CHARACTERS = 22, 28
"""Lines a page and characters a line (5.2.3)."""
LINE = 579
"""Derived: 225 mm over 22 lines; the standard gives no points."""
SQUEEZE = -5
"""Derived: 28 characters of 16 pt are wider than 156 mm by 0.25 pt each."""
CHARACTER = 320 + SQUEEZE
"""Width of one character of body text as laid out."""

BODY, TITLE, IMPRINT = 16.0, 22.0, 14.0
"""Sizes in points: 3号 body (5.2.2), 2号 title (7.3.1), 4号 版记 and page numbers (7.4, 7.5)."""

HEAD_TOP = 35
"""发文机关标志: its upper edge below that of the type area, in mm (7.2.4)."""
RULE_GAP = 4
"""Red rule below 发文字号, in mm (7.2.7); also head to double rule in a letter (10.1)."""
LETTER_TOP, LETTER_BOTTOM, LETTER_RULE = 30, 20, 170
"""Letter: head to page edge, lower double rule to page edge, length of the rules, in mm (10.1)."""
PAGE_NUMBER_GAP = 7
"""Page number below the type area, in mm (7.5)."""

FANGSONG, KAI, HEI, TITLE_SONG, SONG = "仿宋", "楷体", "黑体", "小标宋", "宋体"
"""The kinds of type the standard names; a font file is chosen for each, it is not itself prescribed."""
FONTS = {FANGSONG: "仿宋_GB2312", KAI: "楷体_GB2312", HEI: "黑体", TITLE_SONG: "方正小标宋简体", SONG: "宋体"}
ALTERNATIVES = {"仿宋_GB2312": "仿宋", "楷体_GB2312": "楷体", "方正小标宋简体": "华文中宋", "黑体": "SimHei", "宋体": "SimSun"}
"""The name a word processor may take when the first is not installed (``w:altName``)."""
LATIN = "Times New Roman"

KINDS = ("决议", "决定", "命令", "公报", "公告", "通告", "意见", "通知", "通报", "报告", "请示", "批复", "议案", "函", "纪要")
"""The fifteen kinds of document (党政机关公文处理工作条例 第八条)."""
UPWARD = frozenset(("请示", "报告"))
"""Kinds that go to a higher organ and carry 签发人."""

_TYPES = ((TITLE_SONG, ("小标宋", "xiaobiaosong", "中宋", "zhongsong")), (FANGSONG, ("仿宋", "fangsong")),
          (KAI, ("楷", "kai")), (HEI, ("黑", "hei")), (SONG, ("宋", "song", "simsun", "mincho")))


def type_of(font: str) -> str:
    """The kind of type a font name belongs to, "" when the name does not tell.

    >>> [type_of(f) for f in ("仿宋_GB2312", "方正小标宋_GBK", "KaiTi", "SimHei", "宋体", "Arial")]
    ['仿宋', '小标宋', '楷体', '黑体', '宋体', '']
    """
    name = font.lower()
    return next((kind for kind, parts in _TYPES if any(part in name for part in parts)), "")


def mm(length: float) -> int:
    """Millimetres in twips.

    >>> mm(37), mm(28)
    (2098, 1587)
    """
    return round(length * MM)
