"""Numbers for Prometheus: requests as they are answered, and what the stores and sensors say when asked."""

import time
from collections import Counter
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.services import Services
from core.ports import AlertFilter
from core.scope import EVERYTHING

MEDIA = CONTENT_TYPE_LATEST


class _Asked(Collector):
    """What is asked for when the numbers are read."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def collect(self) -> Iterator[Metric]:
        """The families of metrics; everywhere over all enterprises."""
        archive = GaugeMetricFamily("liaowang_archive", "size of the event archive", labels=["what"])
        for what, number in self._services.archive.size().items():
            archive.add_metric([what], number)
        yield archive
        alerts = GaugeMetricFamily("liaowang_alerts", "alerts kept", labels=["state"])
        for state, number in self._services.alerts.count_by("state", AlertFilter(), EVERYTHING).items():
            alerts.add_metric([state], number)
        yield alerts
        yield self._seen()
        yield self._sensors()

    def _seen(self) -> Metric:
        total: Counter[tuple[str, str, str]] = Counter()
        for tally in self._services.sight.tallies(EVERYTHING):
            total[tally.name, tally.protocol, str(tally.loss).lower()] += tally.number
        seen = CounterMetricFamily(
            "liaowang_seen", "what sensors saw or could not see", labels=["name", "protocol", "loss"]
        )
        for labels, number in total.items():
            seen.add_metric(labels, number)
        return seen

    def _sensors(self) -> Metric:
        known = self._services.sight.sensors(EVERYTHING, self._services.now())
        silent = Counter(str(state.silent).lower() for state in known if state.live)
        sensors = GaugeMetricFamily("liaowang_sensors", "sensors known, without captures handed in", labels=["silent"])
        for label in ("false", "true"):
            sensors.add_metric([label], silent[label])
        return sensors


class Metrics:
    """The numbers of one application."""

    def __init__(self, services: Services) -> None:
        """Ask `services` whenever the numbers are read."""
        self._registry = CollectorRegistry()
        self._registry.register(_Asked(services))
        self.requests = Histogram(
            "liaowang_http_request_seconds",
            "time until a response was sent",
            labelnames=("method", "route", "status"),
            registry=self._registry,
        )

    def text(self) -> bytes:
        """All of them in the text format."""
        return generate_latest(self._registry)


class MetricsMiddleware:
    """Times every request to a route of the interface; the route, not the path, so that the labels stay few."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        """Tell `metrics`."""
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, status = time.perf_counter(), 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            route = getattr(scope.get("route"), "path", "other")
            self._metrics.requests.labels(scope["method"], route, status).observe(time.perf_counter() - begun)
