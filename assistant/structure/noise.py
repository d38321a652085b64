"""Which lines of a page are not the document: page heads and feet, site furniture, credits. Decided over the whole file."""

from __future__ import annotations

import re

from assistant.chinese import CJK
from assistant.structure.marks import date_line, mark, stops

PAGE_NUMBER = re.compile(
    r"(?:[-—–―－─·•~]{1,4}\s*\d{1,4}\s*[-—–―－─·•~]{1,4}|第\s*\d{1,4}\s*页(?:\s*[,，/／|]?\s*共\s*\d{1,4}\s*页)?"
    r"|共\s*\d{1,4}\s*页\s*[,，/／]?\s*第\s*\d{1,4}\s*页|Page\s+\d{1,4}(?:\s+of\s+\d{1,4})?)", re.I)
_BARE_NUMBER = re.compile(r"\d{1,4}|\d{1,4}\s*/\s*\d{1,4}")
_BREADCRUMB = re.compile(r"(?:您|你)?(?:现在|当前|目前)?(?:的|所在|所处)*(?:位置)\s*[:：]|首页\s*[>＞»›/|→]|.{1,30}[>＞»›]\s*正文$")
_FURNITURE = re.compile(
    r"欢迎(?:访问|光临|来到)|设为首页|加入收藏|收藏本[站页]|打印本页|关闭(?:窗口|本页)|返回(?:顶部|首页|列表)|字(?:号|体)(?:大小)?\s*[:：【\[]|【字(?:号|体)"
    r"|[【\[]?\s*(?:打印|大|中|小|关闭|分享|收藏)(?:\s*[】\]]?\s*[|【\[\s]\s*(?:打印|大|中|小|关闭|分享|收藏|本页)){1,6}\s*[】\]]?$|分享到\s*[:：]?|扫一扫")
_STAMP = re.compile(
    r"(?:(?:发布|发稿|更新|发表|录入|上传|编辑|创建|刊发|上网)(?:时间|日期|于)|浏览(?:次数|量|数)?|阅读(?:次数|量|数)?|点击(?:次数|量|数|率)?"
    r"|访问(?:次数|量)|人气|信息来源|稿件来源|文章来源|信息索引号?|索\s*引\s*号|信息分类|主题分类|公开(?:方式|类别|属性))\s*[:：]")
_BYLINE = re.compile(r"(?:来\s*源|作\s*者|记\s*者|通讯员|供\s*稿|撰\s*稿)\s*[:：/丨|]")
_CLOCK = re.compile(r"\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?\s*\d{1,2}:\d{2}(?::\d{2})?")
_FRAGMENT = re.compile(r"[A-Za-z]{1,6}|[|/\\>＞·•\-–—_=*~…. ]{1,80}")
_RULE = re.compile(r"[-_=*~—─━＿＝·.]{3,}")
_IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)|[\w\-（）()\u4e00-\u9fff]{0,40}\.(?:jpe?g|png|gif|bmp|webp|tiff?)", re.I)
_EDITOR = re.compile(
    r"[\[（(【]?\s*(?:(?:责任|本期|网络|执行|文字|图片|美术|版面|值班|新媒体|实习)?(?:编辑|编校|责编|编审|美编)|校\s*对|审\s*校|监\s*制|排\s*版|制\s*图|初\s*审|终\s*审"
    r"|复\s*审|审\s*核|录\s*入|供\s*稿|撰\s*稿|撰\s*文|来\s*源|作\s*者|原标题|记\s*者|通讯员|文\s*[/／]|图\s*[/／])\s*[:：/／丨|]?\s*[^。！？]{1,60}")
