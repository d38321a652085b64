"""The error tree. Each error carries a Chinese message that says what happened, to which thing and what to do next."""

from __future__ import annotations


class AssistantError(Exception):
    """Base of every error a user may see. ``status`` is its HTTP status, ``code`` a stable name for programs."""

    status = 500
    code = "internal"

    def __init__(self, message: str):
        super().__init__(message)
        self.message = message


class BadInput(AssistantError):
    """The request itself cannot be used: empty or too long a question, a malformed date, an unknown option."""

    status, code = 422, "bad_input"


class NotFound(AssistantError):
    """No such provision or document, or not one the asker may see (both read the same)."""

    status, code = 404, "not_found"


class Forbidden(AssistantError):
    """The asker sees the thing but may not do this to it; what he may not even see is NotFound."""

    status, code = 403, "forbidden"


class Unauthenticated(AssistantError):
    """Nobody is signed in, or what was shown (password, key, session, code) does not count; why it does not is never said."""

    status, code = 401, "unauthenticated"


class TooMany(AssistantError):
    """One caller asks or tries too often; ``retry`` seconds from now it may again."""

    status, code = 429, "too_many"

    def __init__(self, message: str, retry: int = 1):
        super().__init__(message)
        self.retry = retry


class UnreadableFile(AssistantError):
    """A file that cannot be read as a document: missing, empty, scanned, encrypted, hostile, of an unknown format."""

    status, code = 422, "unreadable_file"


class Classified(AssistantError):
    """A secrecy mark stands in a document or question; nothing of it is stored."""

    status, code = 422, "classified"


class HomeBusy(AssistantError):
    """Another process owns this home's indexes."""

    status, code = 409, "home_busy"


class HomeBroken(AssistantError):
    """The home cannot be opened: unknown schema version, unreadable database, disk full."""

    status, code = 500, "home_broken"


class IndexMismatch(AssistantError):
    """The index was built by another embedding model; the message names the rebuild command."""

    status, code = 409, "index_mismatch"


class BadSetting(AssistantError):
    """A setting is unknown or has an unusable value."""

    status, code = 500, "bad_setting"


class BadScheme(AssistantError):
    """A classification scheme or one of its data files is broken; the message names file and line."""

    status, code = 500, "bad_scheme"


class MissingExtra(AssistantError):
    """An optional part is not installed; the message names the command that installs it."""

    status, code = 501, "missing_extra"


class Overloaded(AssistantError):
    """Too many requests at once; try again later."""

    status, code = 503, "overloaded"


class ModelUnavailable(AssistantError):
    """The language model could not be used; the offline answer stands in. Never holds words of the service or the key."""

    status, code = 503, "model_unavailable"


class ModelRefused(ModelUnavailable):
    """The service cannot be reached, or refused the call: no connection, wrong key, no such model, a fault of its own."""

    status, code = 502, "model_refused"


class ModelTimeout(ModelUnavailable):
    """The service did not connect, begin, go on or finish within the time given."""

    status, code = 504, "model_timeout"


class ModelBroken(ModelUnavailable):
    """What the model put out cannot be used: cut off, empty, too long, no JSON, not UTF-8, tools that do not exist."""

    status, code = 502, "model_broken"


class ModelBusy(ModelUnavailable):
    """No slot is free, the service limits its callers, or it is being left alone after faults."""

    status, code = 503, "model_busy"


class ModelNotAllowed(ModelUnavailable):
    """The call would have gone to a place that is not allowed, as by a redirect."""

    status, code = 502, "model_not_allowed"


class Cancelled(AssistantError):
    """Who asked has left; the work was stopped. Not a fault of anything."""

    status, code = 499, "cancelled"
