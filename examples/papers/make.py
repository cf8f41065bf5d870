"""Sets the papers of the fictional company as PDFs: `python examples/papers/make.py`.

Wants the fonts Noto Sans CJK JP, Regular and Bold, which go
into the files as subsets (SIL Open Font License). The same text makes the same file.
"""

from __future__ import annotations

from pathlib import Path

import typst

HERE = Path(__file__).parent
FILES = HERE.parents[1] / "workflows/files"


def main() -> None:
    """Set every paper in both languages."""
    FILES.mkdir(exist_ok=True)
    for source in sorted(HERE.glob("*.*.typ")):
        target = FILES / f"{source.stem}.pdf"
        target.write_bytes(typst.compile(source, format="pdf"))
        print(f"{target.name}: {target.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
