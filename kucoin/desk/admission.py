"""What an API key may do, and what is wrong with it, in sentences for the page."""

from __future__ import annotations

from dataclasses import dataclass

from kucoin.errors import ApiError
from kucoin.model.account import AccountMode, ApiKey

_REFUSALS = {
    "400002": "The clocks are more than 5 s apart, so every signed request is refused. Set this machine's clock",
    "400003": "The exchange does not know this API key. Check KUCOIN_API_KEY, and that the key was not deleted",
    "400004": "The passphrase is not the one this API key was made with. Check KUCOIN_API_PASSPHRASE",
    "400005": "The signature does not fit this API key. Check KUCOIN_API_SECRET",
    "400007": "The API key lacks a permission that this dashboard needs. Tick General in its settings at KuCoin",
    "400008": "The exchange takes no key of this version. Make a new one at KuCoin",
    "400009": "The exchange does not take this key version. Check KUCOIN_API_KEY_VERSION",
}


@dataclass(frozen=True, slots=True)
class Admission:
    """What the exchange said when it was asked what the key may do.

    ``refusal`` is empty where the key may be used; ``key`` and ``mode`` are None where it did not come to that.
    ``doubt`` says why ``mode`` is a guess, where it is one.
    """

    refusal: str
    key: ApiKey | None = None
    mode: AccountMode | None = None
    doubt: str = ""

    @property
    def granted(self) -> bool:
        """Whether private calls may be made, and tell something."""
        return not self.refusal and self.mode is AccountMode.CLASSIC


def refusal(error: ApiError) -> str:
    """Return why the exchange refuses the key: which of its three strings is wrong, as far as it tells."""
    if error.code == "400006":  # the exchange's own words name the address that is to be added
        return f"The API key may not be used from this address. Add it to the key's IP list at KuCoin: {error.message}"
    sentence = _REFUSALS.get(error.code)
    return f"{sentence} (KuCoin code {error.code})." if sentence else str(error)


def objection(key: ApiKey) -> str:
    """Return why we refuse a key that the exchange accepts, or nothing."""
    if key.may_withdraw:
        return (
            "This API key has the withdrawal permission (Transfer), so money could leave the account with it. "
            "Untick it at KuCoin, or make a key without it: this dashboard never withdraws."
        )
    return ""


def doubt(error: ApiError) -> str:
    """Return what it means that the exchange did not say whether the account is unified."""
    return (
        f"Whether this is a unified account could not be asked: {error}. If it is one, its balances are missing here."
    )


def warnings(asked: Admission, *, practice: bool = False) -> tuple[str, ...]:
    """Return what should be known, or changed, about a key that may be used; one of the ``practice`` exchange is right
    to move money that is none."""
    found = [asked.doubt] if asked.doubt else []
    key = asked.key
    if key is None:
        return ()
    if not key.ip_whitelist:
        found.append("This API key has no IP list: whoever gets hold of it can use it from anywhere.")
    if "InnerTransfer" in key.permissions and not practice:
        found.append(
            "This API key may move money between your accounts (InnerTransfer). Only the ticket's transfer needs that."
        )
    return tuple(found)
