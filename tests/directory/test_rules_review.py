"""The log of who went through the working rules: of the secretariat, added and never changed."""

import pytest
from django.test import Client

from directory.models import RulesReview

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

PAGE = "/admin/directory/rulesreview/"


def test_a_manager_notes_a_review_in_its_own_name(manager):
    client = Client()
    client.force_login(manager)
    client.post(f"{PAGE}add/", {"note": "Reach of 2026 read again; <b>no</b> change."})
    review = RulesReview.objects.get()
    assert (review.by, review.note) == (manager, "Reach of 2026 read again; <b>no</b> change.")
    assert "&lt;b&gt;no&lt;/b&gt; change" in client.get(PAGE).content.decode()
    assert client.post(f"{PAGE}{review.pk}/change/", {"note": "Another"}).status_code == 403
    assert client.post(f"{PAGE}add/", {"note": ""}).status_code == 200
    assert RulesReview.objects.count() == 1


def test_a_reviewer_reads_it_and_the_public_page_says_nothing_of_it(client, reviewer, manager):
    review = RulesReview.objects.create(by=manager, note="Not for everyone")
    staff = Client()
    staff.force_login(reviewer)
    assert "Not for everyone" in staff.get(PAGE).content.decode()
    assert staff.post(f"{PAGE}add/", {"note": "Mine"}).status_code == 403
    shown = client.get("/working-rules/").content.decode()
    assert "Not for everyone" not in shown
    assert str(review.by) not in shown
