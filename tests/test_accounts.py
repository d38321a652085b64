"""Accounts: who someone is by password, session, key or chat platform, what they may do, and that nothing else opens the door."""

from __future__ import annotations

import random
import sqlite3
import threading
from datetime import datetime, timedelta, timezone

import pytest

from assistant.accounts import RIGHTS, Accounts, Buckets, Cost, Patience
from assistant.accounts.accounts import csrf
from assistant.accounts.passwords import hashed, matches
from assistant.errors import BadInput, Forbidden, NotFound, TooMany, Unauthenticated
from assistant.store import Store
from assistant.types import Asker

CHEAP = Cost(n=16, r=1, p=1)
PASSWORD = "correct horse 电池"


class Clock:
    """Time that passes when told to."""

    def __init__(self):
        self.at = datetime.now(timezone.utc)
        self.ticks = 0.0

    def now(self):
        return self.at

    def seconds(self):
        return self.ticks

    def passes(self, seconds):
        self.at += timedelta(seconds=seconds)
        self.ticks += seconds


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store(tmp_path):
    store = Store.open(tmp_path)
    yield store
    store.close()


@pytest.fixture
def accounts(store, clock):
    made = Accounts(store, cost=CHEAP, clock=clock.now, ticks=clock.seconds)
    made.add("boss", role="admin", password=PASSWORD, display="主任")
    made.add("Ann", role="staff", units=["组织部"], password=PASSWORD, display="安")
    return made


def trail(store):
    with sqlite3.connect(store.home / "assistant.db") as raw:
        return raw.execute("select who, what, subject from audit order by seq").fetchall()


def test_without_accounts_there_is_nobody(store):
    assert (Accounts(store, cost=CHEAP).exist, Accounts(store, cost=CHEAP).has_admin) == (False, False)


def test_the_first_account_is_an_administrator(store):
    made = Accounts(store, cost=CHEAP)
    with pytest.raises(BadInput, match="第一个账号要是管理员"):
        made.add("ann", role="reader")
    made.add("boss", role="admin")
    assert (made.exist, made.has_admin) == (True, True)


def test_a_principal_says_who_asks_with_what_rights(accounts):
    found = accounts.session(accounts.sign_in("ANN", PASSWORD).token)
    assert (found.name, found.display, found.role, found.asker, found.scope, found.local, found.channel) == (
        "ann", "安", "staff", Asker("ann", frozenset({"组织部"})), RIGHTS["staff"], False, "page")
    assert {role: sorted(rights) for role, rights in RIGHTS.items()} == {
        "reader": ["ask", "cases", "draft"], "staff": ["ask", "cases", "documents", "draft"],
        "reviewer": ["ask", "cases", "documents", "draft", "review"], "admin": ["admin", "ask", "cases", "documents", "draft", "review"]}


@pytest.mark.parametrize("name, told", [("ann", "已有账号"), ("ＡＮＮ", "已有账号"), ("local", "程序自己用的名字"), ("Shipped", "程序自己用的名字"), ("a:b", "账号名只能用"),
                                        ("", "账号名只能用"), ("a" * 41, "账号名只能用"), ("甲\n", "")])
def test_a_name_that_could_be_taken_for_another_is_refused(accounts, name, told):
    if not told:
        assert accounts.add(name).name == name.strip()
        return
    with pytest.raises(BadInput, match=told):
        accounts.add(name)


@pytest.mark.parametrize("password", ["short", "1234567890", "aaaaaaaaaaaa", "xx-ann-xx-99", "x" * 201])
def test_a_password_that_is_guessed_easily_is_refused_without_being_repeated(accounts, password):
    with pytest.raises(BadInput) as told:
        accounts.password("ann", password)
    assert password not in told.value.message


