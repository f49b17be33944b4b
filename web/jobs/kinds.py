"""The kinds of jobs; each app registers its own as it becomes ready, by the name of the task that does it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

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


def register(
    task: str, *, rows: Callable[[], JobQuerySet[Any]], work: Callable[[Any], None], says: StrOrPromise = ""
) -> None:
    """Make a kind of job known."""
    KINDS[task] = JobKind(task, rows, work, says)


def sentences_of_those_at_work() -> list[str]:
    """Return what is told of the jobs that somebody has taken, to those whom they keep waiting."""
    return [str(kind.says) for kind in KINDS.values() if kind.says and kind.rows().exclude(heartbeat_at=None).exists()]
