"""Who may GET what: every address of the portal, by role. An address that is missing here fails the test."""

import pytest
from django.contrib import admin
from django.test import Client

from tests.project.addresses import OF_A_MODEL, address, names, rows

pytestmark = pytest.mark.any_database

ROLES = ("visitor", "focal_point", "coordinator", "partner", "reviewer", "manager")

EVERYONE = "200 200 200 200 200 200"
STAFF = "302 302 302 302 200 200"  # 302: to the log-in
MANAGERS = "302 302 302 302 403 200"
NOBODY = "302 302 302 302 403 403"
POST_ONLY = "302 302 302 302 405 405"  # a step: nothing changes by GET
LEADS_AWAY = "302 302 302 302 302 302"
MEMBERS = "302 200 200 200 200 200"
WORKERS = "302 200 200 403 403 403"  # those who answer for a side
WORKERS_AND_SECRETARIAT = "302 200 200 403 200 200"
WORKERS_POST = "302 405 405 403 403 403"
SOMEBODY_ELSES = "302 404 404 403 403 403"  # the row in the table is of neither side
MEMBERS_LEAD_AWAY = "200 302 302 302 302 302"

TABLE = {
    "home": EVERYONE,
    "search": EVERYONE,
    "language": "405 405 405 405 405 405",  # a POST; back to the page it came from
    "privacy": EVERYONE,
    "help": EVERYONE,
    "working_rules": EVERYONE,
    "terms": EVERYONE,
    "healthz": EVERYONE,
    "metrics": "404 404 404 404 404 404",  # without its token, see test_metrics.py
    "readyz": "503 503 503 503 503 503",  # no worker was seen
    "directory:countries": EVERYONE,
    "directory:country": EVERYONE,
    "country-brief": "302 403 403 403 200 200",  # the coordinator is another country's
    "paper-scan": "302 404 404 404 404 404",  # there is none of that number: tests/directory/test_papers.py
    "directory:agencies": EVERYONE,
    "directory:agency": EVERYONE,
    "surveys:offers": EVERYONE,
    "surveys:offer": EVERYONE,
    "surveys:needs": EVERYONE,
    "surveys:need": EVERYONE,
    **{f"surveys:{kind}s_{what}": EVERYONE for kind in ("offer", "need") for what in ("file", "feed", "picture")},
    **{f"directory:{kind}_file": EVERYONE for kind in ("countries", "agencies")},
    "matching:matches_file": EVERYONE,
    **{f"practices:{name}": EVERYONE for name in ("practices", "practices_file", "practices_feed", "practice")},
    "surveys:surveys": EVERYONE,
    "surveys:survey": EVERYONE,
    "surveys:survey_file": EVERYONE,
    **{f"surveys:survey_{page}": EVERYONE for page in ("table1", "table2", "answers")},
    "surveys:survey_changes": EVERYONE,
    "surveys:survey_changes_file": EVERYONE,
    "matching:matches": EVERYONE,
    "matching:match": EVERYONE,
    "matching:cooperation": EVERYONE,
    "matching:coverage": EVERYONE,
    "matching:coverage_cell": EVERYONE,
    "matching:coverage_modality": EVERYONE,
    "matching:coverage_file": EVERYONE,
    "matching:duplication": EVERYONE,
    "matching:duplication_place": "404 404 404 404 404 404",  # no two offers name one place
    "matching:method": EVERYONE,
    # --- the API: what each caller sees in it is tested beside it
    "api-root": EVERYONE,
    "api-schema": EVERYONE,
    "api-docs": EVERYONE,
    "api-dictionary": EVERYONE,
    "api-countries-list": EVERYONE,
    "api-countries-detail": EVERYONE,
    "api-groups-list": EVERYONE,
    "api-groups-detail": EVERYONE,
    "api-areas-list": EVERYONE,
    "api-areas-detail": EVERYONE,
    "api-modalities-list": EVERYONE,
    "api-modalities-detail": EVERYONE,
    "api-agencies-list": EVERYONE,
    "api-agencies-detail": EVERYONE,
    "api-surveys-list": EVERYONE,
    "api-surveys-detail": EVERYONE,
    "api-offers-list": EVERYONE,
    "api-offers-detail": EVERYONE,
    "api-needs-list": EVERYONE,
    "api-needs-detail": EVERYONE,
    "api-matches-list": EVERYONE,
    "api-matches-detail": EVERYONE,
    "api-cooperation-list": EVERYONE,
    "api-cooperation-detail": "404 404 404 404 404 404",  # nobody has agreed on the match in the table
    "api-coverage-list": EVERYONE,
    "api-changes-list": "503 503 503 503 503 503",  # nobody has filled the feeds yet
    "api-match": "405 405 405 405 405 405",  # a POST that stores nothing
    "api-practices-list": EVERYONE,
    "api-practices-detail": EVERYONE,
    "api-runs-list": EVERYONE,
    "api-runs-detail": EVERYONE,
    **{
        f"api-{kind}s-{what}": "405 405 405 405 405 405" for kind in ("offer", "need") for what in ("batch", "withdraw")
    },
    "api-nothing-here": "404 404 404 404 404 404",
    # --- accounts
    "account_login": MEMBERS_LEAD_AWAY,
    "account_signup": EVERYONE,
    "account_logout": MEMBERS,
    "account_inactive": EVERYONE,
    "account_reauthenticate": "302 200 200 200 302 302",  # who has a second factor is asked for that
    "account_change_password": MEMBERS,
    "account_reset_password": EVERYONE,
    "account_reset_password_done": EVERYONE,
    "account_reset_password_from_key": EVERYONE,
    "account_reset_password_from_key_done": EVERYONE,
    # --- the workspace
    "workspace:home": MEMBERS,
    "workspace:switch": WORKERS_POST,
    "workspace:profile": MEMBERS,
    "workspace:searches": MEMBERS,
    "workspace:search-remove": "302 405 405 405 405 405",
    "workspace:address": "302 200 200 200 302 302",  # who has a second factor shows it first
    "workspace:address-confirm": "404 404 404 404 404 404",
    "workspace:own-data": MEMBERS,
    "workspace:hand-over": MEMBERS,
    "workspace:cover": "302 404 404 404 404 404",  # the one in the table is another's
    "workspace:cover-end": "302 405 405 405 405 405",
    "workspace:leave": "302 405 405 405 405 405",
    "workspace:people": "302 403 200 403 403 200",
    "workspace:people-step": "302 403 405 403 403 405",
    "workspace:keys": "302 200 200 403 403 200",
    "workspace:key-replace": "302 405 405 403 403 405",
    "workspace:key-step": "302 405 405 403 403 405",
    "workspace:directory": "302 200 200 403 200 200",
    "workspace:accept": "404 404 404 404 404 404",
    "workspace:surveys": "302 200 200 403 403 200",
    "workspace:confirming": WORKERS,
    # The survey in the table is not open.
    **{f"workspace:survey{page}": "302 404 404 403 403 403" for page in ("", "_print", "_section", "_repeat")},
    "workspace:response": "302 403 404 403 403 404",
    "workspace:approvals": "302 403 200 403 403 200",
    "workspace:window": "302 403 200 403 403 302",  # the secretariat has those of all countries in the admin
    **{f"workspace:{kind}s": "302 200 200 403 403 403" for kind in ("offer", "need")},
    **{
        f"workspace:{kind}-{page}": "302 200 200 403 403 403"
        for kind in ("offer", "need")
        for page in ("new", "sheet", "upload")
    },
    # A posting of nobody's own: 404, whoever asks.
    **{
        f"workspace:{kind}-{page}": "302 404 404 403 403 403"
        for kind in ("offer", "need")
        for page in ("edit", "preview", "history", "near", "filled-sheet")
    },
    **{f"workspace:{kind}": "302 404 404 403 403 404" for kind in ("offer", "need")},
    **{f"workspace:{kind}-step": "302 405 405 403 403 405" for kind in ("offer", "need")},
    "workspace:practices": WORKERS,
    "workspace:practice-new": WORKERS,
    # A practice of nobody's own: 404, whoever asks.
    "workspace:practice": SOMEBODY_ELSES,
    "workspace:practice-edit": SOMEBODY_ELSES,
    "workspace:practice-step": WORKERS_POST,
    "workspace:practice-ask": "302 200 200 200 403 403",
    "workspace:questions": "302 200 200 200 403 200",
    "workspace:question-step": "302 403 405 403 403 405",
    # The postings in the table are of nobody who asks here: not their own, and published.
    **{f"workspace:{kind}-ask": WORKERS for kind in ("offer", "need")},
    "workspace:enquiries": WORKERS,
    "workspace:enquiry-step": WORKERS_POST,
    "mail:unsubscribe": "404 404 404 404 404 404",
    "mail:still-valid": "404 404 404 404 404 404",
    "workspace:matches": WORKERS,
    "workspace:match": SOMEBODY_ELSES,
    "workspace:match_letter_docx": SOMEBODY_ELSES,
    "workspace:match_letter_pdf": SOMEBODY_ELSES,
    # --- second factor and single sign-on: what is changed asks for the password again
    "mfa_activate_totp": "302 302 302 302 302 302",
    "mfa_add_webauthn": "302 302 302 302 302 302",
    "mfa_authenticate": "302 302 302 302 302 302",
    "mfa_deactivate_totp": "302 404 404 404 302 302",
    "mfa_download_recovery_codes": "302 404 404 404 404 404",
    "mfa_edit_webauthn": "302 302 302 302 302 302",
    "mfa_generate_recovery_codes": "302 302 302 302 302 302",
    "mfa_index": "302 200 200 200 200 200",
    "mfa_list_webauthn": "302 200 200 200 200 200",
    "mfa_login_webauthn": "302 302 302 302 302 302",
    "mfa_reauthenticate": "302 302 302 302 200 200",
    "mfa_reauthenticate_webauthn": "302 302 302 302 302 302",
    "mfa_remove_webauthn": "302 302 302 302 302 302",
    "mfa_view_recovery_codes": "302 404 404 404 404 404",
    "openid_connect_callback": "404 404 404 404 404 404",
    "openid_connect_login": "404 404 404 404 404 404",
    # --- the admin
    "admin:index": STAFF,
    "admin:app_list": STAFF,
    "admin:login": "302 403 403 403 302 302",
    "admin:logout": POST_ONLY,
    "admin:autocomplete": NOBODY,  # without saying for which field
    "admin:jsi18n": STAFF,
    "admin:view_on_site": LEADS_AWAY,
    "admin:directory_user_second_factor": MANAGERS,
    "admin:directory_user_printed_codes": "302 302 302 302 403 302",  # the password is asked for again
    "admin:directory_designation_cover": MANAGERS,
    "admin:matching_match_bulk": POST_ONLY,
    "admin:matching_match_needs": STAFF,
    "admin:matching_match_need": STAFF,
    "admin:matching_match_whom": STAFF,
    "admin:matching_match_propose": LEADS_AWAY,  # the two in the table are a match: to its page
    "admin:matching_match_pair": LEADS_AWAY,
    "admin:matching_match_near": STAFF,
    "admin:matching_match_export": STAFF,
    "admin:matching_match_views": POST_ONLY,
    "admin:matching_match_figures": STAFF,
    "admin:matching_match_brief": STAFF,
    "admin:matching_match_letter": STAFF,
    "admin:matching_triangularoption_letter": "302 302 302 302 404 404",  # there is none of that number
    "admin:matching_matchrun_start": POST_ONLY,
    "admin:matching_matchrun_resume": POST_ONLY,
    "admin:matching_matchrun_now": STAFF,
    "admin:matching_allocation_make": STAFF,
    "admin:matching_allocation_apply": POST_ONLY,
    "admin:matching_allocation_discard": POST_ONLY,
    **{f"admin:surveys_import_{step}": POST_ONLY for step in ("columns", "apply", "again", "discard", "undo")},
    "admin:surveys_import_errors": MANAGERS,
    "admin:surveys_import_progress": STAFF,
    "admin:surveys_survey_questionnaire": STAFF,
    "admin:surveys_survey_tracking": STAFF,
    **{f"admin:surveys_{kind}_paper": MANAGERS for kind in ("offer", "need")},
    "admin:surveys_survey_confirming": STAFF,
    **{f"admin:surveys_survey_confirming_{page}": STAFF for page in ("file", "letters", "country", "letter")},
    "admin:surveys_survey_confirming_reminders": STAFF,
    "admin:surveys_survey_confirming_reminder": "302 302 302 302 404 404",  # the one in the table has just been asked
    "admin:surveys_questionnaire_xlsform": STAFF,
    "admin:surveys_questionnaire_next": POST_ONLY,
    "admin:matching_scoringprofile_new_version": POST_ONLY,
    "admin:matching_scoringprofile_use": POST_ONLY,
    "admin:matching_scoringprofile_preview": MANAGERS,
}