def test_a_password_is_kept_as_scrypt_with_its_parameters_and_hashed_anew_when_they_change(store, accounts):
    kept = store.password_of("ann")
    assert kept.startswith("scrypt$16$1$1$") and PASSWORD not in kept and matches(PASSWORD, kept) and not matches(PASSWORD + " ", kept)
    assert hashed(PASSWORD, CHEAP) != hashed(PASSWORD, CHEAP)
    dearer = Accounts(store, cost=Cost(n=32, r=1, p=1))
    old = accounts.sign_in("ann", PASSWORD)
    dearer.sign_in("ann", PASSWORD)
    assert store.password_of("ann").startswith("scrypt$32$1$1$")
    assert accounts.session(old.token).name == "ann"


@pytest.mark.parametrize("change", [{"role": "reader"}, {"disabled": True}])
def test_nobody_loses_the_last_administrator(accounts, change):
    with pytest.raises(Forbidden, match="最后一个管理员"):
        accounts.set("boss", **change)
    accounts.set("ann", role="admin")
    accounts.set("boss", **change)
    with pytest.raises(Forbidden):
        accounts.set("ann", **change)
    assert accounts.has_admin


def test_of_two_administrators_disabled_at_once_one_stays(accounts):
    accounts.set("ann", role="admin")
    told = []

    def disable(name):
        try:
            accounts.set(name, disabled=True)
        except Forbidden:
            told.append(name)

    threads = [threading.Thread(target=disable, args=(name,)) for name in ("ann", "boss")]
    [t.start() for t in threads], [t.join() for t in threads]
    assert len(told) == 1 and [a.name for a in accounts.list() if not a.disabled] == told


def test_a_change_counts_from_the_next_look_on(accounts):
    token, key = accounts.sign_in("ann", PASSWORD).token, accounts.issue_key("ann", scope=["ask", "documents"]).key
    accounts.set("ann", role="reader", units=["纪委"])
    assert (accounts.session(token).scope, accounts.session(token).asker.units) == (RIGHTS["reader"], frozenset({"纪委"}))
    assert accounts.verify_key(key).scope == frozenset({"ask"})


def test_a_disabled_account_opens_nothing_and_says_no_more_than_a_wrong_key(accounts):
    token, key = accounts.sign_in("ann", PASSWORD).token, accounts.issue_key("ann").key
    accounts.link("wecom", "corp", "u1", "ann")
    code = accounts.issue_code("ann").code
    accounts.set("ann", disabled=True)
    said = set()
    for attempt in (lambda: accounts.verify_key(key), lambda: accounts.verify_key("cpa_" + "0" * 12 + "_" + "0" * 64)):
        with pytest.raises(Unauthenticated) as told:
            attempt()
        said.add(told.value.message)
    assert len(said) == 1
    for attempt in (lambda: accounts.session(token), lambda: accounts.sign_in("ann", PASSWORD), lambda: accounts.bind("wecom", "corp", "u2", code)):
        with pytest.raises(Unauthenticated):
            attempt()
    assert accounts.resolve("wecom", "corp", "u1") is None


def test_a_key_is_shown_once_and_never_opens_more_than_its_account_may(accounts, clock):
    made = accounts.issue_key("ann", label="统计", scope=["ask", "cases"], days=30)
    who = accounts.verify_key(made.key)
    assert (who.name, who.scope, who.channel) == ("ann", frozenset({"ask", "cases"}), "key")
    assert made.key.startswith("cpa_") and made.key not in repr(made) + repr(accounts.keys("ann")) + repr(who)
    assert [(k.id, k.account, k.label, k.scope, bool(k.last_used), k.revoked) for k in accounts.keys()] == [
        (made.row.id, "ann", "统计", frozenset({"ask", "cases"}), True, "")]
    with pytest.raises(Forbidden, match="范围不能有 review"):
        accounts.issue_key("ann", scope=["review"])
    for bad in ({"scope": []}, {"scope": ["root"]}, {"days": 0}, {"days": 4000}):
        with pytest.raises(BadInput):
            accounts.issue_key("ann", **bad)
    clock.passes(30 * 86400)
    with pytest.raises(Unauthenticated):
        accounts.verify_key(made.key)


