"""Other people's tools open the file: harlequin, marimo, and another release of DuckDB."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.conftest import newest_duckdb
from watchlist.errors import ConfigError, StoreError
from watchlist.project import Project, packaged
from watchlist.sql import companions, landlock
from watchlist.sql.limits import Limits
from watchlist.sql.sandbox import Sandbox

CLIENT = """
import duckdb, json, sys
con = duckdb.connect(sys.argv[1], read_only=True)
con.execute("SET TimeZone = 'UTC'")
views = [row[0] for row in con.execute(
    "SELECT view_name FROM duckdb_views() WHERE schema_name = 'main' AND NOT internal"
).fetchall()]
counts = {view: con.execute(f'SELECT count(*) FROM "{view}"').fetchall()[0][0] for view in views}
car = con.execute("SELECT symbol, car FROM car('mp-dod-2025', -1, 5) ORDER BY symbol").fetchall()
calls = [len(con.execute("FROM " + call).fetchall()) for call in (
    "event_path('mp-dod-2025')", "reaction('MP')", "around('2025-10-09', ['MP', 'USAR'])"
)]
comments = con.execute(
    "SELECT count(*) FROM duckdb_columns() WHERE schema_name = 'main' AND NOT internal "
    "AND comment IS NULL"
).fetchall()[0][0]
print(json.dumps([duckdb.__version__, counts, car, calls, comments]))
"""


def test_the_shell_opens_the_published_file_to_read_only(demo_project: Project) -> None:
    pytest.importorskip("harlequin")
    command = companions.shell_command(demo_project)
    assert Path(command[0]).name == "harlequin"
    assert command[1:] == ["-a", "duckdb", "--read-only", str(demo_project.store_file)]


def test_harlequin_s_core_reads_the_file_and_cannot_write(demo_project: Project) -> None:
    """`hsql` is harlequin without its screen: the same adapter, the same options."""
    pytest.importorskip("harlequin")
    hsql = str(Path(sys.executable).with_name("hsql"))

    def ask(sql: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [hsql, "-a", "duckdb", "-r", "--csv", "-c", sql, str(demo_project.store_file)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    read = ask("SELECT symbol FROM car('mp-dod-2025', -1, 5) ORDER BY symbol LIMIT 1")
    assert read.returncode == 0, read.stderr
    assert read.stdout.splitlines()[0] == "symbol"
    assert ask("CREATE TABLE evil (a INTEGER)").returncode != 0


FAKE_SHELL = """#!{python}
import os, sys
from pathlib import Path
store = Path(sys.argv[-1])
for target in (store, store.with_name(store.name + ".wal"), Path("out.csv"), Path({root!r}, "out")):
    try:
        target.write_text("evil")
        print("wrote")
    except PermissionError:
        print("refused")
assert store.stat().st_size
(Path(os.environ["TMPDIR"]) / "scratch").write_text("x")
(Path(os.environ["XDG_CACHE_HOME"]) / "harlequin" / "history").write_text("x")
"""


@pytest.mark.parametrize("kernel", [True, False])
def test_the_shell_cannot_write_to_the_store(
    demo_project: Project, tmp_path: Path, kernel: bool
) -> None:
    if kernel and not landlock.abi():
        pytest.skip("this kernel has no Landlock")
    root = tmp_path / "project"
    (root / ".watchlist").mkdir(parents=True)
    project = Project(root, simulated=True)
    shutil.copyfile(demo_project.store_file, project.store_file)
    tools = tmp_path / "tools"
    tools.mkdir()
    program = tools / "harlequin"
    program.write_text(FAKE_SHELL.format(python=sys.executable, root=str(root)))
    program.chmod(0o755)
    code = (
        "import sys\n"
        "from watchlist.sql import landlock\n"
        f"if not {kernel}: landlock.abi = lambda: 0\n"
        "from watchlist.cli import main\n"
        f"sys.executable = '/nowhere/python'\n"
        f"sys.argv = ['watchlist', 'shell', '--simulated', '--project', {str(root)!r}]\n"
        "main()\n"
    )
    (tmp_path / "harlequin").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PATH": str(tools),
             "XDG_CACHE_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path),
             "XDG_DATA_HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "the shell writes no files of yours" in done.stderr
    assert project.store_file.read_bytes() == demo_project.store_file.read_bytes()
    assert not project.store_file.with_name(project.store_file.name + ".wal").exists()
    if kernel:
        assert done.stdout.split() == ["refused"] * 4
    assert (tmp_path / "harlequin" / "history").exists()
    # what it left goes with the next query
    left = list((root / ".watchlist").iterdir())
    assert len(left) == 1
    with Sandbox(project, Limits()) as box:
        assert box.rows("SELECT 1 AS one") == [{"one": 1}]
    assert list((root / ".watchlist").iterdir()) == []


def test_a_tool_that_is_missing_is_told_with_its_extra(
    demo_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ConfigError, match=r"mining-watchlist\[shell\]"):
        companions.shell_command(demo_project)
    with pytest.raises(ConfigError, match=r"mining-watchlist\[notebook\]"):
        companions.notebook_command(demo_project)


def test_without_a_store_there_is_nothing_to_open(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="watchlist daily"):
        companions.shell_command(Project(tmp_path))


def test_the_notebook_is_copied_once_and_then_yours(demo_project: Project, tmp_path: Path) -> None:
    pytest.importorskip("marimo")
    project = Project(tmp_path, simulated=True)
    project.store_file.symlink_to(demo_project.store_file)
    command = companions.notebook_command(project)
    assert command[1:] == ["edit", str(tmp_path / "notebook.py")]
    (tmp_path / "notebook.py").write_text("mine")
    companions.notebook_command(project)
    assert (tmp_path / "notebook.py").read_text() == "mine"


def test_the_notebook_runs_headless_and_shows_its_chart(
    demo_project: Project, tmp_path: Path
) -> None:
    pytest.importorskip("marimo")
    page, notebook = tmp_path / "notebook.html", tmp_path / "notebook.py"
    shutil.copyfile(packaged("queries") / "notebook.py", notebook)
    done = subprocess.run(
        [str(Path(sys.executable).with_name("marimo")), "-y", "export", "html",
         str(notebook), "-o", str(page)],
        capture_output=True, text=True, check=False, cwd=tmp_path,
        env={**os.environ, companions.STORE_VARIABLE: str(demo_project.store_file)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    text = page.read_text(encoding="utf-8")
    assert "SIMULATED" in text
    assert "Cumulative abnormal return around mp-dod-2025" in text
    assert "Traceback" not in text


def test_the_other_duckdb_reads_every_view_and_function(
    demo_project: Project, tmp_path: Path
) -> None:
    """The file keeps the storage format of 1.5, so that DuckDB 2 and 1.5 read each other's."""
    here, newest = version("duckdb"), newest_duckdb()
    path = str(newest) if here.startswith("1.") else ""
    copy = tmp_path / "store.duckdb"
    shutil.copyfile(demo_project.store_file, copy)
    done = subprocess.run(
        [sys.executable, "-c", CLIENT, str(copy)],
        env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    there, counts, car, calls, uncommented = json.loads(done.stdout.splitlines()[-1])
    assert {here[0], there[0]} == {"1", "2"}
    assert counts["bars"] > 10_000
    assert car
    assert all(calls)
    assert uncommented == 0
