"""What holds for every template."""

from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.any_database

TEMPLATES = Path(settings.BASE_DIR) / "templates"
WIDEST = 160


def test_no_line_of_a_template_is_too_wide_to_be_read() -> None:
    files = [path for path in TEMPLATES.rglob("*") if path.is_file()]
    wide = [
        f"{path.relative_to(TEMPLATES)}:{number} has {len(line)} columns"
        for path in files
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if len(line) > WIDEST
    ]
    assert files
    assert not wide