def test_a_key_is_revoked_by_its_owner_only_under_its_owners_name(accounts):
    made = accounts.issue_key("ann")
    with pytest.raises(NotFound):
        accounts.revoke_key(made.row.id, name="boss")
    assert accounts.verify_key(made.key).name == "ann"
    accounts.revoke_key(made.row.id, name="ann")
    with pytest.raises(Unauthenticated):
        accounts.verify_key(made.key)


def test_a_session_ends_by_signing_out_by_time_and_by_a_new_password(accounts, clock):
    first, second, third = (accounts.sign_in("ann", PASSWORD).token for _ in range(3))
    accounts.sign_out(first)
    accounts.sign_out(first)
    with pytest.raises(Unauthenticated):
        accounts.session(first)
    clock.passes(12 * 3600 - 1)
    assert accounts.session(second).name == "ann"
    accounts.password("ann", PASSWORD + "2")
    with pytest.raises(Unauthenticated):
        accounts.session(second)
    last = accounts.sign_in("ann", PASSWORD + "2").token
    clock.passes(12 * 3600)
    for token in (third, last):
        with pytest.raises(Unauthenticated):
            accounts.session(token)


def test_a_code_binds_once_within_ten_minutes_and_a_newer_one_replaces_it(accounts, clock):
    old, code = accounts.issue_code("ann").code, accounts.issue_code("ann").code
    assert len(code) == 8 and code.isdecimal() and code not in repr(accounts.issue_code("boss"))
    with pytest.raises(Unauthenticated):
        accounts.bind("wecom", "corp", "u1", old)
    who = accounts.bind("wecom", "corp", "u1", f" {code} ")
    assert (who.name, who.channel) == ("ann", "wecom") and accounts.resolve("wecom", "corp", "u1") == who
    assert [accounts.resolve(*place) for place in (("wecom", "other", "u1"), ("feishu", "corp", "u1"), ("wecom", "corp", "u2"))] == [None] * 3
    with pytest.raises(Unauthenticated):
        accounts.bind("wecom", "corp", "u2", code)
    late = accounts.issue_code("ann").code
    clock.passes(600)
    with pytest.raises(Unauthenticated):
        accounts.bind("wecom", "corp", "u2", late)
    assert (accounts.unbind("wecom", "corp", "u1", by="ann"), accounts.unbind("wecom", "corp", "u1", by="ann")) == (True, False)
    assert accounts.resolve("wecom", "corp", "u1") is None


def test_a_code_used_by_many_at_once_binds_one(accounts):
    code, bound = accounts.issue_code("ann").code, []

    def bind(n):
        try:
            bound.append(accounts.bind("dingtalk", "corp", f"u{n}", code).name)
        except Unauthenticated:
            pass

    threads = [threading.Thread(target=bind, args=(n,)) for n in range(8)]
    [t.start() for t in threads], [t.join() for t in threads]
    assert bound == ["ann"] and len(accounts.links("ann")) == 1


def test_a_user_of_a_platform_guesses_few_codes(accounts, clock):
    accounts.issue_code("ann")
    checked = 0
    for n in range(1000):
        try:
            accounts.bind("feishu", "corp", "u1", f"{n:08d}")
        except Unauthenticated:
            checked += 1
        except TooMany:
            pass
    assert checked == 5
    accounts.bind("feishu", "corp", "u2", accounts.issue_code("ann").code)


def test_of_ten_thousand_guessed_passwords_few_are_looked_at(accounts, monkeypatch):
    looked = []
    monkeypatch.setattr("assistant.accounts.passwords.matches", lambda given, stored: looked.append(given) or False)
    refused = []
    for n in range(10_000):
        try:
            accounts.sign_in("ann", f"guess {n}", f"10.0.{n % 256}.{n // 256}")
        except (Unauthenticated, TooMany) as error:
            refused.append(type(error).__name__)
    assert (len(looked), refused.count("TooMany")) == (5, 9995)


