"""How late a thousand trades a second come by TLS while another thread computes without end. Run it with python.

Beside the bare library, and beside Python's own switch interval of 5 ms; dashboard.py sets a tenth of it.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from tests.tls_certificate import Certificate  # noqa: E402 the path above comes first

RATE = "1000"
GOAL = 2.0  # ms


def main() -> None:
    """Print one line for each reader and interval."""
    with tempfile.TemporaryDirectory() as folder:
        certificate = Certificate.made(Path(folder), "ws-api-spot.kucoin.com")
        files = [str(certificate.certificate), str(certificate.key)]
        command = [sys.executable, str(HERE.parent / "feed_load.py"), RATE, RATE, *files]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            port = server.stdout.readline().strip()
            for interval in ("0.0005", "0.005"):
                for name in ("ours", "bare"):
                    reader = [sys.executable, str(HERE / "feed_busy.py"), name, interval, port, files[0]]
                    said = subprocess.run(reader, capture_output=True, text=True, timeout=120, check=True).stdout
                    heard, missing, median, late = said.split()
                    print(
                        f"{name:5} switch interval {float(interval) * 1000:.1f} ms: {heard} trades, {missing} missing,"
                        f" delay {float(median):.2f} ms (median), {float(late):.2f} ms (99 %)",
                        flush=True,
                    )
            server.terminate()
    print(f"wanted of ours at 0.5 ms: a median of at most {GOAL} ms, none missing")


if __name__ == "__main__":
    main()
