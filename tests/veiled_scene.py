"""An account whose every amount is known, in front of every panel of the push socket: for tests of what they hide.

Amounts are drawn from a seed, with more digits than any share, price or count has, so that none is found by chance.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal
from types import SimpleNamespace
from typing import Any

from kucoin.desk.activity import Tie
from kucoin.desk.blotter import BlotterLine
from kucoin.desk.flip import Flip, FlipState
from kucoin.desk.portfolio import Line, PartKind, Place, Portfolio, appraise
from kucoin.desk.prices import Measure, Prices
from kucoin.desk.reconcile import Divergence
from kucoin.model.activity import ActivityKind
from kucoin.model.alert import Alert, AlertKind, AlertState, Firing
from kucoin.model.cancellation import Cancellation, CancelState
from kucoin.model.change import Amend, AmendState, Change, ChangeState
from kucoin.model.leaving import ItemState, Leaving, LeavingItem, Way
from kucoin.model.ledger_fill import LedgerFill
from kucoin.model.limits import Limits, LimitUse, RiskView
from kucoin.model.order import Lots, MarginMode, NewFuturesOrder, NewOrder, OrderType, Side
from kucoin.model.ticket import FuturesTicket, Placement, SpotTicket, TicketState, Transfer, Wallet
from kucoin.web.sight import Sight
from kucoin.web.veil import Cover
from tests import activity_scene, futures_views, orders_scene
from tests.push_scene import INVERSE, LINEAR, NOW, PAIR, Scene, ticker

D = Decimal
AT = datetime.fromtimestamp(NOW + 900, UTC)

PANELS = (
    *(f"head:{PAIR}", f"tape:{PAIR}", f"ladder:{PAIR}:", f"ladder:{LINEAR}:", f"depth:{PAIR}", f"candles:{PAIR}:1hour"),
    *(f"candles:{LINEAR}:1hour", f"prices:{PAIR},{LINEAR}", "status:", "account:"),
    *("portfolio:USDT", "futures:", "alerts:", "blotter:", "guard:", "orders:", f"orders:{PAIR}", "sent:"),
    *("activity:span=all", "activity:few=8"),
)
"""One of each kind at least."""


class Amounts:
    """Draws amounts, and finds them again however they were written."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._known: set[Decimal] = set()

    def draw(self, *, negative: bool = False) -> Decimal:
        """Return an amount of nine digits, two to six of them behind the point."""
        digits = self._random.randrange(10**8 + 1, 10**9, 2)
        value = D(digits).scaleb(-self._random.randint(2, 6))
        self.keep(value)
        return -value if negative else value

    def lots(self) -> Lots:
        """Return a number of lots of six digits."""
        lots = Lots(self._random.randrange(100_001, 10**6, 2))
        self.keep(D(lots))
        return lots

    def keep(self, *values: Decimal | None) -> None:
        """Look for these as well."""
        for value in values:
            for places in range(9):
                for way in (ROUND_HALF_EVEN, ROUND_DOWN):
                    if value is not None and abs(value) < D(10) ** 18:
                        self._keep(abs(value).quantize(D(1).scaleb(-places), way))

    def _keep(self, form: Decimal) -> None:
        if len(form.normalize().as_tuple().digits) >= 5:  # shorter ones might be anything
            self._known.add(form)

    def found(self, text: str) -> set[Decimal]:
        """Return those that stand in ``text``."""
        return self._known & {D(each) for each in re.findall(r"\d+(?:\.\d+)?", text.replace(",", ""))}


