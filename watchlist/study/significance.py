"""The registry: every test over several pairs, what it assumes, and the warning it comes with."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from watchlist.errors import StudyError, nearest
from watchlist.formatting import Readable
from watchlist.study import parametric, ranks
from watchlist.study.sample import Outcome, Sample

VARIANCE_JUMP = 2.0
"""Event over estimation variance above which tests that assume 1 get a warning."""


ASYMMETRY = 0.5
"""Standard errors by which skewed quiet days may shift the sign test without a warning."""


@dataclass(frozen=True)
class SignificanceTest:
    """One test of the registry."""

    name: str
    """As METHODS.md explains it: what it asks and assumes, its formula and source."""
    run: Callable[[Sample], Outcome]
    least: int = 2
    """Pairs needed."""
    survives_clustering: bool = False
    """Keeps its size when firms share the event date."""
    survives_variance: bool = False
    """Keeps its size when the event itself raises the variance."""
    assumes_symmetry: bool = False
    """Wrong where stocks fall on more days than they rise."""
    few_firms: str | None = None
    """What is wrong below 30 pairs, if anything."""
    headline: bool = False

    def warnings(self, sample: Sample) -> list[str]:
        """Why the p of this test may lie on this sample; empty when no reason is known."""
        found = []
        if sample.clustered and not self.survives_clustering:
            r_bar = sample.correlation.r_bar
            found.append(
                f"firms share event dates (r̄ = {Readable(r_bar):.2f}); this test takes them as "
                "independent and rejects a true null too often"
            )
        if not self.survives_variance and sample.variance_ratio > VARIANCE_JUMP:
            found.append(
                f"the event raised the variance {sample.variance_ratio:.1f}-fold; this test "
                "assumes that it did not"
            )
        if self.assumes_symmetry:
            positive = sample.share_positive
            if 2.0 * abs(positive - 0.5) * math.sqrt(sample.n) > ASYMMETRY:
                found.append(
                    f"{100 * positive:.0f} % of quiet days are positive; this test takes half of "
                    "them for granted"
                )
        if self.few_firms is not None and sample.n < 30:
            found.append(f"{sample.n} pairs: {self.few_firms}")
        return found

    def apply(self, sample: Sample) -> Outcome:
        """Run the test; with too few pairs, or no value, p is NaN and the note says why."""
        if sample.n < self.least:
            estimate = float(sample.car.mean()) if sample.n else float("nan")
            nan = float("nan")
            return Outcome(
                estimate, nan, nan, nan, nan, f"{sample.n} of the {self.least} pairs it needs"
            )
        outcome = self.run(sample)
        if outcome.p != outcome.p and outcome.note is None:
            return outcome._replace(note="no spread between the pairs to judge by")
        return outcome


_NORMAL_TAILS = "the normal law is too thin for so few firms"

_ALL = (
    SignificanceTest(
        "kp",
        parametric.kolari_pynnonen,
        survives_clustering=True,
        survives_variance=True,
        headline=True,
    ),
    SignificanceTest(
        "kp-normal",
        parametric.kolari_pynnonen_normal,
        survives_clustering=True,
        survives_variance=True,
        few_firms=_NORMAL_TAILS,
    ),
    SignificanceTest("cross-sectional-t", parametric.cross_sectional_t, survives_variance=True),
    SignificanceTest(
        "skewness-adjusted-t",
        parametric.skewness_adjusted_t,
        least=3,
        survives_variance=True,
        few_firms="the estimated skewness is itself noise",
    ),
    SignificanceTest(
        "crude-dependence",
        parametric.crude_dependence_adjustment,
        least=1,
        survives_clustering=True,
    ),
    SignificanceTest("patell", parametric.patell, least=1),
    SignificanceTest("adjusted-patell", parametric.adjusted_patell, survives_clustering=True),
    SignificanceTest("bmp", parametric.bmp, survives_variance=True, few_firms=_NORMAL_TAILS),
    SignificanceTest("corrado", ranks.corrado, least=1, survives_clustering=True),
    SignificanceTest("corrado-zivney", ranks.corrado_zivney, least=3, survives_variance=True),
    SignificanceTest(
        "grank-t",
        ranks.generalized_rank_t,
        survives_clustering=True,
        survives_variance=True,
        few_firms="measured size 9 to 17 % instead of 5 % with 4 to 12 firms on one date",
    ),
    SignificanceTest(
        "grank-z",
        ranks.generalized_rank_z,
        survives_variance=True,
        few_firms="dividing by their own spread spoils the event row",
    ),
    SignificanceTest("sign", ranks.sign, least=1, survives_variance=True, assumes_symmetry=True),
    SignificanceTest("generalized-sign", ranks.generalized_sign, least=1, survives_variance=True),
    SignificanceTest(
        "wilcoxon", ranks.wilcoxon, least=1, survives_variance=True, assumes_symmetry=True
    ),
    SignificanceTest(
        "jackknife",
        parametric.jackknife,
        least=3,
        survives_variance=True,
        few_firms="one large effect can turn its sign",
    ),
    SignificanceTest("wild-bootstrap", parametric.wild_bootstrap, survives_variance=True),
)

TESTS: dict[str, SignificanceTest] = {test.name: test for test in _ALL}
"""By name, headline first."""


def tests_named(names: str | tuple[str, ...]) -> tuple[SignificanceTest, ...]:
    """The tests asked for: "headline", "all", or names.

    Raises
    ------
    StudyError
        A name is not in the registry.
    """
    if names == "all":
        return _ALL
    if names == "headline":
        return tuple(test for test in _ALL if test.headline)
    wanted = (names,) if isinstance(names, str) else names
    for name in wanted:
        if name not in TESTS:
            raise StudyError(f"no test {name!r}", nearest(name, ["all", "headline", *TESTS]))
    return tuple(TESTS[name] for name in wanted)
