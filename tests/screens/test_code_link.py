"""A code in a refusal leads to its entry, and nothing else in it leads anywhere."""

from __future__ import annotations

import pytest
import streamlit as st

from pages.widgets import code_link


def test_a_code_in_a_refusal_is_a_link_and_the_rest_is_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever else the exchange wrote; in privacy the address says so."""
    monkeypatch.setattr(st, "session_state", {"privacy-on": False})
    told = code_link.plain("GET /api/v1/x refused: [no](http://y) (KuCoin code 300003)")
    assert told.endswith(r"\([KuCoin code 300003](reference?code=300003)\)")
    assert told.count("](") == 1
    assert code_link.plain("refused: (KuCoin code x](http://y)") == code_link.figures.plain(
        "refused: (KuCoin code x](http://y)"
    )
    monkeypatch.setattr(st, "session_state", {"privacy-on": True})
    assert code_link.address("HTTP 403") == "reference?code=HTTP+403&privacy=on"
