"""Values of a parameter that one database can answer for."""

from typing import Any

import pytest


def of_any_database(*cases: Any) -> list[Any]:
    """Mark these cases of a parametrised test `any_database`: its other cases ask both databases the same.

    A case of several parameters is a tuple.
    """
    mark = pytest.mark.any_database
    return [pytest.param(*(case if isinstance(case, tuple) else (case,)), marks=mark) for case in cases]
