"""Accounts and the four things that show who someone is: password, session, key, link to a chat platform.

Only hashes of secrets are stored; what does not count is refused in the same words whatever the reason.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import threading
import time
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from assistant.accounts import passwords
from assistant.accounts.passwords import Cost
from assistant.accounts.patience import Patience
from assistant.accounts.principal import RIGHTS, ROLES, SCOPES, WHAT, Principal
from assistant.errors import BadInput, Forbidden, HomeBroken, Unauthenticated
from assistant.types import Asker

if TYPE_CHECKING:
    from assistant.store.accounts import AccountRow, KeyRow, LinkRow

PREFIX = "cpa_"
CODE_MINUTES = 10
RESERVED = frozenset({"local", "shipped"})
"""Names of the store's own owners; an account of that name would own what is theirs."""
TOUCH_SECONDS = 300
"""How exactly the last use of a key is known: a write for each request would cost more than it tells."""

_NAME = re.compile(r"[\w.@-]{1,40}")
_KEY = re.compile(r"cpa_([0-9a-f]{12})_([0-9a-f]{64})", re.ASCII)
_PLATFORM = re.compile(r"[a-z][a-z0-9-]{0,30}")
_CODE = re.compile(r"[0-9]{8}", re.ASCII)


@dataclass(frozen=True)
class IssuedKey:
    """A new key; ``key`` is shown once and known nowhere else."""

    row: KeyRow
    key: str = field(repr=False)


@dataclass(frozen=True)
class SignedIn:
    """A new session: the token for the cookie, and until when it counts."""

    principal: Principal
    expires: str
    token: str = field(repr=False)


@dataclass(frozen=True)
class Code:
    """A one-time code for a chat platform, and until when it counts."""

    expires: str
    code: str = field(repr=False)


