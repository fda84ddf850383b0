"""Published challenges and what people ask about them, as tests need them."""

from typing import Any

from sqlmodel import Session

from app.accounts.models import User
from app.core.base.clock import now
from app.enquiries.lifecycle import EnquiryState
from app.enquiries.models import Enquiry
from app.notices.lifecycle import NoticeState
from app.notices.models import PublicNotice
from app.programmes.lifecycle import CallKind
from tests.factories import a_call, a_notice

NAMING = "We, the weather service of Lund, wonder whether sensors may send by radio."


def a_published_challenge(session: Session, **fields: Any) -> PublicNotice:
    """A published challenge, whose programme takes solutions."""
    notice = a_notice(session, state=NoticeState.PUBLISHED, **fields)
    a_call(session, CallKind.SOLUTIONS, programme_id=notice.programme_id)
    session.flush()
    return notice


def an_enquiry(
    session: Session, notice: PublicNotice, asker: User | None = None, **fields: Any
) -> Enquiry:
    """A question about a challenge, which waits unless a state is given."""
    fields.setdefault("body", NAMING)
    if fields.get("state") is EnquiryState.ANSWERED:
        fields.setdefault("answer", "Yes, if what they send is signed.")
        fields.setdefault("answer_language", "en")
        fields.setdefault("answered_at", now())
    about = {n: getattr(notice, n) for n in ("programme_id", "organisation_id", "code")}
    fields.setdefault("number", 1)
    fields.setdefault("language", "en")
    row = Enquiry(**about, notice_id=notice.id, asker_id=asker.id if asker else None, **fields)
    session.add(row)
    session.flush()
    return row
