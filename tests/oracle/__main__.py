"""`python -m tests.oracle [PROTOCOL…]`: compares with tshark; all protocols together also write docs/oracle.md."""

from __future__ import annotations

import shutil
import sys

from tests.conftest import ROOT, SHARED
from tests.oracle.compare import Oracle, Result, captures, compare, oracles
from tests.oracle.report import ENOUGH, fields_of, page


def main(names: list[str]) -> int:
    """Returns the exit code: 1 where a protocol stays below, 2 where something is missing."""
    known = oracles()
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"no such protocol: {', '.join(unknown)}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    if shutil.which("tshark") is None:
        print("tshark is not installed (Debian's package tshark)", file=sys.stderr)
        return 2
    if not SHARED.is_dir():
        print("no folder `shared` beside this checkout: only our own captures are compared")
    results = {name: _one(known[name]) for name in names or known}
    if not names and SHARED.is_dir():
        (ROOT / "docs" / "oracle.md").write_text(page(results), encoding="utf-8")
        print("written: docs/oracle.md")
    return int(any(result.share < ENOUGH for _, result in results.values()))


def _one(oracle: Oracle) -> tuple[Oracle, Result]:
    result = compare(oracle, captures(oracle))
    print(
        f"{oracle.protocol}: {result.frames:,} frames in {result.captures:,} captures; {result.equal:,} equal, "
        f"{result.explained:,} explained; {100 * result.share:.3f} % equal or explained"
    )
    for reason, count in result.kinds.most_common():
        print(f"  {count:>7,}  {fields_of(result, reason)}: {reason}")
    for field, count in result.unexplained.most_common():
        print(f"  {count:>7,}  UNEXPLAINED {field}")
    for example in result.examples[:60]:
        print(f"           {example}")
    return oracle, result


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