_EDITOR_MIDDLE = re.compile(r"[\[（(【]?\s*(?:责任|本期|网络|执行)?(?:编辑|责编|编校)\s*[:：/／丨|]\s*[^。！？]{1,40}")
_NAME = rf"[{CJK}·]{{2,4}}"
_CREDIT = re.compile(
    rf"(?:(?<=[。！？!?”」）)])\s*|\s+)[（(]?\s*(?:(?:图片|照片|摄影|图)\s*[:：/]\s*)?(?:本报|本网)?(?:记者|通讯员)?\s*{_NAME}(?:[\s、/]+{_NAME}){{0,3}}\s*[/／]?\s*"
    r"(?:摄影|摄|供图)\s*[）)]?$"
    rf"|[（(](?:图片|照片|摄影)?[^（）()。，]{{2,24}}(?:摄影|摄|供图|提供)[）)]$"
    rf"|^(?:[^。，；：]{{0,12}}(?:记者|通讯员))?\s*{_NAME}(?:[\s、/]+{_NAME}){{0,3}}\s+(?:摄影|摄|供图)$")
_FOOTER = re.compile(
    r"[\[【（(]?\s*(?:免责声明|特别声明|郑重声明|版权(?:所有|声明|归)|原文(?:链接|地址|网址)|本文(?:来源|转自|转载|系|链接)|转载(?:请|自|须)|来源\s*[:：]\s*http"
    r"|上一[篇条页]|下一[篇条页]|相关(?:阅读|链接|新闻|文章|推荐|信息|稿件)|延伸阅读|推荐阅读|热门(?:文章|推荐|新闻)|最新(?:文章|动态)|猜你喜欢|更多(?:精彩|内容|>>)|扫一扫|扫码"
    r"|长按|点击(?:上方|下方|阅读)|阅读原文|关于我们|网站(?:地图|声明|标识码)|联系我们|返回顶部|打印本页|分享到|投稿邮箱|声明\s*[:：])"
    r"|(?:Copyright|©|All Rights Reserved)|ICP[备证]|公网安备|版权所有", re.I)
_FOOTER_WORD = re.compile(
    r"本[站网]|转载|稿酬|版权|备案|主办|主管|承办|电话|传真|邮[箱编]|QQ|微信|微博|客服|办公区|地\s*址|举报|技术支持|网站|https?://|www\.|公众号|二维码|免责|侵权|@|点赞|在看",
    re.I)


def noise(lines: list[str], pages: list[int]) -> list[bool]:
    """For each line whether it is noise; ``pages`` gives the page a line stands on (a constant where pages are not known)."""
    drop = [not line for line in lines]
    pages = _page_numbers(lines, pages, drop)
    _running_heads(lines, pages, drop)
    _everywhere(lines, drop)
    _head(lines, drop)
    _tail(lines, drop)
    if all(drop):
        # Nothing else is left to be the document, so a sentence that only looks like a stamp is.
        return [not _states(line) for line in lines]
    return drop


def _states(line: str) -> bool:
    """Whether a line with a time in it also says something: not a stamp, nor where in the site it stands."""
    known = (_STAMP, _BREADCRUMB, _FURNITURE, _BYLINE, _EDITOR, _FOOTER)
    return bool(_CLOCK.search(line)) and not any(p.search(line) for p in known) and len(re.findall(f"[{CJK}]", _CLOCK.sub("", line))) >= 8


def credit(line: str) -> int:
    """Where a photo credit begins at the end of a line, else the length of the line.

    >>> line = "大地奏响序曲。张三 摄"
    >>> line[:credit(line)]
    '大地奏响序曲。'
    """
    if line[-1:] in "摄影图供）)提供" and (m := _CREDIT.search(line[-60:])):
        return max(0, len(line) - 60) + m.start()
    return len(line)


def _page_numbers(lines: list[str], pages: list[int], drop: list[bool]) -> list[int]:
    """Drop page numbers; where they are the only sign of pages, count pages by them."""
    explicit = [i for i, line in enumerate(lines) if len(line) <= 24 and PAGE_NUMBER.fullmatch(line)]
    for i in explicit:
        drop[i] = True
    known = len(set(pages)) > 1
    bare = [i for i, line in enumerate(lines) if line and len(line) <= 9 and _BARE_NUMBER.fullmatch(line)]
    if known:
        edges = _edges(lines, pages, 2)
        for i in bare:
            if i in edges:
                drop[i] = True
        return pages
    values = [int(re.match(r"\d+", lines[i])[0]) for i in bare]
    if len(bare) >= 2 and all(b == a + 1 for a, b in zip(values, values[1:])) and all(j - i > 4 for i, j in zip(bare, bare[1:])):
        for i in bare:
            drop[i] = True
        explicit = sorted({*explicit, *bare})
    if len(explicit) < 3:
        return pages
    out, page, marks = [], 0, set(explicit)
    for i in range(len(lines)):
        out.append(page)
        page += i in marks
    return out


