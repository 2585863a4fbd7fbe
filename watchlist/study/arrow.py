"""Between Arrow columns and NumPy arrays, without a copy and without pandas.

`pa.array` and `to_numpy` import pandas where it is installed, only to ask whether a value is one
of its; that takes as long as all else that a study imports.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


def column(values: NDArray[Any], missing: NDArray[np.bool_] | None = None) -> pa.Array:
    """(N,) numbers as a column; NULL where `missing`."""
    values = np.ascontiguousarray(values)
    buffers = [_validity(missing), pa.py_buffer(values)]
    return pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), len(values), buffers)


def lists(values: NDArray[Any]) -> pa.FixedSizeListArray:
    """(N, L) numbers as a column of lists of one length."""
    flat = column(np.ascontiguousarray(values).reshape(-1))
    return pa.FixedSizeListArray.from_arrays(flat, values.shape[1])


def words(values: Sequence[str | None] | NDArray[np.object_]) -> pa.Array:
    """(N,) texts as a column; NULL for None."""
    missing = np.array([value is None for value in values], dtype=bool)
    texts = [b"" if value is None else value.encode() for value in values]
    ends = np.cumsum([0, *map(len, texts)], dtype=np.int32)
    buffers = [_validity(missing), pa.py_buffer(ends), pa.py_buffer(b"".join(texts))]
    return pa.Array.from_buffers(pa.string(), len(texts), buffers)


def _validity(missing: NDArray[np.bool_] | None) -> pa.Buffer | None:
    if missing is None or not missing.any():
        return None
    return pa.py_buffer(np.packbits(~missing, bitorder="little"))


def numbers(values: pa.ChunkedArray | pa.Array) -> NDArray[Any]:
    """A column of numbers as an array, a read-only view where it lies in one piece; NULL is NaN."""
    pieces = values.chunks if isinstance(values, pa.ChunkedArray) else [values]
    found = [_piece(piece) for piece in pieces]
    if len(found) == 1:
        return found[0]
    # NumPy's memory stays warm from one call to the next, Arrow's is handed back and faulted in
    return np.concatenate([np.empty(0, values.type.to_pandas_dtype()), *found])


def _piece(values: pa.Array) -> NDArray[Any]:
    if values.null_count:
        import pyarrow.compute as pc

        values = pc.fill_null(values, np.nan)
    return np.asarray(np.from_dlpack(values))


def matrix(values: pa.FixedSizeListArray) -> NDArray[Any]:
    """(N, L) a column of lists of one length as an array."""
    return numbers(values.flatten()).reshape(len(values), values.type.list_size)
