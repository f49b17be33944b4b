"""Stands in for `manage.py work`."""

from web.jobs import companion


def work_off() -> int:
    """Do all jobs that are free, and those that they leave; return how many. What one raises is logged."""
    number = 0
    while companion.do_one():
        number += 1
    return number
