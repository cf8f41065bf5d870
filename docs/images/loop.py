"""Take the pictures of the loop: `.venv/bin/python -m docs.images.loop`.

The test that lives the loop in a browser (`tests/web/loop.py`) looks at every mail and page;
here they are kept, five phones beside one another. Needs `pip install -e '.[pictures]'`.
"""

from __future__ import annotations

import io
import os
import tempfile
from pathlib import Path

import click
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from docs.images.take import ARGUMENTS, CHROMIUM, HERE, shrink
from tests.web.loop import live, loop

#: file → what stands in it, left to right
STRIPS = {
    "loop-referrer.ja": ("referral/ask", "letter", "referrer/receipt", "referrer/news", "page-won"),
    "loop-friend.ja": ("consent", "agreed", "referred/welcome", "task-done", "referrer/won"),
}
#: of a phone, device pixels; between two of them
HIGH, GAP = 1688, 24
#: what lies around the phones
AROUND = "#d9dedb"


def main() -> None:
    """Live the loop and keep what the strips show."""
    seen: dict[str, bytes] = {}

    def look(page: Page, name: str) -> None:
        page.evaluate("scrollTo(0, 0)")
        seen[name] = page.screenshot()

    words = {"LANGUAGE": "ja", "LANG": "ja_JP.UTF-8"}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=ARGUMENTS, env=os.environ | words
        )
        with loop(Path(folder), browser, look) as one:
            live(one)
        browser.close()
    for name, shown in STRIPS.items():
        png = shrink(strip([seen[one] for one in shown]), 255)
        (HERE / f"{name}.png").write_bytes(png)
        click.echo(f"{name}.png  {len(png) // 1024} KB")


def strip(pictures: list[bytes]) -> bytes:
    """Return screens beside one another as one PNG, at half their size."""
    screens = [Image.open(io.BytesIO(one)).convert("RGB") for one in pictures]
    wide = sum(one.width for one in screens) + GAP * (len(screens) + 1)
    whole = Image.new("RGB", (wide, HIGH + 2 * GAP), AROUND)
    left = GAP
    for one in screens:
        whole.paste(one.crop((0, 0, one.width, HIGH)), (left, GAP))
        left += one.width + GAP
    out = io.BytesIO()
    whole.resize((whole.width // 2, whole.height // 2), Image.Resampling.LANCZOS).save(out, "PNG")
    return out.getvalue()


if __name__ == "__main__":
    main()
