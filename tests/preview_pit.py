"""A practice exchange whose market stands still, two traders on it, and random tickets: previewed, placed, compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import count
from random import Random

from kucoin.book.book import Book, BookView
from kucoin.decimals import ZERO
from kucoin.desk import dispatch, rules
from kucoin.desk.margins import Group, Held, stretch
from kucoin.desk.preview import Preview
from kucoin.desk.preview_ticket import preview
from kucoin.desk.preview_walk import Sight
from kucoin.desk.terms import PriceLimit, Terms
from kucoin.errors import ApiError
from kucoin.model.account import FuturesAccount
from kucoin.model.credentials import Credentials, Secret
from kucoin.model.feed import Level
from kucoin.model.market import Contract, SpotSymbol
from kucoin.model.order import (
    FuturesOrder,
    MarginMode,
    Order,
    PositionSide,
    Side,
    TradeType,
)
from kucoin.model.position import Position, PositionMode
from kucoin.model.ticket import FuturesTicket, SpotTicket, Ticket
from kucoin.rest import hosts
from kucoin.rest.client import Exchange
from tests.conftest import Practice

D = Decimal
DEPTH = 500
FUTURES = ["XBTUSDTM", "ETHUSDTM", "AVAXUSDTM", "DOGEUSDTM", "XRPUSDTM", "SOLUSDTM", "XBTUSDM", "ETHUSDM", "XBTUSDCM"]
SPOT = ["BTC-USDT", "ETH-USDT", "LTC-USDT", "AVAX-USDT", "DOGE-USDT"]
MARGIN = ["BTC-USDT", "ETH-USDT"]
OTHER = {Side.BUY: Side.SELL, Side.SELL: Side.BUY}
_ids = count()


def client(floor: Practice, name: str) -> Exchange:
    """A client of ``floor`` with the key called ``name``."""
    spot, futures = (int(base.rpartition(":")[2]) for base in (floor.spot, floor.futures))
    key = Credentials(Secret(f"practice-key-{name}"), Secret(f"practice-secret-{name}"), Secret(floor.passphrase))
    return Exchange(hosts.practice(spot, futures), key)


def book_of(exchange: Exchange, symbol: str) -> BookView:
    """The book of ``symbol`` as it stands, trusted."""
    book = Book(symbol)
    snapshot = exchange.books.spot(symbol=symbol) if "-" in symbol else exchange.books.futures(symbol=symbol)
    book.take(snapshot, now=0.0)
    return replace(book.view(DEPTH, now=0.0), problem=None)


@dataclass
class Trader:
    """Somebody with an account, and what he reads of the exchange before he places something."""

    name: str
    exchange: Exchange
    hedge: bool

    def contract(self, symbol: str) -> Contract:
        """A contract as it is listed now."""
        return next(each for each in self.exchange.futures.contracts() if each.symbol == symbol)

    def group(self, currency: str) -> Group:
        """What settles in ``currency``."""
        contracts = {each.symbol: each for each in self.exchange.futures.contracts()}
        account: FuturesAccount = self.exchange.futures.account_overview(currency=currency)
        mine = [each for each in self.exchange.futures.positions() if each.settle_currency == currency]
        held = tuple(Held(position, contracts[position.symbol], None) for position in mine)
        orders = self.exchange.futures_orders.open_orders()
        tied = account.order_margin if any(order.margin_mode is MarginMode.ISOLATED for order in orders) else ZERO
        group = Group(currency, account, held, tied)
        return replace(group, stretched=stretch(group))

    def futures_terms(self, symbol: str, group: Group) -> Terms:
        """What a desk would have read of a contract."""
        contract, calls = self.contract(symbol), self.exchange.futures_positions
        mode = calls.margin_mode(symbol=symbol)
        positions = tuple(each.position for each in group.held if each.position.symbol == symbol)
        leverage = positions[0].leverage if positions else None
        account = group.account
        assert account is not None
        assert account.available_balance is not None
        return Terms(
            symbol=symbol,
            rules=rules.of_contract(contract),
            contract=contract,
            fee=self.exchange.futures_orders.trade_fee(symbol=symbol),
            position_mode=PositionMode.HEDGE if self.hedge else PositionMode.ONE_WAY,
            margin_mode=mode,
            leverage=calls.cross_leverage(symbol=symbol) if mode is MarginMode.CROSS else leverage,
            tiers=calls.risk_tiers(symbol=symbol),
            available={("futures", contract.settle_currency): account.available_balance},
            price_limit=PriceLimit(contract.buy_limit, contract.sell_limit),
            mark=contract.mark_price,
            last=contract.last_trade_price,
            positions=positions,
        )

    def spot_terms(self, pair: SpotSymbol, account: TradeType) -> Terms:
        """What a desk would have read of a pair, and of one account."""
        return Terms(
            symbol=pair.symbol,
            rules=rules.of_pair(pair),
            pair=pair,
            fee=self.exchange.spot_orders.trade_fees(symbols=[pair.symbol])[0],
            available={
                (account, currency): self.free(account, pair.symbol, currency)
                for currency in (pair.quote_currency, pair.base_currency)
            },
        )

    def free(self, kind: TradeType, symbol: str, currency: str) -> Decimal:
        """What orders may use of ``currency``."""
        if kind is TradeType.TRADE:
            rows = self.exchange.account.spot_accounts()
            return sum((row.available for row in rows if (row.kind, row.currency) == ("trade", currency)), ZERO)
        if kind is TradeType.MARGIN_TRADE:
            assets = self.exchange.margin.cross().assets
        else:
            pairs = [each for each in self.exchange.margin.isolated() if each.symbol == symbol]
            assets = tuple(asset for each in pairs for asset in (each.base, each.quote))
        return sum((asset.available for asset in assets if asset.currency == currency), ZERO)

    def owes(self, kind: TradeType, symbol: str, currency: str) -> Decimal:
        """What of ``currency`` is borrowed."""
        if kind is TradeType.MARGIN_TRADE:
            assets = self.exchange.margin.cross().assets
        else:
            pairs = [each for each in self.exchange.margin.isolated() if each.symbol == symbol]
            assets = tuple(asset for each in pairs for asset in (each.base, each.quote))
        return sum((asset.liability for asset in assets if asset.currency == currency), ZERO)

    def position(self, symbol: str, side: PositionSide) -> Position | None:
        """An open position."""
        rows = self.exchange.futures.positions_of(symbol=symbol)
        return next((each for each in rows if each.position_side == side and each.current_qty), None)


@dataclass
class Pit:
    """Where tickets are tried. ``tried`` counts them by kind, ``refused`` by what the exchange said."""

    floor: Practice
    seed: int
    tried: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        self.traders = [
            Trader("main", client(self.floor, "0001"), hedge=False),
            Trader("second", client(self.floor, "second"), hedge=True),
        ]
        self.pairs = {each.symbol: each for each in self.traders[0].exchange.market.symbols()}

    def close(self) -> None:
        """Let the clients go."""
        for trader in self.traders:
            trader.exchange.close()

    def begin(self, *, anew: bool = True) -> None:
        """A still market, another one where it begins ``anew``, without orders; contracts in any mode and leverage.

        The second trader is given some of every coin, to sell.
        """
        if anew:
            self.floor.reset(seed=self.random.randrange(10**6))
        self.floor.clock(rate=0)
        for trader in self.traders:
            orders, calls = trader.exchange.futures_orders, trader.exchange.futures_positions
            for symbol in {order.symbol for order in orders.open_orders()}:
                orders.cancel_all(symbol=symbol)
            orders.cancel_stops()
            trader.exchange.spot_orders.cancel_everything()
            held = {each.symbol for each in trader.exchange.futures.positions()}
            for symbol in FUTURES:
                if symbol not in held:
                    calls.switch_margin_mode(symbol=symbol, mode=self.random.choice(list(MarginMode)))
                calls.set_cross_leverage(symbol=symbol, leverage=D(self.random.choice([2, 3, 5, 7, 10, 20])))
        for symbol in SPOT:
            self.traders[1].exchange.spot_orders.place_market(
                client_oid=self.new_id(), symbol=symbol, side=Side.BUY, funds=D(200)
            )

    def told(self, ticket: Ticket) -> Preview:
        """The preview of a ticket of the first trader by what the exchange answers now."""
        trader, symbol = self.traders[0], ticket.symbol
        book = book_of(trader.exchange, symbol)
        if isinstance(ticket, SpotTicket):
            return preview(ticket, trader.spot_terms(self.pairs[symbol], ticket.trade_type), Sight(book))
        group = trader.group(trader.contract(symbol).settle_currency)
        return preview(ticket, trader.futures_terms(symbol, group), Sight(book, group=group))

    def new_id(self) -> str:
        """A client order id that was never used."""
        return f"pit-{self.seed}-{next(_ids)}"

    def part(self, levels: Sequence[Level], lot: Decimal, most: Decimal) -> Decimal:
        """A size that reaches up to five levels deep, at most ``most``."""
        depth = self.random.randint(1, 5)
        there = sum((size for _, size in levels[:depth]), ZERO)
        size = min(there * D(str(round(self.random.uniform(0.02, 1), 4))), most)
        return max(size // lot, D(1)) * lot


def near(found: Decimal | None, told: Decimal | None, within: Decimal) -> bool:
    """Whether two prices are the same within a tick; 0 and none at all mean the same to a long."""
    if not found or not told:
        return not found and not told
    return abs(found - told) <= within


def pit_id() -> str:
    """A client order id of somebody who only helps."""
    return f"other-{next(_ids)}"


def facing(book: BookView, side: Side) -> tuple[Level, ...]:
    return book.asks if side is Side.BUY else book.bids


def limit_price(pit: Pit, book: BookView, side: Side, tick: Decimal, *, inside: bool) -> Decimal:
    """A limit price: a few levels deep on the other side, or ``inside`` of the best prices or at them."""
    others = facing(book, side)
    if not inside:
        return others[min(pit.random.randint(0, 3), len(others) - 1)][0]
    own = facing(book, OTHER[side])
    step = tick if side is Side.BUY else -tick
    return own[0][0] + step * pit.random.choice([0, 1])


def ahead(book: BookView, side: Side, price: Decimal) -> Decimal:
    """What stands at ``price`` or before it on the book's own ``side``."""
    levels = facing(book, OTHER[side])
    return sum((size for at, size in levels if (at >= price if side is Side.BUY else at <= price)), ZERO)


def comes_to_nothing(trader: Trader, ticket: Ticket, said: str) -> None:
    """Refused, or cancelled with nothing filled."""
    try:
        order_id = dispatch.send(trader.exchange, ticket)
    except ApiError:
        return
    order: Order | FuturesOrder
    if isinstance(ticket, FuturesTicket):
        order = trader.exchange.futures_orders.order(order_id=order_id)
    elif ticket.trade_type is TradeType.TRADE:
        order = trader.exchange.spot_orders.order(order_id=order_id, symbol=ticket.symbol)
    else:
        order = trader.exchange.margin_orders.order(order_id=order_id, symbol=ticket.symbol)
    assert not order.active, said
    assert order.filled_size == 0, said
