"""Users, for administrators; one of an enterprise sees and makes those of that enterprise only."""

from fastapi import APIRouter

from api.access import Administrator
from api.accounts import Managed
from api.models.users import ChangedUser, Invitation, NewUser, User, UserList
from api.problems import problems

router = APIRouter(prefix="/api/users", tags=["users"])


@router.get("", summary="List users")
def list_users(asking: Administrator, accounts: Managed) -> UserList:
    """All that the caller may manage, by name."""
    return UserList(items=[User.of(each) for each in accounts.seen_by(asking)])


@router.post("", summary="Make a user", status_code=201, responses=problems(404, 409))
def create_user(sent: NewUser, asking: Administrator, accounts: Managed) -> Invitation:
    """The answer holds the password for the first sign-in, which is told nowhere else."""
    user, password = accounts.create(asking, sent)
    return Invitation(user=User.of(user), password=password)


@router.put("/{user}", summary="Change a user", responses=problems(404, 409))
def change_user(user: str, sent: ChangedUser, asking: Administrator, accounts: Managed) -> User:
    """A user who may do or see something else afterwards, or nothing, has to sign in again."""
    return User.of(accounts.change(asking, user, sent))


@router.delete("/{user}", summary="Remove a user", status_code=204, responses=problems(404, 409))
def remove_user(user: str, asking: Administrator, accounts: Managed) -> None:
    """One who never used the platform; who did is disabled instead, for the name stands in the audit log."""
    accounts.remove(asking, user)


@router.post("/{user}/password", summary="Reset a password", responses=problems(404, 409))
def reset_password(user: str, asking: Administrator, accounts: Managed) -> Invitation:
    """Ends all sessions of the user; the answer holds the password for the next sign-in."""
    found, password = accounts.reset(asking, user)
    return Invitation(user=User.of(found), password=password)