# Who may look at the rows of a model in the admin, and who may add one. Nobody deletes.
MODELS = {
    "directory.country": (STAFF, MANAGERS),
    "directory.countryalias": (STAFF, MANAGERS),
    "directory.countrygroup": (STAFF, MANAGERS),
    "directory.groupmembership": (STAFF, MANAGERS),
    "directory.priorityarea": (STAFF, MANAGERS),
    "directory.modality": (STAFF, MANAGERS),
    "directory.agency": (STAFF, MANAGERS),
    "directory.rulesreview": (STAFF, MANAGERS),
    "directory.user": (MANAGERS, MANAGERS),
    "directory.affiliation": (MANAGERS, MANAGERS),
    "directory.designation": (MANAGERS, MANAGERS),
    "directory.invitation": (MANAGERS, NOBODY),
    "directory.mail": (MANAGERS, NOBODY),
    "directory.apikey": (MANAGERS, NOBODY),
    "directory.paper": (STAFF, NOBODY),
    "surveys.countrywindow": (STAFF, MANAGERS),
    "surveys.survey": (STAFF, MANAGERS),
    "surveys.import": (STAFF, MANAGERS),
    "surveys.questionnaire": (STAFF, NOBODY),
    "surveys.section": (STAFF, NOBODY),
    "surveys.question": (STAFF, NOBODY),
    "surveys.challenge": (STAFF, MANAGERS),
    "surveys.pendingchange": (STAFF, NOBODY),
    "surveys.response": (STAFF, NOBODY),
    "surveys.reading": (STAFF, NOBODY),
    "surveys.offer": (STAFF, MANAGERS),
    "surveys.need": (STAFF, MANAGERS),
    "matching.scoringprofile": (STAFF, MANAGERS),
    "matching.matchrun": (STAFF, NOBODY),
    "matching.match": (STAFF, NOBODY),
    "matching.allocation": (STAFF, NOBODY),
    "matching.matchevent": (STAFF, NOBODY),
    "matching.triangularoption": (STAFF, NOBODY),
    "matching.enquiry": (STAFF, NOBODY),
    "practices.practice": (STAFF, NOBODY),
    "practices.practicequestion": (STAFF, NOBODY),
}
# A match tells its own history on its own page; of a row that is not there the admin sends back to its index.
HISTORY_LEADS_AWAY = {
    "matching.match", "matching.triangularoption", "matching.matchrun", "matching.allocation", "matching.enquiry",
    "directory.paper", "practices.practice", "practices.practicequestion",
}  # fmt: skip

