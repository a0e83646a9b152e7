"""Randomness without state: the n-th number of a named stream is a function of its name and n.

That makes 180 days of history a function of seed and time, and a restart continue the same prices. NumPy's own
generators are not used: their streams may change with a release.
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_PIECE = np.uint64(0xFFFF)


def stream(seed: int, *name: object) -> int:
    """Return the 64-bit key of the stream called ``name``."""
    text = "\x1f".join(str(part) for part in (seed, *name))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())


def bits(key: int, at: Ints) -> NDArray[np.uint64]:
    """Return 64 random bits for each index in ``at`` (SplitMix64, counter mode)."""
    x = at.astype(np.uint64)
    x += np.uint64(1)
    x *= _GOLDEN
    x += np.uint64(key)
    x ^= x >> np.uint64(30)
    x *= np.uint64(0xBF58476D1CE4E5B9)
    x ^= x >> np.uint64(27)
    x *= np.uint64(0x94D049BB133111EB)
    x ^= x >> np.uint64(31)
    return x


def uniform(key: int, at: Ints) -> Floats:
    """Return numbers in [0, 1), one for each index in ``at``."""
    return (bits(key, at) >> np.uint64(11)).astype(np.float64) * 2.0**-53


def normal(key: int, at: Ints) -> Floats:
    """Return bell-shaped numbers of mean 0 and variance 1, one for each index in ``at``.

    The sum of four uniforms, so never beyond 3.47: no single minute can tear the market apart.
    """
    x = bits(key, at)
    pieces = (x & _PIECE) + (x >> np.uint64(16) & _PIECE) + (x >> np.uint64(32) & _PIECE) + (x >> np.uint64(48))
    bell: Floats = (pieces * (1.0 / 65536.0) - 2.0) * np.sqrt(3.0)
    return bell


def smooth(key: int, at: Floats) -> Floats:
    """Return value noise: bell-shaped numbers at the whole places, gentle curves between them."""
    floor = np.floor(at)
    lattice = floor.astype(np.int64)
    share = at - floor
    share = share * share * (3.0 - 2.0 * share)
    before, after = normal(key, lattice), normal(key, lattice + 1)
    curve: Floats = before + (after - before) * share
    return curve
