"""What postings are found by is kept by the one door of changes, and made where an older release left none."""

from typing import Any

import pytest

from directory.names import NameIndex
from surveys.models import Need, Offer
from surveys.searching.documents import after_migrate, write_missing_documents
from tests.factories import PublishedNeedFactory, PublishedOfferFactory
from tests.snapshots import Snapshot
from tests.surveys.postings.doors import DOORS, Scene
from web.models import SearchDocument

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(request: pytest.FixtureRequest, name_index: NameIndex, surveys_snapshot: Snapshot) -> Scene:
    return Scene(request)


def documents() -> dict[tuple[str, int], str]:
    return {(kind, row): tokens for kind, row, tokens in SearchDocument.objects.values_list("kind", "row", "tokens")}


@pytest.mark.any_database
@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_whatever_writes_a_posting_its_document_says_the_same(scene: Scene, door: Any) -> None:
    door(scene)()

    kept = documents()
    SearchDocument.objects.all().delete()
    write_missing_documents()
    assert kept == documents()
    assert len(kept) == Offer.objects.count() + Need.objects.count() > 0


def test_postings_of_an_older_release_get_their_documents_after_migrate() -> None:
    PublishedOfferFactory(title="Solar pumps")
    PublishedNeedFactory()
    kept = documents()
    SearchDocument.objects.all().delete()

    after_migrate(using="default")
    assert documents() == kept
    assert write_missing_documents() == 0