def scene(amounts: Amounts) -> tuple[Scene, Sight]:
    """Return a market, and the sight of an account in it that holds ``amounts``."""
    made = Scene()
    made.book([("70000", "3"), ("69650", "1")], [("70000.2", "2"), ("70350", "1")])
    made.book([("70000", "300"), ("69650", "100")], [("70000.2", "200"), ("70350", "100")], symbol=LINEAR)
    made.quote()
    made.summary()
    made.mark("70001", "70000")
    made.trade("70000.1", "0.5")
    portfolio = _portfolio(amounts)
    view = _futures(amounts)
    orders = _Orders(amounts)
    trading = _trading(amounts)
    blotter = _blotter(amounts)
    risk, leavings, flips, changes = _risk(amounts), _leavings(amounts), _flips(amounts), _changes(amounts)
    sight: Any = replace(
        made.sight,
        portfolio=lambda _unit: portfolio,
        futures=lambda: view,
        orders=orders,  # type: ignore[arg-type]  # the few that panels ask for, here and below
        trading=trading,  # type: ignore[arg-type]
        cancels=SimpleNamespace(cancellation=_cancels(amounts).get, generation=0),  # type: ignore[arg-type]
        amends=_amends(amounts),  # type: ignore[arg-type]
        risk=SimpleNamespace(view=lambda: risk),  # type: ignore[arg-type]
        leavings=SimpleNamespace(leavings=lambda: leavings),  # type: ignore[arg-type]
        flips=SimpleNamespace(flips=lambda: flips),  # type: ignore[arg-type]
        protection=SimpleNamespace(changes=lambda: changes),  # type: ignore[arg-type]
        alerts=_alerts(amounts),  # type: ignore[arg-type]
        audit=blotter,  # type: ignore[arg-type]
        blotter=blotter,  # type: ignore[arg-type]
        activity=_activity(amounts),  # type: ignore[arg-type]
        dead_man=None,
    )
    price = {"BTC": D(70000), "USDT": D(1), "USD": D(1)}.get
    return made, replace(sight, cover=Cover(lambda _: portfolio, price, made.market.rules, monotonic=lambda: made.now))


def _portfolio(amounts: Amounts) -> Portfolio:
    def line(kind: PartKind, coin: str) -> Line:
        free, hold, debt = amounts.draw(), amounts.draw(), amounts.draw()
        total = free + hold + debt
        amounts.keep(total, total - hold)
        return Line(kind, coin, total, total - hold, hold, debt)

    places = [
        Place(PartKind.FUNDING, "", (line(PartKind.FUNDING, "USDT"),), AT),
        Place(PartKind.SPOT, "", (line(PartKind.SPOT, "BTC"), line(PartKind.SPOT, "NOPRICE")), AT),
        Place(PartKind.SUB, "grid-02", (line(PartKind.SUB, "USDT"), line(PartKind.SUB, "BTC")), AT),
    ]
    board: Any = SimpleNamespace(ticker=lambda symbol: ticker(PAIR, "70000.1") if symbol == PAIR else None)
    prices = Prices(board, {})
    made = appraise(places, Measure(prices, "USDT"), others=[Measure(prices, "BTC")], names={}, prices_at=AT)
    made = replace(made, merged=tuple(replace(each, cost=amounts.draw()) for each in made.merged))
    amounts.keep(*(each.value - each.cost for each in made.merged if each.value is not None and each.cost is not None))
    amounts.keep(made.total, made.change, *(value for _, value in made.conversions))
    amounts.keep(*(each.value for each in made.parts), *(each.change for each in made.parts))
    for each in (*made.merged, *made.holdings):
        amounts.keep(each.total, each.available, each.on_hold, each.liability, each.value)
    assert made.total is not None
    assert made.total > 0, "draw another seed: nothing is a share of a debt"
    return made


def _futures(amounts: Amounts) -> Any:
    def drawn(names: Iterable[str], **more: Any) -> dict[str, Any]:
        return {name: amounts.draw(negative=name.startswith(("unrealised", "funding"))) for name in names} | more

    sums = "unrealised", "realised_today", "funding_paid"
    position = "coins", "value", "margin", "funding_next", *sums
    account = "equity", "available", "position_margin", "order_margin", "frozen", "unrealised"
    return futures_views.view(
        AT,
        accounts=(
            futures_views.account(**drawn(account)),
            futures_views.account("XBT", **drawn(account)),
        ),
        positions=(
            futures_views.position(**drawn(position, lots=amounts.lots())),
            futures_views.position(
                INVERSE, **drawn(position, lots=amounts.lots(), settle_currency="XBT", is_inverse=True)
            ),
        ),
        totals=(futures_views.totals(**drawn(("long", "short", "net", *sums))),),
        problem=f"the account says {amounts.draw()}",
    )


