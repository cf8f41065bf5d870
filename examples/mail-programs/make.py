"""Write anew what mail programs cannot show, from the tests of caniemail.com.

    npm pack caniemail && tar xf caniemail-*.tgz
    python examples/mail-programs/make.py package/data/caniemail.json

The project Can I email (MIT licence) tests each feature of HTML and CSS in each mail program by
sending it. Of its results this keeps the programs that business readers use, each in its newest
version that was tested, and of those only the ones that lack a feature.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parents[2] / "nurture" / "emails" / "mail_programs.json"

#: program of the tests → what readers call it; in this order messages name them
PROGRAMS = {
    "outlook.windows": "Outlook for Windows",
    "outlook.outlook-com": "Outlook on the web",
    "outlook.macos": "Outlook for Mac",
    "outlook.ios": "Outlook for iPhone",
    "outlook.android": "Outlook for Android",
    "gmail.desktop-webmail": "Gmail on the web",
    "gmail.ios": "Gmail for iPhone",
    "gmail.android": "Gmail for Android",
    "apple-mail.macos": "Apple Mail",
    "apple-mail.ios": "iPhone Mail",
}
KINDS = ("css", "html", "image")


def lacking(stats: dict[str, Any]) -> list[str]:
    """Return the programs whose newest tested version does not support a feature."""
    found = []
    for program in PROGRAMS:
        family, _, platform = program.partition(".")
        versions = stats.get(family, {}).get(platform, {})
        # The tests list versions in the order of their release.
        newest = list(versions.values())[-1] if versions else "u"
        if newest.split()[0] == "n":
            found.append(program)
    return found


def main() -> None:
    """Read the tests' results and write the table."""
    tests = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    rows = {
        one["slug"]: programs
        for one in sorted(tests["data"], key=lambda one: one["slug"])
        if one["category"] in KINDS and (programs := lacking(one["stats"]))
    }
    head = {
        "source": "https://www.caniemail.com/ (mail_programs.LICENSE), tests: features/NAME/",
        "updated": tests["last_update_date"][:10],
        "programs": PROGRAMS,
    }
    # A row to a line, so that a renewal shows what changed.
    lines = [f" {json.dumps(key)}: {json.dumps(value)}," for key, value in head.items()]
    lines += [' "lacking": {']
    lines += [f"  {json.dumps(slug)}: {json.dumps(programs)}," for slug, programs in rows.items()]
    text = "\n".join(["{", *lines]).removesuffix(",") + "\n }\n}\n"
    json.loads(text)
    TARGET.write_text(text, encoding="utf-8")
    print(f"{len(rows)} features that some program lacks: {TARGET}")


if __name__ == "__main__":
    main()
