"""The documentation page `/docs` and the static files; nothing of it comes from outside.

FastAPI's own page loads scripts from another origin and runs one inline. This one is static,
and its Content-Security-Policy admits only what was built into `app/static`.
"""

import html
from pathlib import Path
from string import Template
from types import MappingProxyType
from typing import Final

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

from app.core.http.access import public

STATIC: Final = Path(__file__).parents[2] / "static"
PAGE: Final = Path(__file__).with_name("docs.html")

# What the page refers to; the packaging hook puts it into `app/static`.
NEEDED: Final = ("swagger-ui.css", "swagger-ui-bundle.js", "docs.js", "icon.svg")

HEADERS: Final = MappingProxyType(
    {
        "Content-Security-Policy": "; ".join(
            (
                "default-src 'none'",
                "script-src 'self'",
                "style-src 'self'",
                "img-src 'self' data:",  # the style sheet draws its arrows and locks as data
                "connect-src 'self'",  # the description itself, and what is tried out
                "base-uri 'none'",
                "form-action 'none'",
                "frame-ancestors 'none'",
            )
        ),
    }
)


def mount_docs(app: FastAPI, *, static: Path = STATIC) -> None:
    """Serve `/docs` and `/static` from an app that was created with `docs_url=None`.

    Parameters
    ----------
    static : Path
        Where the built files lie.

    Raises
    ------
    RuntimeError
        When the built files are missing, or FastAPI's own pages are still on.
    """
    missing = [name for name in NEEDED if not (static / name).is_file()]
    if missing:
        raise RuntimeError(
            f"{static} lacks {', '.join(missing)}. These files are built when the package is "
            "installed: run 'make run', or 'pip install -e .'."
        )
    if app.docs_url or app.redoc_url:
        raise RuntimeError("Create the app with docs_url=None and redoc_url=None.")
    if not app.openapi_url:
        raise RuntimeError("The documentation page needs the app's openapi_url.")
    page = Template(PAGE.read_text(encoding="utf-8")).substitute(
        openapi_url=html.escape(app.openapi_url)
    )

    def docs() -> HTMLResponse:
        return HTMLResponse(page, headers=HEADERS)

    app.add_api_route("/docs", public(docs), include_in_schema=False)
    app.mount("/static", public(StaticFiles(directory=static)), name="static")
