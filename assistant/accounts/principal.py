"""The one who asks, whatever the way in: page, key, chat platform, or this machine's own user; and the table of rights."""

from __future__ import annotations

from dataclasses import dataclass, replace

from assistant import types
from assistant.errors import Forbidden
from assistant.types import Asker

ROLES = {"reader": "读者", "staff": "经办", "reviewer": "审核", "admin": "管理员"}

WHAT = {"ask": "提问和检索", "cases": "案件", "draft": "起草文书", "documents": "上传文件", "review": "发布文件、定稿和记录决定", "admin": "管理账号"}
"""Every right there is, in words; also what the scope of a key is made of."""

SCOPES = frozenset(WHAT)

_READER = frozenset({"ask", "cases", "draft"})
_STAFF = _READER | {"documents"}
_REVIEWER = _STAFF | {"review"}

RIGHTS = {"reader": _READER, "staff": _STAFF, "reviewer": _REVIEWER, "admin": _REVIEWER | {"admin"}}
"""What each role may do: the one table of it."""


@dataclass(frozen=True)
class Principal:
    """Who asks. ``scope`` holds the rights: those of the role, of a key also only those of its scope.

    ``local`` is this machine's own user, who is no account; ``channel`` is local, page, key or the platform's name.
    """

    name: str
    display: str
    role: str
    asker: Asker
    scope: frozenset[str]
    local: bool = False
    channel: str = ""

    def may(self, right: str) -> bool:
        return right in self.scope

    def require(self, right: str) -> None:
        """Raises Forbidden, in words, without the right."""
        if right in self.scope:
            return
        if right in RIGHTS.get(self.role, ()):
            raise Forbidden(f"这个密钥的范围不含“{WHAT[right]}”。请换一个范围够的密钥，或登录后再做。")
        raise Forbidden(f"您的角色是“{ROLES.get(self.role, self.role)}”，不能做“{WHAT[right]}”。需要时请联系管理员。")

    def seen_as(self, asker: Asker) -> Principal:
        """The same one with another view of the documents, as in a group."""
        return replace(self, asker=asker)


LOCAL = Principal("local", "本机", "admin", types.LOCAL, RIGHTS["admin"], True, "local")
