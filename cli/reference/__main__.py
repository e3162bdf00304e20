"""Writes the pages; those of modules that are gone go too."""

from __future__ import annotations

from cli.content import HOME
from cli.reference import pages

FOLDER = HOME / "docs" / "reference"


def main() -> None:
    """Writes `docs/reference`."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    written = dict(pages())
    for name, text in written.items():
        (FOLDER / name).write_text(text, "utf-8")
    for file in FOLDER.glob("*.md"):
        if file.name not in written:
            file.unlink()


if __name__ == "__main__":
    main()
