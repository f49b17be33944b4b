"""A posting changed: said inside the transaction, whatever wrote it, and by nothing but the one module that writes."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError
from django.urls import reverse

from directory.models import User
from directory.names import NameIndex
from surveys.choices import WindowKind
from surveys.models import Need, Offer, Survey
from surveys.postings import states
from surveys.postings.changes import tell_postings_changed
from surveys.postings.named_places import NamedPlace
from surveys.postings.writing import place_rows
from surveys.signals import postings_changed
from tests.factories import PublishedOfferFactory
from tests.our_apps import OUR_APPS
from tests.snapshots import Snapshot
from tests.surveys.postings import doors
from tests.surveys.postings.doors import DOORS, Act, Scene

pytestmark = pytest.mark.django_db

Key = tuple[type[Any], int]


@pytest.fixture
def scene(request: pytest.FixtureRequest, name_index: NameIndex, surveys_snapshot: Snapshot) -> Scene:
    """Who acts; what is made once for all tests is made before this one begins."""
    return Scene(request)


class Listener:
    """Hears what changed, and writes a row in the same transaction, as those who follow postings do."""

    def __init__(self) -> None:
        self.told: set[Key] = set()
        self.by: set[User | None] = set()
        self.depth = len(connection.savepoint_ids)

    def __call__(self, sender: type[Any], ids: Any, by: User | None, **kwargs: object) -> None:
        # A test is a transaction itself: the writer must have opened one of its own.
        assert len(connection.savepoint_ids) > self.depth, "said outside the transaction of the write"
        self.told |= {(sender, pk) for pk in ids}
        self.by.add(by)
        for pk in ids:
            Survey.objects.get_or_create(code=f"heard-{sender._meta.model_name}-{pk}", defaults={"title": "Heard"})

    @staticmethod
    def rows() -> int:
        return Survey.objects.filter(code__startswith="heard-").count()


@pytest.fixture
def hear() -> Iterator[Callable[[], Listener]]:
    heard: list[Listener] = []

    def begin() -> Listener:
        heard.append(Listener())
        postings_changed.connect(heard[-1])
        return heard[-1]

    yield begin
    for one in heard:
        postings_changed.disconnect(one)


def content() -> dict[Key, Any]:
    """All that postings say, with their areas, modalities and places."""
    return {
        (model, row.pk): (
            {field.attname: getattr(row, field.attname) for field in model._meta.concrete_fields},
            sorted(area.pk for area in row.areas.all()),
            sorted(modality.pk for modality in row.modalities.all()),
            [NamedPlace.of(place) for place in place_rows(row).all()],
        )
        for model in (Offer, Need)
        for row in model.objects.all()
    }


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_whatever_writes_a_posting_says_so_in_its_transaction(door: Callable[[Scene], Act], scene: Scene, hear: Any):
    act = door(scene)
    before = content()
    listener = hear()
    with transaction.atomic():
        act()
        assert listener.told
        transaction.set_rollback(True)
    assert (content(), listener.rows()) == (before, 0)

    listener.told = set()
    act()
    after = content()
    changed = {key for key in {*before, *after} if before.get(key) != after.get(key)}
    assert changed
    assert listener.told == changed
    assert listener.rows() == len(changed)


def test_who_did_it_is_said(scene: Scene, hear: Any):
    act, listener = doors.step_withdraw(scene), hear()
    act()
    assert listener.by == {scene.given("focal_point")}


def test_postings_that_a_pause_hides_have_changed(scene: Scene, hear: Any):
    act, listener = doors.pause(scene), hear()
    act()
    assert listener.told == {
        (Offer, pk) for pk in Offer.objects.filter(status="published").values_list("pk", flat=True)
    }
    assert len(listener.told) == 1


def untouched_form(scene: Scene) -> Act:
    scene.person()
    scene.client.post(reverse("workspace:offer-new"), scene.typed())
    return scene.edit(Offer.objects.get())


def untouched_admin(scene: Scene) -> Act:
    scene.manager()
    return scene.admin_save(PublishedOfferFactory())


def confirmed_today_already(scene: Scene) -> Act:
    act = doors.admin_confirm(scene)
    act()
    return act


def refused(scene: Scene) -> Act:
    scene.manager()
    return scene.admin_action("publish", PublishedOfferFactory())


def the_same_file(scene: Scene) -> Act:
    act = doors.file_import(scene)
    act()
    return act


def a_reading_that_stands(scene: Scene) -> Act:
    act = doors.reading_resolved(scene)
    act()
    return act


def the_posting_is_kept(scene: Scene) -> Act:
    scene.person()
    return scene.step(doors.pending(scene).offer, "choose", version="posting")


def a_version_that_has_to_be_approved(scene: Scene) -> Act:
    scene.person(WindowKind.SINGLE)
    return scene.edit(scene.own(title="Before"))


def a_version_sent_back(scene: Scene) -> Act:
    scene.given("coordinator")
    offer = scene.own(title="Before")
    scene.person(WindowKind.SINGLE)
    scene.edit(offer)()
    scene.client.force_login(scene.given("coordinator"))
    return scene.step(offer, "send_back", note="Say more.")


IDLE = (
    a_version_that_has_to_be_approved, a_version_sent_back,
    untouched_form, untouched_admin, confirmed_today_already, refused, the_same_file, a_reading_that_stands,
    the_posting_is_kept,
)  # fmt: skip


@pytest.mark.parametrize("door", IDLE, ids=lambda door: door.__name__)
def test_where_nothing_changed_nothing_is_said(door: Callable[[Scene], Act], scene: Scene, hear: Any):
    act = door(scene)
    before, listener = content(), hear()
    act()
    assert content() == before
    assert listener.told == set()


def test_going_back_to_an_old_version_brings_no_old_state_back(scene: Scene):
    manager = scene.manager()
    offer = PublishedOfferFactory(title="Old")
    version = offer.history.first().pk
    states.withdraw(posting=offer, by=manager)
    form = {name: value for name, value in scene.admin_form(offer).items() if name != "as_of"}
    address = reverse("admin:surveys_offer_simple_history", args=[offer.pk, version])
    assert scene.client.post(address, form | {"title": "Once more"}).status_code == 302
    offer.refresh_from_db()
    assert (offer.title, offer.status) == ("Once more", "withdrawn")


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_it_cannot_be_said():
    with pytest.raises(TransactionManagementError, match="inside its transaction"):
        tell_postings_changed(Offer, [1], by=None)


WRITES = frozenset({
    "save", "update", "delete", "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create",
    "set", "add", "remove", "clear",
})  # fmt: skip
ROWS = frozenset({"Offer", "Need", "Target", "PreferredPartner"})
RELATIONS = frozenset({"areas", "modalities", "targets", "preferred_partners", "offers", "needs"})
ITS_ROWS = frozenset({"posting", "offer", "need", "target", "existing", "made", "copied"})


def writes_of_postings(source: str) -> list[str]:
    """Return the calls that write rows of postings: by a manager, a relation, a query, or a row under a usual name."""
    tree = ast.parse(source)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    rows = ITS_ROWS | {"locked"} if "locked = lock(" in source else ITS_ROWS
    models = ROWS | {"model"} if _has_postings_in_hand(tree) else ROWS
    return [ast.unparse(call) for call in calls if _writes_a_posting(call, rows, models)]


def _has_postings_in_hand(tree: ast.AST) -> bool:
    """Whether "model" may be that of a posting: whoever takes nothing from `surveys` but its words has no posting."""
    modules = {part.module or "" for part in ast.walk(tree) if isinstance(part, ast.ImportFrom)}
    return any(module.split(".")[0] == "surveys" for module in modules - {"surveys.choices"})


def _writes_a_posting(call: ast.Call, rows: frozenset[str], models: frozenset[str]) -> bool:
    if not isinstance(call.func, ast.Attribute):
        # bulk_create_with_history(rows, Model, …), update_rows(Model, rows, …)
        name = getattr(call.func, "id", "")
        is_of_many = name.endswith("_with_history") or name in ("insert_rows", "update_rows")
        return is_of_many and bool(_names(call) & models)
    if call.func.attr not in WRITES:
        return False
    receiver = call.func.value
    names, attributes = _names(receiver), _attributes(receiver)
    if "objects" in attributes:
        return bool(names & models) or bool(attributes & models)
    if attributes & RELATIONS or "place_rows" in names:
        return True
    return isinstance(receiver, ast.Name) and receiver.id in rows and call.func.attr in ("save", "delete")


def _names(tree: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(tree) if isinstance(part, ast.Name)}


def _attributes(tree: ast.AST) -> set[str]:
    return {part.attr for part in ast.walk(tree) if isinstance(part, ast.Attribute)}


@pytest.mark.any_database
@pytest.mark.parametrize(
    "source",
    [
        "offer.save()",
        "Offer.objects.filter(pk=1).update(title='x')",
        "Need.objects.create(title='x')",
        "posting.areas.set([])",
        "locked.modalities.add(one)",
        "locked = lock(one)\nlocked.save()",
        "place_rows(posting).all().delete()",
        "Target.objects.bulk_create(rows)",
        "bulk_create_with_history(rows, PreferredPartner, default_user=by)",
        "update_rows(Offer, rows, ['title'])",
        "from surveys.models import Offer\ndelete_rows_with_history(model, rows, by=by, reason='x')",
        "from surveys.models import Offer\nself.model.objects.filter(pk=1).update(status='published')",
        "from workspace.postings.kinds import Kind\nfrom surveys import posting\nmodel.objects.create(title='x')",
    ],
)
def test_the_scan_sees_a_write(source: str):
    assert writes_of_postings(source)


@pytest.mark.any_database
def test_the_scan_lets_others_write_rows_of_their_own():
    source = "from surveys.choices import Side\nrows.model.objects.filter(pk=1).update(status='x')"
    assert not writes_of_postings(source)


@pytest.mark.any_database
def test_nothing_writes_postings_but_the_one_module():
    found = {}
    for app in OUR_APPS:
        for path in sorted(Path(settings.BASE_DIR, app).rglob("*.py")):
            if "migrations" not in path.parts and (writes := writes_of_postings(path.read_text(encoding="utf-8"))):
                found[path.relative_to(settings.BASE_DIR).as_posix()] = writes
    assert len(found.pop("surveys/postings/writing.py")) >= 5
    assert found == {}
