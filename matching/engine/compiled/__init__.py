"""The loops of a run as machine code: the same results as the NumPy ones, many times as fast.

They need the package numba (the extra `fast`); without it a run takes the NumPy way, which also is their check.
Compiling takes some seconds, once a machine; small runs never pay that.
"""

from importlib.util import find_spec

PAIRS_WORTH_COMPILING = 4_000_000


def is_available() -> bool:
    """Return whether the compiler is installed."""
    return find_spec("numba") is not None


def pays(*, n_needs: int, n_offers: int) -> bool:
    """Return whether a run of this size is worth loading the compiler, and one is installed."""
    return n_needs * n_offers >= PAIRS_WORTH_COMPILING and is_available()
