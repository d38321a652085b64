"""Questions about a document itself (number, issuer, date, title, addressees, standing) and clauses asked for by number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from assistant.answering import compose
from assistant.answering.evidence import match
from assistant.answering.question import Question, Unit, asking
from assistant.chinese import fold, number
from assistant.chunking import short_title
from assistant.errors import NotFound
from assistant.types import DIGEST_NOTE, Answer, Asker, Citation, Document, Hit, Provision

WANTS = {"number": "文号", "issuer": "制发机关", "issued": "成文（发布）日期", "effective": "施行日期", "title": "标题",
         "addressee": "主送机关", "authority": "性质"}
_STANDING = {"normative": "规范性文件", "news": "新闻报道，不是规范性文件，只能说“据报道”，不能当作政策依据", "model": "范本",
             "talk": "经验交流材料（发言），不是规范性文件，不能当作政策依据"}
_TALK_OF_DOCUMENTS = re.compile(r"方案|通知|意见|办法|文件|文号|成文|印发|发布|日期|时间|施行|实施|机关|单位|条例|报道|发言|材料|正式|全称|标题|出台|制定|联合|生效|执行|主送|"
                                r"新闻|条文|依据|政策|说法|出自|经验|提到|作数|根据|性质|效力|发文|^[发出写印]$")


def beyond(q: Question) -> list[Unit]:
    """The words of a question about a document that say more than that it is one."""
    asked = fold(asking(q.text))
    return [u for u in q.units if not _TALK_OF_DOCUMENTS.search(u.word) and u.word not in asked]


def about(q: Question, pool: Sequence[Document], store, asker: Asker, on: date | None) -> Answer | None:
    """Answer from what is known of a document, when the question is about the document and not about what it says."""
    rest = beyond(q)
    named = fold("".join(short_title(d) + d.title + "".join(d.aliases) + d.issuer for d in pool))
    known = sum(u.weight for u in rest if match(u, named) >= 0.45)
    if rest and known < 0.6 * sum(u.weight for u in rest) and q.want != "authority":
        return None
    fitting = [d for d in pool if all(match(u, fold(short_title(d) + "".join(d.aliases) + d.issuer + d.title)) >= 0.45 for u in rest)] or list(pool)
    types = [u.word for u in q.units if re.fullmatch(r"方案|实施方案|通知|意见|办法|条例|规定|报道|新闻|发言", u.word)]
    if types:
        fitting = [d for d in fitting if any(t in d.title or (t in "报道新闻" and compose.nature(d) == "news") for t in types)] or fitting
    if len(fitting) > 2 and not q.mentions:
        return None
    told, missing, citations = [], [], []
    for d in fitting[:3]:
        provisions = store.provisions(d.id, asker, on)
        value = _addressees(provisions) if q.want == "addressee" else fact(d, q.want)
        head = next((p for p in provisions if value and value in p.own), provisions[0] if provisions else None)
        note = DIGEST_NOTE if d.kind == "digest" else ""
        if value:
            told.append(f"{compose.name(d) if q.want != 'number' else '《' + short_title(d) + '》'}的{WANTS[q.want]}：{value}{note}。"
                        if q.want != "authority" else f"{d.region}{compose.name(d)}是{value}。{note}")
        else:
            missing.append(d)
        if head is not None:
            citations.append(Citation(head.id, head.path, d, _quote(head, value)))
    if not told:
        names = "、".join(f"《{short_title(d)}》" for d in missing)
        return Answer(f"来源未载{names}的{WANTS[q.want]}。", tuple(citations), "out_of_corpus", compose.notices(missing, None), trace={"claims": ()})
    told.extend(f"《{short_title(d)}》的{WANTS[q.want]}来源未载。" for d in missing)
    return Answer("".join(told), tuple(citations), None, compose.notices(fitting[:3], None), trace={"claims": ()})


def fact(document: Document, want: str) -> str:
    """The document's own fact as a reader writes it, "" when the source does not tell."""
    if want == "authority":
        return _STANDING.get(compose.nature(document), "")
    value = {"number": document.number, "issuer": document.issuer, "title": document.title, "issued": document.issued,
             "effective": document.effective or document.issued}.get(want, "")
    return f"{value.year}年{value.month}月{value.day}日" if isinstance(value, date) else value or ""


def _addressees(provisions: Sequence[Provision]) -> str:
    for p in provisions[:4]:
        for line in p.own.split("\n"):
            line = line.strip()
            if line.endswith(("：", ":")) and re.search(r"各|党委|政府|部门|单位|机关", line) and len(line) < 300:
                return line.rstrip("：:")
    return ""


def _quote(head: Provision, value: str) -> str:
    line = next((ln for ln in head.own.split("\n") if value and value in ln), "")
    return (line or next((ln for ln in head.own.split("\n") if ln.strip()), head.text)).strip()[:160]


def clause(q: Question, pool: Sequence[Document], store, asker: Asker, on: date | None) -> tuple[Provision, Document] | None:
    """The clause a number names in one of the documents; 第3条 also finds the run-on item 3 of a notice."""
    for d in pool:
        try:
            return store.provision(f"{d.id}#{q.article}", asker, on)
        except NotFound:
            pass
        m = re.fullmatch(r"第(.+)条", q.article)
        if m:
            for p in store.provisions(d.id, asker, on):
                if p.level == "条" and p.id.rpartition("#")[2].rpartition(".")[2] == str(number(m[1])):
                    return p, d
    return None


def read_out(found: tuple[Provision, Document], on: date | None) -> Answer:
    """A clause asked for by its number, whole."""
    provision, document = found
    text = provision.text.strip()
    note = DIGEST_NOTE if document.kind == "digest" else ""
    return Answer(f"{compose.place_of(Hit(provision, document, 1.0))}：{compose.finished(text)}{note}",
                  (Citation(provision.id, provision.path, document, text),), None, compose.notices([document], on), trace={"claims": (text,)})


def no_such(q: Question, d: Document, store, asker: Asker, on: date | None) -> Answer:
    """A clause number that the document does not have: say how far its numbers go."""
    articles = [p for p in store.provisions(d.id, asker, on) if p.level == "条"]
    shown = q.article.replace(".", "、")
    if d.kind == "digest":
        return Answer(f"{compose.name(d)}的要点整理没有收录{shown}，请查原文。", (), "out_of_corpus", compose.notices([d], on))
    extent = f"该文件的条款为{articles[0].path}至{articles[-1].path}，" if articles else ""
    return Answer(f"{compose.name(d)}没有{shown}。{extent}请核对条号。", (), "out_of_corpus", compose.notices([d], on))
