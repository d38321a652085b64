"""Who asks through a chat platform: an account when the user is bound to one, else someone who sees public documents at most.

What is said in a group is seen by the whole group: it is answered with the group's own view, whoever asks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from assistant.accounts import Principal
from assistant.faces.bots.contract import Incoming
from assistant.types import Asker


class Directory(Protocol):
    """The accounts, as far as chat platforms go."""

    def resolve(self, platform: str, tenant: str, user: str) -> Principal | None: ...
    def bind(self, platform: str, tenant: str, user: str, code: str) -> Principal: ...
    def unbind(self, platform: str, tenant: str, user: str, *, by: str) -> bool: ...


@dataclass(frozen=True)
class Policy:
    """Whom a bot answers: ``unmapped`` public or refuse, ``group_units`` what a group may see beyond public documents."""

    unmapped: str = "public"
    group_units: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Speaker:
    """Who is answered, and what for. ``asker`` None: nobody that this bot answers."""

    asker: Asker | None
    rights: frozenset[str] = frozenset()
    bound: bool = False
    group: bool = False


def speaker(of: Incoming, policy: Policy, directory: Directory) -> Speaker:
    """As whom a message is answered; asked anew for every message, so that a right withdrawn counts at once."""
    principal = directory.resolve(of.channel, of.tenant, of.user)
    if principal is None and policy.unmapped == "refuse":
        return Speaker(None, group=bool(of.chat))
    if of.chat:
        return Speaker(Asker(f"{of.who}@{of.chat}", policy.group_units), frozenset({"ask"}), principal is not None, True)
    if principal is None:
        return Speaker(Asker(of.who), frozenset({"ask"}))
    return Speaker(principal.asker if principal.may("ask") else None, principal.scope, True)
