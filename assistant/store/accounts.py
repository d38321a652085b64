"""Accounts, keys, sessions, links to chat platforms and their one-time codes: rows and transactions, no policy.

Secrets come in as hashes only. Each change writes the audit, ids only, in its own transaction.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from assistant.errors import BadInput, Forbidden, NotFound
from assistant.store import trail
from assistant.store.database import Database
from assistant.store.tables import accounts, codes, keys, links, sessions


@dataclass(frozen=True)
class AccountRow:
    """An account without its password."""

    name: str
    display: str
    units: frozenset[str]
    role: str
    disabled: bool
    created: str


@dataclass(frozen=True)
class KeyRow:
    """A key without its hash; times are "" for never."""

    id: str
    account: str
    label: str
    scope: frozenset[str]
    created: str
    expires: str
    last_used: str
    revoked: str


@dataclass(frozen=True)
class LinkRow:
    """A user of a chat platform and the account it is."""

    platform: str
    tenant: str
    user: str
    account: str
    created: str


class AccountBook(Database):
    """The accounts of one home."""

    def any_account(self) -> bool:
        """Whether there is any account at all, disabled ones too."""
        with self._reading() as c:
            return c.execute(select(accounts.c.name).limit(1)).first() is not None

    def admins(self) -> tuple[str, ...]:
        """The administrators who are not disabled."""
        with self._reading() as c:
            return tuple(_admins(c))

    def account(self, name: str) -> AccountRow:
        """An account by name. Raises NotFound."""
        with self._reading() as c:
            return _account(c, name)

    def accounts(self) -> tuple[AccountRow, ...]:
        """All accounts by name."""
        with self._reading() as c:
            return tuple(map(_row, c.execute(select(accounts).order_by(accounts.c.name))))

    def put_account(self, name: str, display: str, units: Iterable[str], role: str, password: str, *, by: str) -> AccountRow:
        """A new account; the first one is an administrator. Raises BadInput for a name that is taken or another first role."""
        with self._writing() as c:
            if c.execute(select(accounts.c.name).where(accounts.c.name == name)).first():
                raise BadInput(f"已有账号“{name}”。请换一个名字；改动它请用 assistant users set。")
            if role != "admin" and not _admins(c):
                raise BadInput("第一个账号要是管理员：有了账号，没有管理员就没有人能管理它们。请加上 --role admin。")
            c.execute(insert(accounts), {"name": name, "display": display, "units": _listed(units), "role": role, "password": password,
                                         "disabled": 0, "created": trail.now()})
            trail.record(c, by, "account added", name, 0)
            return _account(c, name)

    def change_account(self, name: str, *, by: str, display: str | None = None, units: Iterable[str] | None = None, role: str | None = None,
                       disabled: bool | None = None) -> AccountRow:
        """Change what is given. A disabled account is signed out everywhere. Raises NotFound, Forbidden for the last administrator."""
        with self._writing() as c:
            was = _account(c, name)
            loses = was.role == "admin" and not was.disabled and (disabled or role not in (None, "admin"))
            if loses and _admins(c) == [name]:
                raise Forbidden(f"“{name}”是最后一个管理员，不能停用，也不能改成别的角色。请先让另一个账号做管理员。")
            changed: dict[str, Any] = {}
            if display is not None and display != was.display:
                changed["display"] = display
            if units is not None and frozenset(units) != was.units:
                changed["units"] = _listed(units)
            if role is not None and role != was.role:
                changed["role"] = role
            if disabled is not None and disabled != was.disabled:
                changed["disabled"] = int(disabled)
            if changed:
                c.execute(update(accounts).where(accounts.c.name == name).values(**changed))
                if disabled:
                    self._sign_out(c, name)
                for what in sorted(changed):
                    words = ("account disabled" if disabled else "account enabled") if what == "disabled" else f"account {what} changed"
                    trail.record(c, by, words, name, 0)
            return _account(c, name)

    def password_of(self, name: str) -> str:
        """The password's hash, "" for an account that is not there, disabled or without one."""
        with self._reading() as c:
            return c.execute(select(accounts.c.password).where(accounts.c.name == name, accounts.c.disabled == 0)).scalar() or ""

    def set_password(self, name: str, password: str, *, by: str, quietly: bool = False) -> None:
        """A new hash; whoever was signed in has to sign in again, except ``quietly`` (the same password, hashed anew)."""
        with self._writing() as c:
            _account(c, name)
            c.execute(update(accounts).where(accounts.c.name == name).values(password=password))
            if not quietly:
                self._sign_out(c, name)
                trail.record(c, by, "account password changed", name, 0)

    def put_key(self, id: str, sha256: str, account: str, label: str, scope: Iterable[str], expires: str, *, by: str) -> KeyRow:
        """A new key. Raises NotFound for an account that is not there."""
        with self._writing() as c:
            _account(c, account)
            c.execute(insert(keys), {"id": id, "account": account, "sha256": sha256, "label": label, "scope": _listed(scope),
                                     "created": trail.now(), "expires": expires, "last_used": "", "revoked": ""})
            trail.record(c, by, "key issued", id, 0)
            return _key(c.execute(select(keys).where(keys.c.id == id)).one())

    def keys(self, account: str = "") -> tuple[KeyRow, ...]:
        """Keys, the newest first; of one account when one is named."""
        wanted = select(keys).order_by(keys.c.created.desc(), keys.c.id)
        with self._reading() as c:
            return tuple(map(_key, c.execute(wanted.where(keys.c.account == account) if account else wanted)))

    def key(self, id: str) -> tuple[KeyRow, str, AccountRow] | None:
        """A key, its hash and its account; None when there is none."""
        with self._reading() as c:
            found = c.execute(select(keys).where(keys.c.id == id)).first()
            return (_key(found), found.sha256, _account(c, found.account)) if found else None

    def revoke_key(self, id: str, *, by: str, account: str = "") -> KeyRow:
        """A key that no longer opens anything. Raises NotFound, also for a key of another account than the one named."""
        with self._writing() as c:
            found = c.execute(select(keys).where(keys.c.id == id)).first()
            if found is None or account and found.account != account:
                raise NotFound(f"没有密钥“{id[:40]}”。请运行 assistant keys list 查看编号。")
            if not found.revoked:
                c.execute(update(keys).where(keys.c.id == id).values(revoked=trail.now()))
                trail.record(c, by, "key revoked", id, 0)
            return _key(c.execute(select(keys).where(keys.c.id == id)).one())

    def touch_key(self, id: str, at: str) -> None:
        """Note that a key was used."""
        with self._writing() as c:
            c.execute(update(keys).where(keys.c.id == id).values(last_used=at))

    def put_session(self, sha256: str, account: str, expires: str) -> None:
        """Someone signed in; sessions that have ended are forgotten."""
        with self._writing() as c:
            at = trail.now()
            c.execute(delete(sessions).where(sessions.c.expires <= at))
            c.execute(insert(sessions), {"sha256": sha256, "account": account, "created": at, "expires": expires})
            trail.record(c, account, "signed in", account, 0)

    def session(self, sha256: str) -> tuple[AccountRow, str] | None:
        """Who is signed in by a token's hash, and until when; None when nobody is."""
        with self._reading() as c:
            found = c.execute(select(sessions).where(sessions.c.sha256 == sha256)).first()
            return (_account(c, found.account), found.expires) if found else None

    def end_session(self, sha256: str) -> None:
        """Sign out; nothing happens when nobody is signed in by this token."""
        with self._writing() as c:
            found = c.execute(select(sessions.c.account).where(sessions.c.sha256 == sha256)).scalar()
            if found:
                c.execute(delete(sessions).where(sessions.c.sha256 == sha256))
                trail.record(c, found, "signed out", found, 0)

    def put_code(self, sha256: str, account: str, expires: str) -> None:
        """A one-time code in place of every earlier one of the account."""
        with self._writing() as c:
            _account(c, account)
            c.execute(delete(codes).where((codes.c.account == account) | (codes.c.expires <= trail.now()) | (codes.c.sha256 == sha256)))
            c.execute(insert(codes), {"sha256": sha256, "account": account, "expires": expires, "used": ""})
            trail.record(c, account, "code issued", account, 0)

    def redeem(self, sha256: str, now: str, platform: str, tenant: str, user: str) -> AccountRow | None:
        """Use a code up and link the platform's user to its account; None for a code that does not count (any more)."""
        with self._writing() as c:
            found = c.execute(select(codes.c.account).where(codes.c.sha256 == sha256, codes.c.used == "", codes.c.expires > now)).scalar()
            account = _account(c, found) if found else None
            if account is None or account.disabled:
                return None
            c.execute(update(codes).where(codes.c.sha256 == sha256).values(used=now))
            self._link(c, platform, tenant, user, account.name, account.name)
            return account

    def link(self, platform: str, tenant: str, user: str, account: str, *, by: str) -> LinkRow:
        """Say which account a platform's user is, in place of what was said before. Raises NotFound."""
        with self._writing() as c:
            _account(c, account)
            return self._link(c, platform, tenant, user, account, by)

    def unlink(self, platform: str, tenant: str, user: str, *, by: str) -> bool:
        """Forget which account a platform's user is; whether one was known."""
        with self._writing() as c:
            gone = c.execute(delete(links).where(links.c.platform == platform, links.c.tenant == tenant, links.c.user == user)).rowcount
            if gone:
                trail.record(c, by, "unlinked", f"{platform}:{tenant}:{user}", 0)
            return bool(gone)

    def linked(self, platform: str, tenant: str, user: str) -> AccountRow | None:
        """The account that a platform's user is; None for one who is not known."""
        with self._reading() as c:
            found = c.execute(select(links.c.account).where(links.c.platform == platform, links.c.tenant == tenant, links.c.user == user)).scalar()
            return _account(c, found) if found else None

    def links(self, account: str = "") -> tuple[LinkRow, ...]:
        """Links by platform, tenant and user; of one account when one is named."""
        wanted = select(links).order_by(links.c.platform, links.c.tenant, links.c.user)
        with self._reading() as c:
            return tuple(LinkRow(**r) for r in c.execute(wanted.where(links.c.account == account) if account else wanted).mappings())

    def _link(self, c: Connection, platform: str, tenant: str, user: str, account: str, by: str) -> LinkRow:
        place = {"platform": platform, "tenant": tenant, "user": user}
        c.execute(delete(links).where(*(links.c[name] == value for name, value in place.items())))
        row = {**place, "account": account, "created": trail.now()}
        c.execute(insert(links), row)
        trail.record(c, by, "linked", f"{platform}:{tenant}:{user}", 0)
        return LinkRow(**row)

    def _sign_out(self, c: Connection, name: str) -> None:
        c.execute(delete(sessions).where(sessions.c.account == name))
        c.execute(delete(codes).where(codes.c.account == name))


def _admins(c: Connection) -> list[str]:
    return list(c.execute(select(accounts.c.name).where(accounts.c.role == "admin", accounts.c.disabled == 0)).scalars())


def _account(c: Connection, name: str) -> AccountRow:
    found = c.execute(select(accounts).where(accounts.c.name == name)).first()
    if found is None:
        raise NotFound(f"没有账号“{name[:40]}”。请运行 assistant users 查看账号。")
    return _row(found)


def _row(r: Any) -> AccountRow:
    return AccountRow(r.name, r.display, frozenset(json.loads(r.units)), r.role, bool(r.disabled), r.created)


def _key(r: Any) -> KeyRow:
    return KeyRow(r.id, r.account, r.label, frozenset(json.loads(r.scope)), r.created, r.expires, r.last_used, r.revoked)


def _listed(of: Iterable[str]) -> str:
    return json.dumps(sorted(set(of)), ensure_ascii=False)
