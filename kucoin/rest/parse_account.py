"""From answers to what is owned and owed, each field translated once.

Rows add up to money here, so a single one that lacks its currency or amount makes the whole answer unreadable: a sum
without it would be wrong. Any other unreadable field is None.
"""

from __future__ import annotations

from collections.abc import Iterable

from kucoin.errors import OutcomeUnknown
from kucoin.model.account import (
    AccountMode,
    ApiKey,
    BaseFee,
    CrossMargin,
    FuturesAccount,
    IsolatedPair,
    MarginAsset,
    SpotAccount,
    SubAccount,
    SubBalance,
    UserInfo,
)
from kucoin.model.position import Position, signed_lots
from kucoin.rest.answer import Answer
from kucoin.rest.row import Row, row_of, rows_of


def account_mode(answer: Answer) -> AccountMode:
    """Read whether the account is unified; any other word means the classic accounts."""
    unified = row_of(answer).text("selfAccountMode") == "UNIFIED"
    return AccountMode.UNIFIED if unified else AccountMode.CLASSIC


def spot_accounts(answer: Answer) -> tuple[SpotAccount, ...]:
    """Read the balances of the funding and spot accounts."""
    return tuple(
        SpotAccount(
            account_id=row.text("id"),
            kind=row.text("type"),
            currency=row.text("currency"),
            balance=row.number("balance"),
            available=row.number("available"),
            holds=row.number("holds"),
        )
        for row in rows_of(answer)
    )


def user_info(answer: Answer) -> UserInfo:
    """Read the fee level and the number of sub-accounts."""
    row = row_of(answer)
    return UserInfo(vip_level=row.integer("level"), sub_accounts=row.integer_or_none("subQuantity"))


def base_fee(answer: Answer) -> BaseFee:
    """Read what spot and margin trades cost before a pair's own factor."""
    row = row_of(answer)
    return BaseFee(taker=row.number("takerFeeRate"), maker=row.number("makerFeeRate"))


def api_key(answer: Answer) -> ApiKey:
    """Read what the key may do. Without a readable list of permissions there is no answer: none is no safe guess."""
    row = row_of(answer)
    return ApiKey(
        key=row.text_or_none("apiKey") or "",
        version=row.integer_or_none("apiVersion"),
        permissions=frozenset(_listed(row.text("permission"))),
        ip_whitelist=tuple(_listed(row.text_or_none("ipWhitelist") or "")),
        uid=str(row.integer_or_none("uid") or ""),
        is_master=row.flag("isMaster"),
        sub_name=row.text_or_none("subName"),
        remark=row.text_or_none("remark") or "",
        created_at=row.moment_or_none("createdAt"),
        expires_at=row.moment_or_none("expiredAt"),
    )


def _listed(text: str) -> Iterable[str]:
    return filter(None, (word.strip() for word in text.split(",")))


def sub_accounts(answer: Answer) -> tuple[tuple[SubAccount, ...], int]:
    """Read one page of sub-accounts, and how many pages there are.

    ``tradeHFAccounts``, always empty since spot accounts were merged, is not read.
    """
    page = row_of(answer)
    kinds = {"main": "mainAccounts", "trade": "tradeAccounts", "margin": "marginAccounts"}
    found = tuple(
        SubAccount(
            user_id=row.text("subUserId"),
            name=row.text("subName"),
            balances=tuple(
                SubBalance(
                    kind=kind,
                    currency=balance.text("currency"),
                    balance=balance.number("balance"),
                    available=balance.number("available"),
                    holds=balance.number("holds"),
                )
                for kind, name in kinds.items()
                for balance in row.rows(name)
            ),
        )
        for row in page.rows("items")
    )
    return found, page.integer("totalPage")


def cross_margin(answer: Answer) -> CrossMargin:
    """Read the cross margin account."""
    row = row_of(answer)
    return CrossMargin(
        status=row.text_or_none("status") or "",
        debt_ratio=row.number_or_none("debtRatio"),
        assets=tuple(map(_margin_asset, row.rows("accounts"))),
    )