TAKE_POSTS = ("language", "admin:", "account_", "mail:", "mfa_", "openid_", "workspace:", "api-offers", "api-needs")

# Patterns of Django's admin that only redirect: an old address of a change page, and whatever is unknown.
WITHOUT_A_NAME = {"admin:<path:object_id>/", "admin:(?P<url>.*)$"}


def of_the_models() -> dict[str, str]:
    """The table's rows for the views that the admin gives each model."""
    table: dict[str, str] = {}
    for label, (looking, adding) in MODELS.items():
        name = f"admin:{label.replace('.', '_')}"
        history = LEADS_AWAY if label in HISTORY_LEADS_AWAY else looking
        expected = dict(zip(OF_A_MODEL, (looking, adding, looking, history, NOBODY), strict=True))
        table |= {f"{name}_{view}": codes for view, codes in expected.items()}
        table[f"{name}_simple_history"] = looking
    return table


EXPECTED = TABLE | of_the_models()
NAMES = sorted(set(names()) - WITHOUT_A_NAME)


def test_every_address_is_in_the_table():
    assert [name for name in NAMES if name not in EXPECTED] == []


def test_the_table_names_no_address_that_is_gone():
    versions = {f"admin:{label.replace('.', '_')}_simple_history" for label in MODELS}
    assert sorted(set(EXPECTED) - set(NAMES) - versions) == []
    assert set(MODELS) == {model._meta.label_lower for model in admin.site._registry}


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
def test_the_table_says_who_may_get_what_and_no_answer_for_one_is_kept_for_another(role, request):
    found = rows()
    client = Client()
    if role != "visitor":
        client.force_login(request.getfixturevalue(role))
    column = ROLES.index(role)
    expected = {name: int(EXPECTED[name].split()[column]) for name in NAMES}
    answers = {name: client.get(address(name, found)) for name in NAMES}
    assert {name: answer.status_code for name, answer in answers.items()} == expected
    kept = {name: answer for name, answer in answers.items() if "no-store" not in answer.get("Cache-Control", "")}
    if role != "visitor":
        assert list(kept) == []
    for name, answer in kept.items():
        # Asked again each time, which an ETag makes cheap, and never given to who is logged in.
        assert (answer.status_code, answer["Cache-Control"]) == (200, "public, no-cache"), name
        assert {"Cookie", "Accept-Encoding"} <= set(answer["Vary"].split(", ")), name
        assert answer["ETag"].startswith('W/"'), name
        assert not answer.cookies, name


