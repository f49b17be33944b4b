"""The bar of the workspace: for whom the person is at work, and the parts that it may use."""

from typing import Any

from django import template
from django.template.context import Context
from django.urls import reverse

from directory.access import Action, can, scope_of
from workspace.current import affiliations_to_choose, current_affiliation
from workspace.kept import CARRIED_FIELD, read_carried

register = template.Library()


@register.inclusion_tag("workspace/includes/bar.html", takes_context=True)
def workbar(context: Context) -> dict[str, Any]:
    """Return what the bar shows; it asks nothing of the database that the request has not asked already."""
    request = context["request"]
    return {
        "part": context.get("part", ""),
        "affiliation": current_affiliation(request),
        "affiliations": affiliations_to_choose(request),
        "reads_own": can(request.user, Action.READ_OWN),
        "asks": can(request.user, Action.ASK_SECRETARIAT),
        "questions": reverse(
            "workspace:enquiries" if can(request.user, Action.ASK_ABOUT_POSTINGS) else "workspace:questions"
        ),
        "uses_directory": can(request.user, Action.USE_DIRECTORY),
        "may_invite": can(request.user, Action.INVITE),
        "makes_keys": can(request.user, Action.MANAGE_KEYS),
        "may_approve": can(request.user, Action.APPROVE_POSTINGS),
        "has_window": bool(scope_of(request.user, Action.APPROVE_POSTINGS).countries),
        "csrf_token": context.get("csrf_token"),
    }


@register.simple_tag(takes_context=True)
def carried_typed(context: Context) -> str:
    """Return what the log-in carries of a form that was sent when the session had ended; empty where there is none."""
    carried = str(context.get(CARRIED_FIELD) or context["request"].POST.get(CARRIED_FIELD, ""))
    return carried if read_carried(carried) is not None else ""
