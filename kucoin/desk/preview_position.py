"""What a futures order does to its position, its margin and its liquidation price. Pure.

Values are signed and in settlement currency, see `positions`. Of an isolated position worth V at entry, margin less
maintenance is V's initial margin, what was put to it or paid out of it, less the maintenance rate and the coming
funding on |V|: the fee for closing is in both, and so is not in the difference. What is opened adds to that, and what
is closed takes its share of it. Behind cross positions stands the account: a fill changes that by its fee, and by how
much better or worse than the mark it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from kucoin.decimals import ONE, ZERO
from kucoin.desk import positions
from kucoin.desk.margins import Group, Held, total
from kucoin.desk.preview import Holding
from kucoin.desk.preview_walk import Unknown
from kucoin.model.feed import Level
from kucoin.model.lots import price_of
from kucoin.model.market import Contract
from kucoin.model.order import Lots
from kucoin.model.position import RiskTier


def worth(fills: Iterable[Level], contract: Contract) -> Decimal:
    """Return what the lots of ``fills`` are worth together, in settlement currency and not signed."""
    if contract.is_inverse:
        lots = sum((size / price for price, size in fills), ZERO)
    else:
        lots = sum((size * price for price, size in fills), ZERO)
    return lots * abs(contract.multiplier)


def before(held: Held | None) -> Holding:
    """Return a position as it stands; None is none."""
    return Holding(held.position.current_qty, held.position.avg_entry_price) if held else Holding(0, None)


@dataclass(frozen=True, kw_only=True)
class Change:
    """The fills of an order, beside the position that they meet. Its figures raise `Unknown` where they are not known.

    Attributes:
        held: The position as it stands, None where there is none.
        group: Everything that settles in the same currency.
        sign: 1 for a buy, -1 for a sell.
        closing: The fills that close, which come first; ``opening`` those that open or add.
        cross: Whether what is left stands on the account.
        leverage: Of what is opened; None where nobody has chosen it.
        fee: For all of the fills.
        tiers: The contract's risk limits; without them its lowest rate is taken.
    """

    contract: Contract
    held: Held | None
    group: Group
    sign: int
    closing: Sequence[Level]
    opening: Sequence[Level]
    cross: bool
    leverage: Decimal | None
    fee: Decimal
    mark: Decimal | None
    tiers: Sequence[RiskTier] | None

    @property
    def before(self) -> Holding:
        """The position as it stands."""
        return before(self.held)

    @property
    def after(self) -> Holding:
        """The position that is left."""
        if not self.opening and self.held is not None:
            return Holding(self.lots, self.before.entry if self.lots else None)
        return Holding(self.lots, price_of(Lots(abs(self.lots)), self._cost, self.contract))

    @cached_property
    def lots(self) -> int:
        """How many there are after, negative when short."""
        return self.before.lots + self.sign * sum(int(size) for _, size in (*self.closing, *self.opening))

    @property
    def margin(self) -> Decimal:
        """The initial margin of what is opened."""
        return abs(self._opened) * self._initial if self.opening else ZERO

    @property
    def cost(self) -> Decimal:
        """What it takes of the money that new orders may use; below 0 it gives some back."""
        return self._cross_cost() if self.cross else self._isolated_cost()

    def liquidation(self) -> Decimal | None:
        """Return the mark price at which what is left is liquidated; None: at none, or nothing is left."""
        if not self.lots:
            return None
        return self._cross_liquidation() if self.cross else self._isolated_liquidation()

    def at_stop(self, stop: Decimal, rate: Decimal, fee: Decimal) -> Decimal:
        """Return what closing at ``stop`` leaves of what is opened: after ``fee`` for opening, and one at ``rate``."""
        lots = self.sign * sum(int(size) for _, size in self.opening)
        value = positions.value(lots, stop, self.contract)
        return value - self._opened - abs(value) * rate - fee

    # Parts ----------------------------------------------------------------------------------------------------

    @cached_property
    def _opened(self) -> Decimal:
        """What the opening fills were worth."""
        return self._worth(self.opening)

    @cached_property
    def _kept(self) -> Decimal:
        """The share of the position that is not closed."""
        if not self.before.lots:
            return ZERO
        closed = sum((size for _, size in self.closing), ZERO)
        return ONE - closed / abs(self.before.lots)

    @cached_property
    def _cost_before(self) -> Decimal:
        """What the position was worth at its entry."""
        if self.held is None:
            return ZERO
        position = self.held.position
        if position.pos_cost is not None:
            return position.pos_cost
        if not position.avg_entry_price:
            raise Unknown("What the open position cost is not known.")
        return positions.value(position.current_qty, position.avg_entry_price, self.contract)

    @property
    def _cost(self) -> Decimal:
        return self._cost_before * self._kept + self._opened

    @property
    def _initial(self) -> Decimal:
        if self.leverage is None or self.leverage <= ZERO:
            raise Unknown("No leverage is chosen yet.")
        return ONE / self.leverage

    @property
    def _taker(self) -> Decimal:
        if self.contract.taker_fee_rate is None:
            raise Unknown("The contract's taker fee is not known.")
        return self.contract.taker_fee_rate

    @property
    def _at_mark(self) -> Decimal:
        if self.mark is None or self.mark <= ZERO:
            raise Unknown("The mark price is not known.")
        return self.mark

    def _worth(self, fills: Iterable[Level]) -> Decimal:
        """What ``fills`` were worth, signed as `positions.value` is."""
        return worth(fills, self.contract) * (-self.sign if self.contract.is_inverse else self.sign)

    def _maintain(self, value: Decimal) -> Decimal:
        """The maintenance rate of a position of ``value``."""
        for tier in self.tiers or ():
            if abs(value) <= tier.max_risk_limit:
                return tier.maintain_margin
        if self.tiers:
            return self.tiers[-1].maintain_margin
        if self.contract.maintain_margin is None:
            raise Unknown("The contract's maintenance rate is not known.")
        return self.contract.maintain_margin

    # Isolated -------------------------------------------------------------------------------------------------

    def _isolated_cost(self) -> Decimal:
        gone = ONE - self._kept if self.before.lots else ZERO
        freed = ZERO
        if gone and self.held is not None:
            if self.held.position.pos_margin is None:
                raise Unknown("The margin of the open position is not known.")
            profit = -(self._cost_before * gone + self._worth(self.closing))
            freed = self.held.position.pos_margin * gone + profit
        closing_fee = abs(self._opened) * self._taker * (ONE + self._initial) if self.opening else ZERO
        return self.margin + closing_fee + self.fee - freed

    def _isolated_liquidation(self) -> Decimal | None:
        end = ZERO  # what it is worth where it is liquidated
        maintain = None
        if self.held is not None and self._kept:
            position, keep = self.held.position, self.held.keep
            if position.pos_margin is None or keep is None:
                raise Unknown("The margin of the open position is not known.")
            end = (self._cost_before - position.pos_margin + keep) * self._kept
            maintain = position.maintain_rate
        if self.opening:
            if self.contract.funding_rate is None:
                raise Unknown("The coming funding is not known.")
            rate = self._maintain(self._cost) if maintain is None else maintain
            pays = max(ZERO, self.contract.funding_rate * self.sign)
            end += self._opened + abs(self._opened) * (rate + pays - self._initial)
        return positions.price_at(self.lots, end, self.contract)

    # Cross ----------------------------------------------------------------------------------------------------

    @property
    def _worse(self) -> Decimal:
        """How much worse than the mark the fills were, all together."""
        fills = (*self.closing, *self.opening)
        return self._worth(fills) - self._worth((self._at_mark, size) for _, size in fills)

    def _cross_cost(self) -> Decimal:
        tied = self._value(self.lots) * self._initial if self.lots else ZERO
        if self.before.lots and self.held is not None:
            leverage = self.held.position.leverage or self.leverage
            if not leverage:
                raise Unknown("The leverage of the open position is not known.")
            tied -= self._value(self.before.lots) / leverage
        return self._worse + self.fee + tied

    def _value(self, lots: int) -> Decimal:
        """What ``lots`` are worth at the mark, not signed."""
        return abs(positions.value(lots, self._at_mark, self.contract))

    def _cross_liquidation(self) -> Decimal | None:
        backing, keep = self.group.backing, self.group.cross_keep
        if backing is None or keep is None:
            raise Unknown("What stands behind the cross positions is not known.")
        mine = self._value(self.before.lots) * self._share(self.before.lots) if self._held_cross else ZERO
        others = total(each.keep for each in self.group.cross if each is not self.held)
        if others is None:
            raise Unknown("What the other cross positions must keep is not known.")
        # By the rates that are known they keep so much; by the exchange's risk ratio maybe more.
        stretched = keep / (others + mine) if others + mine else ONE
        return positions.cross_liquidation(
            self.lots,
            positions.value(self.lots, self._at_mark, self.contract),
            backing - self._worse - self.fee,
            others=others * stretched,
            share=self._share(self.lots) * stretched,
            contract=self.contract,
        )

    @property
    def _held_cross(self) -> bool:
        return self.held is not None and self.held.is_cross

    def _share(self, lots: int) -> Decimal:
        """What a cross position of ``lots`` must keep of its value."""
        return self._maintain(self._value(lots)) + self._taker
