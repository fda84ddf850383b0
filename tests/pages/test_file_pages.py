"""A team adds files in the browser, with a plain form; those who may read get links."""

from starlette.testclient import TestClient

from app.access.policy import Role
from app.core.base.clock import now
from app.submissions.lifecycle import State
from tests.accounts.conftest import Enter
from tests.attachments.conftest import Writer, writer
from tests.attachments.samples import PDF, another, sent
from tests.factories import a_person, organisation_of
from tests.pages.conftest import as_role

__all__ = ["writer"]


def entered(writer: Writer, enter: Enter) -> TestClient:
    """The browser of somebody of the team."""
    owner = organisation_of(writer.session, writer.user)
    person = a_person(writer.session, Role.MEMBER, organisation_id=owner)
    writer.session.commit()
    return enter(person)


def test_a_file_is_added_removed_and_put_back_without_a_script(
    writer: Writer, enter: Enter
) -> None:
    browser = entered(writer, enter)
    place = f"/submissions/{writer.draft.code}"

    empty = browser.get(f"{place}/attachments").text
    nothing = browser.post(f"{place}/attachments", files={"file": ("", b"")})
    wrong = browser.post(f"{place}/attachments", files={"file": ("a.pdf", b"<svg/>")})
    added = browser.post(f"{place}/attachments", files={"file": ("plan.exe", PDF)})

    assert "No file yet." in empty
    assert 'enctype="multipart/form-data"' in empty
    assert (nothing.status_code, wrong.status_code) == (422, 422)
    assert "Choose a file." in nothing.text
    assert "Save it as a PDF." in wrong.text
    assert added.headers["location"] == f"{place}/attachments?done=file-renamed"
    shown = browser.get(f"{place}/attachments").text
    (key,) = [part.split('"')[0] for part in shown.split('href="/attachments/')[1:]]
    assert "plan.pdf" in shown
    assert browser.get(f"/attachments/{key}").content == PDF
    assert "plan.pdf" in browser.get(f"{place}/check").text
    removed = browser.post(f"/attachments/{key}/steps/remove")
    assert removed.headers["location"].endswith("done=file-remove")
    assert "After 30 days they are deleted." in browser.get(f"{place}/attachments").text
    browser.post(f"/attachments/{key}/steps/put-back")
    assert "After 30 days" not in browser.get(f"{place}/attachments").text


def test_a_question_for_files_is_a_topic_that_is_answered_by_them(
    writer: Writer, enter: Enter
) -> None:
    browser = entered(writer, enter)
    place = f"/submissions/{writer.draft.code}"

    asked = browser.get(f"{place}/topics/plan").text
    _, made, third = (
        browser.post(
            f"{place}/attachments",
            files={"file": ("plan.pdf", another(number))},
            data={"question": "plan"},
        )
        for number in range(3)
    )
    full = browser.get(f"{place}/topics/plan").text

    assert "The plan" in asked
    assert "Up to 2 files." in asked
    assert made.headers["location"] == f"{place}/topics/plan?done=file-renamed"
    assert third.status_code == 422
    assert "This question has 2 files, the maximum." in third.text
    assert "Only 2 files fit here." in full
    assert "plan (2).pdf" in browser.get(place + "/check").text
    nowhere = browser.post(
        f"{place}/attachments", files={"file": ("a.pdf", PDF)}, data={"question": "problem"}
    )
    assert nowhere.status_code == 404


def test_there_must_be_room_to_put_a_file_back(writer: Writer, enter: Enter) -> None:
    gone = writer.adds(sent(another(1), question="costs"))
    writer.moves(gone, "remove")
    writer.adds(sent(another(2), question="costs"))
    browser = entered(writer, enter)

    refused = browser.post(f"/attachments/{gone.id}/steps/put-back")

    assert refused.status_code == 422
    assert "This question has 1 files, the maximum." in refused.text


def test_staff_find_links_to_the_files_and_no_button(
    writer: Writer, browser: TestClient
) -> None:
    made = [writer.adds(sent(PDF, question="plan")), writer.adds(sent(another(1)))]
    writer.draft.state, writer.draft.submitted_at = State.SUBMITTED, now()
    staff = as_role(writer.session, browser, Role.STAFF)

    page = staff.get(f"/submissions/{writer.draft.code}").text

    assert all(f'href="/attachments/{row.id}"' in page for row in made)
    assert "/steps/remove" not in page


def test_nothing_of_a_file_is_read_for_somebody_who_is_signed_out(
    writer: Writer, browser: TestClient
) -> None:
    writer.session.commit()

    answer = browser.post(
        f"/submissions/{writer.draft.code}/attachments", files={"file": ("plan.pdf", PDF)}
    )

    assert answer.status_code == 401
