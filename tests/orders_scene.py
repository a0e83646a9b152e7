"""An account with working orders, as the panel about them looks at it: orders, stops, and what was wished of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from kucoin.desk import facts, order_state
from kucoin.desk.order_state import AnyOrder
from kucoin.desk.portfolio import Standing
from kucoin.desk.stops import Stop
from kucoin.model.cancellation import Cancellation
from kucoin.model.change import Amend
from kucoin.model.order import Lots, OrderType, Side
from kucoin.model.ticket import Placement
from kucoin.web import names
from kucoin.web.orders import PANEL, OrdersPanel
from tests import order_facts
from tests.push_scene import LINEAR, NOW, PAIR, Scene

D = Decimal
AT = datetime.fromtimestamp(NOW + 900, UTC)


def lots(order_id: str = "f1", **changes: Any) -> AnyOrder:
    """A futures order of 100 lots at 70,350."""
    usual: dict[str, Any] = {
        "order_id": order_id,
        "symbol": LINEAR,
        "price": D("70350"),
        "size": Lots(100),
        "side": Side.BUY,
        "client_oid": f"ours-{order_id}",
        "created_at": AT,
    }
    ours = changes.pop("ours", True)
    return order_state.state(facts.answered_futures(replace(order_facts.FUTURES_ORDER, **usual | changes)), ours=ours)


def coins(order_id: str = "s1", **changes: Any) -> AnyOrder:
    """A spot order of 0.05 coins at 69,650."""
    usual: dict[str, Any] = {
        "order_id": order_id,
        "symbol": PAIR,
        "price": D("69650.0"),
        "size": D("0.0500"),
        "created_at": AT,
        "remaining_size": D("0.05"),
        "client_oid": f"ours-{order_id}",
    }
    return order_state.state(facts.answered(replace(order_facts.ORDER, **usual | changes)), ours=True)


def stop(order_id: str = "w1", **changes: Any) -> Stop:
    """A sell of 40 lots at market once the mark falls to 67,900."""
    usual = Stop(
        order_id=order_id,
        symbol=LINEAR,
        side=Side.SELL,
        futures=True,
        client_oid=f"ours-{order_id}",
        type=OrderType.MARKET,
        stop="down",
        stop_price=D("67900.0"),
        stop_price_type="MP",
        lots=Lots(40),
        seen=True,
        created_at=AT,
    )
    return replace(usual, **changes)


@dataclass
class Account:
    """In place of the desk: what is working, and what was wished."""

    scene: Scene
    orders: dict[str, AnyOrder] = field(default_factory=dict)
    waiting: dict[str, Stop] = field(default_factory=dict)
    placed: tuple[Placement, ...] = ()
    wishes: dict[str, Cancellation] = field(default_factory=dict)
    amended: dict[str, Amend] = field(default_factory=dict)
    held: list[Any] = field(default_factory=list)
    standing: Standing = Standing.READY
    trouble: str | None = None
    ways: dict[str, str | None] = field(default_factory=lambda: {"f1": "amend"})
    known: dict[str, bool] = field(default_factory=dict)  # whether an id is of this dashboard
    generation: int = 0

    def __post_init__(self) -> None:
        self.panel = self.opened()

    def opened(self, symbol: str = "") -> OrdersPanel:
        """Open a panel on it."""

        def on(found: dict[str, Any], lives: Callable[[Any], bool]) -> Callable[..., list[Any]]:
            return lambda symbol=None: [x for x in found.values() if lives(x) and symbol in {None, x.symbol}]

        orders = SimpleNamespace(
            open=on(self.orders, lambda each: each.open),
            stops=on(self.waiting, lambda each: each.alive),
            order=self.orders.get,
            stop=self.waiting.get,
            problem=lambda: self.trouble,
            generation=0,
        )
        trading = SimpleNamespace(placements=lambda: self.placed, ticket_of=lambda _order_id: None)
        cancels = SimpleNamespace(cancellation=self.wishes.get, generation=0)
        amends = SimpleNamespace(
            amend_of=self.amended.get, way=self.ways.get, why_not=lambda _: "It is a pair's.", generation=0
        )
        view = lambda: SimpleNamespace(standing=self.standing, positions=self.held)  # noqa: E731  as short as it is
        made = replace(self.scene.sight, orders=orders, trading=trading, cancels=cancels, amends=amends, futures=view)
        panel = names.opened(replace(made, ours=lambda each: self.known.get(each or "")), f"{PANEL}{symbol}")
        assert isinstance(panel, OrdersPanel)
        return panel

    def look(self, later: float = 1.0) -> dict[str, Any]:
        """All of it, a while later."""
        self.scene.now += later
        self.panel.change()
        return self.panel.full()

    def row(self, name: str) -> dict[str, Any]:
        """One row, a moment later."""
        row: dict[str, Any] = self.look()["rows"][name]
        return row
