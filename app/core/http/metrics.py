"""Figures for monitoring: how many requests were answered how, and how long that took.

Labels are the names of operations, methods and statuses: no address, no person, no text.
Each process counts for itself.
"""

import time
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client import generate_latest as _written
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """The figures of one application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.requests = Counter(
            "counterpart_requests",
            "Requests that were answered.",
            ("operation", "method", "status"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            "counterpart_request_seconds",
            "How long requests took, in seconds.",
            ("operation",),
            buckets=SECONDS,
            registry=self.registry,
        )
        self.jobs = Gauge(
            "counterpart_jobs",
            "Background jobs that are not done, by state.",
            ("state",),
            registry=self.registry,
        )
        self.events = Gauge(
            "counterpart_audit_events", "Events in the audit chain.", registry=self.registry
        )

    def count(self, scope: Scope, status: int, seconds: float) -> None:
        """Count a request that was answered."""
        endpoint = scope.get("endpoint")
        name = getattr(endpoint, "__name__", "files") if endpoint else "none"
        # A method is the caller's word, and a new label for each would fill the memory.
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self.requests.labels(name, method, str(status)).inc()
        self.seconds.labels(name).observe(seconds)

    def written(self) -> bytes:
        """Return all figures in the text format of Prometheus."""
        return _written(self.registry)


_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Measured:
    """Count every request."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, and note how."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, note)
        finally:
            self.metrics.count(scope, status, time.perf_counter() - began)
