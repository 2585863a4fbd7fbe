"""A real PostgreSQL on the loopback.

The gate installs it; elsewhere the tests skip and say what is missing.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Postgres:
    """A server of our own."""

    port: int

    def new_database(self, name: str) -> str:
        """Make an empty database; returns its connection string."""
        admin = f"host=127.0.0.1 port={self.port} user=lake dbname=postgres"
        psql = Path(_tool("psql"))
        subprocess.run([psql, "-q", admin, "-c", f'CREATE DATABASE "{name}"'], check=True)
        return admin.replace("dbname=postgres", f"dbname={name}")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    initdb, pg_ctl = _tool("initdb"), _tool("pg_ctl")
    # not below pytest's folder, which only its owner may enter
    folder = Path(tempfile.mkdtemp(prefix="watchlist-postgres-"))
    as_user: list[str] = []
    if os.geteuid() == 0:
        # the server refuses to run as root
        as_user = ["runuser", "-u", "nobody", "--"]
        shutil.chown(folder, "nobody")
    data, port = folder / "data", _free_port()

    def run(*command: str | Path) -> None:
        subprocess.run([*as_user, *command], stdout=subprocess.DEVNULL, check=True, cwd=folder)

    run(initdb, "-D", data, "-U", "lake", "-A", "trust")
    settings = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    run(pg_ctl, "-D", data, "-w", "-l", folder / "log", "-o", settings, "start")
    try:
        yield Postgres(port)
    finally:
        run(pg_ctl, "-D", data, "-w", "-m", "immediate", "stop")
        shutil.rmtree(folder)


@dataclass(frozen=True)
class Team:
    """A project folder whose store is a lake."""

    folder: Path

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Begin a command of `watchlist`."""
        return subprocess.Popen(
            [sys.executable, "-m", "watchlist", *arguments],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str) -> str:
        """Run a command to its end; what it prints on stdout."""
        process = self.start(*arguments)
        out, talk = process.communicate(timeout=120)
        assert process.returncode == 0, talk
        return out

    def ask(self, sql: str, *options: str) -> str:
        """The answer of a query as CSV without its header."""
        answer = self.run("sql", "--format", "csv", *options, sql)
        return "\n".join(answer.strip().splitlines()[1:])


@pytest.fixture
def team(postgres: Postgres, tmp_path: Path) -> Team:
    dsn = postgres.new_database(f"lake_{time.time_ns()}")
    (tmp_path / "watchlist.toml").write_text(
        f'[store]\nurl = "ducklake:postgres:{dsn}"\ndata = "{tmp_path / "data"}"\n'
    )
    return Team(tmp_path)


def _tool(name: str) -> str:
    found = shutil.which(name)
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        found = found or shutil.which(name, path=str(folder))
    if found is None:
        pytest.skip(f"PostgreSQL's {name} is not installed")
    return found


def _free_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])
