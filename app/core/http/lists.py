"""Lists: strict parameters, and cursors that hold still while rows are added.

A cursor names the last row that was seen by its sort values and its key, so the
next page begins behind it whatever was inserted before (keyset pagination).

A list is a table, too: of everything that was filtered, in words instead of identifiers. It is
written page by page, each read in a short session of its own, so neither memory nor a
connection is held by a long one.
"""

import json
import logging
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from fastapi import Depends, FastAPI, Request, Response
from pydantic import BaseModel, Field
from sqlmodel import Session

from app.core.http.computing import ComputedFile, InTurn
from app.core.http.database_sessions import ReadSessionDep
from app.core.storage.database import reading
from app.core.storage.pagination import MOST_ROWS, ListQuery, Page
from app.core.tables import exporting
from app.core.tables.exporting import Format, Look, Named

log = logging.getLogger(__name__)

Row = TypeVar("Row")
Read = TypeVar("Read", bound=BaseModel)
Query = TypeVar("Query", bound=ListQuery)


class ListOf(BaseModel, Generic[Read]):
    """One page of a list, and the address of the next one."""

    items: list[Read] = Field(max_length=MOST_ROWS)
    next: str | None = Field(description="Address of the next page; null on the last.")


@dataclass(frozen=True, slots=True)
class Words:
    """What tables for people say instead of what programs read.

    Attributes
    ----------
    names : callable of (session, actor, identifiers by kind)
        Returns the parts of the name of each thing that the actor may know of.
    zone : callable of session
        Returns in whose time instants are shown where nobody says.
    """

    names: Callable[[Session, Any, Mapping[str, Set[Hashable]]], Named]
    zone: Callable[[Session], str]


def install(app: FastAPI, words: Words) -> None:
    """Let the lists of the application become tables in these words."""
    app.state.words = words


class _Answer:
    """Shapes a page for its readers, with the address of the next one."""

    def __init__(self, request: Request, response: Response, session: ReadSessionDep) -> None:
        self._request = request
        self._response = response
        self._session = session

    def __call__(
        self, fetch: Callable[[Session, Query], Page[Row]], query: Query, schema: type[Read]
    ) -> ListOf[Read]:
        """Return what was asked for: a page as JSON, or a table.

        Parameters
        ----------
        fetch : callable of (session, query)
            Returns one page of the list.
        schema : type
            What its readers see of a row.
        """
        found = fetch(self._session, query)
        if query.format is not Format.JSON:
            return self._table(fetch, query, schema, found)  # type: ignore[return-value]  # -- FastAPI hands a response on as it is
        following = self._next(found)
        # Of the kind that it holds: of several forms of a list the reader's own is described.
        kind_of_list: type[ListOf[Read]] = ListOf[schema]  # type: ignore[valid-type]  # -- known only now
        return kind_of_list(items=_reads(found, schema), next=following)

    def computed(
        self, compute: Callable[[], Page[Row]], query: ListQuery, schema: type[Read]
    ) -> Response:
        """Return a list whose rows are computed, in turn and without a session.

        Parameters
        ----------
        compute : callable
            Returns the page, or all rows of a table; needs no session.
        """
        if query.format is not Format.JSON:
            return self._computed_table(compute, query, schema)

        def answer() -> Response:
            found = compute()
            read = ListOf[schema](  # type: ignore[valid-type]  # -- known only now
                items=_reads(found, schema), next=self._next(found)
            )
            headers = dict(self._response.headers)
            media_type = exporting.MEDIA[Format.JSON]
            return Response(read.model_dump_json(), headers=headers, media_type=media_type)

        return InTurn(answer)

    def _computed_table(
        self, compute: Callable[[], Page[Row]], query: ListQuery, schema: type[Read]
    ) -> Response:
        state, actor = self._request.app.state, self._request.state.actor
        words: Words = state.words
        look, name = self._look(query, schema)

        def parts() -> Iterator[bytes]:
            reads = _reads(compute(), schema)
            kinds = exporting.identifiers_in(reads, look.columns)
            with reading(state.database) as session:
                names = words.names(session, actor, kinds)
            yield from exporting.table_in_parts([(reads, names)], query.format, look)
            self._note_exported(query, len(reads))

        self._response.headers["Vary"] = "Accept"
        return ComputedFile(
            parts, name, exporting.MEDIA[query.format], dict(self._response.headers)
        )

    def _look(self, query: ListQuery, schema: type[Read]) -> tuple[Look, str]:
        """Return how a table looks, and what its file is called."""
        words: Words = self._request.app.state.words
        title = self._request.url.path.rpartition("/")[2]
        look = Look(
            columns=exporting.chosen_columns(schema, query.columns),
            zone=ZoneInfo(query.zone or words.zone(self._session)),
            title=title.replace("-", " ").capitalize(),
        )
        return look, f"{title}.{query.format}"

    def _note_exported(self, query: ListQuery, rows: int) -> None:
        path = self._request.url.path
        facts = {"path": path, "kind": str(query.format), "rows": rows}
        log.info("table exported", extra=facts)

    def written(self, found: Page[str]) -> Response:
        """Return a page whose items are JSON already, as JSON."""
        following = json.dumps(self._next(found))
        text = f'{{"items":[{",".join(found.rows)}],"next":{following}}}'
        headers = dict(self._response.headers)
        return Response(text, headers=headers, media_type=exporting.MEDIA[Format.JSON])

    def _next(self, found: Page[Any]) -> str | None:
        """Return the address of the next page, if there is one, and name it in the headers."""
        self._response.headers["Vary"] = "Accept"
        if not found.cursor:
            return None
        url = self._request.url.include_query_params(cursor=found.cursor)
        following = f"{url.path}?{url.query}"
        self._response.headers["Link"] = f'<{following}>; rel="next"'
        return following

    def _table(
        self,
        fetch: Callable[[Session, Query], Page[Row]],
        query: Query,
        schema: type[Read],
        found: Page[Row],
    ) -> Response:
        """Return everything that was filtered as a table, or one page where it has a limit."""
        state, actor = self._request.app.state, self._request.state.actor
        words: Words = state.words
        look, name = self._look(query, schema)
        self._next(found if query.is_page else Page([], None))

        def page(session: Session, found: Page[Row]) -> tuple[Sequence[Read], Named]:
            reads = _reads(found, schema)
            kinds = exporting.identifiers_in(reads, look.columns)
            return reads, words.names(session, actor, kinds)

        def pages() -> Iterator[tuple[Sequence[Read], Named]]:
            yield first
            count = len(first[0])
            cursor = None if query.is_page else found.cursor
            while cursor:
                with reading(state.database) as session:
                    behind = query.model_copy(update={"cursor": cursor})
                    following = fetch(session, behind)
                    rows = page(session, following)
                yield rows
                count += len(rows[0])
                cursor = following.cursor
            self._note_exported(query, count)

        first = page(self._session, found)
        return ComputedFile(
            lambda: exporting.table_in_parts(pages(), query.format, look),
            name,
            exporting.MEDIA[query.format],
            dict(self._response.headers),
        )


def _reads(found: Page[Any], schema: type[Read]) -> list[Read]:
    return [schema.model_validate(row, from_attributes=True) for row in found.rows]


AnswerDep = Annotated[_Answer, Depends()]
