"""A sentence for people, in both languages of the platform."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Said(NamedTuple):
    """What is said in English and in Chinese; as text it is the English."""

    en: str
    zh: str

    def __str__(self) -> str:
        return self.en

    @staticmethod
    def joined(several: Iterable[Said]) -> Said:
        """All of them, one behind the other."""
        all_of_them = tuple(several)
        return Said("; ".join(one.en for one in all_of_them), "；".join(one.zh for one in all_of_them))

    def of(self, name: str) -> Said:
        """The same, of something that has a name."""
        return Said(f"{name}: {self.en}", f"{name}：{self.zh}")

    def renamed(self, old: str, new: str) -> Said:
        """The same with another name in it."""
        return Said(self.en.replace(old, new), self.zh.replace(old, new))


NOTHING = Said("", "")
