"""What a person asks of the store: a study of their own design, or the size of the daily tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from watchlist import store
from watchlist.errors import ConfigError, StudyError, nearest
from watchlist.study.calibrate import Calibration, Scope, calibrate_study
from watchlist.study.design import MARKET_VOLUME, PEERS, SECTOR, StudyDesign, Window
from watchlist.study.factor_table import join_tables, parse_factor_table
from watchlist.study.group_tests import CONTRASTS, SCOPES
from watchlist.study.run import StudyResult, event_study
from watchlist.study.stored import daily_designs, fingerprint, read_data

if TYPE_CHECKING:
    import duckdb

    from watchlist.config import Config

Step = Callable[[int, int, str], None]

SECTOR_MODEL = "market+sector"
PEER_MODEL = "market+peers"

FACTOR_MODELS = {
    "capm": ("mkt_rf",),
    "ff3": ("mkt_rf", "smb", "hml"),
    "carhart": ("mkt_rf", "smb", "hml", "mom"),
    "ff5": ("mkt_rf", "smb", "hml", "rmw", "cma"),
}
"""Names that stand for columns of a factor table, with returns in excess of its `rf`."""

MODELS = (
    "constant-mean", "market-adjusted", "market", SECTOR_MODEL, PEER_MODEL, *FACTOR_MODELS,
    "factors", "scholes-williams", "dimson", "trade-to-trade", "garch", "egarch",
    "synthetic-control",
)  # fmt: skip


@dataclass(frozen=True)
class Question:
    """What is asked; None and empty mean the configured default."""

    events: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()
    model: str | None = None
    factors: tuple[str, ...] = ()
    tables: tuple[Path, ...] = ()
    """Files of factor returns."""
    percent: bool = False
    """Their values are percent (Kenneth French's CSV always are)."""
    settings: Mapping[str, Any] | None = None
    """Fields of the design that were given."""
    tests: str | tuple[str, ...] = "headline"
    scopes: tuple[str, ...] = ()
    contrast: tuple[str, ...] = ()
    """Two groups of the first scope whose difference is wanted."""
    singles: bool = False
    days: bool = False


def ask(
    con: duckdb.DuckDBPyConnection,
    config: Config,
    question: Question,
    *,
    as_of: date,
    step: Step | None = None,
) -> StudyResult:
    """Run the study; nothing is written.

    Raises
    ------
    ConfigError
        An event, category, symbol or model is not known.
    StudyError
        The design cannot work, or nothing fits the filters.
    """
    table = _factor_table(question)
    design = make_design(config, question, tuple(table.columns) if table is not None else ())
    data = read_data(con, config, as_of=as_of, estimation=design.estimation)
    only = _chosen(data.events, question)
    panel = data.panel
    scopes = question.scopes or ("event", "all")
    contrasts = _contrasts(scopes, question.contrast, data.events)
    return event_study(
        panel,
        data.events,
        design,
        sectors=data.sectors,
        factors=table,
        peers=_peers(con, panel.symbols, sector=PEERS in design.factors)
        if _needs_peers(design)
        else None,
        tests=question.tests,
        scopes=scopes,
        contrasts=contrasts,
        singles=question.singles,
        days=question.days,
        only=only,
        step=step,
    )


def make_design(config: Config, question: Question, columns: tuple[str, ...] = ()) -> StudyDesign:
    """The design that the question describes.

    Parameters
    ----------
    columns : of the factor table, if one was given
    """
    study = config.study
    given: dict[str, Any] = {
        "name": "asked",
        "estimation": study.estimation,
        "windows": study.windows,
        "min_observations": study.min_observations,
        "overlap": study.overlap,
        **(question.settings or {}),
    }
    model = question.model or ("factors" if question.factors else "market")
    if model not in MODELS:
        raise ConfigError(f"--model {model}: no such model", nearest(model, list(MODELS)))
    if given.get("subject") == "volume":
        given["factors"] = () if model == "constant-mean" else (MARKET_VOLUME,)
    elif model in ("constant-mean", "synthetic-control"):
        given["factors"] = question.factors
    elif model in (SECTOR_MODEL, PEER_MODEL):
        second = SECTOR if model == SECTOR_MODEL else PEERS
        given["factors"], model = (study.market, second), "factors"
    elif model in FACTOR_MODELS:
        _need_columns(model, columns)
        given |= {"factors": FACTOR_MODELS[model], "risk_free": "rf"}
        model = "factors"
    else:
        given["factors"] = question.factors or (study.market,)
    if "chart" not in given:
        given["chart"] = _chart(given["windows"], given["estimation"])
    return StudyDesign(**given | {"model": model})


def _chart(windows: tuple[tuple[int, int], ...], estimation: tuple[int, int]) -> tuple[int, int]:
    """The usual ten days before and twenty after, shortened to what the estimation leaves."""
    first = max(-10, estimation[1] + 1) if estimation[1] < 0 else -10
    last = 20 if estimation[0] < 0 else min(20, estimation[0] - 1)
    return min(first, *(a for a, _ in windows)), max(last, *(b for _, b in windows))


def _need_columns(model: str, columns: tuple[str, ...]) -> None:
    missing = [name for name in (*FACTOR_MODELS[model], "rf") if name not in columns]
    if missing:
        raise StudyError(
            f"model {model!r} needs the factor columns {', '.join(missing)}",
            "give Kenneth French's daily CSV files with --factor-table",
        )


def _chosen(events: pl.DataFrame, question: Question) -> pl.DataFrame:
    """The pairs that the filters leave."""
    chosen = events
    for option, column, wanted in (
        ("--event", "event_id", question.events),
        ("--category", "category", question.categories),
        ("--symbol", "symbol", question.symbols),
    ):
        known = events[column].unique().drop_nulls().sort().to_list()
        for value in wanted:
            if value not in known:
                raise ConfigError(f"{option} {value}: not in the store", nearest(value, known))
        if wanted:
            chosen = chosen.filter(pl.col(column).is_in(list(wanted)))
    if chosen.is_empty():
        raise StudyError("no event fits all these filters", "list them: watchlist events list")
    return chosen.select("event_id", "symbol")


def _contrasts(
    scopes: tuple[str, ...], wanted: tuple[str, ...], events: pl.DataFrame
) -> tuple[tuple[str, str, str], ...]:
    if not wanted:
        return CONTRASTS
    column = SCOPES[scopes[0]]
    if len(wanted) != 2 or column is None:
        raise ConfigError(
            f"--contrast {','.join(wanted)}: two groups of one grouping are needed",
            "e.g. --by category --contrast equity-stake,loan",
        )
    known = events[column].explode() if events.schema[column] == pl.List else events[column]
    values = [str(value) for value in known.unique().drop_nulls().sort()]
    for value in wanted:
        if value not in values:
            raise ConfigError(f"--contrast {value}: no such {scopes[0]}", nearest(value, values))
    return ((scopes[0], wanted[0], wanted[1]),)


def _factor_table(question: Question) -> pl.DataFrame | None:
    tables = []
    for path in question.tables:
        if not path.is_file():
            raise ConfigError(f"--factor-table {path}: no such file")
        data = path.read_bytes()
        tables.append(parse_factor_table(data, path.name, percent=question.percent))
    return join_tables(tables) if tables else None


def _needs_peers(design: StudyDesign) -> bool:
    return PEERS in design.factors or design.model == "synthetic-control"


def _peers(
    con: duckdb.DuckDBPyConnection, symbols: tuple[str, ...], *, sector: bool
) -> dict[str, list[str]]:
    """The other companies of the watchlist and its peers; with `sector`, of the same sector.

    A company whose sector has fewer than two others takes all companies.
    """
    rows = con.execute(
        "SELECT symbol, sector_factor FROM securities "
        "WHERE role IN ('watchlist', 'peer') ORDER BY symbol"
    ).fetchall()
    companies = {symbol: fund for symbol, fund in rows if symbol in symbols}
    peers: dict[str, list[str]] = {}
    for symbol, fund in companies.items():
        others = [other for other in companies if other != symbol]
        near = [other for other in others if companies[other] == fund]
        peers[symbol] = near if sector and len(near) > 1 else others
    return peers


@dataclass(frozen=True)
class CalibrationSummary:
    """A finished calibration and what it was made of."""

    as_of: date
    design: StudyDesign
    design_hash: str
    """Of the design and of every return and event that the calibration saw."""
    calibration: Calibration


def run_calibration(
    con: duckdb.DuckDBPyConnection,
    config: Config,
    *,
    as_of: date,
    study: str = "daily-market",
    scopes: Sequence[Scope] = ("event", "all"),
    tests: str | tuple[str, ...] = "all",
    windows: Sequence[Window] | None = None,
    planted: Sequence[float] = (0.05,),
    repetitions: int = 500,
    step: Step | None = None,
) -> CalibrationSummary:
    """Calibrate one of the daily studies; reads only.

    Parameters
    ----------
    study : name of the daily study whose design is calibrated
    windows : default the study's
    planted : abnormal returns, fractions

    Raises
    ------
    StudyError
        No such study, no pair can be estimated, an event date has too few quiet days.
    """
    designs = {design.name: design for design in daily_designs(config)}
    if study not in designs:
        raise StudyError(f"no daily study {study!r}", nearest(study, list(designs)))
    design = designs[study]
    data = read_data(con, config, as_of=as_of)
    calibration = calibrate_study(
        data.panel,
        data.events,
        design,
        sectors=data.sectors,
        scopes=scopes,
        tests=tests,
        windows=windows,
        planted=planted,
        repetitions=repetitions,
        step=step,
    )
    return CalibrationSummary(as_of, design, fingerprint(design, data), calibration)


def write_calibration(con: duckdb.DuckDBPyConnection, summary: CalibrationSummary) -> None:
    """Put the result in the place of an earlier one of the same design and data."""
    frame = summary.calibration.table.insert_column(
        0, pl.lit(summary.design_hash).alias("design_hash")
    ).insert_column(1, pl.lit(summary.as_of).alias("as_of"))
    store.write_frame(con, "calibrations", frame, replace={"design_hash": summary.design_hash})
