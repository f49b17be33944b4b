"""The report of a load in words, for whoever runs it."""

from collections.abc import Iterator

from directory.reference.cells import Plain
from directory.reference.plan import LoadPlan


def summary_line(plan: LoadPlan) -> str:
    """Return one line of counts for a list."""
    counts = ", ".join(f"{number} {what}" for what, number in plan.counts.items() if what != "kept")
    return f"{plan.reference_list.file}: {counts}, {plan.counts['kept']} kept as changed in the admin"


def detail_lines(plan: LoadPlan, *, every_row: bool) -> Iterator[str]:
    """Return a line for each kept field and disabled or enabled row; with `every_row` for each row that changes."""
    for name, fields in plan.kept.items():
        for field, kept in fields.items():
            words = "conflict, kept" if kept.is_conflict else "kept"
            yield f"{words}: changed in the admin: {name}, {field}: {_shown(kept.ours)} (file: {_shown(kept.theirs)})"
    yield from (f"disabled: {name} (no longer in the file)" for name in plan.disabled)
    yield from (f"enabled: {name} (in the file again)" for name in plan.enabled)
    if every_row:
        yield from (f"added: {name}" for name in plan.added)
        yield from (f"changed: {name}: {', '.join(fields)}" for name, fields in plan.changed.items())


def _shown(value: Plain) -> str:
    if isinstance(value, list):
        return ", ".join(value) or "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "nothing" if value in (None, "") else f'"{value}"'
