"""The kinds of jobs; each app registers its own as it becomes ready, by the name of the task that does it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Exists, Model, QuerySet
from django_stubs_ext import StrOrPromise

from web.jobs.model import JobQuerySet


@dataclass(frozen=True)
class JobKind:
    """What the watch and the companion know of one kind of job."""

    task: str
    """The name under which Celery knows the task: it takes the id of a row and calls `do` with it."""
    rows: Callable[[], JobQuerySet[Any]]
    """Those to be done, whoever has them."""
    work: Callable[[Any], None]
    """Does one that was taken; what it raises ends the job as failed."""
    says: StrOrPromise = ""
    """What is told of it, in a sentence, to those whom it keeps waiting; empty: it keeps nobody waiting."""


KINDS: dict[str, JobKind] = {}

M = TypeVar("M", bound=Model)

_NOTED_AS = "keeps_waiting_%d"


def register(
    task: str, *, rows: Callable[[], JobQuerySet[Any]], work: Callable[[Any], None], says: StrOrPromise = ""
) -> None:
    """Make a kind of job known."""
    KINDS[task] = JobKind(task, rows, work, says)


def sentences_of_those_at_work() -> list[str]:
    """Return what is told of the jobs that somebody has taken, to those whom they keep waiting."""
    return [str(kind.says) for kind in _that_keep_waiting() if _taken(kind).exists()]


def note_those_at_work(rows: QuerySet[M]) -> QuerySet[M]:
    """Return the rows such that `sentences_noted` knows of each, when it was read, which jobs were at work.

    So whoever asks for a row in any case, as every page does for its reader, spends no query on it.
    """
    return rows.annotate(
        **{_NOTED_AS % number: Exists(_taken(kind)) for number, kind in enumerate(_that_keep_waiting())}
    )


def sentences_noted(row: Model) -> list[str]:
    """Return what is told of the jobs that were at work when the row was read by `note_those_at_work`."""
    return [str(kind.says) for number, kind in enumerate(_that_keep_waiting()) if getattr(row, _NOTED_AS % number)]


def _that_keep_waiting() -> list[JobKind]:
    return [kind for kind in KINDS.values() if kind.says]


def _taken(kind: JobKind) -> JobQuerySet[Any]:
    # However long ago its last sign of life was: while it holds the one lock of SQLite it can leave none.
    return kind.rows().exclude(heartbeat_at=None)
