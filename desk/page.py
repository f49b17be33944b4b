"""The frame of the desk's own pages: ordinary views that stand within the admin site."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.generic.base import ContextMixin, View

from matching.models import Match


def frame(request: HttpRequest, model: type[Model] = Match) -> dict[str, Any]:
    """Return what the admin site's frame shows around a page about rows of the model, over the whole width."""
    return {
        **admin.site.each_context(request),
        "is_nav_sidebar_enabled": False,
        "opts": admin.site.get_model_admin(model).opts,
    }


def respond(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """Answer with a page of the desk about matches."""
    return TemplateResponse(request, template, frame(request) | context)


class DeskPage(ContextMixin, View):
    """A page of the desk. Who may look and who may act is asked where it is mounted: `desk.base.DeskAdmin`."""

    about: ClassVar[type[Model]] = Match
    title: ClassVar[Any] = ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the frame of the admin site."""
        return frame(self.request, self.about) | {"title": self.title} | super().get_context_data(**kwargs)
