"""Take pictures of every page as each role at both widths: `make screenshots`.

They go into a folder that is not committed. Look at each of them, and ask whether you would
show it to a minister.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tests.browser.conftest import ENSURE, FLAGS
from tests.browser.demonstration import Demonstration, demonstrated, template
from tests.browser.looking import WIDTHS, go
from tests.browser.places import PLACES


def main() -> None:
    """Take the pictures that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where the pictures go")
    parser.add_argument("--language", default="en", choices=["en", "fr", "es", "pt"])
    parser.add_argument(
        "--forced-colors", action="store_true", help="as somebody with a high contrast theme"
    )
    parser.add_argument("--page", action="append", default=[], help="these alone; repeatable")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as made,
        tempfile.TemporaryDirectory() as data,
        demonstrated(template(Path(made)), Path(data)) as shown,
    ):
        for path in pictures(
            shown,
            asked.folder,
            asked.page,
            locale=asked.language,
            forced_colors="active" if asked.forced_colors else "none",
        ):
            sys.stdout.write(f"{path}\n")


def pictures(shown: Demonstration, folder: Path, names: list[str], **reader: Any) -> list[Path]:
    """Take the pictures; return where they are.

    Parameters
    ----------
    shown : Demonstration
    folder : Path
    names : list of str
        Of the pages; empty for all of them.
    **reader
        How the browser is set, as Playwright has it for a context.
    """
    found = []
    program = subprocess.run(  # noqa: S603 -- our own script, no input from outside
        [ENSURE],
        env={**os.environ, "PYTHON": sys.executable},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout.strip()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        for role, places in PLACES.items():
            state = shown.signed_in(role) if role in shown.links else None
            with chromium.new_context(storage_state=state, **reader) as context:
                page = context.new_page()
                for name, address in places.items():
                    if names and name not in names:
                        continue
                    for width in WIDTHS:
                        page.set_viewport_size({"width": width, "height": 900})
                        go(page, shown.origin + address.format(**shown.names))
                        path = folder / f"{role}-{name}-{width}.png"
                        page.screenshot(path=path, full_page=True)
                        found.append(path)
        chromium.close()
    return found


if __name__ == "__main__":
    main()
