"""Accounts and keys behind the counter: what ``assistant users`` and ``assistant keys`` ask for, in plain JSON shapes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from assistant.errors import BadInput
from assistant.faces.shapes import Json

if TYPE_CHECKING:
    from assistant.accounts import Accounts, Principal
    from assistant.store.accounts import AccountRow, KeyRow, LinkRow


def account(of: AccountRow) -> Json:
    return {"name": of.name, "display": of.display, "role": of.role, "units": sorted(of.units), "disabled": of.disabled, "created": of.created}


def key(of: KeyRow) -> Json:
    """A key without anything that opens something; times are null for never."""
    times = {name: getattr(of, name) or None for name in ("created", "expires", "last_used", "revoked")}
    return {"id": of.id, "account": of.account, "label": of.label, "scope": sorted(of.scope), **times}


def link(of: LinkRow) -> Json:
    return {"platform": of.platform, "tenant": of.tenant, "user": of.user, "account": of.account, "created": of.created}


def person(of: Principal) -> Json:
    """Who asks, as the page and ``GET /api/me`` show it."""
    return {"name": of.name, "display": of.display, "role": of.role, "units": sorted(of.asker.units), "rights": sorted(of.scope),
            "local": of.local, "channel": of.channel}


def called(accounts: Accounts, call: str, given: Mapping[str, Any]) -> Json:
    """One call by its name with plain values; nothing else of the accounts is reached. Raises BadInput, and what the call raises."""
    try:
        work = CALLS[call]
    except KeyError:
        raise BadInput("没有这个操作。请运行 assistant users --help 查看用法。") from None
    return work(accounts, dict(given))


def _users(accounts: Accounts, _: dict) -> Json:
    return {"accounts": [account(a) for a in accounts.list()], "links": [link(one) for one in accounts.links()]}


def _add(accounts: Accounts, given: dict) -> Json:
    return account(accounts.add(given["name"], display=given.get("display") or "", role=given.get("role") or "reader",
                                units=given.get("units") or (), password=given.get("password") or ""))


def _set(accounts: Accounts, given: dict) -> Json:
    return account(accounts.set(given["name"], **{k: given[k] for k in ("display", "role", "units", "disabled") if given.get(k) is not None}))


def _password(accounts: Accounts, given: dict) -> Json:
    accounts.password(given["name"], given["password"])
    return account(accounts.get(given["name"]))


def _code(accounts: Accounts, given: dict) -> Json:
    made = accounts.issue_code(given["name"])
    return {"code": made.code, "expires": made.expires}


def _link(accounts: Accounts, given: dict) -> Json:
    return link(accounts.link(given["platform"], given["tenant"], given["user"], given["name"]))


def _unlink(accounts: Accounts, given: dict) -> Json:
    return {"unlinked": accounts.unbind(given["platform"], given["tenant"], given["user"], by="local")}


def _keys(accounts: Accounts, given: dict) -> Json:
    return {"keys": [key(k) for k in accounts.keys(given.get("name") or "")]}


def _issue(accounts: Accounts, given: dict) -> Json:
    made = accounts.issue_key(given["name"], label=given.get("label") or "", scope=given.get("scope") or ("ask",), days=given.get("days") or 365)
    return {**key(made.row), "key": made.key}


def _revoke(accounts: Accounts, given: dict) -> Json:
    return key(accounts.revoke_key(given["id"]))


CALLS: dict[str, Callable[[Any, dict], Json]] = {
    "users": _users, "add": _add, "set": _set, "password": _password, "code": _code, "link": _link, "unlink": _unlink, "keys": _keys,
    "issue": _issue, "revoke": _revoke,
}
