"""Arrow columns from NumPy arrays and back equal those that Arrow makes itself."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from watchlist.study.arrow import column, lists, matrix, numbers, words

KINDS = st.sampled_from([np.float64, np.int64, np.int32, np.int16])


@given(st.data())
def test_a_column_is_what_arrow_would_make(data: st.DataObject) -> None:
    kind = data.draw(KINDS)
    # NaN equals nothing, so Arrow could not say that they are the same
    elements = st.floats(allow_nan=False) if kind is np.float64 else None
    values = data.draw(hnp.arrays(kind, st.integers(0, 40), elements=elements))
    missing = data.draw(hnp.arrays(np.bool_, len(values)))
    step = data.draw(st.sampled_from([1, 2, -1]))
    assert column(values[::step]).equals(pa.array(values[::step]))
    assert column(values, missing).equals(pa.array(values, mask=missing))
    if values.dtype == np.float64:
        np.testing.assert_array_equal(
            numbers(column(values, missing)), np.where(missing, np.nan, values)
        )


@given(st.lists(st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"])))))
def test_words_are_what_arrow_would_make(values: list[str | None]) -> None:
    assert words(values).equals(pa.array(values, pa.string()))
    assert words(np.array(values, dtype=object)).equals(pa.array(values, pa.string()))


@given(hnp.arrays(np.float64, st.tuples(st.integers(0, 5), st.integers(1, 4))))
def test_lists_go_there_and_back(values: np.ndarray) -> None:
    there = lists(values)
    assert there.type == pa.list_(pa.float64(), values.shape[1])
    np.testing.assert_array_equal(matrix(there), values)
    np.testing.assert_array_equal(matrix(there.slice(1)), values[1:])


def test_pieces_become_one() -> None:
    whole = pa.chunked_array([pa.array([1.0, None]), pa.array([3.0])])
    np.testing.assert_array_equal(numbers(whole), [1.0, np.nan, 3.0])


@pytest.mark.parametrize(
    "work", ["column(np.zeros(3))", "numbers(column(np.zeros(3)))", "words(['a', None])"]
)
def test_pandas_stays_away(work: str) -> None:
    code = (
        "import sys, numpy as np\nfrom watchlist.study.arrow import column, numbers, words\n"
        f"{work}\nprint('pandas' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