class Accounts:
    """The accounts of one home. ``clock`` gives the time in UTC, ``ticks`` counts seconds for delays."""

    def __init__(self, store, *, cost: Cost = Cost(), session_hours: float = 12.0,
                 clock: Callable[[], datetime] = lambda: datetime.now(timezone.utc), ticks: Callable[[], float] = time.monotonic):
        self._store, self._cost, self._clock, self._ticks = store, cost, clock, ticks
        self._hours = timedelta(hours=session_hours)
        self._nobody = passwords.hashed(secrets.token_hex(16), cost)
        self._of_account = Patience(5, clock=ticks)
        self._of_address = Patience(20, clock=ticks)
        self._of_user = Patience(5, 30.0, clock=ticks)
        self._hashing = threading.BoundedSemaphore(2)
        self._touched: dict[str, float] = {}
        self._any = False

    @property
    def exist(self) -> bool:
        """Whether there are accounts; from the first one on everyone has to show who they are."""
        self._any = self._any or self._store.any_account()
        return self._any

    @property
    def has_admin(self) -> bool:
        return bool(self._store.admins())

    # Accounts

    def add(self, name: str, *, display: str = "", role: str = "reader", units: Iterable[str] = (), password: str = "",
            by: str = "local") -> AccountRow:
        """A new account; without a password it is for keys and chat platforms only. Raises BadInput."""
        name = account_name(name)
        return self._store.put_account(name, _shown(display) or name, _units(units), _role(role), self._hash(password, name), by=by)

    def list(self) -> tuple[AccountRow, ...]:
        return self._store.accounts()

    def get(self, name: str) -> AccountRow:
        """An account by name. Raises NotFound."""
        return self._store.account(_fold(name))

    def set(self, name: str, *, display: str | None = None, role: str | None = None, units: Iterable[str] | None = None,
            disabled: bool | None = None, by: str = "local") -> AccountRow:
        """Change what is given; it counts from the next request on. Raises NotFound, BadInput, Forbidden for the last administrator."""
        return self._store.change_account(_fold(name), by=by, display=None if display is None else _shown(display) or _fold(name),
                                          role=None if role is None else _role(role), units=None if units is None else _units(units),
                                          disabled=disabled)

    def password(self, name: str, password: str, *, by: str = "local") -> None:
        """Another password ("" takes it away); whoever was signed in has to sign in again. Raises NotFound, BadInput."""
        account = self.get(name)
        self._store.set_password(account.name, self._hash(password, account.name), by=by)

    # Keys

    def issue_key(self, name: str, *, label: str = "", scope: Iterable[str] = ("ask",), days: int = 365, by: str = "local") -> IssuedKey:
        """A key for an account's programs; it never opens more than the account itself may. Raises NotFound, BadInput, Forbidden."""
        account = self.get(name)
        scope = frozenset(scope)
        if not scope or scope - SCOPES:
            raise BadInput(f"密钥的范围只能是：{'、'.join(f'{k}（{v}）' for k, v in WHAT.items())}。请改正后再试。")
        if scope - RIGHTS[account.role]:
            raise Forbidden(f"账号“{account.name}”的角色是“{ROLES[account.role]}”，密钥的范围不能有 {'、'.join(sorted(scope - RIGHTS[account.role]))}。")
        if not 1 <= days <= 3650:
            raise BadInput(f"密钥的有效期要在 1 到 3650 天之间，给的是 {days}。请改正后再试。")
        id, secret = secrets.token_hex(6), secrets.token_hex(32)
        key = f"{PREFIX}{id}_{secret}"
        row = self._store.put_key(id, _sha256(key), account.name, _shown(label), scope, self._time(timedelta(days=days)), by=by)
        return IssuedKey(row, key)

    def keys(self, name: str = "") -> tuple[KeyRow, ...]:
        """Keys, the newest first; of one account when one is named. Raises NotFound for an account that is not there."""
        return self._store.keys(self.get(name).name if name else "")

    def revoke_key(self, id: str, *, by: str = "local", name: str = "") -> KeyRow:
        """A key that opens nothing any more. Raises NotFound, also for a key of another account than ``name``."""
        return self._store.revoke_key(id, by=by, account=name)

    def verify_key(self, key: str) -> Principal:
        """Who asks by a key. Raises Unauthenticated: the same whether it is unknown, altered, expired, revoked or its account disabled."""
        form = _KEY.fullmatch(key)
        found = self._store.key(form[1]) if form else None
        row, sha256, account = found or (None, "0" * 64, None)
        right = hmac.compare_digest(_sha256(key), sha256)
        if not right or row is None or account is None or row.revoked or row.expires <= self._time() or account.disabled:
            raise Unauthenticated("这个密钥不能用。请核对；密钥可能已到期、已撤销，或账号已停用，可请管理员重新发一个。")
        self._touch(row.id)
        return of(account, channel="key", scope=row.scope)

    # Sessions

    def sign_in(self, name: str, password: str, address: str = "") -> SignedIn:
        """Sign in from an address. Raises Unauthenticated, TooMany after too many failures of the account or the address."""
        name = _fold(name[:100])
        self._of_address.begin(address)
        self._of_account.begin(name)
        stored = self._store.password_of(name)
        with self._hashing:
            right = len(password) <= passwords.LONGEST and passwords.matches(password, stored or self._nobody)
            if not right or not stored:
                if stored:
                    self._store.record(name, "sign-in failed", name)
                raise Unauthenticated("账号或密码不对。请核对后重试；忘了密码请联系管理员。")
            if passwords.cost_of(stored) != self._cost:
                self._store.set_password(name, passwords.hashed(password, self._cost), by=name, quietly=True)
        self._of_address.uncount(address)
        self._of_account.forgive(name)
        token, expires = secrets.token_urlsafe(32), self._time(self._hours)
        account = self._store.account(name)
        self._store.put_session(_sha256(token), account.name, expires)
        return SignedIn(of(account, channel="page"), expires, token)

    def session(self, token: str) -> Principal:
        """Who is signed in by a token. Raises Unauthenticated when the session ended or the account is disabled."""
        found = self._store.session(_sha256(token))
        if found is None or found[1] <= self._time() or found[0].disabled:
            raise Unauthenticated("没有登录，或登录已过期。请重新登录。")
        return of(found[0], channel="page")

    def sign_out(self, token: str) -> None:
        """End a session; one that is not there has ended already."""
        self._store.end_session(_sha256(token))

    # Chat platforms

    def issue_code(self, name: str) -> Code:
        """An eight-digit code that binds a chat platform's user to the account, once, within ten minutes."""
        account = self.get(name)
        code, expires = f"{secrets.randbelow(10**8):08d}", self._time(timedelta(minutes=CODE_MINUTES))
        self._store.put_code(_sha256(code), account.name, expires)
        return Code(expires, code)

    def bind(self, platform: str, tenant: str, user: str, code: str) -> Principal:
        """Bind a platform's user by a code. Raises Unauthenticated for one that does not count, TooMany, BadInput."""
        place = _place(platform, tenant, user)
        who = ":".join(place)
        self._of_user.begin(who)
        code = unicodedata.normalize("NFKC", code).strip()
        account = self._store.redeem(_sha256(code), self._time(), *place) if _CODE.fullmatch(code) else None
        if account is None:
            raise Unauthenticated(f"绑定码不对，或已过期、已用过。请重新取一个（{CODE_MINUTES} 分钟内有效，只能用一次）。")
        self._of_user.forgive(who)
        return of(account, channel=platform)

    def link(self, platform: str, tenant: str, user: str, name: str, *, by: str = "local") -> LinkRow:
        """Say by directory which account a platform's user is. Raises NotFound, BadInput."""
        return self._store.link(*_place(platform, tenant, user), self.get(name).name, by=by)

    def unbind(self, platform: str, tenant: str, user: str, *, by: str) -> bool:
        """Forget which account a platform's user is; whether one was known."""
        return self._store.unlink(*_place(platform, tenant, user), by=by)

    def links(self, name: str = "") -> tuple[LinkRow, ...]:
        return self._store.links(self.get(name).name if name else "")

    def resolve(self, platform: str, tenant: str, user: str) -> Principal | None:
        """Who a platform's user is; None for one who is not bound, or whose account is disabled."""
        account = self._store.linked(*_place(platform, tenant, user))
        return None if account is None or account.disabled else of(account, channel=platform)

    def _hash(self, password: str, name: str) -> str:
        if not password:
            return ""
        passwords.check(password, name)
        return passwords.hashed(password, self._cost)

    def _time(self, later: timedelta = timedelta()) -> str:
        return (self._clock() + later).isoformat(timespec="milliseconds")

    def _touch(self, id: str) -> None:
        at = self._ticks()
        if at - self._touched.get(id, -TOUCH_SECONDS) < TOUCH_SECONDS:
            return
        if len(self._touched) > 10_000:
            self._touched.clear()
        self._touched[id] = at
        try:
            self._store.touch_key(id, self._time())
        except HomeBroken:
            # A full disk is no reason to refuse a reader.
            pass


