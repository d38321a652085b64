"""The tables: everything that matters, vectors included. The indexes are derived from here."""

from __future__ import annotations

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, LargeBinary, MetaData, String, Table, Text

SCHEMA = "0005"
"""The newest migration this program knows; revisions are numbers in a row, so that "newer" can be told."""

metadata = MetaData()

meta = Table(
    "meta", metadata,
    Column("key", String, primary_key=True),
    Column("value", Text, nullable=False),
)

files = Table(
    "files", metadata,
    Column("sha256", String, primary_key=True),
    Column("text", Text, nullable=False),
)
"""The decoded text of ingested files, once however many documents share a file."""

versions = Table(
    "versions", metadata,
    Column("row", Integer, primary_key=True),
    Column("id", String, nullable=False),
    Column("version", String, nullable=False),
    Column("start", String, nullable=False),
    Column("title", Text, nullable=False),
    Column("number", String, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("kind", String, nullable=False),
    Column("of", String, nullable=False),
    Column("level", String, nullable=False),
    Column("region", Text, nullable=False),
    Column("issued", String, nullable=False),
    Column("effective", String, nullable=False),
    Column("repealed", String, nullable=False),
    Column("repealed_by", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("sha256", String, nullable=False),
    Column("aliases", Text, nullable=False),
    Column("audience", Text, nullable=False),
    Column("removed", Text, nullable=False),
    Column("file", String, ForeignKey("files.sha256"), nullable=False),
    Column("body", String, nullable=False),
    Column("content", String, nullable=False),
    Column("articles", Integer, nullable=False),
    Column("provisions", Integer, nullable=False),
    Column("owner", String, nullable=False),
    Column("status", String, nullable=False),
    Column("created", String, nullable=False),
    Index("versions_by_id", "id", "status"),
    Index("versions_by_status", "status"),
    sqlite_autoincrement=True,
)
"""One row a document version; ``status`` is current, superseded or withdrawn. Dates are ISO or ""."""

provisions = Table(
    "provisions", metadata,
    Column("version", Integer, ForeignKey("versions.row"), primary_key=True),
    Column("order", Integer, primary_key=True),
    Column("id", String, nullable=False),
    Column("path", Text, nullable=False),
    Column("own", Text, nullable=False),
    Column("level", String, nullable=False),
    Column("heading", Text, nullable=False),
    Column("trail", Text, nullable=False),
    Column("parent", String, nullable=False),
    Column("last", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("verified", String, nullable=False),
    Index("provisions_by_id", "id", "version", unique=True),
    sqlite_with_rowid=False,
)
"""Only own texts are kept: a clause's whole text is the own texts of ``order..last`` joined, one range of the key."""

passages = Table(
    "passages", metadata,
    Column("rowid", Integer, primary_key=True),
    Column("version", Integer, ForeignKey("versions.row"), nullable=False),
    Column("provision", String, nullable=False),
    Column("part", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("context", Text, nullable=False),
    Column("vector", LargeBinary),
    Index("passages_by_version", "version"),
)
"""``rowid`` is the id in both indexes and is never used again; ``vector`` is float32, NULL when the text has nothing to read."""

outbox = Table(
    "outbox", metadata,
    Column("seq", Integer, primary_key=True),
    Column("first", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    Column("removed", Integer, nullable=False),
    sqlite_autoincrement=True,
)
"""Ranges of passages that the indexes have not taken over yet, written in the transaction that changed them."""

audit = Table(
    "audit", metadata,
    Column("seq", Integer, primary_key=True),
    Column("at", String, nullable=False),
    Column("who", String, nullable=False),
    Column("what", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("chain", String, nullable=False),
    sqlite_autoincrement=True,
)
"""Who did what to which document version, ids only. ``chain`` is the hash of the row and of the chain before it."""

cases = Table(
    "cases", metadata,
    Column("id", String, primary_key=True),
    Column("owner", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("scheme", String, nullable=False),
    Column("on", String, nullable=False),
    Column("region", Text, nullable=False),
    Column("created", String, nullable=False),
    Index("cases_by_owner", "owner", "created"),
)
"""What was told of a case, as it was told."""


def _of_a_case(name: str, *columns: Column) -> Table:
    return Table(name, metadata, Column("seq", Integer, primary_key=True), Column("case", String, ForeignKey("cases.id"), nullable=False),
                 *columns, Index(f"{name}_by_case", "case"), sqlite_autoincrement=True)


case_facts = _of_a_case("case_facts", Column("text", Text, nullable=False), Column("by", Text, nullable=False), Column("at", String, nullable=False))
case_determinations = _of_a_case("case_determinations", Column("at", String, nullable=False), Column("content", Text, nullable=False))
case_decisions = _of_a_case("case_decisions", Column("outcome", String, nullable=False), Column("by", Text, nullable=False),
                            Column("at", String, nullable=False))
"""Facts, determinations and decisions are only ever added to a case; the newest counts."""

conversations = Table(
    "conversations", metadata,
    Column("id", String, primary_key=True),
    Column("owner", String, nullable=False),
    Column("title", Text, nullable=False),
    Column("created", String, nullable=False),
    Column("updated", String, nullable=False),
    Column("topic", Text, nullable=False),
    Index("conversations_by_owner", "owner", "updated"),
)
"""``topic`` is JSON: what the talk is about now."""

turns = Table(
    "turns", metadata,
    Column("seq", Integer, primary_key=True),
    Column("conversation", String, ForeignKey("conversations.id"), nullable=False),
    Column("role", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("at", String, nullable=False),
    Index("turns_by_conversation", "conversation", "seq"),
    sqlite_autoincrement=True,
)
"""``role`` is user or assistant; ``answer`` is the assistant's answer as JSON, "" for a user."""

traces = Table(
    "traces", metadata,
    Column("id", String, primary_key=True),
    Column("conversation", String, nullable=False),
    Column("owner", String, nullable=False),
    Column("at", String, nullable=False),
    Column("content", Text, nullable=False),
    Index("traces_by_owner", "owner", "conversation", "at"),
)
"""How answers came about; ``conversation`` is "" for an answer outside of any."""

accounts = Table(
    "accounts", metadata,
    Column("name", String, primary_key=True),
    Column("display", Text, nullable=False),
    Column("units", Text, nullable=False),
    Column("role", String, nullable=False),
    Column("password", String, nullable=False),
    Column("disabled", Integer, nullable=False),
    Column("created", String, nullable=False),
)
"""Who may ask besides this machine's own user. A name is never taken away, so nobody inherits another's rows;
``password`` is a hash with its parameters, "" for one who cannot sign in; ``units`` a JSON list."""

keys = Table(
    "keys", metadata,
    Column("id", String, primary_key=True),
    Column("account", String, ForeignKey("accounts.name"), nullable=False),
    Column("sha256", String, nullable=False),
    Column("label", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("created", String, nullable=False),
    Column("expires", String, nullable=False),
    Column("last_used", String, nullable=False),
    Column("revoked", String, nullable=False),
    Index("keys_by_account", "account"),
)
"""Keys of programs; ``scope`` is a JSON list, ``expires``, ``last_used`` and ``revoked`` are times or ""."""

sessions = Table(
    "sessions", metadata,
    Column("sha256", String, primary_key=True),
    Column("account", String, ForeignKey("accounts.name"), nullable=False),
    Column("created", String, nullable=False),
    Column("expires", String, nullable=False),
    Index("sessions_by_account", "account"),
)
"""Who is signed in; what a form has to send along is derived from the token, which is not kept."""

links = Table(
    "links", metadata,
    Column("platform", String, primary_key=True),
    Column("tenant", String, primary_key=True),
    Column("user", String, primary_key=True),
    Column("account", String, ForeignKey("accounts.name"), nullable=False),
    Column("created", String, nullable=False),
    Index("links_by_account", "account"),
)
"""Which account a user of a chat platform is."""

codes = Table(
    "codes", metadata,
    Column("sha256", String, primary_key=True),
    Column("account", String, ForeignKey("accounts.name"), nullable=False),
    Column("expires", String, nullable=False),
    Column("used", String, nullable=False),
    Index("codes_by_account", "account"),
)
"""One-time codes that bind a platform's user to an account; ``used`` is a time or ""."""

waiting = Table(
    "waiting", metadata,
    Column("id", String, primary_key=True),
    Column("name", Text, nullable=False),
    Column("sha256", String, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("owner", String, nullable=False),
    Column("audience", Text, nullable=False),
    Column("documents", Text, nullable=False),
    Column("created", String, nullable=False),
    Index("waiting_by_owner", "owner"),
)
"""Files put in by an account that a second person has not published yet; nothing of them is divided or indexed."""

messages = Table(
    "messages", metadata,
    Column("id", Integer, primary_key=True),
    Column("channel", String, nullable=False),
    Column("bot", String, nullable=False),
    Column("key", String, nullable=False),
    Column("mark", String, nullable=False),
    Column("talk", String, nullable=False),
    Column("who", String, nullable=False),
    Column("stream", String, nullable=False),
    Column("content", Text, nullable=False),
    Column("at", Float, nullable=False),
    Column("claimed", Float, nullable=False),
    Column("state", String, nullable=False),
    Column("owner", String, nullable=False),
    Column("lease", Float, nullable=False),
    Column("snapshot", Text, nullable=False),
    Column("shown", Float, nullable=False),
    Column("late", Integer, nullable=False),
    Index("messages_once", "channel", "bot", "key", unique=True),
    Index("messages_by_state", "state", "id"),
    Index("messages_by_stream", "stream"),
    Index("messages_by_talk", "talk", "state", "id"),
    Index("messages_by_mark", "channel", "bot", "mark"),
    sqlite_autoincrement=True,
)
"""Messages of chat platforms, each claimed once by the platform's own id; times are seconds since 1970. ``state`` is received,
answering, answered or closed; ``snapshot`` is the final text for platforms that poll, ``shown`` when it was first fetched."""

sendings = Table(
    "sendings", metadata,
    Column("seq", Integer, primary_key=True),
    Column("message", Integer, nullable=False),
    Column("channel", String, nullable=False),
    Column("bot", String, nullable=False),
    Column("talk", String, nullable=False),
    Column("idem", String, nullable=False),
    Column("part", Text, nullable=False),
    Column("back", Text, nullable=False),
    Column("state", String, nullable=False),
    Column("owner", String, nullable=False),
    Column("lease", Float, nullable=False),
    Column("due", Float, nullable=False),
    Column("until", Float, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("detail", Text, nullable=False),
    Index("sendings_once", "idem", unique=True),
    Index("sendings_by_state", "state", "seq"),
    Index("sendings_by_message", "message"),
    Index("sendings_by_talk", "talk", "state", "seq"),
    sqlite_autoincrement=True,
)
"""What goes out, in order within a talk; ``state`` is waiting, sending, sent, unknown, failed or dropped."""

talks = Table(
    "talks", metadata,
    Column("key", String, primary_key=True),
    Column("owner", String, primary_key=True),
    Column("conversation", String, nullable=False),
    Column("updated", Float, nullable=False),
)
"""The conversation that a person's talk with a bot goes on in, for the asker that it was begun as."""

opinions = Table(
    "opinions", metadata,
    Column("seq", Integer, primary_key=True),
    Column("at", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("bot", String, nullable=False),
    Column("who", String, nullable=False),
    Column("about", String, nullable=False),
    Column("value", String, nullable=False),
    Column("note", Text, nullable=False),
    sqlite_autoincrement=True,
)
"""What people think of answers; ``about`` is the trace of the answer, "" when it is not known."""

TRIGGERS = (
    "create trigger if not exists audit_keeps before update on audit begin select raise(abort, 'audit is append-only'); end",
    "create trigger if not exists audit_stays before delete on audit begin select raise(abort, 'audit is append-only'); end",
)
