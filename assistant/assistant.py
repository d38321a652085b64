"""The facade: every face (terminal, HTTP, evaluation) stands on these calls, and each of them takes the asker."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from assistant import checkup, citing, lexicon, library, settings
from assistant.checkup import Check
from assistant.drafting import asking, filling, forms
from assistant.drafting.clauses import Clauses
from assistant.drafting.knowing import Known, of_case
from assistant.drafting.nouns import Form, Notice
from assistant.errors import AssistantError, BadInput, IndexMismatch
from assistant.types import LOCAL, Answer, Asker, Document, FileReport, Hit, Provision

if TYPE_CHECKING:
    from assistant import checking
    from assistant.classifying.casework import Case
    from assistant.classifying.nouns import Determination, Scheme
    from assistant.classifying.proposed import Propose
    from assistant.talking import Chatted


class Assistant:
    """Answers, searches and takes documents in, over one home folder. Use :meth:`open`; close it when done."""

    def __init__(self, settings: settings.Settings, store, *, notice: Callable[[str], None] | None = None):
        self.settings, self.store = settings, store
        self._notice = notice or (lambda text: None)
        self._lock = threading.RLock()
        self._opened = False

    @classmethod
    def open(cls, given: settings.Settings | None = None, *, home: Path | None = None,
             notice: Callable[[str], None] | None = None) -> Assistant:
        """Open a home, creating or migrating it, and load the shipped corpus when it is new or changed.

        Raises HomeBusy when another process owns the home's indexes, HomeBroken when it cannot be read,
        IndexMismatch when it was built with another embedding model.
        """
        from assistant.store import Store

        chosen = given or settings.load(home=home)
        self = cls(chosen, Store.open(chosen.home), notice=notice)
        try:
            self._refresh_corpus()
        except BaseException:
            self.close()
            raise
        return self

    @cached_property
    def embedder(self):
        """The embedding model of this home; loaded when first needed."""
        from assistant.embedding import load

        return load(self.settings.embedding)

    @cached_property
    def index(self):
        """The derived indexes; opening them takes the home's lock."""
        from assistant.index import Index
        from assistant.retrieval import terms

        self._same_embedder()
        index = Index.open(self.settings.home, self.store, terms=terms)
        self._opened = True
        return index

    @property
    def _library(self) -> library.Library:
        return library.Library(self.store, self.index, self.embedder, lock=self._lock)

    @cached_property
    def _retriever(self):
        from assistant.embedding import reranker
        from assistant.retrieval import Retriever

        return Retriever(self.store, self.index, self.embedder, reranker(self.settings.reranker))

    @cached_property
    def answerer(self):
        """What answers questions over this home; for measuring, use :meth:`ask` otherwise."""
        from assistant import words
        from assistant.answering import Answerer
        from assistant.embedding.ngrams import idf

        return Answerer(self.store, self._retriever, lexicon.load(self._corpus / "synonyms.txt"), cut=words.known, idf=idf, common=words.common,
                        near=self._near, terms=[t for t, _ in words.terms(self._corpus / "terms.txt")], own_region=self.settings.region)

    @cached_property
    def _likened(self):
        """The vectors of sentences that questions were likened to, up to 16 MB."""
        from assistant.store.kept import Kept

        return Kept(16 << 20, lambda vector: vector.nbytes + 200)

    @cached_property
    def _classifier(self):
        from assistant.classifying.classifier import Classifier

        found = Classifier(self._corpus, self.store.resolve, self._near, own_region=self.settings.region,
                           list_folders=(self.settings.home / "lists",), encode=self.embedder.encode)
        found.check(self.store.known_clause)
        return found

    @cached_property
    def _casework(self):
        from assistant.classifying.casework import Casework

        return Casework(self.store, lambda: self._classifier)

    def check_schemes(self) -> int:
        """Load every classification scheme and look its clauses up; how many there are.

        Raises BadScheme, naming file and line, for a broken file or a clause id that does not exist.
        """
        return len(self._classifier.names)

    def schemes(self) -> tuple[Scheme, ...]:
        """The classification schemes there are. Raises BadScheme for a broken file."""
        return tuple(one.scheme for one in self._classifier.all())

    def classify(self, text: str, scheme: str | None = None, *, on: date | None = None, region: str = "", asker: Asker = LOCAL) -> Determination:
        """A preliminary opinion on a case told in free text, element by element; the case is stored for its asker.

        Without ``scheme`` the fitting one is chosen and said. Raises BadInput (empty, too long), Classified (a secrecy mark:
        nothing is stored), NotFound (no such scheme), BadScheme (a broken scheme file or clause id, with file and line).
        """
        with self._lock:
            return self._casework.classify(text, scheme, on, region, asker)

    def add_fact(self, case: str, fact: str, by: str, *, asker: Asker = LOCAL) -> Case:
        """Add what ``by`` has said to a case and judge it again. Raises NotFound, BadInput, Classified."""
        with self._lock:
            return self._casework.add_fact(case, fact, by, asker)

    def case(self, id: str, *, asker: Asker = LOCAL) -> Case:
        """A case of the asker's by id. Raises NotFound."""
        return self._casework.case(id, asker)

    def cases(self, *, asker: Asker = LOCAL) -> tuple[Case, ...]:
        """The asker's cases, newest first."""
        return self._casework.cases(asker)

    def decide(self, case: str, outcome: str, by: str, *, asker: Asker = LOCAL) -> Case:
        """Record what the named person decided on a case: nothing else ever marks a case decided. Raises NotFound, BadInput."""
        with self._lock:
            return self._casework.decide(case, outcome, by, asker)

    @cached_property
    def _talking(self):
        from assistant.agent.facade import FacadeDesk as Tools
        from assistant.conversing.facade import FacadeDesk as Talk
        from assistant.conversing.facade import PastDesk
        from assistant.talking import Talking

        return Talking(self.store, self.settings, talk=lambda asker: Talk(self, asker), past=lambda asker: PastDesk(self, asker),
                       desk=lambda *bound: Tools(self, *bound), read_again=self.read_again, is_case=self._casework.tells_a_case)

    def chat(self, message: str, conversation: str | None = None, *, asker: Asker = LOCAL, on: date | None = None, region: str = "",
             earlier: Sequence[str] | None = None, cancelled: threading.Event | None = None, tell: Callable[[str], None] | None = None) -> Chatted:
        """Answer a message of a conversation (None begins one): follow-ups are understood, a model phrases when one is set.

        ``earlier``: what the asker said before, where the client keeps the conversation; then none is stored, only the trace.
        Raises NotFound for a conversation that is not the asker's, BadInput and Classified as :meth:`ask`, Cancelled after
        ``cancelled`` was set. ``tell`` hears in Chinese what is being done.
        """
        return self._talking.chat(self.check_message(message), conversation, asker=asker, on=on, region=region, earlier=earlier,
                                  cancelled=cancelled, tell=tell)

    def _near(self, text: str, others: Sequence[str]) -> Sequence[float]:
        if not others:
            return []
        known = self._likened.fetch(others, lambda missing: dict(zip(missing, self.embedder.encode(missing), strict=True)))
        return np.array([known[o] for o in others]) @ self.embedder.encode([text])[0]

    @property
    def _corpus(self) -> Path:
        return self.settings.corpus or settings.shipped("corpus")

    def _same_embedder(self) -> None:
        stored = self.store.embedder
        if stored is None:
            self.store.set_embedder(self.embedder.name, self.embedder.dimension)
        elif stored != (self.embedder.name, self.embedder.dimension):
            raise IndexMismatch(f"索引由向量模型 {stored[0]}（{stored[1]} 维）建立，当前设置是 {self.embedder.name}（{self.embedder.dimension} 维）。"
                                "请运行 assistant index --rebuild 重建，或改回原来的设置。")

    def _refresh_corpus(self) -> None:
        from assistant import readers

        version = library.corpus_version(self._corpus)
        if self.store.note("corpus") == version:
            return
        folder = self._corpus / "documents"
        if not folder.is_dir():
            return
        self._notice("正在载入随附语料……")
        reports = self._library.ingest(readers.read(folder), asker=LOCAL, owner="shipped")
        failed = [r for r in reports if r.status in {"failed", "blocked"}]
        if failed:
            raise AssistantError(f"随附语料 {failed[0].name} 没有载入：{failed[0].reason}")
        shipped = {i for r in reports for i in r.documents}
        for gone in sorted(set(self.store.owned("shipped")) - shipped):
            self.index.remove(self.store.withdraw(gone, by="shipped"))
        self.store.set_notes(corpus=version)

    def tells_a_case(self, text: str) -> bool:
        """Whether a text tells concrete facts of an act, so that :meth:`ask` and :meth:`chat` would classify and store it."""
        return self._casework.tells_a_case(text)

    def check_message(self, text: str) -> str:
        """A message of a conversation: a question, or a case, which may be longer. Raises BadInput."""
        return text.strip() if len(text) > self.settings.max_question and self._casework.tells_a_case(text) else self.check_question(text)

    def check_question(self, text: str) -> str:
        """A question without the spaces around it. Raises BadInput for one that is empty or too long."""
        text = text.strip()
        if not any(c.isalnum() for c in text):
            raise BadInput("问题是空的或只有标点。请写出要问的事，例如：记星亮牌多久考核评价一次？")
        if len(text) > self.settings.max_question:
            raise BadInput(f"问题有 {len(text)} 个字，超过 {self.settings.max_question} 字的上限。请缩短后再问。")
        return text

    def ask(self, question: str, *, asker: Asker = LOCAL, on: date | None = None, region: str = "") -> Answer:
        """Answer a question from what is in force on a day (None: today); by rules unless the settings want a model here, too.

        Raises BadInput for an unusable question.
        """
        answer = self.ask_offline(question, asker=asker, on=on, region=region)
        if not self.settings.ask_with_model:
            return answer
        return self._talking.phrase(answer, question, question, asker, on, region, threading.Event(), lambda status: None)[0]

    def ask_offline(self, question: str, *, asker: Asker = LOCAL, on: date | None = None, region: str = "") -> Answer:
        """As :meth:`ask`, by rules alone."""
        question = self.check_question(question)
        wanted = asking.wanted(question, self._forms.values()) if asking.possible(question) else None
        if wanted:
            return Answer(asking.reply(wanted))
        with self._lock:
            if self._casework.tells_a_case(question):
                return self.determined(question, asker=asker, on=on, region=region)
            answer = self.answerer.answer(question, asker=asker, on=on, region=region)
            faults = citing.faults(answer, lambda i: self.store.provision(i, asker, on), on or date.today())
            if faults:
                bad = {f.thing for f in faults}
                kept = tuple(c for c in answer.citations if c.provision not in bad)
                answer = Answer("核对引文时发现问题，这次不给出回答，请换一种问法或直接查阅条款。", kept, "out_of_corpus", answer.notices,
                                trace={**answer.trace, "faults": tuple((f.rule, f.thing) for f in faults)})
            unwell = getattr(self.index, "notice", "")
            return replace(answer, notices=(*answer.notices, unwell)) if unwell else answer

    def determined(self, told: str, *, asker: Asker = LOCAL, on: date | None = None, region: str = "") -> Answer:
        """A case told in a question or a message: classified and stored, in the shape of an answer. Raises as :meth:`classify`."""
        return self._as_answer(self.classify(told, on=on, region=region, asker=asker))

    def read_again(self, case: str, propose: Propose, *, asker: Asker = LOCAL) -> Answer:
        """Judge a stored case again with what ``propose`` (a language model) reads in it: the scheme decides as ever."""
        of = self.case(case, asker=asker)
        # Outside of the lock: a model takes its time.
        proposals = tuple(propose(self._classifier.ready(of.scheme).scheme, of.text))
        with self._lock:
            return self._as_answer(self._casework.read_again(case, proposals, asker).determination)

    def _as_answer(self, found: Determination) -> Answer:
        lines = [f"初步意见：{found.title}。", *found.reasons, f"还需要核实：{found.ask_next}" if found.ask_next else ""]
        return Answer("\n".join(line for line in lines if line), found.citations, None, found.notices, determination=found)

    @cached_property
    def _forms(self) -> Mapping[str, Form]:
        folder = self._corpus / "notices"
        return forms.load(folder) if folder.is_dir() else {}

    def forms(self, *, asker: Asker = LOCAL) -> tuple[Form, ...]:
        """The notice forms of the corpus. Raises BadSetting naming file and line of a faulty one."""
        return tuple(self._forms.values())

    def draft(self, form: str, fields: Mapping[str, object] | None = None, *, case: str | None = None, asker: Asker = LOCAL,
              on: date | None = None) -> Notice:
        """A notice of a form (by name or title) from fields and, with ``case``, from what is known of it.

        What nobody gave stands as 【待填：…】 and in ``missing``. Raises NotFound for an unknown form or case, BadInput for a
        field the form does not have or a value of another kind, Classified for a secrecy mark.
        """
        chosen = forms.find(self._forms, form)
        given = filling.given(chosen, fields or {})
        region = (self.case(case, asker=asker).region if case else "") or self.settings.region
        return filling.fill(chosen, given, self._known(case, asker, str(given.get("姓名", ""))), Clauses.of(self.store, asker, on, region))

    def check(self, name: str, data: bytes, *, asker: Asker = LOCAL, on: date | None = None) -> checking.Report:
        """Check a .docx against the official layout, the wording of its kind and the clauses it cites; nothing is stored.

        ``on`` is the day whose law counts (None: the document's own date). Raises UnreadableFile, Classified.
        """
        from assistant import checking
        from assistant.checking import language

        own = self._corpus / "wording.yaml"
        rules = language.load(own if own.is_file() else settings.shipped("corpus") / "wording.yaml")
        return checking.check(name, data, rules=rules, shelf=checking.StoreShelf(self.store, asker), on=on)

    def release(self, name: str, data: bytes, by: str, *, asker: Asker = LOCAL) -> bytes:
        """A draft without its mark, let go as final by a named person; the audit keeps who, when, which draft and the file's hash.

        Raises BadInput for no name or while something is left open in it, UnreadableFile for no sound draft, Classified.
        """
        from assistant.checking import releasing

        person = releasing.person(by)
        final = releasing.release(name, data)
        self.store.record(person if asker.all_units else f"{asker.name}：{person}", "released", final.subject)
        return final.data

    def _known(self, case: str | None, asker: Asker, person: str) -> Known:
        unit = {"settings.unit": self.settings.unit} if self.settings.unit else {}
        if case:
            of = self.case(case, asker=asker)
            decided = None
            if of.decision:
                outcome = of.decision.outcome
                decided = outcome, self._classifier.ready(of.scheme).scheme.outcomes[outcome].title, of.decision.by, of.decision.at
            known = of_case(of.text, of.determination, decided, person)
            return replace(known, values={**unit, **known.values})
        return Known(unit)

    def search(self, query: str, *, asker: Asker = LOCAL, k: int = 10, on: date | None = None, region: str = "") -> tuple[Hit, ...]:
        """The ``k`` (1..100) best provisions for a query, best first."""
        from assistant import metadata

        query = self.check_question(query)
        if not 1 <= k <= 100:
            raise BadInput(f"条数 {k} 不在 1 到 100 之间。请改正 -k 的值。")
        keep = (lambda d: metadata.applies(d.region, region)) if region else None
        with self._lock:
            return self._retriever.search(query, asker=asker, k=k, on=on, keep=keep)

    def provision(self, id: str, *, asker: Asker = LOCAL, on: date | None = None) -> tuple[Provision, Document]:
        """One provision by id (``DOC#path`` or ``DOC#path@2020-01-01``). Raises NotFound."""
        return self.store.provision(id, asker, on)

    def documents(self, *, asker: Asker = LOCAL, on: date | None = None) -> tuple:
        """The documents the asker may see that are in force on a day."""
        return self.store.summary(asker, on)

    def ingest(self, paths: Iterable[Path], *, asker: Asker = LOCAL, progress: Callable[[FileReport], None] | None = None,
               audience: frozenset[str] = frozenset()) -> tuple[FileReport, ...]:
        """Take in files, folders and zip archives; one bad file never stops the rest."""
        from assistant import readers

        items = (item for path in paths for item in readers.read(Path(path)))
        return self._library.ingest(items, asker=asker, audience=audience, progress=progress)

    def ingest_bytes(self, name: str, data: bytes, *, asker: Asker = LOCAL, audience: frozenset[str] = frozenset()) -> tuple[FileReport, ...]:
        """Take in one uploaded file."""
        from assistant import readers

        return self._library.ingest(readers.read_bytes(name, data), asker=asker, audience=audience)

    @property
    def _publishing(self):
        from assistant.publishing import Publishing

        return Publishing(self.store, self._library)

    def submit(self, name: str, data: bytes, *, asker: Asker, audience: frozenset[str] = frozenset()) -> tuple[FileReport, ...]:
        """Check one uploaded file now and keep it until a second person publishes it. Raises BadInput when too many wait."""
        return self._publishing.submit(name, data, asker, audience)

    def publish(self, id: str, *, asker: Asker) -> tuple[FileReport, ...]:
        """Let a file that waits count from now on. Raises NotFound, Forbidden for one's own file."""
        return self._publishing.publish(id, asker)

    def refuse(self, id: str, *, asker: Asker, reviews: bool) -> None:
        """Take a file that waits out of the queue. Raises NotFound."""
        self._publishing.refuse(id, asker, reviews)

    def withdraw(self, document_id: str, *, asker: Asker = LOCAL) -> None:
        """Take a document out of answers and indexes; its rows stay for the audit. Raises NotFound, Forbidden for another's document."""
        with self._lock:
            self.index.remove(self.store.withdraw(document_id, by=asker))

    def rebuild_index(self, progress: Callable[[int, int], None] | None = None) -> int:
        """Build both indexes again from SQL, with new vectors when the embedding model changed; how many passages."""
        with self._lock:
            stored = self.store.embedder
            if stored != (self.embedder.name, self.embedder.dimension):
                self.store.set_vectors(self.embedder.encode, self.embedder.name, self.embedder.dimension, progress)
            return self.index.rebuild(progress)

    def adapt(self, out: Path | None = None, notice: Callable[[str], None] | None = None):
        """Train the built-in model on from the documents of this home (all of them); an ``embedding.adapting.Adapted``.

        Raises BadInput when there is too little to learn from, MissingExtra without the extra ``models``.
        """
        from assistant.embedding import adapting

        documents = [(d, self.store.provisions(d.id, LOCAL)) for d in self.store.documents(LOCAL)]
        given = adapting.pairs(documents, lexicon.load(self._corpus / "synonyms.txt").groups)
        return adapting.adapt(given, out or self.settings.home / "model", say=notice or self._notice)

    def doctor(self) -> tuple[Check, ...]:
        """Look at home, corpus, indexes and model; each line says what was seen and, when unwell, what to do."""
        return checkup.look(self, lambda: self._talking.connection)

    def close(self) -> None:
        """Release the indexes' lock and the database."""
        if self._opened:
            self.index.close()
        self.store.close()

    def __enter__(self) -> Assistant:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
