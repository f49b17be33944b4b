"""The letter to the three sides: one for all of them, so only of what each may read, and of no contact."""

import io

import pytest
from django.http import HttpResponse
from docx import Document

from directory.models import User
from matching.models import TriangularOption
from matching.triangular import review
from matching.triangular.letters import letter_docx, letter_pdf
from surveys.choices import Visibility
from surveys.models import Offer
from tests.pages import Page

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def proposed(scene, reviewer: User) -> TriangularOption:
    option = scene.option()
    for country in (scene.cambodia, scene.thailand):
        country.letter_copies_to = f"Mission of {country}"
        country.save()
    scene.fund.head_name, scene.fund.head_function = "Dr Head", "Director"
    scene.fund.save()
    Offer.objects.filter(pk=scene.training.pk).update(contact="Room 5")
    review.propose(option=option, by=reviewer)
    return TriangularOption.objects.get(pk=option.pk)


def address_of(option: TriangularOption, page: str = "letter.docx") -> str:
    return f"/admin/matching/triangularoption/{option.pk}/{page}"


def test_it_addresses_the_three_and_names_what_each_brings_but_nobody_s_contact(proposed, scene, reviewer, client):
    client.force_login(reviewer)
    assert address_of(proposed) in Page(client.get(address_of(proposed, "change/"))).links
    answer = client.get(address_of(proposed))
    assert answer["Content-Disposition"] == f'attachment; filename="triangular-option-{proposed.pk}.docx"'
    lines = [paragraph.text for paragraph in Document(io.BytesIO(answer.content)).paragraphs]
    addressed = lines[: lines.index("An option for triangular cooperation: “Rice farmers”")]
    parties = [str(one.party) for one in (scene.need, scene.training, scene.finance)]
    assert addressed[-5:] == [*parties[:2], "Dr Head", "Director", parties[2]]
    for posting in (scene.need, scene.training, scene.finance):
        assert posting.title in lines
    assert lines[-2:] == ["Mission of Cambodia", "Mission of Thailand"]
    assert not any("Room 5" in line or "@" in line for line in lines)


def test_as_a_pdf_it_says_the_same(proposed, scene, reviewer, client, monkeypatch):
    pages = []
    monkeypatch.setattr("matching.triangular.letters.pdf_of", lambda page: pages.append(page) or b"%PDF")
    client.force_login(reviewer)
    answer = client.get(address_of(proposed, "letter.pdf"))
    assert (answer["Content-Type"], answer.content) == ("application/pdf", b"%PDF")
    assert answer["Content-Disposition"] == f'attachment; filename="triangular-option-{proposed.pk}.pdf"'
    written = Document(io.BytesIO(letter_docx(proposed))).paragraphs
    said = Page(HttpResponse(pages[0])).text
    # To be signed on a line that the PDF draws.
    lines = [line.text for line in written if line.text.strip("_")]
    missing = [line for line in lines if "".join(line.split()) not in "".join(said.split())]
    assert missing == []
    assert "Room 5" not in said
    assert client.get(address_of(proposed, "letter.odt")).status_code == 404


def test_hostile_text_is_inert_in_the_pdf(proposed, scene):
    Offer.objects.filter(pk=scene.training.pk).update(title="<img src=file:///etc/passwd>", text="{{ x }}<script>")
    assert letter_pdf(TriangularOption.objects.get(pk=proposed.pk)).startswith(b"%PDF")


def test_it_is_written_once_the_option_is_proposed(scene, reviewer, client):
    option = scene.option()
    client.force_login(reviewer)
    answer = client.get(address_of(option), follow=True)
    assert "once the option is proposed" in Page(answer).text
    assert address_of(option) not in Page(answer).links


def test_what_is_not_public_is_told_to_no_other_side_by_it(proposed, scene, reviewer, client):
    Offer.objects.filter(pk=scene.finance.pk).update(visibility=Visibility.FOCAL_POINTS)
    client.force_login(reviewer)
    answer = client.get(address_of(proposed), follow=True)
    assert "is not public" in Page(answer).text
    assert address_of(proposed) not in Page(answer).links


def test_nobody_else_takes_it(proposed, focal_point, client):
    client.force_login(focal_point)
    assert client.get(address_of(proposed)).status_code in (302, 403)
