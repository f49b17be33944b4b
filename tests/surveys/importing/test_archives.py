"""What is refused of a ZIP archive by its list of entries alone, before a byte is unpacked."""

import io
import zipfile

import pytest

from surveys.reading.cells import MAX_ENTRIES, FileRefused
from surveys.reading.child import archive as archive_module
from surveys.reading.child.archive import METHOD_NAMES, check_unpacked_size, checked_archive, unpacked
from surveys.reading.source_file import read_sheets
from web.child.refusing import Refused

pytestmark = pytest.mark.any_database

IN_CENTRAL_DIRECTORY = {"flags": 8, "method": 10, "packed": 20, "size": 24}
"""Where a field of an entry stands behind the mark of the directory."""


def packed(*names: str, method: int = zipfile.ZIP_DEFLATED, content: bytes = b"a,b\n1,2\n") -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", method) as out:
        for name in names:
            out.writestr(name, content)
    return written.getvalue()


def forged(data: bytes, field: str, number: int, *, length: int = 2) -> bytes:
    """The archive with a field of its last entry set as no tool would write it."""
    at = data.rindex(b"PK\x01\x02") + IN_CENTRAL_DIRECTORY[field]
    return data[:at] + number.to_bytes(length, "little") + data[at + length :]


def refusal(data: bytes) -> tuple[str, str]:
    with pytest.raises(Refused) as refused, checked_archive(data) as archive:
        check_unpacked_size(archive)
    return refused.value.code, refused.value.at


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_the_two_methods_of_every_tool_are_read(method: int):
    with checked_archive(packed("a.csv", method=method)) as archive:
        assert unpacked(archive, "a.csv") == b"a,b\n1,2\n"


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_other_methods_are_refused_by_name(method: int):
    assert refusal(packed("a.csv", method=method)) == ("method", METHOD_NAMES[method])


@pytest.mark.parametrize("method", [1, 6, 9, 93, 95, 97, 98, 99, 65_535])
def test_methods_that_python_does_not_know_are_refused_too(method: int):
    assert refusal(forged(packed("a.csv"), "method", method)) == ("method", METHOD_NAMES.get(method, str(method)))


def test_a_password_is_refused():
    assert refusal(forged(packed("a.csv"), "flags", 1)) == ("encrypted", "a.csv")


@pytest.mark.parametrize(
    "name", ["../a.csv", "/a.csv", "a/../../b.csv", "..\\a.csv", "C:\\a.csv", "a\x1b[2J.csv", "x" * 300]
)
def test_names_that_lead_out_are_refused(name: str):
    assert refusal(packed(name))[0] == "entry_name"


def test_names_in_any_script_are_read():
    with checked_archive(packed("ข้อมูล/ตาราง.csv", "état des lieux.csv")) as archive:
        assert len(archive.namelist()) == 2


@pytest.mark.parametrize("name", ["b.zip", "xl/embeddings/Book.XLSX", "b.tar.gz", "b.7z"])
def test_an_archive_in_an_archive_is_refused(name: str):
    assert refusal(packed("a.csv", name)) == ("nested", name)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_entries_of_one_name_are_refused():
    assert refusal(packed("a.csv", "a.csv")) == ("entry_twice", "a.csv")


def test_too_many_entries_are_refused():
    assert refusal(packed(*(f"{n}.csv" for n in range(MAX_ENTRIES + 1)), content=b""))[0] == "too_many_entries"


def test_sizes_are_refused_as_announced_and_counted_where_they_lie(monkeypatch: pytest.MonkeyPatch):
    assert refusal(forged(packed("a.csv"), "size", 100_000_001, length=4))[0] == "unpacks_too_large"
    assert refusal(forged(packed("a.csv"), "size", 10_000_001, length=4))[0] == "unpacks_too_large", "a ratio of none"
    assert refusal(forged(packed("a.csv"), "packed", 10_000, length=4))[0] == "damaged"
    data = packed("a.csv", "b.csv", content=b"0" * 600)
    monkeypatch.setattr(archive_module, "MAX_UNPACKED_BYTES", 1_000)
    assert refusal(data)[0] == "unpacks_too_large"
    with checked_archive(packed("a.csv", content=b"0" * 600)) as archive, pytest.raises(Refused):
        unpacked(archive, "a.csv", at_most=599)


def test_what_is_refused_says_what_would_be_right():
    for data, said in (
        (packed("a.csv", method=zipfile.ZIP_LZMA), "(LZMA). Pack it as plain ZIP (deflate)"),
        (forged(packed("a.csv"), "flags", 1), "has a password (a.csv). Save it without one"),
        (packed("a.csv", "b.zip"), "(b.zip). Take it out"),
    ):
        with pytest.raises(FileRefused) as refused:
            read_sheets(data)
        assert said in str(refused.value)
