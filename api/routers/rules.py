"""What finds alerts, and what to do then."""

from fastapi import APIRouter

from api.access import Given, Viewer
from api.models.rules import RuleCard, RulePage
from api.paging import Cursor, Size, page_of
from api.problems import problems
from core.errors import NotFoundError

router = APIRouter(prefix="/api/rules", tags=["rules"])


@router.get("", summary="List rules", responses=problems(400))
def list_rules(_: Viewer, given: Given, size: Size = 500, cursor: Cursor = None) -> RulePage:
    """Rules, baselines and models that run, by id."""
    items, after = page_of(given.rules.cards(), lambda each: (0, each.id), size, cursor)
    return RulePage(items=[RuleCard.of(card) for card in items], next=after)


@router.get("/{rule}", summary="Show a rule", responses=problems(404))
def show_rule(rule: str, _: Viewer, given: Given) -> RuleCard:
    """One rule, baseline or model with its runbook."""
    cards = {card.id: card for card in given.rules.cards()}
    if rule not in cards:
        raise NotFoundError(f"There is no rule {rule!r}.")
    return RuleCard.of(cards[rule])