class _Orders:
    """In place of the desk's orders: one in each market, some that wait for a price, and own trades."""

    generation = 0

    def __init__(self, amounts: Amounts) -> None:
        left, filled = amounts.lots(), amounts.lots()
        rest, some = amounts.draw(), amounts.draw()
        lots, coins, price = Lots(left + filled), rest + some, D(69650)
        above, sold = D(70350), amounts.draw()
        amounts.keep(D(lots), coins, price * lots * D("0.001"), price * coins, above * sold)
        self._live = (
            orders_scene.lots("f1", price=price, size=lots, filled_size=filled),
            orders_scene.coins("s1", price=price, size=coins, filled_size=some, remaining_size=rest),
            orders_scene.coins("s2", side=Side.SELL, price=above, size=sold, remaining_size=sold),
            orders_scene.coins("s3", type=OrderType.MARKET, price=None, size=None, filled_size=amounts.draw()),
        )
        self._fills = tuple(
            SimpleNamespace(symbol=symbol, side=Side.BUY, price=D(70000), size=size, at=AT)
            for symbol, size in ((PAIR, amounts.draw()), (LINEAR, amounts.lots()))
        )
        self._waiting = (
            orders_scene.stop("w1", lots=amounts.lots()),
            orders_scene.stop("w4", lots=amounts.lots(), error=f"{amounts.lots():,} lots are too many"),
            orders_scene.stop("w2", symbol=PAIR, futures=False, lots=None, funds=amounts.draw(), stop="entry"),
            orders_scene.stop("w3", symbol=PAIR, futures=False, lots=None, size=amounts.draw(), stop="loss"),
        )
        self._trouble = f"The list broke off at balance={amounts.draw()}"

    def open(self, symbol: str | None = None) -> list[Any]:
        return [each for each in self._live if symbol in {None, each.symbol}]

    def stops(self, symbol: str | None = None) -> list[Any]:
        return [each for each in self._waiting if symbol in {None, each.symbol}]

    def order(self, order_id: str) -> Any:
        return next((each for each in self._live if each.order_id == order_id), None)

    def stop(self, order_id: str) -> Any:
        return next((each for each in self._waiting if each.order_id == order_id), None)

    def fills(self, symbol: str) -> Sequence[Any]:
        return [each for each in self._fills if each.symbol == symbol]

    def look_back(self, symbol: str) -> None:
        pass

    def triggered(self, _stop_id: str) -> str | None:
        return None

    def knows_stops(self, *, futures: bool) -> bool:
        return futures in {False, True}

    def stops_problem(self, *, futures: bool) -> str | None:
        return self._trouble if futures else None

    def problem(self) -> str | None:
        return self._trouble


def _tickets(amounts: Amounts) -> tuple[FuturesTicket, SpotTicket, SpotTicket]:
    closing: dict[str, Any] = {"type": OrderType.MARKET, "margin_mode": MarginMode.CROSS, "reduce_only": True}
    futures = NewFuturesOrder(client_oid="own-1", symbol=LINEAR, side=Side.SELL, size=amounts.lots(), **closing)
    pair: dict[str, Any] = {"symbol": PAIR, "type": OrderType.LIMIT, "price": D("87050.0")}
    spot = NewOrder(client_oid="own-2", side=Side.SELL, size=amounts.draw(), **pair)
    funds = NewOrder(client_oid="own-3", side=Side.BUY, funds=amounts.draw(), symbol=PAIR, type=OrderType.MARKET)
    return FuturesTicket(order=futures), SpotTicket(order=spot), SpotTicket(order=funds)


