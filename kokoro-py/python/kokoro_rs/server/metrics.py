"""Counters of HTTP requests, for the whole process as Prometheus has it."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

# Seconds. The last ones are long texts.
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)

# Not the registry that everybody shares: the program that mounts the router may have its own ideas of it.
_REGISTRY = CollectorRegistry()
_REQUESTS = Counter("kokoro_http_requests", "Requests by route and status.", ("route", "status"), registry=_REGISTRY)
_SECONDS = Histogram(
    "kokoro_http_request_seconds",
    "From the request to the end of its answer.",
    ("route",),
    buckets=_BUCKETS,
    registry=_REGISTRY,
)
_ACTIVE = Gauge("kokoro_http_requests_active", "Requests whose answers have not ended.", registry=_REGISTRY)
ProcessCollector(registry=_REGISTRY)


def begin() -> None:
    """A request came."""
    _ACTIVE.inc()


def end(route: str, status: int, seconds: float) -> None:
    """A request was answered, or given up."""
    _ACTIVE.dec()
    _REQUESTS.labels(route, str(status)).inc()
    _SECONDS.labels(route).observe(seconds)


def text() -> str:
    """All of it, in the text format of Prometheus, with the memory and the processor time of the process."""
    return generate_latest(_REGISTRY).decode("utf-8")
