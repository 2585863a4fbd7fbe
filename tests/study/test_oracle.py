"""Every statistic of the oracle, in the convention that it is named for, to 1e-9."""

from __future__ import annotations

import math
from typing import Any

import pytest
from numpy.testing import assert_allclose

from tests.study.gafam import DESIGNS, WINDOWS, Case, load
from watchlist.study import dates, parametric, ranks, single
from watchlist.study.sample import mean_correlation
from watchlist.study.windows import effects

EXACT = {"rtol": 1e-9, "atol": 1e-12}

CONVENTIONS = {
    "relative-day": "relative_day",
    "calendar-overlap": "calendar_overlapping_pairs",
    "calendar-all": "calendar_all_pairs_zero_fill",
}

WINDOW_TESTS = {
    "csect_t_CAAR": parametric.cross_sectional_t,
    "skew_adj_t_CAAR": parametric.skewness_adjusted_t,
    "cda_CAAR_ddof1": parametric.crude_dependence_adjustment,
    "patell_CAAR_scar_fullvar": parametric.patell,
    "bmp_CAAR_scar_fullvar": parametric.bmp,
    "corrado_CAAR_cowan_standardized": ranks.corrado,
    "gsign_CAAR": ranks.generalized_sign,
    "sign_CAAR": ranks.sign,
    "wilcoxon_CAAR_Wplus": ranks.wilcoxon,
}
DAY_TESTS = {
    "csect_t_AAR": parametric.cross_sectional_t,
    "patell_AAR": parametric.patell,
    "bmp_AAR": parametric.bmp,
    "corrado_AAR_standardized_ranks": ranks.corrado,
    "gsign_AAR": ranks.generalized_sign,
    "sign_AAR": ranks.sign,
    "cda_AAR_ddof1": parametric.crude_dependence_adjustment,
}


@pytest.fixture(params=DESIGNS, ids=lambda one: f"{one[0].name} {one[1]}")
def case(request: pytest.FixtureRequest) -> Case:
    return load(*request.param)


@pytest.fixture(params=WINDOWS, ids=str)
def window(request: pytest.FixtureRequest) -> tuple[int, int]:
    return request.param


def expected_of(case: Case, window: tuple[int, int]) -> dict[str, Any]:
    return case.expected[f"[{window[0]},{window[1]}]"]


def test_estimates_of_each_pair(case: Case, window: tuple[int, int]) -> None:
    pairs = expected_of(case, window)["per_event"]
    effect = effects(case.fits, -5, *window)
    got = {
        "alpha": case.fits.alpha,
        "beta": case.fits.betas[:, 0],
        "sigma": case.fits.sigma,
        "M": case.fits.observations,
        "CAR": effect.car,
        "SCAR": effect.scar,
    }
    for name, values in got.items():
        assert_allclose(values, [pair[name] for pair in pairs], **EXACT, err_msg=name)
    ar = case.fits.ar[:, window[0] + 5 : window[1] + 6]
    assert_allclose(ar, [pair["AR"] for pair in pairs], **EXACT)


def test_sample_quantile_of_day_0(case: Case) -> None:
    """The oracle's convention: twice the smaller one-sided rank of AR[0]."""
    for i, pair in enumerate(expected_of(case, (0, 0))["per_event"]):
        got = single.sample_quantile(case.fits.resid[i], case.fits.ar[i, 5], equal_tails=True)
        assert got.p == pytest.approx(pair["SQ_p_two"], rel=1e-9)


@pytest.mark.parametrize("name", WINDOW_TESTS)
def test_windows(case: Case, window: tuple[int, int], name: str) -> None:
    got = WINDOW_TESTS[name](case.sample(window)).statistic
    assert_allclose(got, expected_of(case, window)[name], **EXACT)


@pytest.mark.parametrize("name", DAY_TESTS)
def test_days(case: Case, window: tuple[int, int], name: str) -> None:
    length = window[1] - window[0] + 1
    got = [DAY_TESTS[name](case.sample(window, day=day)).statistic for day in range(length)]
    assert_allclose(got, expected_of(case, window)[name], **EXACT)