def _edges(lines: list[str], pages: list[int], depth: int, drop: list[bool] | None = None) -> set[int]:
    by_page: dict[int, list[int]] = {}
    for i, line in enumerate(lines):
        if line and not (drop and drop[i]):
            by_page.setdefault(pages[i], []).append(i)
    return {i for rows in by_page.values() for i in (*rows[:depth], *rows[-depth:])}


def _running_heads(lines: list[str], pages: list[int], drop: list[bool]) -> None:
    if len(set(pages)) < 3:
        return
    edge = [i for i in sorted(_edges(lines, pages, 2, drop)) if len(lines[i]) <= 60 and not lines[i].endswith("。")]

    def shape(i: int) -> str:
        return re.sub(r"\d+", "#", re.sub(r"\s", "", lines[i]))

    on: dict[str, set[int]] = {}
    for i in edge:
        on.setdefault(shape(i), set()).add(pages[i])
    first: set[str] = set()
    for i in edge:
        if len(on[shape(i)]) >= 3 and not mark(lines[i]):
            # A running head often repeats the title: its first appearance stays.
            drop[i] = shape(i) in first or pages[i] != pages[0]
            first.add(shape(i))


def _everywhere(lines: list[str], drop: list[bool]) -> None:
    for i, line in enumerate(lines):
        if drop[i] or len(line) > 160:
            continue
        if (_RULE.fullmatch(line) or _IMAGE.fullmatch(line) or (_STAMP.match(line) and not line.endswith("。"))
                or (_BREADCRUMB.match(line) and not stops(line)) or (_EDITOR_MIDDLE.fullmatch(line))):
            drop[i] = True


def _body(line: str) -> bool:
    """A line that is certainly the document: a numbered one, or a sentence that does not speak of the site."""
    if _FOOTER.search(line[:80]) or _FOOTER_WORD.search(line):
        return False
    found = mark(line)
    if found and not found.reference:
        return True
    return len(line) >= 12 and line.rstrip("”」’』）)").endswith(("。", "！", "？", "；", "!", "?", ";"))


def _head(lines: list[str], drop: list[bool]) -> None:
    seen = 0
    for i, line in enumerate(lines):
        if drop[i]:
            continue
        if seen >= 14 or _body(line):
            return
        if (_FURNITURE.match(line) or _FRAGMENT.fullmatch(line) or _BREADCRUMB.search(line)
                or (_BYLINE.match(line) and len(line) <= 80) or (_CLOCK.search(line) and len(line) <= 60)):
            drop[i] = True
        else:
            seen += 1


def _tail(lines: list[str], drop: list[bool]) -> None:
    alive = [i for i in range(len(lines)) if not drop[i]]
    cut = len(alive)
    while cut and not _body(lines[alive[cut - 1]]):
        cut -= 1
    tail = alive[cut:]
    footer = next((k for k, i in enumerate(tail) if _FOOTER.match(lines[i]) or (_FOOTER.search(lines[i]) and len(lines[i]) <= 160)), None)
    if cut and footer is not None:
        for i in tail[footer:]:
            drop[i] = True
        tail = tail[:footer]
    if not cut:
        return
    for i in tail:
        line = lines[i]
        if (_FURNITURE.match(line) or (len(line) <= 70 and _EDITOR.fullmatch(line) and not date_line(line)) or _FRAGMENT.fullmatch(line)
                or re.fullmatch(r"[（(【\[]?(?:完|全文完|END|The End)[）)】\]]?", line, re.I)):
            drop[i] = True


