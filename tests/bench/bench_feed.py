"""CPU per pushed message, from the socket to the hub, beside other people's clients. Run it with python.

A process blasts messages that were encoded before; each reader is a process of its own, all take turns, and the least
of some rounds counts. Printed: µs of CPU per message; the same on a scale on which the bare library, read frame by
frame and decoded with msgspec, takes 8.0 for a plain match; and our share of it. Ours, ccxt pro and cryptofeed keep the
book, the others do not. cryptofeed is not among the tests' requirements: CRYPTOFEED_PYTHON names a Python that has it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from tests.tls_certificate import Certificate  # noqa: E402 the path above comes first

COUNT = 50_000
ROUNDS = 3
SCALE = 8.0  # µs of the bare library for a plain match
OURS, BARE = "ours", "bare websocket-client"
STRANGERS = ROOT / ".venv-strangers" / "bin" / "python"
CRYPTOFEED = os.environ.get("CRYPTOFEED_PYTHON", "")

# reader -> the command that it is
NEAR = {OURS: "ours", BARE: "bare", "WebSocketApp with its check": "app"}
COMMANDS = {name: [sys.executable, str(HERE / "feed_read.py"), word] for name, word in NEAR.items()}
COMMANDS |= {
    name: [str(STRANGERS), "-I", str(HERE / "feed_read_strangers.py"), name]
    for name in ("ccxt pro", "official SDK", "python-kucoin")
}
if CRYPTOFEED:
    COMMANDS["cryptofeed"] = [CRYPTOFEED, "-I", str(HERE / "feed_read_strangers.py"), "cryptofeed"]

# reader -> our share of its CPU for a match, at most: each comes to about 3 µs on the scale
GOALS = {"ccxt pro": 1 / 7, "official SDK": 1 / 25, "cryptofeed": 0.4, BARE: 0.4}
TLS_GOALS = {BARE: 0.6}
OWN_GOALS = {"match": 3.0, "level2": 5.0}  # µs on the scale


@contextmanager
def blast(kind: str, *files: str) -> Iterator[list[str]]:
    """A server; its two ports."""
    command = [sys.executable, str(HERE / "feed_blast.py"), kind, str(COUNT), *files]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        yield server.stdout.readline().split()
        server.terminate()


def read(command: list[str], *arguments: str) -> float:
    """Run a reader to its end, outside the repository; return its µs a message."""
    with tempfile.TemporaryDirectory() as elsewhere:
        ended = subprocess.run(
            [*command, *arguments], cwd=elsewhere, capture_output=True, text=True, timeout=300, check=False
        )
    if not ended.stdout:
        raise SystemExit(f"{' '.join(command)} read nothing: {ended.stderr[-2000:]}")
    return float(ended.stdout) / COUNT * 1e6


def compare(kind: str, readers: list[str], certificate: Certificate | None = None) -> dict[str, float]:
    """Let ``readers`` take turns; return the least µs of each."""
    files = [str(certificate.certificate), str(certificate.key)] if certificate else []
    best = dict.fromkeys(readers, float("inf"))
    with blast(kind, *files) as ports:
        for _ in range(ROUNDS):
            for name in readers:
                best[name] = min(best[name], read(COMMANDS[name], kind, str(COUNT), *ports, *files[:1]))
    return best


def show(title: str, best: dict[str, float], goals: dict[str, float], scale: float) -> None:
    """Print one comparison, with the goals."""
    for name, spent in best.items():
        line = f"{title:11} {name:28} {spent:7.2f} µs, {spent * scale:6.2f} on the scale"
        if name == OURS:
            line += f", at most {OWN_GOALS[title]} wanted" if title in OWN_GOALS else ""
        else:
            line += f"; ours is {best[OURS] / spent:.3f} of it"
            line += f", at most {goals[name]:.3f} wanted" if name in goals else ""
        print(line, flush=True)


def main() -> None:
    """Print all comparisons."""
    if not CRYPTOFEED:
        print("cryptofeed is left out: CRYPTOFEED_PYTHON names no Python that has it")
    best = compare("match", list(COMMANDS))
    scale = SCALE / best[BARE]
    show("match", best, GOALS, scale)
    show("level2", compare("level2", list(COMMANDS)), {}, scale)
    with tempfile.TemporaryDirectory() as folder:
        certificate = Certificate.made(Path(folder), "ws-api-spot.kucoin.com")
        for kind in OWN_GOALS:
            show(f"{kind} TLS", compare(kind, [OURS, BARE], certificate), TLS_GOALS, scale)


if __name__ == "__main__":
    main()
