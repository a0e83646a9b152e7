"""The matching engine of the practice exchange: everything that trades, without clock, chance, disk or wire.

Where to look: `engine` (the whole, `tick`, `drain`, `load`), `spot` and `futures` (orders), `spot_stops` and
`futures_stops`, `margin` and `loans`, `futures_account` (modes, leverage, margin), `clearing` (funding, liquidation),
`accounts` (deposits, transfers); below them `matching` and `book`, what a trade means in `spot_market` and
`futures_market`, whose order is next in `lines`, arithmetic in `positions` and `wallets`; values in `terms`,
`instruments`, `records`, `events`; what is refused in `rules`, `futures_rules` and `refusals`; what all share in
`state`.

A caller carries out a command, catches `Refusal`, then drains: it writes the records, pushes the events, and only
then answers and carries out the next. `Saved` is what it hands back after a restart.
"""
