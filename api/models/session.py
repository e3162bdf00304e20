"""Signing in, and who is signed in."""

from typing import Literal, Self

from pydantic import Field

from api.models.base import Model
from core import entities

Language = Literal["zh", "en"]
RoleName = Literal["viewer", "analyst", "administrator"]


class Credentials(Model):
    """To sign in with a password."""

    name: str = Field(min_length=1, max_length=100, examples=["wang"])
    password: str = Field(min_length=1, max_length=1000, examples=["correct horse battery staple"])


class LinkToken(Model):
    """To sign in once with a link."""

    token: str = Field(min_length=1, max_length=200, examples=["q2Yy1k0jv8mX3n5o7p9r"])


class Preferences(Model):
    """What a user may change of the own account."""

    language: Language = Field(examples=["zh"])


class NewPassword(Model):
    """An own password instead of the present one."""

    current: str = Field(max_length=1000, description="empty where there is none yet", examples=["k7mq2-x9vtp-h4rns"])
    new: str = Field(min_length=12, max_length=1000, examples=["correct horse battery staple"])


class Me(Model):
    """Who is signed in."""

    name: str = Field(examples=["wang"])
    display_name: str = Field(description="or empty", examples=["王工"])
    role: RoleName = Field(examples=["analyst"])
    organizations: list[str] | None = Field(description="ids that may be seen, null for all", examples=[["shuiwu"]])
    language: Language = Field(examples=["zh"])
    provisional: bool = Field(description="must choose an own password before anything else", examples=[False])

    @classmethod
    def of(cls, user: entities.User) -> Self:
        """The user, without what nobody needs to know."""
        seen = None if user.organizations is None else sorted(user.organizations)
        same = ("name", "display_name", "language", "provisional")
        return cls.model_validate(
            {name: getattr(user, name) for name in same} | {"role": user.role.value, "organizations": seen}
        )
