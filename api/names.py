"""Names that a person asks for: what nobody has heard of is refused with the nearest, instead of found nowhere."""

from collections.abc import Callable, Iterable

from api.services import Services
from core.errors import UnknownNameError
from core.rows import IP


def check_protocol(name: str, given: Services, kept: Callable[[], Iterable[str]] = tuple) -> None:
    """Nothing, where there is such a protocol.

    Args:
        name: as asked for.
        given: whose vocabulary has the protocols that are read.
        kept: those of what was kept, which may be of a version that read others; asked only where it matters.

    Raises:
        UnknownNameError: there is none; suggests the nearest.
    """
    known = {*given.vocabulary.protocols, IP}
    if name not in known and name not in (found := set(kept())):
        raise UnknownNameError("protocol", name, known | found)
