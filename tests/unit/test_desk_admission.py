"""What an API key may do, said in sentences."""

from __future__ import annotations

import pytest

from kucoin.desk import admission
from kucoin.errors import ApiError, AuthenticationFailed, PermissionDenied
from kucoin.model.account import AccountMode, ApiKey


def key(*permissions: str, addresses: tuple[str, ...] = ("203.0.113.7",)) -> ApiKey:
    """A master's key."""
    return ApiKey("k", 3, frozenset(permissions), addresses, "1", True, None, "", None)


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("400003", "KUCOIN_API_KEY"),
        ("400004", "KUCOIN_API_PASSPHRASE"),
        ("400005", "KUCOIN_API_SECRET"),
        ("400007", "General"),
        ("400002", "clock"),
        ("400009", "KUCOIN_API_KEY_VERSION"),
    ],
)
def test_a_refusal_names_what_is_wrong(code: str, names: str) -> None:
    """Which of the three strings, as far as the exchange tells, and its code."""
    said = admission.refusal(AuthenticationFailed(code=code, message="-", request="GET /api/v1/user/api-key"))
    assert names in said
    assert said.endswith(f"(KuCoin code {code}).")


def test_a_refused_address_is_told_in_the_exchanges_words() -> None:
    """They name the address to add."""
    words = "The requested ip address is not in the api whitelist, current ip: 198.51.100.4"
    assert "198.51.100.4" in admission.refusal(PermissionDenied(code="400006", message=words, request="GET /"))


def test_an_unlisted_refusal_is_told_as_it_came() -> None:
    """A code without a sentence of ours keeps KuCoin's."""
    error = ApiError(code="411100", message="User is frozen", request="GET /api/v1/user/api-key")
    assert admission.refusal(error) == "GET /api/v1/user/api-key refused: User is frozen (KuCoin code 411100)"


def test_a_key_that_can_withdraw_is_objected_to() -> None:
    """Transfer is KuCoin's word for withdrawal; no other permission is reason enough."""
    assert "withdrawal" in admission.objection(key("General", "Transfer"))
    assert not admission.objection(key("General", "Spot", "Margin", "Futures", "InnerTransfer", "Earn"))


def warned(found: ApiKey | None, doubt: str = "") -> tuple[str, ...]:
    """What is said of a key that was accepted."""
    return admission.warnings(admission.Admission("", found, AccountMode.CLASSIC, doubt))


def test_a_key_is_warned_about() -> None:
    """No IP list, and transfers between accounts; a kind of account that was guessed."""
    assert warned(key("General")) == warned(None) == ()
    (transfer,) = warned(key("General", "InnerTransfer"))
    (anywhere,) = warned(key("General", addresses=()))
    assert "InnerTransfer" in transfer
    assert (
        admission.warnings(admission.Admission("", key("General", "InnerTransfer"), AccountMode.CLASSIC), practice=True)
        == ()
    )
    assert "IP list" in anywhere
    assert warned(key("General"), "perhaps unified") == ("perhaps unified",)


@pytest.mark.parametrize(
    ("refusal", "mode", "granted"),
    [
        ("", AccountMode.CLASSIC, True),
        ("", AccountMode.UNIFIED, False),
        ("no", AccountMode.CLASSIC, False),
        ("", None, False),
    ],
)
def test_private_calls_wait_for_a_fit_key(refusal: str, mode: AccountMode | None, granted: bool) -> None:
    """Accepted by the exchange, not objected to, and a classic account behind it."""
    assert admission.Admission(refusal, None, mode).granted is granted
