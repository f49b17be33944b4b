"""Dataclasses of arrays as bytes and back, and their digests: what one process reads for others to work on."""

import hashlib
import io
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar, get_args, get_type_hints

import numpy as np

Packed = TypeVar("Packed")


def pack(tables: Any) -> bytes:
    """Return a dataclass of arrays, whole numbers and such dataclasses as a compressed NumPy archive."""
    file = io.BytesIO()
    np.savez_compressed(file, **dict(_leaves(tables)))
    return file.getvalue()


def unpack(kind: type[Packed], data: bytes) -> Packed:
    """Return what `pack` made of an instance of this dataclass; ValueError where it is something else."""
    with np.load(io.BytesIO(data), allow_pickle=False) as archive:
        built: Packed = _build(kind, dict(archive), "")
    return built


def digest(tables: Any) -> str:
    """Return the SHA-256, in 64 hexadecimal digits, of the names, types, shapes and bytes of all arrays."""
    hashed = hashlib.sha256()
    for name, array in _leaves(tables):
        hashed.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        hashed.update(np.ascontiguousarray(array).data)
    return hashed.hexdigest()


def _leaves(tables: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for field in fields(tables):
        value, name = getattr(tables, field.name), f"{prefix}{field.name}"
        if is_dataclass(value):
            yield from _leaves(value, f"{name}.")
        elif value is not None:
            yield name, np.asarray(value)


def _build(kind: Any, arrays: Mapping[str, Any], prefix: str) -> Any:
    hints = get_type_hints(kind)
    given = {}
    for field in fields(kind):
        name, hint = f"{prefix}{field.name}", hints[field.name]
        inner = next((one for one in (hint, *get_args(hint)) if is_dataclass(one)), None)
        if inner is not None:
            is_there = any(key.startswith(f"{name}.") for key in arrays)
            given[field.name] = _build(inner, arrays, f"{name}.") if is_there else None
        elif name not in arrays:
            raise ValueError(f"{name} of {kind.__name__} is missing")
        else:
            given[field.name] = int(arrays[name]) if hint is int else arrays[name]
    return kind(**given)