def test_means(case: Case, window: tuple[int, int]) -> None:
    expected = expected_of(case, window)
    sample = case.sample(window)
    assert_allclose(sample.car.mean(), expected["CAAR"], **EXACT)
    assert_allclose(sample.ar.mean(axis=0), expected["AAR"], **EXACT)
    assert_allclose(sample.ar.mean(axis=0).cumsum(), expected["CAAR_path"], **EXACT)


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_kolari_pynnonen(case: Case, window: tuple[int, int], convention: Any) -> None:
    expected, theirs = expected_of(case, window), CONVENTIONS[convention]
    sample = case.sample(window, convention)
    assert_allclose(sample.correlation.r_bar, expected["r_bar"][theirs], **EXACT)
    kp = parametric.kolari_pynnonen(sample).statistic
    assert_allclose(kp, expected["kp_CAAR_scar_fullvar"][theirs], **EXACT)
    bmp, patell = parametric.bmp(sample).statistic, parametric.patell(sample).statistic
    assert_allclose(kp / bmp, expected["KP_factor"][theirs], **EXACT)
    adjusted = parametric.adjusted_patell(sample).statistic
    assert_allclose(adjusted / patell, expected["adjPatell_factor"][theirs], **EXACT)
    days = range(sample.length)
    for name, test in (
        ("kp_AAR", parametric.kolari_pynnonen),
        ("adj_patell_AAR", parametric.adjusted_patell),
    ):
        got = [test(case.sample(window, convention, day)).statistic for day in days]
        assert_allclose(got, expected[name][theirs], **EXACT)


def test_r_bar_over_pairs_that_share_the_date() -> None:
    """Ours: one date is the oracle's value; over dates it inflates only what really clusters."""
    one, several, apart = (load(*design) for design in DESIGNS[:3])
    expected = expected_of(one, (-1, 1))
    assert_allclose(
        one.sample((-1, 1)).correlation.r_bar, expected["r_bar"]["relative_day"], **EXACT
    )
    four = several.sample((-1, 1))
    assert four.correlation.compared == 40
    assert_allclose(four.correlation.inflating, four.correlation.r_bar * 40 / 190, **EXACT)
    none = mean_correlation(apart.fits.resid, apart.rows)
    assert (none.r_bar, none.compared, none.inflating) == (0.0, 0, 0.0)


def test_generalized_ranks(case: Case, window: tuple[int, int]) -> None:
    expected = expected_of(case, window)["grank"]["resid_over_s"]
    sample = case.sample(window)
    t, z = ranks.generalized_rank_t(sample), ranks.generalized_rank_z(sample)
    assert_allclose(
        [t.statistic, t.df, t.p], [expected["t"], expected["df"], expected["p_t"]], **EXACT
    )
    assert_allclose([z.statistic, z.p], [expected["z"], expected["p_z"]], **EXACT)


def test_wilcoxon_p_is_exact(case: Case, window: tuple[int, int]) -> None:
    got = ranks.wilcoxon(case.sample(window)).p
    assert_allclose(got, expected_of(case, window)["wilcoxon_CAAR_p_exact"], **EXACT)


def test_over_dates(case: Case, window: tuple[int, int]) -> None:
    expected = expected_of(case, window)
    sample = case.sample(window)
    _, means = dates.date_means(sample.car, sample.dates)
    by_day = expected["date_level_mean_CAR"]
    assert_allclose(means, [by_day[day] for day in sorted(by_day)], **EXACT)
    if "ibragimov_muller_t" not in expected:
        assert len(means) == 1
        assert math.isnan(dates.ibragimov_mueller(means).p)
        return
    result = dates.ibragimov_mueller(means)
    assert_allclose(
        [result.statistic, result.df, result.p],
        [expected[f"ibragimov_muller_{part}"] for part in ("t", "df", "p")],
        **EXACT,
    )
    assert dates.sign_flips(means).p == expected["signflip_exact_p"]