@pytest.mark.django_db
def test_who_is_sent_away_is_sent_to_the_log_in(focal_point):
    found = rows()
    member = Client()
    member.force_login(focal_point)
    for name in NAMES:
        if name.startswith("admin:") and name not in ("admin:login", "admin:logout"):
            path = address(name, found)
            for client in (Client(), member):
                assert (
                    client.get(path).headers["Location"].startswith(("/accounts/login/?next=", "/admin/login/?next="))
                ), name


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["visitor", "focal_point", "manager"])
def test_public_pages_and_the_api_take_no_unsafe_method(role, request):
    found = rows()
    client = Client()
    if role != "visitor":
        client.force_login(request.getfixturevalue(role))
    for name in NAMES:
        if not name.startswith(TAKE_POSTS) and name != "api-match":
            for method in (client.post, client.put, client.patch, client.delete):
                assert method(address(name, found)).status_code == 405, name


@pytest.mark.django_db
def test_no_form_is_taken_without_its_token(manager):
    found = rows()
    client = Client(enforce_csrf_checks=True)
    client.force_login(manager)
    for name in NAMES:
        # By its signed link alone: a mail program that posts it has no token of a form (RFC 8058).
        if name.startswith(TAKE_POSTS) and EXPECTED[name] != NOBODY and name != "mail:unsubscribe":
            answer = client.post(address(name, found))
            assert answer.status_code in (403, 405), f"{name}: {answer.status_code}"
