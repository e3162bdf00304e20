"""Whether the platform runs and works, for supervisors and collectors of metrics."""

from collections.abc import Callable

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from api.access import Given, may_read_metrics
from api.metrics import MEDIA, Metrics
from api.models.health import Health
from api.problems import RefusedError, problems
from core.errors import LiaowangError
from core.ports import AlertFilter
from core.scope import Scope

router = APIRouter(prefix="/api", tags=["health"])

_NOBODY = Scope(frozenset(), frozenset())


@router.get("/health/live", summary="Whether the process runs")
def show_life() -> Health:
    """Answers as long as the process can."""
    return Health(status="ok", failing=[])


@router.get("/health/ready", summary="Whether everything works", responses={503: {"model": Health}})
def show_readiness(given: Given, response: Response) -> Health:
    """Asks each store for something small, and the platform for what waits, such as for room on the disk."""
    asked: dict[str, Callable[[], object]] = {
        "alerts": lambda: given.alerts.count_by("state", AlertFilter(), _NOBODY),
        "archive": given.archive.size,
        "entities": lambda: given.entities.state("ready"),
    }
    failing = sorted({*(name for name, ask in asked.items() if not _answers(ask)), *given.troubles()})
    response.status_code = 503 if failing else 200
    return Health(status="failing" if failing else "ok", failing=failing)


def _answers(ask: Callable[[], object]) -> bool:
    try:
        ask()
    except LiaowangError:
        return False
    return True


@router.get("/metrics", summary="Numbers for Prometheus", response_class=PlainTextResponse, responses=problems(401))
def show_metrics(request: Request) -> Response:
    """The text format of Prometheus; for the bearer token of the metrics, or an administrator."""
    if not may_read_metrics(request):
        raise RefusedError(401, "This needs the token of the metrics.", headers={"WWW-Authenticate": "Bearer"})
    kept = request.app.state.metrics
    assert isinstance(kept, Metrics)
    return Response(kept.text(), media_type=MEDIA)
