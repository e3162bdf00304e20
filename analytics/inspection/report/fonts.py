"""Fonts for the PDF: those of the system, and of folders that TYPST_FONT_PATHS names."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from functools import cache

import typst

from core.errors import UnsupportedError

LATIN = "Libertinus Serif"
"""Comes inside typst, so there always is one."""

# Sans first: a report is read on screens, and tables are small.
_CHINESE = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Microsoft YaHei",
    "PingFang SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Droid Sans Fallback",
    "SimHei",
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "SimSun",
    "AR PL UMing CN",
)
_SANS = ("Noto Sans", "Liberation Sans", "DejaVu Sans")
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]")


def paths() -> list[str]:
    """Folders with further fonts."""
    return [path for path in os.environ.get("TYPST_FONT_PATHS", "").split(os.pathsep) if path]


@cache
def _families(folders: tuple[str, ...]) -> frozenset[str]:
    found = typst.Fonts(include_system_fonts=True, include_embedded_fonts=True, font_paths=list(folders))
    return frozenset(found.families())


def choose(texts: Iterable[str], language: str) -> list[str]:
    """Families for these texts; the first that has a character draws it.

    Chinese fonts come first in Chinese only: their quotation marks and dashes are as wide as a character.

    Raises:
        UnsupportedError: they have Chinese characters, and no font here has these; says what to install.
    """
    known = {name.lower(): name for name in _families(tuple(paths()))}
    chinese = [known[name.lower()] for name in _CHINESE if name.lower() in known][:1]
    if not chinese and any(map(_HAN.search, texts)):
        raise UnsupportedError(
            "The PDF needs a font with Chinese characters, and none is installed.",
            "Install the package fonts-noto-cjk (Debian, Ubuntu) or google-noto-sans-cjk-fonts (Fedora, openEuler), or "
            "name a folder with such a font in TYPST_FONT_PATHS; JSON and DOCX need none.",
        )
    sans = [known[name.lower()] for name in _SANS if name.lower() in known][:1]
    return [*(chinese or sans), LATIN] if language == "zh" else [*sans, LATIN, *chinese]
