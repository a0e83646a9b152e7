"""A question put by hand: what is shown of it, and what is not."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count

import pytest

from kucoin.desk.principal import Principal, Role
from kucoin.desk.trials import Trial, Trials
from kucoin.errors import InvalidRequest, NotAllowed
from kucoin.model.credentials import Credentials, Secret
from kucoin.model.look import Looked
from kucoin.rest import account, futures_orders, market, spot
from kucoin.rest.client import Exchange
from kucoin.rest.hosts import practice
from kucoin.rest.line import Timeouts

KEY, SECRET, PASSPHRASE = "canary-key-0042", "canary-secret-\"-'-ü", "canary-pass-\\-/-word"
TRADER = Principal("nina", Role.TRADER)


class Echo(ThreadingHTTPServer):
    """Answers every request with all that it was sent, as the worst of hosts would; ``gate`` holds it back."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.gate = threading.Event()
        self.gate.set()
        self.asked: list[str] = []
        self.body: bytes | None = None


class _Handler(BaseHTTPRequestHandler):
    """Tells the headers back, the key's own strings among them."""

    protocol_version = "HTTP/1.1"
    server: Echo

    def do_GET(self) -> None:
        """Answer a question."""
        self.server.asked.append(self.path)
        self.server.gate.wait(10)
        said = {"headers": dict(self.headers), "strings": [KEY, SECRET, PASSPHRASE], "pad": "x" * 100}
        body = self.server.body or json.dumps({"code": "200000", "data": said}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture(scope="module")
def echo() -> Iterator[Echo]:
    """The host."""
    server = Echo()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def trials(echo: Echo) -> Iterator[Trials]:
    """What asks it, with a key whose strings are easy to find again."""
    echo.gate.set()
    echo.body = None
    echo.asked.clear()
    port = echo.server_address[1]
    key = Credentials(Secret(KEY), Secret(SECRET), Secret(PASSPHRASE))
    exchange = Exchange(practice(port, port), key, timeouts=Timeouts(read=10.0))
    yield Trials(exchange, monotonic=count(0, 10).__next__)  # no question follows another closely
    exchange.close()


def test_nothing_secret_is_in_what_is_shown(trials: Trials) -> None:
    """Not in the request, and not in an answer that tells it all back: key, secret, passphrase, signature."""
    looked = seen(trials.ask(account.API_KEY, {"note": KEY}, TRADER))
    assert looked.status == 200
    assert looked.sent is not None
    headers = dict(looked.sent.headers)
    assert headers["KC-API-SIGN"] == headers["KC-API-KEY"] == headers["KC-API-PASSPHRASE"] == "(hidden)"
    assert looked.sent.signed == f"{headers['KC-API-TIMESTAMP']}GET/api/v1/user/api-key?note=(hidden)"
    shown = repr(looked) + looked.content
    assert "strings" in looked.content
    for secret in (KEY, SECRET, PASSPHRASE, json.dumps(SECRET)[1:-1], json.dumps(PASSPHRASE)[1:-1], "canary"):
        assert secret not in shown
    echoed = json.loads(looked.content)["data"]["headers"]
    assert echoed["KC-API-PASSPHRASE"] == echoed["KC-API-KEY"] == echoed["KC-API-SIGN"] == "(hidden)"


def test_a_secret_is_hidden_however_it_is_spelled(trials: Trials, echo: Echo) -> None:
    """As an address encodes it, where somebody asks for it by mistake, and with its slashes escaped."""
    echo.body = json.dumps({"code": "200000", "data": PASSPHRASE}).replace("/", "\\/").encode()
    looked = seen(trials.ask(market.STATS, {"symbol": SECRET}, TRADER))
    assert looked.sent is not None
    assert looked.sent.url.endswith("?symbol=(hidden)")
    assert "canary" not in repr(looked)


def test_an_answer_of_brackets_is_shown_as_it_came(trials: Trials, echo: Echo) -> None:
    """Laid out, a line of it would be two thousand blanks, and all of them more than the machine can hold."""
    echo.body = b"[" * 900 + b"1," * 100_000 + b"1" + b"]" * 900
    looked = seen(trials.ask(market.STATS, {"symbol": "A"}, TRADER))
    assert looked.content.startswith("[" * 900 + "1,1,")
    assert looked.left_out == 1_800 + 200_001 - 20_000


def test_a_question_is_shown_as_it_went_with_its_answer(trials: Trials, echo: Echo) -> None:
    """Address as on the wire, the time it took, and the answer laid out; a public one has no signature."""
    looked = seen(trials.ask(market.STATS, {"symbol": "BTC-USDT&x=ü ", "empty": " "}, TRADER))
    assert echo.asked == ["/api/v1/market/stats?symbol=BTC-USDT%26x%3D%C3%BC"]
    assert looked.sent is not None
    assert looked.sent.url.endswith(echo.asked[0])
    assert looked.sent.signed is None
    assert looked.problem is None
    assert looked.took is not None
    assert looked.took >= 0
    assert looked.content.startswith('{\n  "code": "200000"')


def test_a_refusal_and_an_unreadable_answer_are_shown_too(trials: Trials, echo: Echo) -> None:
    """With the error that this client makes of them; a long answer is cut, and says by how much."""
    echo.body = b'{"code":"400007","msg":"Access denied"}'
    looked = seen(trials.ask(account.USER_INFO, {}, TRADER))
    assert looked.problem == "GET /api/v2/user-info refused: Access denied (KuCoin code 400007)"
    assert '"msg": "Access denied"' in looked.content
    echo.body = b"<html>" + b"y" * 30_000
    looked = seen(trials.ask(account.USER_INFO, {}, TRADER))
    assert len(looked.content) == 20_000
    assert looked.left_out == 10_006
    assert looked.problem is not None


def test_only_questions_are_asked_and_only_by_who_may(trials: Trials, echo: Echo) -> None:
    """Nothing leaves for an order, for a viewer, for a path that is not whole, or for no line of text."""
    with pytest.raises(InvalidRequest, match="it would act"):
        trials.ask(spot.CANCEL_ALL, {"symbol": "BTC-USDT"}, TRADER)
    with pytest.raises(NotAllowed, match="ask KuCoin by hand"):
        trials.ask(account.USER_INFO, {}, Principal("olga", Role.VIEWER))
    with pytest.raises(InvalidRequest, match="needs orderId"):
        trials.ask(futures_orders.ORDER, {"orderId": " "}, TRADER)
    with pytest.raises(InvalidRequest, match="no line"):
        trials.ask(market.STATS, {"symbol": "BTC\r\nX: y"}, TRADER)
    looked = seen(trials.ask(futures_orders.ORDER, {"orderId": "../../v1/withdrawals"}, TRADER))
    assert looked.sent is None
    assert looked.problem is not None
    assert not echo.asked


def test_questions_do_not_follow_each_other_closely(echo: Echo) -> None:
    """Whoever presses again and again would take the quota from what is read in the background."""
    port = echo.server_address[1]
    now = [100.0]
    exchange = Exchange(practice(port, port), None, timeouts=Timeouts(read=10.0))
    trials = Trials(exchange, monotonic=lambda: now[0])
    seen(trials.ask(market.STATS, {"symbol": "BTC-USDT"}, TRADER))
    now[0] += 0.9
    with pytest.raises(NotAllowed, match="a moment ago"):
        trials.ask(market.STATS, {"symbol": "BTC-USDT"}, TRADER)
    now[0] += 0.1
    assert seen(trials.ask(market.STATS, {"symbol": "BTC-USDT"}, TRADER)).status == 200
    exchange.close()


def test_one_question_is_under_way_at_a_time(trials: Trials, echo: Echo) -> None:
    """The second is turned down until the first is answered."""
    echo.gate.clear()
    first = trials.ask(market.STATS, {"symbol": "BTC-USDT"}, TRADER)
    with pytest.raises(NotAllowed, match="under way"):
        trials.ask(market.STATS, {"symbol": "BTC-USDT"}, TRADER)
    echo.gate.set()
    assert seen(first).status == 200
    assert seen(trials.ask(market.STATS, {"symbol": "ETH-USDT"}, TRADER)).status == 200


def seen(trial: Trial) -> Looked:
    """What became of it, once its thread has ended."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if trial.looked is not None and not any(each.name == "trial" for each in threading.enumerate()):
            return trial.looked
        time.sleep(0.005)
    raise AssertionError("no answer")