def _placements(amounts: Amounts) -> tuple[Placement, ...]:
    closing, spot, funds = _tickets(amounts)
    refused = f"Balance insufficient! {amounts.draw()} USDT are free"
    common: dict[str, Any] = {"by": "local", "handed_at": AT}
    late, odd = (
        FuturesTicket(order=replace(closing.order, client_oid=name, size=amounts.lots())) for name in ("own-4", "own-5")
    )
    return (
        Placement(ticket=late, state=TicketState.REFUSED, words=f"{amounts.lots():,} lots are closable", **common),
        Placement(ticket=odd, state=TicketState.ACCEPTED, order_id="gone", **common),
        Placement(ticket=closing, state=TicketState.ACCEPTED, order_id="f1", **common),
        Placement(ticket=spot, state=TicketState.ACCEPTED, order_id="s1", **common),
        Placement(ticket=funds, state=TicketState.REFUSED, code="200004", words=refused, **common),
        Placement(ticket=replace(spot), state=TicketState.ACCEPTED, order_id="w1", **common),
    )


def _trading(amounts: Amounts) -> Any:
    placed = _placements(amounts)
    what = f"It sold {amounts.draw()}, and no ticket of this desk has its id."
    found = tuple(Divergence(client_oid=oid, order_id="x-1", symbol=PAIR, what=what) for oid in ("else", "own-3"))
    ends = {"own-3": f"filled {amounts.draw()}", "own-5": f"cancelled, {amounts.lots():,} filled"}
    return SimpleNamespace(
        placements=lambda: placed,
        divergences=lambda: found,
        ended=ends.get,
        ticket_of=lambda _order_id: None,
        last_took=None,
    )


def _cancels(amounts: Amounts) -> dict[str, Cancellation]:
    return {
        name: Cancellation(
            order_id=name, symbol=PAIR, state=CancelState.REFUSED, words=f"{amounts.draw():,f} were filled before."
        )
        for name in ("s1", "w1")
    }


def _amends(amounts: Amounts) -> Any:
    words, size = f"Asked for {amounts.lots():,}.", amounts.lots()
    wish = Amend(order_id="f1", symbol=LINEAR, state=AmendState.UNKNOWN, words=words, size=size)
    return SimpleNamespace(
        amend_of={"f1": wish}.get, way=lambda _: "amend", why_not=lambda _: "It is a pair's.", generation=0
    )


def _risk(amounts: Amounts) -> RiskView:
    names = "order_value", "daily_value", "daily_loss"
    uses = [LimitUse(name=name, limit=amounts.draw(), used=amounts.draw()) for name in names]
    uses.append(LimitUse(name="daily_value", limit=None, used=None, problem=f"no price for {amounts.draw()} ABC"))
    return RiskView(
        limits=Limits(), uses=tuple(uses), arming=False, armed_until=None, halt=None, problem=f"{amounts.draw()} is odd"
    )


def _leavings(amounts: Amounts) -> tuple[Leaving, ...]:
    item = LeavingItem(
        kind="order",
        key="1",
        symbol=LINEAR,
        what=f"Sell {amounts.lots():,} {LINEAR}",
        state=ItemState.FAILED,
        words=f"{amounts.lots():,} lots are still there.",
    )
    notes = (f"{amounts.lots():,} lots came meanwhile.",)
    return (Leaving(number=1, way=Way.FLATTEN, by="ana", at=AT, items=(item,), notes=notes, over=True),)


def _flips(amounts: Amounts) -> tuple[Flip, ...]:
    close = Placement(ticket=_tickets(amounts)[0], state=TicketState.ACCEPTED, by="ana", handed_at=AT, order_id="f1")
    words = f"closed {amounts.lots():,}, nothing opened"
    return (Flip(symbol=LINEAR, state=FlipState.HALF, words=words, close=close, open=None),)


