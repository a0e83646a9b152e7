"""What stands behind the positions of one settlement currency, and what they must keep. Pure.

A maintenance rate belongs to a tier. Of an isolated position the exchange tells it; of a cross one it tells only what
all of them together must keep, as the risk ratio. So that of the lowest tier is taken there, and stretched until it
meets the exchange's own ratio: see `stretch`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from kucoin.decimals import ONE, ZERO
from kucoin.desk import positions
from kucoin.model.account import FuturesAccount
from kucoin.model.market import Contract
from kucoin.model.order import MarginMode
from kucoin.model.position import Position


@dataclass(frozen=True)
class Held:
    """A position at the newest mark price that is known.

    Attributes:
        contract: None while it is not known.
        pushed: A mark price newer than the position's own; None where nothing is.
    """

    position: Position
    contract: Contract | None
    pushed: Decimal | None

    @property
    def is_long(self) -> bool:
        """Which way it points."""
        return self.position.current_qty > 0

    @property
    def is_cross(self) -> bool:
        """Whether the whole account stands behind it."""
        return self.position.margin_mode == MarginMode.CROSS

    @property
    def is_inverse(self) -> bool:
        """Whether a lot is one unit of the quote currency."""
        return self.contract.is_inverse if self.contract else bool(self.position.is_inverse)

    @property
    def settle_currency(self) -> str:
        """What it settles in; empty where nothing tells."""
        return positions.settles_in(self.position, self.contract)

    @cached_property
    def mark(self) -> Decimal | None:
        """The newest mark price."""
        listed = self.contract.mark_price if self.contract else None
        return next((each for each in (self.pushed, self.position.mark_price, listed) if each and each > ZERO), None)

    @cached_property
    def value(self) -> Decimal | None:
        """What it is worth at the mark price; signed, see `positions`."""
        if self.contract is None or self.mark is None:
            return None
        return positions.value(self.position.current_qty, self.mark, self.contract)

    @cached_property
    def unrealised(self) -> Decimal | None:
        """What it would gain at the mark price."""
        return positions.unrealised(self.position, self.contract, self.pushed)

    @cached_property
    def share(self) -> Decimal | None:
        """What a cross position must keep of its value: the lowest tier's rate, and the taker's fee for closing."""
        if self.contract is None or self.contract.maintain_margin is None or self.contract.taker_fee_rate is None:
            return None
        return self.contract.maintain_margin + self.contract.taker_fee_rate

    @cached_property
    def keep(self) -> Decimal | None:
        """What it must keep. Isolated: as the exchange says, else as it reckons. Cross: its share, not stretched."""
        if self.is_cross:
            return None if self.value is None or self.share is None else abs(self.value) * self.share
        return self._isolated_keep() if self.position.pos_maint is None else self.position.pos_maint

    def _isolated_keep(self) -> Decimal | None:
        position, contract = self.position, self.contract
        if contract is None or position.pos_cost is None or not position.leverage or position.leverage < ZERO:
            return None
        maintain = contract.maintain_margin if position.maintain_rate is None else position.maintain_rate
        if maintain is None or contract.taker_fee_rate is None or contract.funding_rate is None:
            return None
        return positions.isolated_maintenance(
            position.pos_cost,
            position.leverage,
            is_long=self.is_long,
            maintain_rate=maintain,
            taker_rate=contract.taker_fee_rate,
            rate=contract.funding_rate,
        )


@dataclass(frozen=True)
class Group:
    """The positions that settle in one currency, and the account behind them. All linear, or all inverse.

    Attributes:
        account: None where it was never read.
        held: Every position that settles in it.
        isolated_orders: Margin that orders of isolated contracts tie up; None where it is not known.
        stretched: How much more cross positions must keep than the lowest tier says.
    """

    currency: str
    account: FuturesAccount | None
    held: tuple[Held, ...]
    isolated_orders: Decimal | None
    stretched: Decimal = ONE

    @cached_property
    def isolated(self) -> tuple[Held, ...]:
        """Those that stand on their own margin."""
        return tuple(each for each in self.held if not each.is_cross)

    @cached_property
    def cross(self) -> tuple[Held, ...]:
        """Those that stand on the account."""
        return tuple(each for each in self.held if each.is_cross)

    @cached_property
    def unrealised(self) -> Decimal | None:
        """What all of them would gain; as the account says where there is none, or one of which it is not known."""
        gains = total(each.unrealised for each in self.held) if self.held else None
        return gains if gains is not None or self.account is None else self.account.unrealised_pnl

    @cached_property
    def equity(self) -> Decimal | None:
        """The account with all gains. KuCoin's own definition: margin balance and unrealised profit."""
        if self.account is None:
            return None
        if self.account.margin_balance is None or not self.held or self.unrealised is None:
            return self.account.account_equity
        return self.account.margin_balance + self.unrealised

    @cached_property
    def backing(self) -> Decimal | None:
        """Everything behind the cross positions: what isolated positions and orders do not tie up, and their gains."""
        if self.account is None or self.account.margin_balance is None:
            return None
        tied = total([self.isolated_orders, *(each.position.pos_margin for each in self.isolated)])
        gains = total(each.unrealised for each in self.cross)
        return None if tied is None or gains is None else self.account.margin_balance - tied + gains

    @cached_property
    def cross_keep(self) -> Decimal | None:
        """What the cross positions must keep together."""
        keep = total(each.keep for each in self.cross)
        return None if keep is None else keep * self.stretched

    @cached_property
    def risk_ratio(self) -> Decimal | None:
        """What the cross positions must keep, over what stands behind them, at the newest marks; 1 is the end.

        As the exchange said last where there is no cross position, or too little is known to carry that on.
        """
        said = self.account.risk_ratio if self.account else None
        if said is None or not self.cross or self.cross_keep is None or self.backing is None:
            return said
        return min(self.cross_keep / self.backing, ONE) if self.backing > ZERO else ONE

    @cached_property
    def margin_ratio(self) -> Decimal | None:
        """What all positions must keep over the equity."""
        keep = total([self.cross_keep, *(each.keep for each in self.isolated)])
        return keep / self.equity if keep is not None and self.equity is not None and self.equity > ZERO else None

    def liquidation(self, held: Held) -> Decimal | None:
        """Return the price at which ``held`` is liquidated: the exchange's own, our estimate where it tells none.

        0 is a price for a long: nothing liquidates it.
        """
        told = held.position.liquidation_price
        return told if told is not None and (told > ZERO or held.is_long) else self.estimate(held)

    def estimate(self, held: Held) -> Decimal | None:
        """Estimate the price at which ``held`` is liquidated; None where there is none, or too little is known."""
        position, contract = held.position, held.contract
        if contract is None or held.keep is None:
            return None
        if not held.is_cross:
            if position.pos_cost is None or position.pos_margin is None:
                return None
            return positions.isolated_liquidation(
                position.current_qty, position.pos_cost, position.pos_margin, held.keep, contract
            )
        if held.value is None or held.share is None or self.backing is None or self.cross_keep is None:
            return None
        return positions.cross_liquidation(
            position.current_qty,
            held.value,
            self.backing,
            others=self.cross_keep - held.keep * self.stretched,
            share=held.share * self.stretched,
            contract=contract,
        )


def stretch(group: Group) -> Decimal:
    """Return how much more the cross positions must keep than the lowest tier says, by the exchange's risk ratio.

    To be asked soon after the account was read: at that moment the ratio belongs to these positions and marks. 1 where
    the exchange tells none, or too little is known.
    """
    said = group.account.risk_ratio if group.account else None
    keep = total(each.keep for each in group.cross)
    if not said or said < ZERO or not keep or group.backing is None or group.backing <= ZERO:
        return ONE
    return said * group.backing / keep


def total(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """Return the sum of ``amounts``, None where one of them is not known; of none at all it is 0."""
    added = ZERO
    for amount in amounts:
        if amount is None:
            return None
        added += amount
    return added
