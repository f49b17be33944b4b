"""Work that no page waits for. Tasks are named by a string, so that no module imports the task that calls it."""

from web.jobs.handing_out import hand_out, later

__all__ = ["hand_out", "later"]
