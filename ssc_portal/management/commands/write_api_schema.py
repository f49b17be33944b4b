"""`manage.py write_api_schema`: the schema of the API as the repository keeps it. `make schema` calls it."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from web.api.openapi.comparing.documents import breaking, changes_between
from web.api.openapi.whole import as_text, whole_schema

KEPT = Path("docs/api/openapi.json")


class Command(BaseCommand):
    """Write docs/api/openapi.json, and say what changed since it was written last."""

    help = "Write the schema of the API to docs/api/openapi.json and name what changed."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--file", type=Path, default=settings.BASE_DIR / KEPT, help=f"where to ({KEPT})")

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        schema = whole_schema()
        changes = changes_between(json.loads(file.read_text()), schema) if file.exists() else []
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(as_text(schema))
        for change in changes:
            self.stdout.write(str(change))
        self.stdout.write(f"{file}: {len(schema['paths'])} addresses; {len(breaking(changes))} breaking changes.")
