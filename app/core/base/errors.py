"""Everything the service refuses to do, and the HTTP status of each refusal.

* AppError
  x BadQuery               400
    + KeyRequired          400
  x NotSignedIn            401
  x NotPermitted           403
    + CrossSite            403
    + ConfirmFirst         403
  x NotFound               404
  x MethodNotAllowed       405
  x TooSlow                408
  x Conflict               409
    + TransitionNotAllowed 409
    + CallNotOpen          409
  x Stale                  412
  x TooLarge               413
  x UnsupportedMedia       415
  x Unprocessable          422
    + FaultyTable          422
  x PreconditionRequired   428
  x TooMany                429
  x Failure                500
  x Unavailable            503
    + ReadOnly             503

Services raise these; `app.core.http.problems` is the only place that turns one into
a response. Nothing else sets a status code for a refusal. 422 says "your
content", 409 says "not now".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

from app.core.base.messages import Message


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing that is wrong with what was sent.

    Parameters
    ----------
    pointer : str
        Where it is: a JSON pointer into the body, the name of a query
        parameter, or file, line and field of a table.
    detail : str
        What is wrong and what to do, in a sentence.
    """

    pointer: str
    detail: str

    def __post_init__(self) -> None:
        """Keep the sentence as a message, so that it can be told in other languages."""
        object.__setattr__(self, "detail", Message.of(self.detail))


class AppError(Exception):
    """Base class: a refusal that the caller can understand and act upon.

    Parameters
    ----------
    detail : str
        What is wrong, in a sentence for the person who asked.
    remedy : str, optional
        What to do about it; the class has a general one.
    errors : sequence of FieldError, optional
        All that is wrong with the content, not the first only.
    retry_after : int, optional
        Seconds after which the same request may be granted.
    """

    status: ClassVar[int]
    title: ClassVar[str]
    code: ClassVar[str]
    remedy: str = "Check the request against the documentation and send it again."
    headers: Mapping[str, str] = MappingProxyType({})

    def __init__(
        self,
        detail: str,
        *,
        remedy: str | None = None,
        errors: Sequence[FieldError] = (),
        retry_after: int | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = Message.of(detail)
        self.errors = tuple(errors)
        self.retry_after = retry_after
        if remedy is not None:
            self.remedy = remedy

    @property
    def type(self) -> str:
        """Stable identifier of the kind of refusal, for programs."""
        return f"urn:counterpart:problem:{self.code}"


class BadQuery(AppError):
    """The address asks for something that the list does not know."""

    status = 400
    title = "Query not understood"
    code = "bad-query"
    remedy = "Use only the parameters that the documentation of this address names."


class KeyRequired(BadQuery):
    """What is asked must not be done twice by mistake, and no key says that it will not."""

    title = "Idempotency key required"
    code = "idempotency-key-required"
    remedy = (
        "Send the header `Idempotency-Key` with a new random value, and the same value on a "
        "retry."
    )


class NotSignedIn(AppError):
    """The request needs a signed-in person."""

    status = 401
    title = "Sign in first"
    code = "not-signed-in"
    remedy = "Send a valid token in the header `Authorization: Bearer ...`."


class NotPermitted(AppError):
    """The person may see the thing, and may not do this to it."""

    status = 403
    title = "Not permitted"
    code = "not-permitted"
    remedy = "Ask someone whose role includes it, or the staff of the incubator."


class CrossSite(NotPermitted):
    """The browser says that another site has caused the request."""

    title = "Request from another site"
    code = "cross-site"
    remedy = "Open the page in this service and send it from there."


class ConfirmFirst(NotPermitted):
    """What is asked for needs a person who has just shown who they are."""

    title = "Confirm that it is you"
    code = "confirm-first"
    remedy = "Confirm on the page /confirm, and repeat this within ten minutes."


class NotFound(AppError):
    """There is no such thing, or none that this person may know of."""

    status = 404
    title = "Not found"
    code = "not-found"
    remedy = "Check the address. You may also lack permission to see it."


class MethodNotAllowed(AppError):
    """The address does not take this method; `Allow` names those that it takes."""

    status = 405
    title = "Method not allowed"
    code = "method-not-allowed"
    remedy = "Use one of the methods in the header `Allow`."


class Conflict(AppError):
    """The request is sound, and cannot be granted as things stand now."""

    status = 409
    title = "Not possible in this state"
    code = "conflict"
    remedy = "Read it again and decide what to do in its current state."


class TransitionNotAllowed(Conflict):
    """The step does not start from where the thing stands."""

    title = "Step not possible from this state"
    code = "step-not-allowed"
    remedy = "List the steps of this resource to see which you can take."


class CallNotOpen(Conflict):
    """The call takes nothing in at this moment."""

    title = "The call is not open"
    code = "call-not-open"
    remedy = "Check the dates of the call, or choose an open call."


class Stale(AppError):
    """The change is based on a state that is no longer the current one."""

    status = 412
    title = "Changed since you read it"
    code = "stale"
    remedy = "Read it again, and send the change with its new `ETag`."

    def __init__(
        self, detail: str, *, tag: str = "", errors: Sequence[FieldError] = ()
    ) -> None:
        super().__init__(detail, errors=errors)
        self.headers = {"ETag": tag}


class TooSlow(AppError):
    """The request did not arrive in the time that it may take."""

    status = 408
    title = "Too slow"
    code = "too-slow"
    remedy = "Send the whole request at once. Try a better connection if this one is slow."


class TooLarge(AppError):
    """The request is larger than the service reads."""

    status = 413
    title = "Too large"
    code = "too-large"
    remedy = "Shorten the texts, and link to documents instead of pasting them."


class UnsupportedMedia(AppError):
    """The body is of a kind that is not read here."""

    status = 415
    title = "Unsupported media type"
    code = "unsupported-media"
    remedy = "Send uncompressed JSON in UTF-8, with `Content-Type: application/json`."


class Unprocessable(AppError):
    """What was sent cannot be taken as it is; `errors` lists all that is wrong."""

    status = 422
    title = "Content cannot be accepted"
    code = "unprocessable"
    remedy = "Correct what `errors` lists and send it again. Nothing was stored."


class PreconditionRequired(AppError):
    """A change must say on which state it is based."""

    status = 428
    title = "If-Match required"
    code = "precondition-required"
    remedy = "Send `If-Match` with the `ETag` that you got when you read it."


class TooMany(AppError):
    """The same was tried too often in a short time."""

    status = 429
    title = "Too many attempts"
    code = "too-many"
    remedy = "Wait for the time in the header `Retry-After`, and try again."


class Failure(AppError):
    """Something failed on our side that nobody had foreseen."""

    status = 500
    title = "Internal error"
    code = "internal-error"
    remedy = "Try again. If it happens again, tell the staff the `x-request-id` of this answer."


class Unavailable(AppError):
    """The service cannot answer for the moment."""

    status = 503
    title = "Temporarily unavailable"
    code = "unavailable"
    remedy = "Try again in a few seconds."


class ReadOnly(Unavailable):
    """The service answers, and changes nothing for the moment."""

    title = "Read-only mode"
    code = "read-only"
    remedy = "Send the change again later. You can still read everything."
