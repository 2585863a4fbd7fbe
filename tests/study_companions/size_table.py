"""True size of every test at nominal 5 %: `python -m tests.study_companions.size_table`.

The noise is what small miners are like: Student t(4) days, a common factor left in the residuals,
one date shared by all firms, and events that may triple the variance. Prints the Markdown table
that METHODS.md shows.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from watchlist.study.models import Rows, least_squares
from watchlist.study.sample import Sample
from watchlist.study.significance import TESTS
from watchlist.study.single import sample_quantile
from watchlist.study.windows import effects

M = 120
SEED = 20250710
CHUNK = 250
"""Repetitions fitted in one batch."""
PORTFOLIO_RANK = "placebo rank of the mean SCAR"


@dataclass(frozen=True)
class Setting:
    """One column of the table."""

    firms: int
    correlation: float
    days: int
    variance: float

    @property
    def title(self) -> str:
        jump = f" var×{self.variance:g}" if self.variance != 1 else ""
        return f"N={self.firms} ρ={self.correlation:g} L={self.days}{jump}"


SETTINGS = tuple(
    Setting(firms, correlation, days, variance)
    for firms in (4, 12)
    for correlation, days in ((0.0, 1), (0.3, 1), (0.3, 3))
    for variance in (1.0, 3.0)
)


def samples(setting: Setting, repetitions: int, seed: int = SEED) -> Iterator[Sample]:
    """Independent studies in which nothing happened: one date, `firms` pairs each."""
    rng = np.random.default_rng([seed, *_digits(setting)])
    for done in range(0, repetitions, CHUNK):
        yield from _chunk(setting, min(CHUNK, repetitions - done), rng)


def _chunk(setting: Setting, repetitions: int, rng: np.random.Generator) -> Iterator[Sample]:
    n, days = setting.firms, setting.days
    width = M + days
    common = rng.standard_t(4, (repetitions, 1, width))
    own = rng.standard_t(4, (repetitions, n, width))
    noise = np.sqrt(setting.correlation) * common + np.sqrt(1 - setting.correlation) * own
    noise[:, :, M:] *= np.sqrt(setting.variance)
    market = rng.normal(0, 0.01, (repetitions, 1, width))
    beta = rng.uniform(0.5, 2.0, (repetitions, n, 1))
    scale = rng.uniform(0.02, 0.04, (repetitions, n, 1))
    y = (beta * market + scale * noise).reshape(-1, width)
    x = np.broadcast_to(market, (repetitions, n, width)).reshape(-1, 1, width)
    fits = least_squares(Rows(y[:, :M], x[:, :, :M], y[:, M:], x[:, :, M:]))
    window = effects(fits, 0, 0, days - 1)
    for repetition in range(repetitions):
        pairs = slice(repetition * n, (repetition + 1) * n)
        yield Sample(
            ar=fits.ar[pairs],
            tested=slice(0, days),
            car=window.car[pairs],
            se=window.se[pairs],
            scar=window.scar[pairs],
            resid=fits.resid[pairs],
            sigma=fits.sigma[pairs],
            observations=fits.observations[pairs],
            parameters=fits.parameters,
            dates=np.zeros(n, dtype=np.int64),
            draws=499,
        )


def p_values(sample: Sample, names: tuple[str, ...]) -> list[float]:
    """p of the named registry tests, and of the rank of the mean standardized CAR if named."""
    out = []
    for name in names:
        if name == PORTFOLIO_RANK:
            quiet = sample.standardized.mean(axis=0)
            event = (sample.ar / sample.sigma[:, None]).mean(axis=0)
            out.append(sample_quantile(quiet, event).p)
        else:
            out.append(TESTS[name].apply(sample).p)
    return out


def sizes(
    setting: Setting, names: tuple[str, ...], repetitions: int, *, seed: int = SEED
) -> dict[str, float]:
    """Share of repetitions with p ≤ 5 %, by test."""
    rejected = np.zeros(len(names))
    with np.errstate(divide="ignore", invalid="ignore"):
        for sample in samples(setting, repetitions, seed):
            rejected += np.nan_to_num(np.array(p_values(sample, names)), nan=1.0) <= 0.05
    return dict(zip(names, (rejected / repetitions).tolist(), strict=True))


def table(repetitions: int = 2_000) -> str:
    """Markdown: one row a test, one column a setting."""
    names = (*TESTS, PORTFOLIO_RANK)
    columns = []
    for setting in SETTINGS:
        print(f"… {setting.title}", file=sys.stderr)
        columns.append(sizes(setting, names, repetitions))
    lines = [
        "| test | " + " | ".join(setting.title for setting in SETTINGS) + " |",
        "|---|" + "---|" * len(SETTINGS),
    ]
    for name in names:
        title = f"**{name}**" if name in TESTS and TESTS[name].headline else name
        shares = " | ".join(f"{column[name]:.3f}".removeprefix("0") for column in columns)
        lines.append(f"| {title} | {shares} |")
    return "\n".join(lines)


def _digits(setting: Setting) -> list[int]:
    return [setting.firms, int(100 * setting.correlation), setting.days, int(10 * setting.variance)]


if __name__ == "__main__":
    print(table(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000))
