"""Every form in which a person writes a day of a survey, a posting or a match reads it by the one rule for days."""

from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.contrib import admin
from django.test import RequestFactory
from django.urls import get_resolver

from directory.models import User
from surveys.models import Survey
from surveys.postings.forms.day_field import PostingDayField
from tests.factories import SurveyFactory

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

OF_THE_DIRECTORY = {
    # Terms, letters and memberships are older than cooperation of the South: the least developed are listed since 1971.
    "directory.Affiliation", "directory.Designation", "directory.GroupMembership", "directory.PriorityArea",
}  # fmt: skip


def kinds_of_forms(kind: type[Any] = forms.BaseForm) -> Iterator[type[Any]]:
    for one in kind.__subclasses__():
        yield one
        yield from kinds_of_forms(one)


def admin_forms(manager: User, rf: RequestFactory) -> Iterator[tuple[str, type[forms.BaseForm]]]:
    request = rf.get("/admin/")
    request.user = manager
    for model, one in admin.site._registry.items():
        if not one.has_change_permission(request) and not one.has_add_permission(request):
            continue
        yield model._meta.label, one.get_form(request)
        for inline in one.get_inline_instances(request):
            if inline.has_change_permission(request) or inline.has_add_permission(request, None):
                yield inline.model._meta.label, inline.get_formset(request).form


def days_not_read(form: type[Any]) -> list[str]:
    fields = form.base_fields.items()
    return [
        name
        for name, field in fields
        if isinstance(field, forms.DateField) and not isinstance(field, PostingDayField) and not field.disabled
    ]


def test_every_form_of_ours_reads_days_by_the_rule(manager: User, rf: RequestFactory):
    # Loads every view, and with them the forms.
    assert get_resolver().reverse_dict
    ours = ("surveys.", "matching.", "desk.", "workspace.", "ssc_portal.")
    found = {
        f"{form.__module__}.{form.__qualname__}": days
        for form in kinds_of_forms()
        if form.__module__.startswith(ours) and (days := days_not_read(form))
    }
    assert found == {}
    in_admin = {label: days for label, form in admin_forms(manager, rf) if (days := days_not_read(form))}
    assert {label: days for label, days in in_admin.items() if label not in OF_THE_DIRECTORY} == {}


@pytest.mark.parametrize(
    ("typed", "kept", "said"),
    [
        ("15-Jan-2027", "2027-01-15", ""),
        ("2027-01-15", "2027-01-15", ""),
        ("2570-01-15", None, "Then write 2027."),
        ("1912-01-15", None, "cannot be meant"),
        ("03/04/2027", None, "This could be"),
    ],
)
def test_a_surveys_own_days_obey_it(typed: str, kept: str | None, said: str, manager: User, rf: RequestFactory):
    request = rf.get("/admin/")
    request.user = manager
    survey = SurveyFactory()
    form = admin.site._registry[Survey].get_form(request, survey)
    data = {"title": "T", "languages": "[]", "opens_on": typed, "closes_on": "", "stated_on": ""}
    filled = form(data, instance=survey)
    filled.is_valid()
    if kept is None:
        assert said in str(filled.errors["opens_on"])
    else:
        assert (str(filled.cleaned_data["opens_on"]), "opens_on" in filled.errors) == (kept, False)
