"""A wrong setting stops the start: one sentence, a non-zero exit, no traceback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def launched(folder: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the launcher as `make run` does, on a free port, with nothing set but ``environ``."""
    plain = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("KUCOIN_", "PRACTICE_", "DASH", "DATABASE_"))
    }
    return subprocess.run(
        [sys.executable, "-m", "streamlit", "run", str(ROOT / "dashboard.py")],
        cwd=folder,
        env={**plain, "STREAMLIT_SERVER_PORT": "0", "DASHBOARD_DATA": str(folder / "data"), **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def refused(result: subprocess.CompletedProcess[str]) -> str:
    """The one sentence that the start ended with."""
    assert result.returncode == 1, result.stderr
    assert result.stdout == ""
    (sentence,) = result.stderr.splitlines()
    assert "canary" not in sentence
    return sentence


# One of each kind; what else can be wrong is asked of the settings alone.
WRONG: list[tuple[str, Mapping[str, str]]] = [
    ("KUCOIN_MODE", {"KUCOIN_MODE": "paper"}),
    ("DATABASE_URL", {"DATABASE_URL": "postgresql://desk:p-canary-3@127.0.0.1:1/desk"}),  # nobody listens there
    ("server.address", {"STREAMLIT_SERVER_ADDRESS": "0.0.0.0"}),  # noqa: S104  (what must be refused)
]


@pytest.fixture(scope="module")
def starts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Future[subprocess.CompletedProcess[str]]]]:
    """Every wrong start, a few at a time: most of each is the import of Streamlit."""
    folder = tmp_path_factory.mktemp("starts")
    with ThreadPoolExecutor(max_workers=3) as pool:
        yield [pool.submit(launched, folder, **environ) for _, environ in WRONG]


@pytest.mark.parametrize(("number", "named"), [(number, named) for number, (named, _) in enumerate(WRONG)])
def test_a_wrong_setting_stops_the_start(
    starts: list[Future[subprocess.CompletedProcess[str]]], number: int, named: str
) -> None:
    """Each of them alone."""
    assert refused(starts[number].result()).startswith(f"{named} ")


def test_a_taken_port_stops_the_start(tmp_path: Path) -> None:
    """Something else listens where the practice exchange should: both settings and the port are named."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        sentence = refused(launched(tmp_path, PRACTICE_SPOT_PORT=port, PRACTICE_FUTURES_PORT="0"))
    assert sentence.startswith(f"PRACTICE_SPOT_PORT {port} ")
    assert f"port {port} is taken" in sentence
