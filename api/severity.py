"""Bands of severity, as people speak of them; the bounds lie between the levels of Sigma."""

from collections.abc import Mapping

BANDS = (("critical", 90), ("high", 70), ("medium", 40), ("low", 20), ("informational", 0))
"""Name and least severity, worst first."""


def band(severity: int) -> str:
    """The band of a severity from 0 to 100."""
    return next(name for name, least in BANDS if severity >= least)


def by_band(counts: Mapping[str, int]) -> dict[str, int]:
    """Numbers by severity as numbers by band, every band, worst first."""
    total = {name: 0 for name, _ in BANDS}
    for severity, number in counts.items():
        total[band(int(severity))] += number
    return total
