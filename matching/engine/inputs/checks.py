"""Checks of what comes into the engine: each raises ValueError with the name of the offending argument."""

import operator

import numpy as np
from numpy.typing import DTypeLike


def array(name: str, value: object, *, dtype: DTypeLike, ndim: int = 1, length: int | None = None) -> None:
    """Raise ValueError unless `value` is an array of exactly this dtype, dimension and length."""
    expected = f"{name} must be a NumPy array of {np.dtype(dtype)} with {ndim} dimension(s)"
    if not isinstance(value, np.ndarray):
        raise ValueError(f"{expected}, not {type(value).__name__}")  # noqa: TRY004 - one error for callers
    if value.dtype != dtype or value.ndim != ndim:
        raise ValueError(f"{expected}, not {value.dtype} with {value.ndim}")
    if length is not None and value.shape[0] != length:
        raise ValueError(f"{name} must have {length} entries, not {value.shape[0]}")


def within(name: str, value: np.ndarray, *, low: int, high: int | None = None) -> None:
    """Raise ValueError unless low <= every entry <= high (no upper bound if None)."""
    if value.size and (value.min() < low or (high is not None and value.max() > high)):
        bounds = f"at least {low}" if high is None else f"between {low} and {high}"
        raise ValueError(f"{name} must be {bounds}; found {value.min()} to {value.max()}")


def whole_number(name: str, value: object, *, low: int, high: int | None = None) -> None:
    """Raise ValueError unless `value` is an integer (not a bool) between low and high."""
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise ValueError(f"{name} must be a whole number, not {value!r}") from None
    if isinstance(value, bool) or number < low or (high is not None and number > high):
        bounds = f"at least {low}" if high is None else f"between {low} and {high}"
        raise ValueError(f"{name} must be a whole number {bounds}, not {value!r}")
