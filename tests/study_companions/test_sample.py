"""What the sample tells its tests about itself."""

from __future__ import annotations

import numpy as np
import pytest

from watchlist.study.sample import Floats, Sample


def sample_of(resid: Floats) -> Sample:
    """A sample of these residuals; nothing happened in it."""
    n = len(resid)
    return Sample(
        ar=np.zeros((n, 1)),
        tested=slice(None),
        car=np.zeros(n),
        se=np.ones(n),
        scar=np.zeros(n),
        resid=resid,
        sigma=np.ones(n),
        observations=np.isfinite(resid).sum(axis=1),
        parameters=2,
        dates=np.arange(n),
    )


@pytest.mark.parametrize("missing", [0, 30, 40])
def test_every_pair_counts_alike_in_the_share_of_positive_residuals(missing: int) -> None:
    resid = np.random.default_rng(3).normal(size=(5, 40))
    resid[1, 40 - missing :] = np.nan
    shares = [(row > 0).sum() / max(1, np.isfinite(row).sum()) for row in resid]
    assert sample_of(resid).share_positive == pytest.approx(float(np.mean(shares)), rel=1e-12)
