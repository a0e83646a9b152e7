"""The practice exchange as a process: it keeps what it had, shares its port with nobody, and leaves when told."""

from __future__ import annotations

import http.server
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from tests.conftest import Practice, start_practice

ROOT = Path(__file__).parents[2]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run an exchange that is expected to end by itself."""
    command = [sys.executable, "-m", "kucoin.practice", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20, check=False)


def port(base: str) -> str:
    """The port of a base URL."""
    return base.rsplit(":", 1)[1]


def test_a_power_cut_loses_nothing(new_practice: Callable[..., Practice], tmp_path: Path) -> None:
    """After kill -9 the same accounts, the same world, the same past prices."""
    before = new_practice("--seed", "11", data=tmp_path / "kept")
    before.clock(offset=7200)
    state = before.state()
    past = before.public("/api/v1/market/candles?symbol=ETH-USDT&type=1hour").data[1:]
    before.kill()
    after = new_practice(data=tmp_path / "kept")
    again = after.state()
    assert again["seed"] == 11
    assert again["born_ms"] == state["born_ms"]
    for user, held in state["users"].items():
        assert again["users"][user]["balances"] == held["balances"]
        assert again["users"][user]["loans"] == held["loans"]
    assert again["market_ms"] - state["market_ms"] < 60_000
    later = after.public("/api/v1/market/candles?symbol=ETH-USDT&type=1hour").data
    known = {row[0]: row for row in later}
    assert all(known[row[0]] == row for row in past[:1000])


def test_a_reset_begins_anew(new_practice: Callable[..., Practice], tmp_path: Path) -> None:
    """By option at the start, or by the control route while it runs."""
    first = new_practice("--seed", "11", data=tmp_path / "kept")
    first.reset(seed=12)
    assert first.state()["seed"] == 12
    assert first.get("/api/v1/accounts").data
    first.stop()
    second = new_practice("--seed", "13", "--reset", data=tmp_path / "kept")
    assert second.state()["seed"] == 13


def test_a_second_one_adopts_the_first(new_practice: Callable[..., Practice]) -> None:
    """Same ports, same data: the ready line again, and a good exit."""
    first = new_practice()
    ports = ["--spot-port", port(first.spot), "--futures-port", port(first.futures)]
    second = run(*ports, "--data", str(first.data_dir))
    assert second.returncode == 0
    assert second.stdout == f"practice exchange ready spot={first.spot} futures={first.futures} adopted\n"
    other = run(*ports, "--data", str(first.data_dir / "other"))
    assert (other.returncode, other.stdout) == (2, "")
    assert port(first.spot) in other.stderr


def test_a_port_of_somebody_else_is_refused_by_name(tmp_path: Path) -> None:
    """One sentence with the port, exit code 2, whichever of the two ports it is."""
    server = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    taken = str(server.server_port)
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    serving.start()
    try:
        for ports in (("--spot-port", taken, "--futures-port", "0"), ("--spot-port", "0", "--futures-port", taken)):
            refused = run(*ports, "--data", str(tmp_path))
            assert (refused.returncode, refused.stdout) == (2, "")
            assert taken in refused.stderr
            assert len(refused.stderr.splitlines()) == 1
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


def test_a_directory_in_use_is_refused(new_practice: Callable[..., Practice]) -> None:
    """Two exchanges never write one file."""
    first = new_practice()
    second = run("--spot-port", "0", "--futures-port", "0", "--data", str(first.data_dir))
    assert (second.returncode, second.stdout) == (2, "")
    assert "in use" in second.stderr
    assert len(second.stderr.splitlines()) == 1


def test_it_leaves_when_told(tmp_path: Path) -> None:
    """SIGTERM ends it well, and says nothing about it."""
    exchange = start_practice(tmp_path)
    exchange.get("/api/v1/accounts")
    assert exchange.stop() == 0


def test_it_leaves_with_its_parent(tmp_path: Path) -> None:
    """When standard input ends, which it does however the parent died."""
    command = [sys.executable, "-m", "kucoin.practice", "--spot-port", "0", "--futures-port", "0", "--until-stdin-ends"]
    with subprocess.Popen(
        [*command, "--data", str(tmp_path)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        assert child.stdin is not None
        assert child.stdout.readline().startswith("practice exchange ready")
        child.stdin.close()
        assert child.wait(timeout=10) == 0
