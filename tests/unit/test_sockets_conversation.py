"""The exchange's side of a socket's conversation."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kucoin.practice.sockets.conversation import Conversation, Heard
from kucoin.practice.sockets.tokens import Refused, Tokens

NOW_MS = 1_800_000_000_000


def said(talk: Conversation, now: float = 0.0, **message: Any) -> Heard:
    """Say a message with id 7."""
    return talk.hear(json.dumps({"id": "7", **message}), now, 5)


def refusal(heard: Heard) -> tuple[int, str]:
    """Return code and text of the one answer, which must be an error."""
    (answer,) = heard.answers
    assert answer["type"] == "error"
    assert not heard.joined
    return answer["code"], answer["data"]


def test_a_ping_is_answered_with_its_id_and_the_time_in_microseconds() -> None:
    """The pong of `control-messages.json`."""
    assert said(Conversation("spot", None), type="ping").answers == [{"id": "7", "type": "pong", "timestamp": 5}]


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"type": "subscribe", "topic": "/market/nothing:BTC-USDT"}, 404),
        ({"type": "subscribe", "topic": "/contractMarket/level2:XBTUSDTM"}, 404),
        ({"type": "subscribe", "topic": "/market/match"}, 400),
        ({"type": "subscribe", "topic": "/market/match:BTC-USDT,"}, 400),
        ({"type": "subscribe", "topic": "/account/balance:USDT"}, 400),
        ({"type": "subscribe"}, 406),
        ({"type": "dance"}, 415),
        ({}, 415),
        ({"type": "subscribe", "topic": "/account/balance"}, 403),
    ],
)
def test_each_mistake_has_its_code(message: dict[str, Any], code: int) -> None:
    """The errors of a public spot socket."""
    assert refusal(said(Conversation("spot", None), **message))[0] == code


def test_what_is_no_json_gets_an_error_with_an_id_of_its_own() -> None:
    """The text names the word, as KuCoin's parser does."""
    (answer,) = Conversation("spot", None).hear("not json", 0.0, 5).answers
    assert (answer["code"], answer["data"]) == (400, "Unrecognized token 'not'")
    assert len(answer["id"]) == 24


def test_an_ack_is_sent_only_where_it_is_asked_for() -> None:
    """``response`` decides; the subscription stands either way."""
    talk = Conversation("spot", None)
    quiet = said(talk, type="subscribe", topic="/market/match:A-B")
    assert quiet.answers == []
    assert quiet.joined == [("/market/match", "A-B")]
    loud = said(talk, type="subscribe", topic="/market/match:C-D", response=True)
    assert loud.answers == [{"id": "7", "type": "ack"}]


def test_a_list_joins_single_topics_and_twice_is_once() -> None:
    """Two acks, one stream; leaving ends one of them."""
    talk = Conversation("spot", None)
    said(talk, type="subscribe", topic="/market/match:A-B,C-D")
    again = said(talk, type="subscribe", topic="/market/match:C-D,E-F,E-F", response=True)
    assert again.joined == [("/market/match", "E-F")]
    left = said(talk, type="unsubscribe", topic="/market/match:A-B,X-Y", response=True)
    assert left.left == [("/market/match", "A-B")]
    assert left.answers == [{"id": "7", "type": "ack"}]
    assert talk.topics == {("/market/match", "C-D"), ("/market/match", "E-F")}


def listed(first: int, count: int) -> str:
    """Return a topic that joins ``count`` symbols."""
    return "/market/match:" + ",".join(f"S{place}-USDT" for place in range(first, first + count))


def test_a_hundred_symbols_fit_into_one_subscription_and_three_hundred_into_a_spot_session() -> None:
    """One more of either is refused with 509 and changes nothing."""
    talk = Conversation("spot", None)
    assert refusal(said(talk, type="subscribe", topic=listed(0, 101)))[0] == 509
    for first in (0, 100, 200):
        assert len(said(talk, type="subscribe", topic=listed(first, 100)).joined) == 100
    assert "300 per session" in refusal(said(talk, type="subscribe", topic=listed(300, 1)))[1]
    assert len(talk.topics) == 300
    assert said(talk, type="subscribe", topic=listed(0, 100), response=True).answers == [{"id": "7", "type": "ack"}]


def test_futures_sessions_have_no_limit_of_topics() -> None:
    """Only of one message."""
    talk = Conversation("futures", None)
    for first in range(0, 1000, 100):
        topic = listed(first, 100).replace("/market/match", "/contractMarket/execution")
        assert len(said(talk, type="subscribe", topic=topic).joined) == 100


def test_a_hundred_messages_fit_into_ten_seconds() -> None:
    """The 101st is refused with 509, pings counted; ten seconds after the first there is room again."""
    talk = Conversation("spot", None)
    for count in range(100):
        assert said(talk, count / 100, type="ping").answers[0]["type"] == "pong"
    assert refusal(said(talk, 9.99, type="ping"))[0] == 509
    assert said(talk, 10.0, type="ping").answers[0]["type"] == "pong"


def test_a_key_opens_private_topics_of_its_host() -> None:
    """All and one symbol of futures orders are two topics."""
    talk = Conversation("futures", "main")
    for topic in ("/contractMarket/tradeOrders", "/contractMarket/tradeOrders:XBTUSDTM", "/contract/positionAll"):
        assert len(said(talk, type="subscribe", topic=topic, privateChannel=True).joined) == 1


@pytest.mark.parametrize(
    ("fault", "message", "answers", "joined"),
    [
        ("no_pong", {"type": "ping"}, 0, 0),
        ("no_ack", {"type": "subscribe", "topic": "/market/match:A-B", "response": True}, 0, 0),
        ("ack_silent", {"type": "subscribe", "topic": "/market/match:A-B", "response": True}, 1, 0),
    ],
)
def test_faults_of_the_conversation(fault: str, message: dict[str, Any], answers: int, joined: int) -> None:
    """Each keeps back exactly what its name says."""
    heard = said(Conversation("spot", None, lambda name, _topic: name == fault), **message)
    assert (len(heard.answers), len(heard.joined)) == (answers, joined)


def test_a_token_opens_its_host_for_a_day() -> None:
    """The same one as often as wanted, also at an exchange started again; then it is called expired, word for word."""
    held = Tokens("secret").give("spot", "main", NOW_MS)
    again = Tokens("secret")
    assert again.bearer(held, "spot", NOW_MS).user == "main"
    assert again.bearer(held, "spot", NOW_MS + 86_400_000).user == "main"
    with pytest.raises(Refused, match=r"^token is expired$"):
        again.bearer(held, "spot", NOW_MS + 86_400_001)


@pytest.mark.parametrize("held", ["", "abc", "é", "QUJD" * 40])
def test_a_token_that_was_never_given_is_invalid(held: str) -> None:
    """Whatever it is made of; so is one of another exchange, or for the other host."""
    tokens = Tokens("secret")
    for wrong in (held, Tokens("other").give("spot", None, NOW_MS), tokens.give("futures", None, NOW_MS)):
        with pytest.raises(Refused, match=r"^token is invalid$"):
            tokens.bearer(wrong, "spot", NOW_MS)
