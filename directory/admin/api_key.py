"""Keys to the API in the admin: all of them, with their history; they are made on the workspace's page of keys."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from directory.admin.base import HistoryAdmin, NoChangeMixin, actor
from directory.choices import KeyScope, KeyState
from directory.keys import ending
from directory.keys.entitled import KeyRefused
from directory.models import ApiKey, User
from web.calendar.days import today


class StateFilter(admin.SimpleListFilter):
    """Keys by what has become of them by today."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Name the states."""
        return list(KeyState.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> QuerySet[ApiKey]:
        """Keep the keys in the chosen state."""
        state = self.value()
        if state not in KeyState.values:
            return queryset
        return queryset.filter(pk__in=ApiKey.objects.in_state(state, today()).values("pk"))


class ScopeFilter(admin.SimpleListFilter):
    """Keys by what they may be used for."""

    title = _("scope")
    parameter_name = "scope"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Name the scopes."""
        return list(KeyScope.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> QuerySet[ApiKey]:
        """Keep the keys with the chosen scope; SQLite looks into no list, and no scope is a part of another."""
        scope = self.value()
        return queryset.filter(scopes__icontains=scope) if scope in KeyScope.values else queryset


@admin.register(ApiKey)
class ApiKeyAdmin(NoChangeMixin, HistoryAdmin[ApiKey]):
    """Who reads and writes by a key, and who answers for it. The secret is kept nowhere, and its digest not shown."""

    list_display = (
        "name", "agency", "words_of_scopes", "state", "public_part", "accountable", "made_at", "last_day",
        "last_used_on",
    )  # fmt: skip
    list_filter = (StateFilter, ScopeFilter, "agency__kind")
    list_select_related = ("agency", "accountable", "successor")
    search_fields = ("name", "public_part", "agency__name", "agency__acronym", "agency__code", "accountable__email")
    search_help_text = _("By name, beginning, agency, or e-mail of who answers for it.")
    ordering = ("-made_at", "-id")
    fields = (
        "name", "agency", "words_of_scopes", "state", "public_part", "made_by", "made_at", "accountable",
        "expires_on", "adopt_by", "replaces", "revoked_at", "revoked_by", "last_used_on",
    )  # fmt: skip
    readonly_fields = fields
    actions = ("revoke", "adopt")
    change_list_template = "admin/directory/apikey/change_list.html"

    @admin.display(description=_("scopes"))
    def words_of_scopes(self, obj: ApiKey) -> str:
        """Say what it may be used for."""
        return ", ".join(obj.scope_labels)

    @admin.display(description=_("state"))
    def state(self, obj: ApiKey) -> str:
        """Say what has become of it."""
        return str(obj.state_on(today()).label)

    @admin.action(description=_("Revoke: the next request with it is refused"), permissions=["view"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        """End the chosen keys at once."""
        self._each(request, queryset, lambda key, by: ending.revoke(key=key, by=by))

    @admin.action(description=_("Adopt: you answer for it from now on"), permissions=["view"])
    def adopt(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        """Answer for the chosen keys."""
        self._each(request, queryset, lambda key, by: ending.adopt(key=key, by=by))

    def _each(self, request: HttpRequest, queryset: QuerySet[ApiKey], act: Callable[[ApiKey, User], ApiKey]) -> None:
        by, count = actor(request), 0
        for key in queryset:
            try:
                act(key, by)
            except KeyRefused as refused:
                self.message_user(request, f"{key}: {refused}", messages.WARNING)
            else:
                count += 1
        if count:
            said = ngettext("%(count)d key changed.", "%(count)d keys changed.", count)
            self.message_user(request, said % {"count": count}, messages.SUCCESS)
