"""The account: what is in funding and spot, who asks, and what the key may do."""

from __future__ import annotations

from kucoin.errors import NotFound, OutcomeUnknown
from kucoin.model.account import AccountMode, ApiKey, BaseFee, SpotAccount, SubAccount, UserInfo
from kucoin.rest import parse_account as parse
from kucoin.rest.endpoint import Endpoint
from kucoin.rest.limits import Pool, Urgency
from kucoin.rest.transport import Transport

MODE = Endpoint(
    "GET",
    "/api/ua/v1/account/mode",
    pool=Pool.UNIFIED,
    weight=30,
    private=True,
    permission="General",
    urgency=Urgency.ORDINARY,
)
API_KEY = Endpoint(
    "GET",
    "/api/v1/user/api-key",
    pool=Pool.MANAGEMENT,
    weight=20,
    private=True,
    permission="General",
    urgency=Urgency.ORDINARY,
)
BASE_FEE = Endpoint("GET", "/api/v1/base-fee", pool=Pool.SPOT, weight=3, private=True, permission="General")
USER_INFO = Endpoint("GET", "/api/v2/user-info", pool=Pool.MANAGEMENT, weight=20, private=True, permission="General")
SPOT_ACCOUNTS = Endpoint("GET", "/api/v1/accounts", pool=Pool.MANAGEMENT, weight=5, private=True, permission="General")
SUB_ACCOUNTS = Endpoint(
    "GET", "/api/v2/sub-accounts", pool=Pool.MANAGEMENT, weight=20, private=True, permission="General"
)

_PAGE_SIZE = 100
_MOST_PAGES = 50  # five thousand sub-accounts; beyond that the count of pages is an error


class Account:
    """Questions about one account. Every method needs a key (General) and may raise what `Transport.call` raises."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def mode(self) -> AccountMode:
        """Return whether balances live in the classic accounts or in a unified one.

        A site that does not know the question has classic accounts only.
        """
        try:
            return parse.account_mode(self._transport.call(MODE))
        except NotFound:
            return AccountMode.CLASSIC

    def api_key(self) -> ApiKey:
        """Return what the key in use may do, and from where.

        Source: https://www.kucoin.com/docs-new/api-3470130
        """
        return parse.api_key(self._transport.call(API_KEY))

    def user_info(self) -> UserInfo:
        """Return the fee level and the number of sub-accounts.

        Source: https://www.kucoin.com/docs-new/api-3470119
        """
        return parse.user_info(self._transport.call(USER_INFO))

    def base_fee(self) -> BaseFee:
        """Return what the fee level makes spot and margin trades cost, before a pair's own factor.

        Source: https://www.kucoin.com/docs-new/api-3470149
        """
        return parse.base_fee(self._transport.call(BASE_FEE))

    def spot_accounts(self) -> tuple[SpotAccount, ...]:
        """Return every currency of the funding and spot trading accounts, empty balances included.

        Margin and futures are not among them.

        Source: https://www.kucoin.com/docs-new/api-3470125
        """
        return parse.spot_accounts(self._transport.call(SPOT_ACCOUNTS))

    def sub_accounts(self) -> tuple[SubAccount, ...]:
        """Return the spot and margin balances of every sub-account, page by page.

        What they owe on margin is not told, and their futures are `Futures.sub_accounts_overview`.

        Raises:
            OutcomeUnknown: Also where the pages do not end.

        Source: https://www.kucoin.com/docs-new/api-3470133
        """
        found: list[SubAccount] = []
        for page in range(1, _MOST_PAGES + 1):
            params = {"currentPage": page, "pageSize": _PAGE_SIZE}
            more, pages = parse.sub_accounts(self._transport.call(SUB_ACCOUNTS, params=params))
            found += more
            if page >= pages:
                return tuple(found)
        raise OutcomeUnknown(f"{SUB_ACCOUNTS.name}: unreadable answer, {pages} pages of sub-accounts")