def _changes(amounts: Amounts) -> tuple[Change, ...]:
    words = f"Refused: {amounts.draw()} USDT of margin are missing."
    change = Change(
        number=1,
        symbol=LINEAR,
        position_side="BOTH",
        what="stop at 86,120.0",
        state=ChangeState.REFUSED,
        words=words,
        by="ana",
        at=AT,
    )
    return (change,)


def _alerts(amounts: Amounts) -> Any:
    def alert(number: int, kind: AlertKind, words: str, state: AlertState = AlertState.FIRED) -> Alert:
        threshold = amounts.draw() if kind is AlertKind.LOSS else None
        return Alert(
            number=number, kind=kind, subject="", threshold=threshold, state=state, since=AT, words=words, by="ana"
        )

    told = [
        alert(1, AlertKind.LOSS, f"{amounts.draw():,.2f} USDT were lost today: {amounts.draw():,.2f} or more."),
        alert(2, AlertKind.FILL, f"Bought {amounts.draw():,f} {PAIR} at 70,000."),
        alert(3, AlertKind.REFUSED, f"Sell {amounts.draw():,f} {PAIR}: {amounts.draw()} USDT are free."),
        alert(4, AlertKind.LOSS, f"{amounts.draw()} of it is not known.", AlertState.UNKNOWN),
    ]
    history = [
        Firing(number=each.number, alert=each.number, kind=each.kind, subject="", words=each.words, at=AT)
        for each in told[:3]
    ]
    problem = f"row {amounts.draw()} is damaged"
    return SimpleNamespace(list=lambda: told, history=lambda: history, problem=problem, generation=1)


def _blotter(amounts: Amounts) -> Any:
    def line(number: int, act: str, **more: Any) -> BlotterLine:
        return BlotterLine(**{"key": f"{act}{number}", "at": AT, "who": "ana", "act": act, "subject": "o-1", **more})

    fill = LedgerFill(
        *(PAIR, "7", "s1", Side.BUY, None, None, None, D(70_000), amounts.draw(), None, None, None, None), at=AT
    )
    moved = Transfer(client_oid="t", currency="USDT", amount=amounts.draw(), source=Wallet.MAIN, target=Wallet.CONTRACT)
    order = {"symbol": PAIR, "side": "sell", "size": f"{amounts.draw()}", "price": "70100.0"}
    lines = [
        *(line(number, "intent", wish=ticket) for number, ticket in enumerate(_tickets(amounts))),
        line(3, "intent", wish=moved),
        line(4, "cancel", body={"state": "refused", "words": f"{amounts.draw():,f} were filled", **order}),
        line(5, "fill", fill=fill, who="kucoin"),
        line(6, "limits", body={"text": f"Limits: one order {amounts.draw():,} USDT", "state": "switch"}),
        line(7, "unknown", wish=_tickets(amounts)[1], body={"note": f"{amounts.draw()} USDT are held"}),
    ]
    verdict = SimpleNamespace(state="intact", rows=8, at=AT, words="")
    return SimpleNamespace(
        today=AT.date,
        lines=lambda _day: lines,
        before=lambda _day: None,
        generation=1,
        problem=f"{amounts.draw()} could not be written",
        chain=True,
        verdict=lambda: verdict,
        owed=0,
    )


def _activity(amounts: Amounts) -> Any:
    entries = [
        activity_scene.entry(
            entry_id=f"id-{kind.name}",
            kind=kind,
            currency=currency,
            change=amounts.draw(negative=True),
            fee=amounts.draw(),
            balance=amounts.draw(),
            detail=f"of {amounts.draw()}",
            at=AT - timedelta(days=2),
        )
        for kind, currency in ((ActivityKind.DEPOSIT, "USDT"), (ActivityKind.TRADE, "BTC"), (ActivityKind.FEE, "KCS"))
    ]
    book = activity_scene.Book(*entries)
    book.told = (Tie("Funding", "USDT", amounts.draw(), amounts.draw(), amounts.draw()),)
    book.known = replace(book.known, problem=f"{amounts.draw()} could not be read")
    return book
