"""A clause id written in a data file, resolved to the version in place: digest or original."""

from __future__ import annotations

from datetime import date

from assistant.errors import NotFound
from assistant.store.catalogue import same
from assistant.store.reading import Reading
from assistant.types import Asker, Document, Provision


class Resolving(Reading):
    """Clauses for those who cite by an id that was written against the digests."""

    def resolve(self, provision_id: str, asker: Asker, on: date | None = None) -> tuple[Provision, Document, str]:
        """The clause in place, its document, and a warning (Chinese, "" = none) when only the digest has the clause.

        An original that took a digest's place is cited under its own id; where it lacks the path the digest is cited.
        Raises NotFound when neither has it on the day.
        """
        try:
            return *self.provision(provision_id, asker, on), ""
        except NotFound as error:
            missing = error
        document_id, _, path = provision_id.partition("#")
        digests = [e for e in self._current().entries if e.document.id == document_id and e.document.kind == "digest"
                   and asker.may_see(e.document.audience) and e.document.in_force(on or date.today())]
        if not digests:
            raise missing
        digest = digests[-1]
        for entry in self.entries(asker, on).values():
            if entry.document.kind != "digest" and entry.document.id != document_id and same(digest.document, entry.document):
                try:
                    return *self.provision(f"{entry.document.id}#{path}", asker, on), ""
                except NotFound:
                    continue
        found = self._known([(digest.row, provision_id)], {digest.row: digest})
        if not found:
            raise missing
        return found[digest.row, provision_id], digest.document, f"原件中没有与“{provision_id}”对应的条款，引用的是随附要点，请核对原件。"

    def known_clause(self, provision_id: str) -> bool:
        """Whether any current document holds the clause, whatever the day and whoever may see it."""
        document_id = provision_id.partition("#")[0]
        wanted = [(e.row, provision_id) for e in self._current().entries if e.document.id == document_id]
        return bool(wanted) and bool(self._known(wanted, {e.row: e for e in self._current().entries}))