def of(account: AccountRow, *, channel: str, scope: frozenset[str] = SCOPES) -> Principal:
    """The principal that an account is; ``scope`` narrows what its role may do."""
    return Principal(account.name, account.display, account.role, Asker(account.name, account.units), RIGHTS[account.role] & scope, False, channel)


def csrf(token: str) -> str:
    """What a page of ours sends along with the session's cookie to change anything; made from the token, so it is stored nowhere."""
    return hmac.new(token.encode("utf-8", "surrogatepass"), b"csrf", hashlib.sha256).hexdigest()


def account_name(text: str) -> str:
    """A name as it is stored. Raises BadInput for one that cannot be.

    >>> account_name(" ZhangSan ")
    'zhangsan'
    """
    name = _fold(text)
    if not _NAME.fullmatch(name):
        raise BadInput("账号名只能用汉字、字母、数字和 . _ - @，1 到 40 个字。请换一个。")
    if name in RESERVED:
        raise BadInput(f"“{name}”是程序自己用的名字，不能作账号名。请换一个。")
    return name


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _shown(text: str) -> str:
    return "".join(c for c in " ".join(text.split()) if c.isprintable())[:60]


def _units(units: Iterable[str]) -> frozenset[str]:
    return frozenset(u for u in map(_shown, units) if u)


def _role(role: str) -> str:
    if role not in ROLES:
        raise BadInput(f"没有角色“{role[:20]}”。可用的有：{'、'.join(f'{k}（{v}）' for k, v in ROLES.items())}。")
    return role


def _place(platform: str, tenant: str, user: str) -> tuple[str, str, str]:
    if not _PLATFORM.fullmatch(platform):
        raise BadInput(f"平台“{platform[:20]}”的写法不对。请写成 wecom、dingtalk、feishu 这样的名字。")
    if not user or len(tenant) > 200 or len(user) > 200:
        raise BadInput("平台用户的编号是空的或太长。请核对后再试。")
    return platform, tenant, user


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
