"""Passwords as argon2id, with the parameters of RFC 9106 for little memory (64 MiB, three passes)."""

import threading

from argon2 import PasswordHasher, profiles
from argon2.exceptions import InvalidHashError, VerificationError

from core.ports import BusyError

_HASHER = PasswordHasher.from_parameters(profiles.RFC_9106_LOW_MEMORY)
# Hashing takes 64 MiB and a core for a moment; whoever waits holds a thread that others need.
_HASHING = threading.BoundedSemaphore(2)
_INSIDE = threading.BoundedSemaphore(8)
# Of a random password that nobody knows: an unknown name takes as long as a wrong password.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$bGlhb3dhbmctbm9ib2R5IQ$0bJnEJtCDsSxjBk0z7QvsBb0hPBXKz8Xn4f6fVvxw7c"


def hash_password(password: str) -> str:
    """The password in argon2's own text form, for `User.password_hash`."""
    with _HASHING:
        return _HASHER.hash(password)


def fits(password: str, password_hash: str | None) -> bool:
    """Whether it is that password; None or empty never fits and takes as long.

    Raises:
        BusyError: too many sign in at once.
    """
    if not _INSIDE.acquire(blocking=False):
        raise BusyError("Too many sign in at once.", "Try again in a moment.")
    try:
        with _HASHING:
            _HASHER.verify(password_hash or _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    finally:
        _INSIDE.release()
    return bool(password_hash)