def test_of_ten_thousand_guesses_from_one_address_few_are_looked_at(accounts):
    reached = 0
    for n in range(10_000):
        try:
            accounts.sign_in(f"user{n}", "guess", "10.0.0.1")
        except Unauthenticated:
            reached += 1
        except TooMany as error:
            assert error.retry >= 1
    assert reached == 20


def test_guesses_at_once_are_no_more_than_guesses_one_after_another(accounts, monkeypatch):
    looked = []
    monkeypatch.setattr("assistant.accounts.passwords.matches", lambda given, stored: looked.append(given) or False)

    def guess(n):
        try:
            accounts.sign_in("ann", "guess", f"10.0.0.{n}")
        except (Unauthenticated, TooMany):
            pass

    threads = [threading.Thread(target=guess, args=(n,)) for n in range(40)]
    [t.start() for t in threads], [t.join() for t in threads]
    assert len(looked) == 5


def test_the_delay_doubles_up_to_a_quarter_of_an_hour_and_is_forgotten(clock):
    patience, waits = Patience(3, 5, 900, clock=clock.seconds), []
    for _ in range(12):
        patience.begin("a")
        try:
            patience.begin("a")
        except TooMany as error:
            waits.append(error.retry)
            clock.passes(error.retry)
        else:
            waits.append(0)
    assert waits == [0, 5, 10, 20, 40, 80, 160, 320, 640, 900, 900, 900]
    clock.passes(3601)
    patience.begin("a"), patience.begin("a")


def test_the_right_password_after_failures_clears_the_account_and_not_the_address(accounts, clock):
    for n in range(4):
        with pytest.raises(Unauthenticated):
            accounts.sign_in("ann", "wrong", "10.0.0.9")
    for n in range(40):
        accounts.sign_in("ann", PASSWORD, "10.0.0.9")
    left = 0
    with pytest.raises(TooMany):
        for n in range(40):
            with pytest.raises(Unauthenticated):
                accounts.sign_in(f"nobody{n}", "wrong", "10.0.0.9")
            left += 1
    assert left == 16


def test_memory_for_those_who_try_is_bounded(clock):
    patience, buckets = Patience(1, room=100, clock=clock.seconds), Buckets(60, 1, room=100, clock=clock.seconds)
    for n in range(10_000):
        patience.begin(f"a{n}")
        buckets.take(f"a{n}")
    assert (len(patience._tries), len(buckets._left)) == (100, 100)


def test_a_bucket_gives_its_burst_and_then_its_rate(clock):
    buckets = Buckets(60, 3, clock=clock.seconds)
    for _ in range(3):
        buckets.take("a")
    with pytest.raises(TooMany) as told:
        buckets.take("a")
    assert told.value.retry == 1
    buckets.take("b")
    clock.passes(1)
    buckets.take("a")
    with pytest.raises(TooMany):
        buckets.take("a")
    for _ in range(1000):
        Buckets(0, 1).take("a")


def altered(secret, rng):
    """The secret with one character changed, left out, added, or of another case."""
    at = rng.randrange(len(secret))
    match rng.randrange(4):
        case 0:
            return secret[:at] + rng.choice([c for c in "0123456789abcdefXYZ_-" if c != secret[at]]) + secret[at + 1:]
        case 1:
            return secret[:at] + secret[at + 1:]
        case 2:
            return secret[:at] + rng.choice("0a\u0661é\u200b") + secret[at:]
        case _:
            return secret[at:] + secret[:at] if at else secret + secret


