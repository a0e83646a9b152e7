"""Find a Chromium for the browser tests, or get one; prints its path.

In this order: the one that BROWSER_PATH names, one on the PATH, Playwright's own (fetched where the network allows),
Debian's package where we are root.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

# The headless shell is the same browser without a window's surroundings: a page costs it two thirds of the time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def on_path() -> str | None:
    """Return the first Chromium that the PATH offers."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def playwrights_own() -> str | None:
    """Return Playwright's own Chromium, fetching it first if need be; None where it cannot be had."""
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    if not Path(path).exists():
        fetch = [sys.executable, "-m", "playwright", "install", "chromium"]
        subprocess.run(fetch, check=False, stdout=sys.stderr, timeout=300)
    return path if Path(path).exists() else None


def debians() -> str | None:
    """Install Debian's package and return its path; None where we may not."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", NAMES[0]]):
        subprocess.run(command, check=True, stdout=sys.stderr, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
    return on_path()


def main() -> None:
    """Print the path of a browser, or say what to do."""
    named = os.environ.get("BROWSER_PATH")
    if named and not Path(named).exists():
        sys.exit(f"BROWSER_PATH names {named}, which does not exist")
    path = named or on_path() or playwrights_own() or debians()
    if path is None:
        sys.exit("no Chromium found and none could be installed: install one, or name it in BROWSER_PATH")
    print(path)


if __name__ == "__main__":
    main()
