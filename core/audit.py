"""The audit log: who did what, to which, and when."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Actor(enum.Enum):
    """Who stands behind a note of the audit log: a user, the platform by itself, or somebody who never got in."""

    USER = "user"
    PLATFORM = "platform"
    UNKNOWN = "unknown"


REFUSED = "session.refused"
"""The action of those who never got in: the name is what they typed, and a one-time link has none."""


@dataclass(frozen=True, slots=True)
class AuditNote:
    """Something that was done.

    Attributes:
        id: higher than that of any note before it.
        at: when.
        user: name of who did it; empty where nobody was signed in.
        action: such as `alert.acknowledged`.
        subject: id of what it was done to, of a capture or a removed user with the name behind a space; of a
            refused sign-in the address that it came from.
    """

    id: int
    at: int
    user: str
    action: str
    subject: str

    @property
    def actor(self) -> Actor:
        """Who stands behind it: what no user did and nobody tried, the platform did."""
        if self.action == REFUSED:
            return Actor.UNKNOWN
        return Actor.USER if self.user else Actor.PLATFORM
