"""The forms of staff in a browser: a call from draft to import, and a person who is invited."""

from io import BytesIO

import pytest
from playwright.sync_api import Browser, FilePayload, Page, StorageState
from sqlmodel import select
from xlsxwriter import Workbook

from app.core.storage.database import reading
from app.programmes.lifecycle import CallState
from app.programmes.models import Call
from app.submissions.models import Submission
from tests.browser.demonstration import Demonstration
from tests.browser.looking import faults, heading, press, strictly

pytestmark = pytest.mark.browser

HEADINGS = ("Id", "Title", "Country", "Organisation", "Level", "Language", "Themes", "Problem")
WHOLE = (
    *("c-1", "Floods in spring", "Portugal", "Câmara de Cima", "local", "English"),
    *("Environment; Foresight and anticipation", "The river rises within an hour."),
)


def workbook(*rows: tuple[str, ...]) -> FilePayload:
    """A spreadsheet as somebody else's office program writes it."""
    content = BytesIO()
    with Workbook(content, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Blad1")
        for at, row in enumerate((HEADINGS, *rows)):
            sheet.write_row(at, 0, row)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return {"name": "Desafíos 2026.xlsx", "mimeType": kind, "buffer": content.getvalue()}


def bring(page: Page, file: FilePayload) -> None:
    page.get_by_label("File", exact=True).set_input_files(file)
    press(page, "Look through the file")


def test_a_call_is_drafted_published_filled_from_a_spreadsheet_and_cancelled(
    chromium: Browser, shown: Demonstration, states: dict[str, StorageState]
) -> None:
    calls = f"{shown.origin}/programmes/{shown.names['programme']}/calls"
    with chromium.new_context(storage_state=states["staff"], locale="en") as context:
        page = context.new_page()
        heard = strictly(page)
        found = {}
        page.goto(calls)
        page.get_by_role("link", name="Draft a call").click()
        press(page, "Save as a draft")
        found["mistakes"] = faults(page)
        mistakes = page.get_by_role("alert").inner_text()
        page.get_by_label("Challenges, that").check()
        page.get_by_label("Title").fill("Call of the second edition")
        page.get_by_label("Code").fill("second-challenges")
        page.get_by_label("Time zone").select_option("Europe/Lisbon")
        page.get_by_label("Opens").fill("2026-01-01T09:00")
        page.get_by_label("Closes").fill("2031-01-01T18:00")
        press(page, "Save as a draft")
        page.get_by_role("link", name="Look at its public page").click()
        preview = heading(page)
        page.get_by_role("link", name="Back to the call").click()
        page.get_by_role("link", name="Publish the call").click()
        press(page, "Publish the call")
        page.get_by_role("link", name="Import submissions from a file").click()
        bring(page, workbook(WHOLE, ("c-2", "Fires", "Nowhere", *WHOLE[3:])))
        found["faults of a file"] = faults(page)
        wrong = page.get_by_role("row").nth(1).get_by_role("cell").all_inner_texts()
        bring(page, workbook(WHOLE))
        found["preview of a file"] = faults(page)
        shown_first = page.get_by_role("status").inner_text()
        press(page, "Store it")
        stored = page.get_by_role("status").inner_text()
        page.goto(f"{calls}/second-challenges")
        page.get_by_role("link", name="Cancel the call").click()
        press(page, "Cancel the call")
        cancelled = heading(page)

    with reading(shown.database) as session:
        call = session.exec(select(Call).where(Call.code == "second-challenges")).one()
        titles = session.exec(
            select(Submission.title).where(Submission.call_id == call.id)
        ).all()
    assert "There is a problem" in mistakes
    assert preview == cancelled == "Call of the second edition"
    assert wrong[:3] == ["3", "C3", "Country"]
    assert "“Desafíos 2026.xlsx” adds and changes" in shown_first
    assert stored == "The file is stored."
    assert titles == ["Floods in spring"]
    assert call.state is CallState.CANCELLED
    assert {place: wrong for place, wrong in found.items() if wrong} == {}
    # The browser notes each form that comes back with its mistakes.
    assert [c for c in heard.complaints if "the server responded with" not in c] == []
    assert heard.outside(shown.origin) == []


def test_a_person_is_invited_into_a_new_team_and_the_letter_is_handed_over(
    chromium: Browser, shown: Demonstration, states: dict[str, StorageState]
) -> None:
    with chromium.new_context(storage_state=states["staff"], locale="en") as context:
        page = context.new_page()
        page.goto(f"{shown.origin}/people")
        page.get_by_role("link", name="Invite a person").click()
        page.get_by_label("Name", exact=True).fill("Nils Holm")
        page.get_by_label("Email address").fill("nils@example.org")
        page.get_by_label("Organisation").fill("Agency for Rivers")
        press(page, "Send the invitation")
        found = faults(page)
        missing = page.get_by_role("alert").inner_text()
        page.get_by_label("Country").select_option("NO")
        press(page, "Send the invitation")
        sent = page.get_by_role("status").inner_text()
        page.goto(f"{shown.origin}/letters")
        page.get_by_role("row", name="nils@example.org").get_by_role("button").click()
        page.wait_for_load_state()
        letter = page.get_by_role("main").inner_text()

    assert found == []
    assert "Country" in missing
    assert sent == "Invited. A letter with a link is on its way."
    assert "/invitation" in letter
