"""Work that no page waits for: rows that say how far it is, which whoever is there takes up.

Tasks are named by a string, so that no module imports the task that calls it.
"""

from web.jobs.handing_out import hand_out, later
from web.jobs.kinds import register
from web.jobs.model import Job, JobQuerySet, TakenOver

__all__ = ["Job", "JobQuerySet", "TakenOver", "hand_out", "later", "register"]
