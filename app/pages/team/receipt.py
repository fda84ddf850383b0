"""The receipt of a submission: a page, and a document for the files of the team."""

from collections.abc import Iterator
from typing import Any, Final

from fastapi import APIRouter, Response

from app.accounts.dependencies import ActorDep
from app.core.base.messages import Message
from app.core.base.references import Reference
from app.core.base.translations import Language, language
from app.core.http.access import within
from app.core.http.computing import ComputedFile
from app.core.http.database_sessions import ReadSessionDep
from app.documents import typesetting
from app.documents.blocks import (
    UNKNOWN_SAID,
    Block,
    Document,
    Facts,
    Heading,
    Items,
    Paragraph,
    Text,
    Written,
)
from app.pages.answers import told
from app.pages.layout import PageDep, go_to
from app.pages.team.submission import READ, Answered, described, topics_of
from app.pages.topics import Topic
from app.questions.forms import WRITTEN
from app.submissions.lifecycle import EDITABLE
from app.submissions.models import Submission
from app.submissions.service import queries
from app.themes import service as themes

router = APIRouter()

FOLLOWING: Final = (
    Message(
        "The staff of the incubator check whether it is complete. If something is missing they "
        "return it with a reason."
    ),
    Message(
        "Until the call closes you can take it back and change it. If you do not send it "
        "again, the version that has arrived counts."
    ),
    Message("You see each step on the page of your submission."),
)
"""What happens after a submission has arrived."""


def is_whole(submission: Submission) -> bool:
    """Tell whether what stands there is what has arrived: nobody writes it now."""
    return submission.state not in EDITABLE


@router.get("/submissions/{submission}/receipt")
@within(*READ)
def show_receipt(
    page: PageDep, session: ReadSessionDep, actor: ActorDep, submission: Reference
) -> Response:
    """Show that a submission has arrived, when, and what happens next."""
    found = queries.find(session, actor, submission)
    if found.submitted_at is None:
        return go_to(f"/submissions/{found.code}")
    return page.render(
        "team/receipt.html",
        **described(session, actor, found),
        following=FOLLOWING,
        is_whole=is_whole(found),
    )


@router.get("/submissions/{submission}/receipt.pdf")
@within(*READ)
def download_receipt(
    page: PageDep, session: ReadSessionDep, actor: ActorDep, submission: Reference
) -> Response:
    """Hand over the receipt as a document, with what has arrived."""
    found = queries.find(session, actor, submission)
    if found.submitted_at is None:
        return go_to(f"/submissions/{found.code}")
    made = document(
        found,
        described(session, actor, found),
        topics_of(session, found, []) if is_whole(found) else [],
        themes.labels(session, page.language),
        language(page.language),
    )
    return ComputedFile(
        lambda: iter([typesetting.pdf(made)]),
        f"{found.code}.pdf",
        typesetting.MEDIA_TYPE,
        typesetting.PRIVATE,
    )


def document(
    submission: Submission,
    values: dict[str, Any],
    topics: list[Answered],
    labels: dict[str, str],
    into: Language,
) -> Document:
    """Return the receipt of a submission that has arrived.

    Parameters
    ----------
    values : dict
        What all pages of the submission show (`described`).
    topics : list of Answered
        What has arrived; empty where the team is writing again.
    labels : dict
        What people call each theme.
    into : Language
        That of the reader.
    """
    assert submission.submitted_at is not None  # noqa: S101 -- the routes lead on without
    call, of, team = values["call"], values["of"], values["team"]
    facts: list[tuple[Text, Text]] = [
        (into.say(Message("Code")), submission.code),
        (into.say(Message("Title")), Written(submission.title, submission.language)),
        (into.say(Message("Call")), f"{call.title} · {of.title}"),
        (into.say(Message("Organisation")), f"{team.name}, {into.country(team.country)}"),
        (into.say(Message("Arrived")), into.moment(submission.submitted_at, of.zone)),
    ]
    following = [into.say(sentence) for sentence in FOLLOWING]
    blocks: list[Block] = [
        Facts(facts),
        Heading(into.say(Message("What happens next"))),
        Items(following, is_numbered=True),
    ]
    if topics:
        blocks.append(Heading(into.say(Message("What you have sent"))))
        blocks += _answers(submission, topics, labels, into)
    return Document(
        title=into.say(Message("Your submission has arrived")),
        over=into.say(Message("Receipt")),
        code=submission.code,
        language=into.tag,
        at=submission.submitted_at,
        unknown=into.say(UNKNOWN_SAID),
        blocks=blocks,
    )


def _heading(topic: Topic, into: Language) -> Text:
    """Return what was asked: in our words, or in those of the call."""
    return Written(topic.title, topic.language) if topic.is_own else into.say(topic.title)


def _answers(
    submission: Submission, topics: list[Answered], labels: dict[str, str], into: Language
) -> Iterator[Block]:
    """Yield each answer below its question."""
    for row in topics:
        if not row.value or row.topic.key == "title":
            continue
        yield Heading(_heading(row.topic, into), 2)
        if row.topic.is_own and row.topic.question is not None:
            said = told(into, row.answer, row.topic.question)
            is_text = row.topic.question.type in WRITTEN
            yield Paragraph(Written(said, submission.language) if is_text else said)
        elif row.topic.key == "themes":
            yield Items([labels.get(key, key) for key in submission.themes])
        elif row.topic.key == "summary":
            yield Paragraph(row.value)
        else:
            yield Paragraph(Written(row.value, submission.language))
        if row.topic.key == "offer":
            taken = submission.content.get("capacity", 0)
            takes = into.ngettext(
                "Takes on %(num)s challenge.", "Takes on %(num)s challenges.", taken
            )
            yield Paragraph(takes % {"num": taken})
