"""People who sign in, as administrators see them."""

from typing import Annotated, Self

from pydantic import Field

from api.models.base import PLAIN, Model, Organization
from api.models.session import Language, RoleName
from core import entities

SignInName = Annotated[
    str, Field(min_length=1, max_length=64, pattern=r"^[\w.@-]+$", description="to sign in with", examples=["li"])
]
DisplayName = Annotated[
    str, Field(max_length=100, pattern=PLAIN, description="what people call the user, or empty", examples=["李工"])
]
Organizations = Annotated[
    list[Organization] | None,
    Field(min_length=1, max_length=1000, description="ids that may be seen, null for all", examples=[["shuiwu"]]),
]


class UserSettings(Model):
    """What an administrator says of a user."""

    display_name: DisplayName
    role: RoleName = Field(examples=["analyst"])
    organizations: Organizations


class NewUser(UserSettings):
    """A user to be made."""

    name: SignInName
    language: Language = Field("zh", examples=["zh"])


class ChangedUser(UserSettings):
    """A user as it shall be from now on."""

    disabled: bool = Field(description="may not sign in", examples=[False])


class User(ChangedUser):
    """Someone who signs in."""

    id: str = Field(examples=["k3v7q2m5x4a6b7c2d5e3f4g6hi"])
    name: str = Field(examples=["li"])
    language: Language = Field(examples=["zh"])
    provisional: bool = Field(description="has not chosen an own password yet", examples=[True])

    @classmethod
    def of(cls, user: entities.User) -> Self:
        """The user, without the password."""
        same = ("id", "name", "display_name", "disabled", "language", "provisional")
        seen = None if user.organizations is None else sorted(user.organizations)
        return cls.model_validate(
            {name: getattr(user, name) for name in same} | {"role": user.role.value, "organizations": seen}
        )


class UserList(Model):
    """Users by name."""

    items: list[User]


class Invitation(Model):
    """A user with a password that was made up for the next sign-in; it is told this once."""

    user: User
    password: str = Field(description="must be replaced at the next sign-in", examples=["k7mq2-x9vtp-h4rns-w8bdc"])
