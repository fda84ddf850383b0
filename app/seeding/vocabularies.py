"""The vocabularies that come with the service, read without a database."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parents[2] / "seeds" / "themes"


def theme_names(folder: Path = FOLDER) -> Iterator[tuple[str, list[str]]]:
    """Yield the key of each theme, with its names in all languages."""
    for path in sorted(folder.glob("*.json")):
        for concept in json.loads(path.read_bytes())["concepts"]:
            yield f"{path.stem}:{concept['code']}", [*concept["labels"].values()]
