"""History with the rows of relations to many, written quicker than the library writes it."""

from typing import Any

from django.db.models import Model
from simple_history.models import HistoricalRecords
from simple_history.utils import get_m2m_field_name


class RecordsWithRelations(HistoricalRecords):
    """The library's, for models with `m2m_fields`.

    To copy two keys a row, it reads both rows that they relate, with everything that they hold: of a posting four
    fifths of the time that its history takes. What it sends of these rows by signals, nobody here listens to.
    """

    def create_historical_record_m2ms(self, history_instance: Any, instance: Model) -> None:
        """Copy the rows that relate `instance` to others, by their keys alone."""
        for field in history_instance._history_m2m_fields:  # noqa: SLF001
            through = getattr(type(instance), field.name).through
            columns = [column.attname for column in through._meta.concrete_fields]  # noqa: SLF001
            related = through.objects.filter(**{get_m2m_field_name(field): instance}).values(*columns)
            copy = self.m2m_models[field]
            copy.objects.bulk_create([copy(history=history_instance, **row) for row in related])