def isolated_pairs(answer: Answer) -> tuple[IsolatedPair, ...]:
    """Read the pairs of the isolated margin account."""
    return tuple(
        IsolatedPair(
            symbol=row.text("symbol"),
            status=row.text_or_none("status") or "",
            debt_ratio=row.number_or_none("debtRatio"),
            base=_margin_asset(row.row("baseAsset")),
            quote=_margin_asset(row.row("quoteAsset")),
        )
        for row in row_of(answer).rows("assets")
    )


def _margin_asset(row: Row) -> MarginAsset:
    return MarginAsset(
        currency=row.text("currency"),
        total=row.number("total"),
        available=row.number("available"),
        hold=row.number("hold"),
        liability=row.number("liability"),
        liability_interest=row.number_or_none("liabilityInterest"),
    )


def futures_account(answer: Answer, currency: str) -> FuturesAccount:
    """Read the futures account of ``currency``; an answer for another one is refused."""
    row = row_of(answer)
    account = _futures_account(row)
    if account.currency != currency:
        raise OutcomeUnknown(f"{answer.request}: unreadable answer, asked for {currency} and got {account.currency}")
    return account


def futures_accounts(answer: Answer, currency: str) -> tuple[tuple[str, FuturesAccount], ...]:
    """Read the futures accounts of master and sub-accounts in ``currency``, each with its account's name."""
    named = tuple((row.text("accountName"), _futures_account(row)) for row in row_of(answer).rows("accounts"))
    for name, account in named:
        if account.currency != currency:
            raise OutcomeUnknown(
                f"{answer.request}: unreadable answer, {name} holds {account.currency}, not {currency}"
            )
        if account.account_equity is None:  # a sum without it would be wrong
            raise OutcomeUnknown(f"{answer.request}: unreadable answer, {name} has no readable accountEquity")
    return named


def _futures_account(row: Row) -> FuturesAccount:
    return FuturesAccount(
        currency=row.text("currency"),
        account_equity=row.number_or_none("accountEquity"),
        unrealised_pnl=row.number_or_none("unrealisedPNL"),
        margin_balance=row.number_or_none("marginBalance"),
        position_margin=row.number_or_none("positionMargin"),
        order_margin=row.number_or_none("orderMargin"),
        frozen_funds=row.number_or_none("frozenFunds"),
        available_balance=row.number_or_none("availableBalance"),
        risk_ratio=row.number_or_none("riskRatio"),
        max_withdraw_amount=row.number_or_none("maxWithdrawAmount"),
    )


def positions(answer: Answer) -> tuple[Position, ...]:
    """Read the open positions; flat rows are left out."""
    return tuple(position for position in map(_position, rows_of(answer)) if position.current_qty)


def _position(row: Row) -> Position:
    side = row.text_or_none("positionSide") or "BOTH"  # absent before hedge mode existed
    return Position(
        symbol=row.text("symbol"),
        position_side=side,
        margin_mode=row.text_or_none("marginMode"),
        settle_currency=row.text_or_none("settleCurrency"),
        is_inverse=row.flag_or_none("isInverse"),
        current_qty=signed_lots(row.integer("currentQty"), side),
        leverage=row.number_or_none("leverage"),
        avg_entry_price=row.number_or_none("avgEntryPrice"),
        mark_price=row.number_or_none("markPrice"),
        liquidation_price=row.number_or_none("liquidationPrice"),
        mark_value=row.number_or_none("markValue"),
        pos_cost=row.number_or_none("posCost"),
        pos_init=row.number_or_none("posInit"),
        pos_margin=row.number_or_none("posMargin"),
        maint_margin=row.number_or_none("maintMargin"),
        unrealised_pnl=row.number_or_none("unrealisedPnl"),
        unrealised_pnl_ratio=row.number_or_none("unrealisedPnlPcnt"),
        unrealised_roe_ratio=row.number_or_none("unrealisedRoePcnt"),
        realised_pnl=row.number_or_none("realisedPnl"),
        adl_rank=row.number_or_none("delevPercentage"),
        opened_at=row.moment_or_none("openingTimestamp"),
        at=row.moment_or_none("currentTimestamp"),
        pos_maint=row.number_or_none("posMaint"),
        maintain_rate=row.number_or_none("maintMarginReq"),
        funding_fee=row.number_or_none("fundingFee"),
    )
