"""The outbox in the admin: what went out to whom, never what it said."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from directory.access import Action, can
from directory.mail.sending import send_again
from directory.models import Mail


@admin.register(Mail)
class MailAdmin(admin.ModelAdmin[Mail]):
    """Mails by state. One that failed, or perhaps went out, is sent again by a person's decision alone."""

    list_display = ("created_at", "kind", "to_address", "state", "due_at", "sent_at", "refused_at", "attempts")
    list_filter = ("state", ("refused_at", admin.EmptyFieldListFilter), "kind")
    search_fields = ("to_address", "key")
    ordering = ("-created_at", "-id")
    show_full_result_count = False
    exclude = ("about",)
    actions = ("send_again",)

    def has_accounts_permission(self, request: HttpRequest) -> bool:
        """Whether the person looks after accounts."""
        return can(request.user, Action.MANAGE_ACCOUNTS)

    @admin.action(description=_("Send again what failed or perhaps went out"), permissions=["accounts"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Mail]) -> None:
        """Let the chosen mails be sent once more."""
        count = sum(send_again(mail=one) for one in queryset)
        said = ngettext("%(count)d mail will be sent.", "%(count)d mails will be sent.", count)
        self.message_user(request, said % {"count": count}, messages.SUCCESS)
