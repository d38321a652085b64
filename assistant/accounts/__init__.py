"""Who may ask: accounts with roles and units, keys for programs, sessions, and who a user of a chat platform is."""

from assistant.accounts.accounts import Accounts, Code, IssuedKey, SignedIn
from assistant.accounts.passwords import Cost
from assistant.accounts.patience import Buckets, Patience
from assistant.accounts.principal import LOCAL, RIGHTS, ROLES, SCOPES, WHAT, Principal

__all__ = ["LOCAL", "RIGHTS", "ROLES", "SCOPES", "WHAT", "Accounts", "Buckets", "Code", "Cost", "IssuedKey", "Patience", "Principal", "SignedIn"]
