"""Everything the portal holds about a person, for the person alone.

Each line of HELD is one way in which a row belongs to somebody: a field of a model that leads to the account, or holds
its e-mail address. `tests/workspace/test_own_data.py` walks all models: a field that is neither here nor in NOT_GIVEN,
with a reason, fails it. Nothing of other people stands in it: no column leads to another account, and the title of a
posting only where the person may read it now.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDate
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directory.models import User

Row = dict[str, Any]
ACCOUNT = (
    "email", "honorific", "full_name", "job_title", "phone", "language", "time_zone", "digest", "wants_weekly",
    "weekly_on", "wants_reminders", "is_listed", "is_active", "date_joined", "last_login", "notice_accepted_at",
    "erased_at",
)  # fmt: skip
WORK = ("match", "kind", "side", "from_status", "to_status", "at", "note")
PLACE = ("history_date", "history_type", "role", "agency__name", "valid_from", "valid_until", "ended_at")


@dataclass(frozen=True)
class Held:
    """Rows of a model that belong to a person by a field, and which columns of them it is given."""

    model: str
    by: str
    columns: tuple[str, ...]
    heading: Promise | str = ""
    per_day: bool = field(default=False, kw_only=True)
    """Whether only the days are given, with how many rows each has: of what runs to thousands."""

    @property
    def code(self) -> str:
        """Name it in the file."""
        return f"{self.model}.{self.by}"

    def rows(self, user: User) -> list[Row]:
        """Return them, oldest first: one query, and one more for postings."""
        model: Any = apps.get_model(self.model)
        is_address = not model._meta.get_field(self.by).is_relation  # noqa: SLF001 - Django documents it as public
        mine = model._default_manager.filter(  # noqa: SLF001
            **({f"{self.by}__iexact": user.email} if is_address else {self.by: user})
        )
        if self.per_day:
            days = mine.annotate(day=TruncDate(self.columns[0])).values("day").annotate(rows=Count("pk"))
            return list(days.order_by("day"))
        rows = list(mine.order_by("pk").values("pk", *self.columns))
        return _with_titles_that_may_be_read(rows, mine, model, user) if "title" in self.columns else rows

    def words(self) -> str:
        """Return what these rows are, for people."""
        meta = apps.get_model(self.model)._meta  # noqa: SLF001
        by = meta.get_field(self.by)
        return str(self.heading) or f"{capfirst(meta.verbose_name_plural)}: {getattr(by, 'verbose_name', self.by)}"


def _posting(model: str) -> Iterator[Held]:
    yield Held(model, "contact_person", ("title", "status", "created_at"))
    yield Held(model, "submitted_by", ("title", "status", "submitted_at"))


def _side(by: str, at: str, *columns: str) -> Held:
    return Held("matching.MatchSide", by, ("match", "side", at, *columns))


HELD: tuple[Held, ...] = (
    Held(
        "directory.Affiliation",
        "user",
        ("agency__name", "role", "valid_from", "valid_until", "validated_on", "ended_at"),
        gettext_lazy("Where you serve"),
    ),
    Held("directory.HistoricalAffiliation", "user", PLACE, gettext_lazy("Where you serve: every change")),
    Held(
        "directory.Designation",
        "alternate",
        ("kind", "reference", "dated", "ministry", "valid_until", "ended_at"),
        gettext_lazy("Letters that name you as alternate"),
    ),
    Held("directory.HistoricalDesignation", "alternate", ("history_date", "history_type", "kind", "reference")),
    Held("directory.Designation", "recorded_by", ("reference", "recorded_at")),
    Held("directory.HistoricalDesignation", "recorded_by", ("history_date", "reference")),
    Held(
        "directory.Invitation",
        "email",
        (
            "email",
            "full_name",
            "agency__name",
            "role",
            "language",
            "created_at",
            "sent_at",
            "accepted_at",
            "withdrawn_at",
        ),
    ),
    Held("directory.ApiKey", "made_by", ("name", "agency__name", "scopes", "public_part", "made_at", "expires_on")),
    Held("directory.ApiKey", "accountable", ("name", "agency__name", "scopes", "expires_on", "adopt_by")),
    Held("directory.ApiKey", "revoked_by", ("name", "agency__name", "revoked_at")),
    *(
        Held("directory.HistoricalApiKey", by, ("history_date",), per_day=True)
        for by in ("made_by", "accountable", "revoked_by")
    ),
    Held("directory.AccountEvent", "user", ("kind", "at", "note"), gettext_lazy("What was done to your account")),
    Held("directory.AccountEvent", "by", ("kind", "at")),
    Held("directory.RulesReview", "by", ("at", "note")),
    Held("directory.PaperScan", "attached_by", ("paper__reference", "attached_at")),
    Held("directory.Paper", "recorded_by", ("reference", "dated_on", "recorded_at")),
    Held("directory.Invitation", "accepted_by", ("agency__name", "role", "accepted_at")),
    Held("directory.Invitation", "invited_by", ("agency__name", "role", "created_at")),
    Held(
        "directory.Mail",
        "to_user",
        ("kind", "to_address", "state", "created_at", "sent_at"),
        gettext_lazy("Mails to you"),
    ),
    Held("directory.Mail", "to_address", ("kind", "to_address", "state", "created_at", "sent_at")),
    *_posting("surveys.Offer"),
    *_posting("surveys.Need"),
    Held("surveys.HistoricalOffer", "submitted_by", ("history_date",), per_day=True),
    Held("surveys.HistoricalNeed", "submitted_by", ("history_date",), per_day=True),
    Held("surveys.Response", "begun_by", ("survey__title", "country", "status", "created_at")),
    Held("surveys.Response", "submitted_by", ("survey__title", "country", "status", "submitted_at")),
    Held("surveys.Response", "approved_by", ("survey__title", "country", "status", "received_at")),
    *(
        Held("surveys.HistoricalResponse", by, ("history_date",), per_day=True)
        for by in ("begun_by", "submitted_by", "approved_by")
    ),
    Held("surveys.Import", "by", ("survey__title", "file_name", "state", "started_at", "finished_at")),
    Held("surveys.Import", "undone_by", ("survey__title", "file_name", "state")),
    Held("surveys.CountryWindow", "paused_by", ("country",)),
    Held("surveys.HistoricalCountryWindow", "paused_by", ("history_date",), per_day=True),
    Held("surveys.PendingChange", "decided_by", ("decided_at",)),
    Held("surveys.ProposedVersion", "written_by", ("offer", "need", "content", "state", "written_at")),
    Held("surveys.ProposedVersion", "contact_person", ("offer", "need", "written_at")),
    Held("surveys.ProposedVersion", "decided_by", ("decided_at",)),
    Held("surveys.SurveyRequest", "asked_by", ("survey__title", "agency__name", "asked_at")),
    Held("surveys.ConfirmationCampaign", "begun_by", ("survey__title", "begun_on", "closes_on")),
    Held("surveys.HistoricalConfirmationCampaign", "begun_by", ("history_date",), per_day=True),
    Held("matching.Match", "assigned_to", ("status",)),
    Held("matching.MatchEvent", "by", WORK, gettext_lazy("Your steps in matches")),
    Held("matching.TriangularEvent", "by", ("option", "kind", "at", "note")),
    _side("cleared_by", "cleared_at", "clearance", "clearance_note"),
    _side("answered_by", "answered_at", "answer", "refusal_reason", "answer_reason"),
    _side("consent_by", "consent_at"),
    _side("outcome_confirmed_by", "outcome_confirmed_at"),
    Held("matching.Introduction", "made_by", ("match", "made_at")),
    Held("matching.Outcome", "recorded_by", ("match", "recorded_at")),
    Held("matching.ReviewCheck", "by", ("match", "kind", "result", "at", "note")),
    Held("matching.MatchRun", "by", ("started_at",), per_day=True),
    Held("matching.Allocation", "by", ("started_at",), per_day=True),
    Held("matching.Allocation", "decided_by", ("decided_at",), per_day=True),
    Held("matching.SavedView", "user", ("name", "query")),
    Held("surveys.SavedSearch", "user", ("side", "name", "query", "created_at")),
    Held("matching.PostingMark", "by", ("marked_at",), per_day=True),
    Held(
        "practices.PracticeQuestion",
        "asked_by",
        ("practice", "agency__name", "text", "state", "asked_at", "answer", "answered_at"),
        gettext_lazy("What you asked the secretariat"),
    ),
    Held("practices.PracticeQuestion", "passed_by", ("passed_at",)),
    Held(
        "matching.Enquiry",
        "asked_by",
        ("side", "need", "offer", "agency__name", "text", "state", "asked_at", "answer", "answered_at", "withdrawn_at"),
        gettext_lazy("What you asked the secretariat about offers and needs"),
    ),
    Held("matching.Enquiry", "passed_by", ("passed_at",)),
    Held("matching.Enquiry", "answered_by", ("answered_at",)),
    Held("practices.PracticeQuestion", "answered_by", ("answered_at",)),
    Held("account.EmailAddress", "user", ("email", "verified", "primary")),
    Held("account.EmailAddress", "email", ("email", "verified", "primary")),
    Held(
        "mfa.Authenticator",
        "user",
        ("type", "created_at", "last_used_at"),
        gettext_lazy("Second factors, without their secrets"),
    ),
    Held("socialaccount.SocialAccount", "user", ("provider", "uid", "date_joined", "last_login", "extra_data")),
    Held("admin.LogEntry", "user", ("action_time",), per_day=True),
)

NOT_GIVEN: dict[str, str] = {
    "directory.User.email": "the account itself, given first",
    "directory.Agency.office_mailbox": "the mailbox of an office, which is nobody's own",
    "directory.HistoricalAgency.office_mailbox": "the mailbox of an office, which is nobody's own",
}


def changes_by(user: User) -> list[Row]:
    """Return, by kind of record and day, how many changes the person made: one query a kind."""
    found = []
    for model in historical_models():
        days = model._default_manager.filter(history_user=user).annotate(day=TruncDate("history_date"))  # noqa: SLF001
        for row in days.values("day").annotate(rows=Count("pk")).order_by("day"):
            found.append({"of": model._meta.label, **row})  # noqa: PERF401, SLF001
    return found


def historical_models() -> list[Any]:
    """Return the models that keep who changed what."""
    return [model for model in apps.get_models() if hasattr(model, "history_user")]


def own_data(user: User, session: Row) -> dict[str, Any]:
    """Return everything held about a person, part by part, with what each part is in words.

    session: what the portal notes of the session at hand; the others are not kept by person.
    """
    parts = {
        "account": (_("Your account"), [{name: getattr(user, name) for name in ACCOUNT}]),
        "designations": (_("Letters that designate you"), designations_of(user)),
        **{held.code: (held.words(), held.rows(user)) for held in HELD},
        "changes": (_("What you changed, by day"), changes_by(user)),
        "session": (_("This session"), [session]),
    }
    return {code: {"is": words, "rows": rows} for code, (words, rows) in parts.items()}


def designations_of(user: User) -> list[Row]:
    """Return the letters by which the person acts."""
    columns = (
        "kind", "reference", "dated", "ministry", "office", "valid_from", "valid_until", "ended_at", "recorded_at",
    )  # fmt: skip
    model: Any = apps.get_model("directory.Designation")
    rows: QuerySet[Any] = model.objects.filter(affiliation__user=user).order_by("pk")
    return list(rows.values("pk", "affiliation__agency__name", *columns))


def _with_titles_that_may_be_read(rows: list[Row], mine: Any, model: Any, user: User) -> list[Row]:
    readable = set(model.objects.visible_to(user).filter(pk__in=mine.values("pk")).values_list("pk", flat=True))
    return [row if row["pk"] in readable else row | {"title": ""} for row in rows]
