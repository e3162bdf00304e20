"""Tokens of sessions and one-time links; stores see their hashes only.

A link is kept as a session under a hash of its own kind, so that its token opens no session by itself and
a session's token is no link.
"""

import hashlib
import secrets

from core.entities import User
from core.ports import EntityStore


def new_token() -> str:
    """256 random bits as text that can stand in an address."""
    return secrets.token_urlsafe(32)


def session_hash(token: str) -> str:
    """What a store keeps of a session's token."""
    return hashlib.sha256(f"session:{token}".encode()).hexdigest()


def link_hash(token: str) -> str:
    """What a store keeps of a link's token."""
    return hashlib.sha256(f"link:{token}".encode()).hexdigest()


def make_link(entities: EntityStore, user: User, expires: int) -> str:
    """The path of the console that signs `user` in, once, until `expires` (ns since 1970)."""
    token = new_token()
    entities.save_session(link_hash(token), user.id, expires)
    # Behind `#`, so that no server or proxy on the way writes it down.
    return f"/sign-in#token={token}"
