"""All lists of the first page, in their order."""

import datetime as dt

from directory.models import User
from workspace.home.fits import fit_lists
from workspace.home.lists import HomeList
from workspace.home.postings import approval_list, own_posting_lists, survey_list


def home_lists(user: User, *, since: dt.datetime, with_fits: bool = True) -> list[HomeList]:
    """Return the lists that the person's roles are for, with at most five rows each; new is what came `since` then.

    What waits for the person alone comes first: others can go on only after it.
    """
    return [
        *approval_list(user),
        *(fit_lists(user, since) if with_fits else []),
        *survey_list(user),
        *own_posting_lists(user),
    ]
