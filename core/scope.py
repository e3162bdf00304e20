"""Whose data a caller may see or a row belongs to. Every store call takes a scope."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Origin:
    """Where rows come from; stamped on every row.

    Attributes:
        organization: id of the enterprise.
        site: id of the plant or station.
        observer: name of the sensor.
    """

    organization: str = "local"
    site: str = "local"
    observer: str = "local"


@dataclass(frozen=True, slots=True)
class Scope:
    """The organisations and sites that a call may reach; None means all of them.

    Attributes:
        organizations: ids, or None for every organisation.
        sites: ids within those organisations, or None for every site.
    """

    organizations: frozenset[str] | None = None
    sites: frozenset[str] | None = None

    def covers(self, organization: str, site: str) -> bool:
        """Whether a row of that organisation and site may be reached."""
        return (self.organizations is None or organization in self.organizations) and (
            self.sites is None or site in self.sites
        )


EVERYTHING = Scope()
"""The scope of the platform itself and of the provincial administrator."""
