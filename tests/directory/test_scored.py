"""No more areas and modalities score than the engine tells apart: the 65th is refused by name where it is entered."""

import csv
import shutil
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from directory.choices import AreaUse
from directory.models import Modality, PriorityArea, User
from directory.models.reference_data.scored import MOST_SCORED, too_many
from directory.reference.loading import DATA_FOLDER
from matching.engine.inputs.indexing import MOST_BITS
from tests.factories import AreaFactory, ModalityFactory

pytestmark = pytest.mark.any_database

FACTORIES = {PriorityArea: AreaFactory, Modality: ModalityFactory}
BOTH = pytest.mark.parametrize("model", list(FACTORIES))


def fill(model: type[PriorityArea] | type[Modality], count: int) -> None:
    """Let so many rows be there that score, one of them disabled."""
    for number in range(count):
        FACTORIES[model](code=f"c{number:02}", label=f"Number {number}", is_active=number > 0)


def entered(client: Client, model: type[PriorityArea] | type[Modality], code: str, **values: str) -> list[str]:
    """Enter a row in the admin; return what was refused."""
    page = reverse(f"admin:directory_{model._meta.model_name}_add")
    given = {"code": code, "label": f"Label of {code}", "position": "0", "source": "a test", "is_active": "on"}
    given |= {"use": AreaUse.AREA} if model is PriorityArea else {}
    answer = client.post(page, given | values)
    return [] if answer.status_code == 302 else answer.context["adminform"].form.non_field_errors()


def test_the_directory_and_the_engine_mean_the_same_number() -> None:
    assert MOST_SCORED == MOST_BITS == 64


@pytest.mark.django_db
@BOTH
def test_the_admin_takes_the_64th_and_refuses_the_65th_by_name(
    client: Client, manager: User, model: type[PriorityArea]
) -> None:
    client.force_login(manager)
    fill(model, 63)

    assert entered(client, model, "a-64") == []
    what = model._meta.verbose_name_plural
    assert entered(client, model, "a-65") == [
        f"“Label of a-65” would be one too many: 64 {what} score already, disabled ones included."
    ]
    assert not model.objects.filter(code="a-65").exists()


@pytest.mark.django_db
def test_a_tag_is_entered_beside_64_areas_and_does_not_become_the_65th(client: Client, manager: User) -> None:
    client.force_login(manager)
    fill(PriorityArea, 64)
    assert entered(client, PriorityArea, "sdgs", use=AreaUse.TAG) == []

    tag = PriorityArea.objects.get(code="sdgs")
    given = {"label": tag.label, "position": "0", "source": "a test", "is_active": "on"}
    page = reverse("admin:directory_priorityarea_change", args=["sdgs"])
    refused = client.post(page, given | {"use": AreaUse.AREA})

    assert "would be one too many: 64 priority areas score already" in refused.content.decode()
    assert PriorityArea.objects.get(code="sdgs").use == AreaUse.TAG
    other = reverse("admin:directory_priorityarea_change", args=["c05"])
    assert client.post(other, given | {"use": AreaUse.AREA, "label": "Corrected"}).status_code == 302


@pytest.mark.django_db
@BOTH
def test_the_list_in_the_admin_says_where_there_are_more(
    client: Client, manager: User, model: type[PriorityArea]
) -> None:
    client.force_login(manager)
    page = reverse(f"admin:directory_{model._meta.model_name}_changelist")
    fill(model, 64)
    assert "at most 64 can score" not in client.get(page).content.decode()

    FACTORIES[model](code="zz")
    assert "at most 64 can score, disabled ones included. Beyond these: zz." in client.get(page).content.decode()
    assert too_many(model.objects.scored()).startswith(str(model._meta.verbose_name_plural).capitalize())


@pytest.mark.django_db
@pytest.mark.parametrize(("model", "file"), [(PriorityArea, "areas.csv"), (Modality, "modalities.csv")])
def test_a_file_with_64_loads_and_the_65th_is_named_with_its_row(
    tmp_path: Path, model: type[PriorityArea], file: str
) -> None:
    shutil.copytree(DATA_FOLDER, tmp_path, dirs_exist_ok=True)
    lines = list(csv.DictReader((tmp_path / file).open(encoding="utf-8", newline="")))
    shipped = sum(line.get("use", AreaUse.AREA) == AreaUse.AREA for line in lines)
    # One that was made in the admin counts, too.
    FACTORIES[model](code="made-here")
    empty = dict.fromkeys(lines[0], "") | {"source": "a test", "position": "1"}
    empty |= {"use": AreaUse.AREA} if "use" in empty else {}
    more = [empty | {"code": f"c{number:02}", "label": f"Number {number}"} for number in range(64 - shipped)]

    def write(rows: list[dict[str, str]]) -> None:
        with (tmp_path / file).open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, list(lines[0]))
            writer.writeheader()
            writer.writerows(rows)

    write([*lines, *more])
    row, code = len(lines) + len(more) + 1, more[-1]["code"]
    with pytest.raises(CommandError) as refusal:
        call_command("load_reference", folder=tmp_path)
    assert str(refusal.value) == (
        f'Nothing was loaded:\n{file}, row {row}, column code: "{code}" is one too many: no more than 64 can score, '
        "disabled ones included; right would be fewer rows"
    )
    assert model.objects.count() == 1

    write([*lines, *more[:-1]])
    call_command("load_reference", folder=tmp_path, verbosity=0)
    assert model.objects.scored().count() == 64
    # What stands already is not refused again, and a row that the file leaves out keeps its place.
    write(lines)
    call_command("load_reference", folder=tmp_path, verbosity=0)
    write([*lines, more[-1]])
    with pytest.raises(CommandError, match=f'row {len(lines) + 2}, column code: "{code}" is one too many'):
        call_command("load_reference", folder=tmp_path)