def test_of_2550_forged_altered_and_ended_keys_sessions_and_codes_none_is_accepted(store, clock):
    rng = random.Random(7)
    accounts = Accounts(store, cost=CHEAP, clock=clock.now, ticks=clock.seconds)
    accounts.add("boss", role="admin", password=PASSWORD)
    accounts.add("gone", password=PASSWORD)
    right = {"key": accounts.issue_key("boss").key, "session": accounts.sign_in("boss", PASSWORD).token}
    ended = [accounts.issue_key("gone").key for _ in range(50)]
    accounts.set("gone", disabled=True)
    for made in [accounts.issue_key("boss") for _ in range(50)]:
        accounts.revoke_key(made.row.id)
        ended.append(made.key)
    over = [accounts.sign_in("boss", PASSWORD).token for _ in range(50)]
    [accounts.sign_out(token) for token in over]
    accepted, tried = [], 0

    def attempt(call, *given):
        nonlocal tried
        tried += 1
        try:
            accepted.append((given, call(*given)))
        except Unauthenticated:
            pass

    for _ in range(450):
        attempt(accounts.verify_key, altered(right["key"], rng))
        attempt(accounts.verify_key, f"cpa_{rng.getrandbits(48):012x}_{rng.getrandbits(256):064x}")
        attempt(accounts.session, altered(right["session"], rng))
        attempt(accounts.session, f"{rng.getrandbits(256):x}")
    for secret in ended:
        attempt(accounts.verify_key, secret)
    for secret in over:
        attempt(accounts.session, secret)
    for n in range(390):
        code = accounts.issue_code("boss").code
        wrong = [altered(code, rng), f"{(int(code) + 1 + rng.randrange(10**8 - 1)) % 10**8:08d}"][n % 2]
        attempt(accounts.bind, "wecom", "corp", f"u{n}", wrong)
    for n in range(210):
        code = accounts.issue_code("boss").code
        if n % 3:
            accounts.bind("wecom", "corp", "me", code)
        else:
            clock.passes(601)
        attempt(accounts.bind, "wecom", "corp", f"late{n}", code)
    # Long after, what was right has expired too.
    assert (accounts.verify_key(right["key"]).name, tried) == ("boss", 2550)
    clock.passes(366 * 86400)
    attempt(accounts.verify_key, right["key"])
    attempt(accounts.session, right["session"])
    assert accepted == []


def test_the_audit_knows_each_change_by_ids_and_no_secret_is_anywhere_in_the_home(store, accounts, clock, caplog):
    made, signed, code = accounts.issue_key("ann", label="统计"), accounts.sign_in("ann", PASSWORD), accounts.issue_code("ann")
    with pytest.raises(Unauthenticated):
        accounts.sign_in("ann", "wrong password")
    with pytest.raises(Unauthenticated):
        accounts.sign_in("my-password-typed-as-name", "x")
    accounts.bind("wecom", "corp", "u1", code.code)
    accounts.set("ann", role="reader", units=["纪委"], by="boss")
    accounts.password("ann", PASSWORD + "2", by="ann")
    accounts.revoke_key(made.row.id)
    accounts.set("ann", disabled=True)
    accounts.set("ann", disabled=False)
    assert trail(store) == [
        ("local", "account added", "boss"), ("local", "account added", "ann"), ("local", "key issued", made.row.id), ("ann", "signed in", "ann"),
        ("ann", "code issued", "ann"), ("ann", "sign-in failed", "ann"), ("ann", "linked", "wecom:corp:u1"),
        ("boss", "account role changed", "ann"), ("boss", "account units changed", "ann"), ("ann", "account password changed", "ann"),
        ("local", "key revoked", made.row.id), ("local", "account disabled", "ann"), ("local", "account enabled", "ann")]
    assert store.check() == "ok"
    held = b"".join(p.read_bytes() for p in store.home.iterdir() if p.is_file())
    secrets = [made.key, made.key[-64:], signed.token, csrf(signed.token), PASSWORD, "my-password-typed-as-name"]
    assert [s for s in secrets if s.encode() in held or s in caplog.text + repr([made, signed, code])] == []
    assert code.code not in repr(code)
