"""What waits for the reader, the most urgent first."""

from fastapi import APIRouter, Response

from app.accounts.dependencies import ActorDep
from app.core.http.access import signed_in
from app.core.http.database_sessions import ReadSessionDep
from app.insights.tasks import tasks_of
from app.pages.layout import PageDep

router = APIRouter()


@router.get("/tasks")
@signed_in
def show_tasks(page: PageDep, session: ReadSessionDep, actor: ActorDep) -> Response:
    """List what waits for the reader, by when it is due."""
    return page.render("account/tasks.html", tasks=tasks_of(session, actor))
