"""Every address of the portal by name, with rows to fill it in."""

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from directory.models import AgencyFact, Invitation, Mail, Paper, RulesReview
from matching.allocation import plans
from matching.allocation.weighing import Settings
from matching.models import Allocation, Enquiry, MatchChange, MatchEvent
from practices.models import Practice, PracticeQuestion
from surveys.models import (
    Challenge,
    ConfirmationCampaign,
    ConfirmationRequest,
    CountryWindow,
    Import,
    PendingChange,
    Question,
    Questionnaire,
    Reading,
    Section,
)
from tests import factories

NOT_THERE = 999_999_999
# The admin gives each model these five, and a history of one version where simple-history keeps it.
OF_A_MODEL = ("changelist", "add", "change", "history", "delete")


def names(resolver: URLResolver | None = None, namespace: str = "") -> Iterator[str]:
    """The names of all addresses, namespace first; an address without a name as the pattern that it matches."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from names(pattern, inner)
        elif isinstance(pattern, URLPattern):
            yield namespace + (pattern.name or str(pattern.pattern))


def rows() -> dict[type[Model], Model]:
    """One row of each model that the admin shows, a released match between public postings among them."""
    match = factories.ReleasedMatchFactory()
    response = factories.ResponseFactory(country=match.need.country)
    made: list[Model] = [
        match,
        match.need,
        match.offer,
        match.profile,
        match.run,
        MatchEvent.objects.create(match=match, kind="noted", from_status="suggested", to_status="suggested"),
        MatchChange.objects.create(match=match, run=match.run, kind="new"),
        factories.TriangularOptionFactory(need=match.need, profile=match.profile, run=match.run),
        response,
        response.survey,
        Reading.objects.create(response=response, kind="unresolved", as_printed="Korea"),
        Import.objects.create(survey=response.survey, file_name="table.csv", sha256="0" * 64, state="applied"),
        match.need.country,
        factories.CountryGroupFactory(),
        factories.GroupMembershipFactory(),
        factories.AgencyFactory(),
        factories.ApiKeyFactory(),
        match.need.areas.get(),
        match.need.modalities.get(),
        factories.UserFactory(role="reviewer"),
    ]
    found = {type(row): row for row in made}
    survey = response.survey
    survey.is_public, survey.results_released_on = True, dt.date(2020, 1, 1)
    survey.save()
    section = Section.objects.create(
        questionnaire=Questionnaire.objects.create(survey=survey), code="about", label="About"
    )
    question = Question.objects.create(section=section, code="country", label="Country?", feeds="country")
    found |= {Questionnaire: section.questionnaire, Section: section, Question: question}
    found[Challenge] = Challenge.objects.create(
        survey=survey, code="C", perspective="users", label="Costs", label_as_printed="Costs"
    )
    found[PendingChange] = PendingChange.objects.create(
        offer=match.offer,
        response=response,
        content={"values": {"title": "Otherwise"}, "areas": [], "modalities": [], "targets": []},
    )
    user = made[-1]
    practice = factories.PublishedPracticeFactory()
    asked = PracticeQuestion.objects.create(
        practice=practice,
        asked_by=user,  # type: ignore[misc]
        text="How much does it cost?",
        state="with_secretariat",
        form_key=uuid.uuid4(),
    )
    found |= {Practice: practice, PracticeQuestion: asked}
    found[Enquiry] = Enquiry.objects.create(
        side="offer", offer=match.offer, need=match.need, asked_by=user, agency=factories.AgencyFactory(),
        state="with_secretariat", received_at=timezone.now(),
    )  # type: ignore[misc]  # fmt: skip
    found[Paper] = Paper.objects.create(country=match.need.country, reference="THA/7", dated_on=dt.date(2026, 11, 18))
    found[AgencyFact] = AgencyFact.objects.create(agency=factories.AgencyFactory(), label="Law", text="Decree")
    found[RulesReview] = RulesReview.objects.create(by=user, note="No change.")  # type: ignore[misc]
    affiliation = user.affiliations.get()  # type: ignore[attr-defined]
    found[type(affiliation)] = affiliation
    designation = factories.DesignationFactory(
        affiliation=factories.UserFactory(role="focal_point", role__designated=False).affiliations.get()
    )
    found[type(designation)] = designation
    in_a_week = timezone.now() + dt.timedelta(days=7)
    agency = factories.AgencyFactory()
    found[Invitation] = Invitation.objects.create(
        email="invited@example.org", agency=agency, role="focal_point", token_hash="0" * 64, expires_at=in_a_week
    )
    found[Mail] = Mail.objects.create(kind="proposed", key="proposed:0", to_address="someone@example.org")
    window = CountryWindow.objects.create(country=match.need.country)
    found[CountryWindow] = window
    campaign = ConfirmationCampaign.objects.create(
        survey=response.survey, begun_on=dt.date(2026, 11, 2), closes_on=dt.date(2027, 3, 1)
    )
    found[ConfirmationCampaign] = campaign
    found[ConfirmationRequest] = ConfirmationRequest.objects.create(campaign=campaign, country=match.need.country)
    plan = plans.begin(
        by=user,  # type: ignore[arg-type]
        settings=Settings(weight_ldc=2, weight_lldc=1, weight_sids=1, most_per_need=3),
    )
    plans.work(plan)
    found[Allocation] = plan
    alias = match.need.country.aliases.create(text="Elsewhere")
    found[type(alias)] = alias
    for row in found.values():
        if hasattr(row, "history"):
            row.save()  # the factories write no history
    return found


def address(name: str, found: dict[type[Model], Any]) -> str:
    """The address of that name, filled in with these rows."""
    by_label = {model._meta.label_lower: row for model, row in found.items()}
    match, country = by_label["matching.match"], by_label["directory.country"]
    asked = by_label["surveys.confirmationrequest"]
    arguments: dict[str, list[Any]] = {
        "directory:country": [country.pk],
        "country-brief": [country.pk],
        "paper-scan": [uuid.uuid4()],
        "directory:agency": [by_label["directory.agency"].code],
        "surveys:offer": [match.offer_id],
        "surveys:need": [match.need_id],
        "surveys:survey": [by_label["surveys.survey"].code],
        "surveys:survey_file": [by_label["surveys.survey"].code, "table-1", "csv"],
        **{f"surveys:survey_{page}": [by_label["surveys.survey"].code] for page in ("table1", "table2", "answers")},
        **{f"surveys:{kind}s_file": ["csv"] for kind in ("offer", "need")},
        **{f"surveys:{kind}s_picture": ["area"] for kind in ("offer", "need")},
        **{f"directory:{kind}_file": ["csv"] for kind in ("countries", "agencies")},
        "matching:matches_file": ["csv"],
        "practices:practices_file": ["csv"],
        "practices:practice": [by_label["practices.practice"].pk],
        **{f"workspace:practice{page}": [by_label["practices.practice"].pk] for page in ("", "-edit", "-ask")},
        "workspace:practice-step": [by_label["practices.practice"].pk, "submit"],
        "workspace:question-step": [by_label["practices.practicequestion"].pk, "pass-on"],
        "workspace:offer-ask": [match.offer_id],
        "workspace:need-ask": [match.need_id],
        "workspace:enquiry-step": [by_label["matching.enquiry"].pk, "withdraw"],
        "surveys:survey_changes": [by_label["surveys.survey"].code, by_label["surveys.survey"].code],
        "surveys:survey_changes_file": [by_label["surveys.survey"].code, by_label["surveys.survey"].code, "csv"],
        "workspace:survey": [by_label["surveys.survey"].code],
        "workspace:survey_print": [by_label["surveys.survey"].code],
        "workspace:survey_section": [by_label["surveys.survey"].code, "about"],
        "workspace:survey_repeat": [by_label["surveys.survey"].code, "about", 1],
        "workspace:response": [by_label["surveys.response"].pk],
        **{
            f"admin:surveys_import_{step}": [by_label["surveys.import"].pk]
            for step in ("columns", "apply", "again", "discard", "undo", "errors", "progress")
        },
        "admin:directory_user_second_factor": [by_label["directory.user"].pk],
        "admin:directory_user_printed_codes": [by_label["directory.user"].pk],
        "admin:directory_designation_cover": [by_label["directory.designation"].pk],
        "admin:surveys_survey_questionnaire": [by_label["surveys.survey"].pk],
        "admin:surveys_offer_paper": [match.offer_id],
        "admin:surveys_need_paper": [match.need_id],
        "admin:surveys_survey_tracking": [by_label["surveys.survey"].pk],
        "admin:surveys_survey_confirming": [by_label["surveys.survey"].pk],
        **{
            f"admin:surveys_survey_confirming_{page}": [campaign.survey_id, campaign.pk, more]
            for campaign in [by_label["surveys.confirmationcampaign"]]
            for page, more in (("file", "csv"), ("letters", "note"), ("reminders", "note"))
        },
        "admin:surveys_survey_confirming_country": [asked.campaign.survey_id, asked.pk],
        "admin:surveys_survey_confirming_letter": [asked.campaign.survey_id, asked.pk, "letter"],
        "admin:surveys_survey_confirming_reminder": [asked.campaign.survey_id, asked.pk, "letter"],
        "admin:surveys_questionnaire_xlsform": [by_label["surveys.questionnaire"].pk],
        "admin:surveys_questionnaire_next": [by_label["surveys.questionnaire"].pk],
        "api-offers-withdraw": [match.offer_id],
        "api-needs-withdraw": [match.need_id],
        "matching:match": [match.need_id, match.offer_id],
        "matching:coverage_cell": [match.need.areas.get().pk, "all"],
        "matching:coverage_modality": [match.need.areas.get().pk, match.need.modalities.get().pk],
        "matching:coverage_file": ["coverage", "csv"],
        "matching:duplication_place": [country.pk],
        **{
            f"workspace:{kind}{page}": [getattr(match, f"{kind}_id")]
            for kind in ("offer", "need")
            for page in ("", "-edit", "-preview", "-history", "-near", "-filled-sheet")
        },
        "workspace:offer-step": [match.offer_id, "publish"],
        "workspace:need-step": [match.need_id, "publish"],
        "workspace:people-step": ["end", by_label["directory.affiliation"].pk],
        "workspace:key-replace": [by_label["directory.apikey"].pk],
        "workspace:key-step": ["revoke", by_label["directory.apikey"].pk],
        "workspace:cover": [by_label["directory.designation"].pk],
        "workspace:cover-end": [by_label["directory.designation"].pk],
        "workspace:leave": [by_label["directory.affiliation"].pk],
        "workspace:own-data": ["json"],
        "workspace:search-remove": [1],
        "workspace:accept": ["no-token"],
        "workspace:address-confirm": ["no-token"],
        "mail:unsubscribe": ["no-token"],
        "mail:still-valid": ["no-token"],
        "mfa_edit_webauthn": [NOT_THERE],
        "mfa_remove_webauthn": [NOT_THERE],
        "openid_connect_login": ["sso"],
        "openid_connect_callback": ["sso"],
        "workspace:match": [match.need_id, match.offer_id],
        "workspace:match_letter_docx": [match.need_id, match.offer_id],
        "workspace:match_letter_pdf": [match.need_id, match.offer_id],
        "api-countries-detail": [country.pk],
        "api-groups-detail": [by_label["directory.countrygroup"].pk],
        "api-areas-detail": [by_label["directory.priorityarea"].pk],
        "api-modalities-detail": [by_label["directory.modality"].pk],
        "api-agencies-detail": [by_label["directory.agency"].code],
        "api-surveys-detail": [by_label["surveys.survey"].code],
        "api-offers-detail": [match.offer_id],
        "api-needs-detail": [match.need_id],
        "api-matches-detail": [match.public_id],
        "api-cooperation-detail": [match.public_id],
        "api-practices-detail": [by_label["practices.practice"].pk],
        "api-runs-detail": [match.run_id],
        "api-nothing-here": ["nothing"],
        "account_reset_password_from_key": ["a", "b-c"],
        "admin:view_on_site": [ContentType.objects.get_for_model(type(match)).pk, match.pk],
        "admin:app_list": ["matching"],
        "admin:matching_match_need": [match.need_id],
        "admin:matching_match_whom": [match.need_id],
        "admin:matching_match_propose": [match.need_id, match.offer_id],
        "admin:matching_match_near": ["need", match.need_id],
        "admin:matching_matchrun_resume": [match.run_id],
        "admin:matching_match_export": ["csv"],
        "admin:matching_match_brief": [match.pk],
        "admin:matching_match_letter": [match.pk, "docx"],
        "admin:matching_triangularoption_letter": [NOT_THERE, "docx"],
        "admin:matching_allocation_apply": [by_label["matching.allocation"].pk],
        "admin:matching_allocation_discard": [by_label["matching.allocation"].pk],
        "admin:matching_scoringprofile_new_version": [match.profile_id],
        "admin:matching_scoringprofile_use": [match.profile_id],
        "admin:matching_scoringprofile_preview": [match.profile_id],
    }
    if name in arguments:
        return reverse(name, args=arguments[name])
    for model in admin.site._registry:
        label = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        row = by_label.get(model._meta.label_lower)
        pk = row.pk if row is not None else NOT_THERE
        if name in {f"{label}_{view}" for view in ("change", "history", "delete")}:
            return reverse(name, args=[pk])
        if row is not None and name == f"{label}_simple_history":
            return reverse(name, args=[pk, row.history.first().pk])
    query = f"?need={match.need_id}&offer={match.offer_id}" if name == "admin:matching_match_pair" else ""
    return reverse(name) + query
