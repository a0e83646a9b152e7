"""How the database came to its shape: each step brings it from its number to the next.

Steps only add, and one that was released is never touched again: journals of that shape are out there. They are written
in the SQL that SQLite and Postgres share; `tables` is where they lead.
"""

from __future__ import annotations

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE journal (version INTEGER NOT NULL, mode TEXT NOT NULL)",
        """
        CREATE TABLE fill (
            account TEXT NOT NULL, symbol TEXT NOT NULL, trade_id TEXT NOT NULL, order_id TEXT NOT NULL,
            side TEXT NOT NULL, type TEXT, kind TEXT NOT NULL, liquidity TEXT, price TEXT NOT NULL,
            size BIGINT NOT NULL, value TEXT NOT NULL, fee TEXT NOT NULL, fee_rate TEXT, fee_currency TEXT NOT NULL,
            open_fee TEXT, close_fee TEXT, settle_currency TEXT NOT NULL, margin_mode TEXT, position_side TEXT,
            at_us BIGINT NOT NULL,
            PRIMARY KEY (account, symbol, trade_id, order_id)
        )
        """,
        "CREATE INDEX fill_by_time ON fill (account, at_us)",
        """
        CREATE TABLE funding (
            account TEXT NOT NULL, symbol TEXT NOT NULL, payment_id BIGINT NOT NULL, funding TEXT NOT NULL,
            funding_rate TEXT, mark_price TEXT, position_qty BIGINT, position_cost TEXT,
            settle_currency TEXT NOT NULL, margin_mode TEXT, at_us BIGINT NOT NULL,
            position_side TEXT,
            PRIMARY KEY (account, symbol, payment_id)
        )
        """,
        "CREATE INDEX funding_by_time ON funding (account, at_us)",
        """
        CREATE TABLE closed_position (
            account TEXT NOT NULL, close_id TEXT NOT NULL, symbol TEXT NOT NULL, settle_currency TEXT NOT NULL,
            kind TEXT, position_side TEXT, margin_mode TEXT, leverage TEXT, pnl TEXT NOT NULL, trade_fee TEXT,
            funding_fee TEXT, roe TEXT, open_price TEXT, close_price TEXT, opened_at_us BIGINT,
            closed_at_us BIGINT NOT NULL,
            PRIMARY KEY (account, close_id)
        )
        """,
        "CREATE INDEX closed_position_by_time ON closed_position (account, closed_at_us)",
        """
        CREATE TABLE equity (
            account TEXT NOT NULL, currency TEXT NOT NULL, at_us BIGINT NOT NULL, equity TEXT NOT NULL, unrealised TEXT,
            PRIMARY KEY (account, currency, at_us)
        )
        """,
        """
        CREATE TABLE mark (
            account TEXT NOT NULL, stream TEXT NOT NULL, upto_us BIGINT NOT NULL, since_us BIGINT,
            PRIMARY KEY (account, stream)
        )
        """,
    ),
    (
        """
        CREATE TABLE intent (
            client_oid TEXT NOT NULL, account TEXT NOT NULL, kind TEXT NOT NULL, symbol TEXT NOT NULL,
            placed_by TEXT NOT NULL, body TEXT NOT NULL, handed_at_us BIGINT NOT NULL,
            PRIMARY KEY (client_oid)
        )
        """,
        "CREATE INDEX intent_by_time ON intent (account, handed_at_us)",
        """
        CREATE TABLE intent_event (
            client_oid TEXT NOT NULL, seq INTEGER NOT NULL, state TEXT NOT NULL, order_id TEXT, code TEXT,
            words TEXT NOT NULL, at_us BIGINT NOT NULL, took_us BIGINT,
            PRIMARY KEY (client_oid, seq)
        )
        """,
    ),
    (
        """
        CREATE TABLE intent_end (
            client_oid TEXT NOT NULL, words TEXT NOT NULL, at_us BIGINT NOT NULL,
            PRIMARY KEY (client_oid)
        )
        """,
        "CREATE INDEX intent_end_by_time ON intent_end (at_us)",
    ),
    (
        """
        CREATE TABLE audit (
            seq BIGINT NOT NULL, account TEXT NOT NULL, at_us BIGINT NOT NULL, who TEXT NOT NULL, act TEXT NOT NULL,
            subject TEXT NOT NULL, body TEXT NOT NULL, mac TEXT NOT NULL,
            PRIMARY KEY (seq)
        )
        """,
        "CREATE INDEX audit_by_time ON audit (account, at_us)",
    ),
    (
        "ALTER TABLE intent ADD COLUMN worth TEXT",
        """
        CREATE TABLE limits (
            account TEXT NOT NULL, seq BIGINT NOT NULL, body TEXT NOT NULL, set_by TEXT NOT NULL, at_us BIGINT NOT NULL,
            PRIMARY KEY (account, seq)
        )
        """,
    ),
    (
        """
        CREATE TABLE spot_fill (
            account TEXT NOT NULL, symbol TEXT NOT NULL, trade_id TEXT NOT NULL, order_id TEXT NOT NULL,
            side TEXT NOT NULL, type TEXT, trade_type TEXT, liquidity TEXT, price TEXT NOT NULL, size TEXT NOT NULL,
            funds TEXT NOT NULL, fee TEXT, fee_rate TEXT, fee_currency TEXT, at_us BIGINT NOT NULL,
            PRIMARY KEY (account, symbol, trade_id, order_id)
        )
        """,
        "CREATE INDEX spot_fill_by_time ON spot_fill (account, at_us)",
    ),
    (
        """
        CREATE TABLE alert (
            account TEXT NOT NULL, seq BIGINT NOT NULL, body TEXT NOT NULL, set_by TEXT NOT NULL, at_us BIGINT NOT NULL,
            PRIMARY KEY (account, seq)
        )
        """,
    ),
    (
        """
        CREATE TABLE activity (
            account TEXT NOT NULL, source TEXT NOT NULL, entry_id TEXT NOT NULL, place TEXT NOT NULL,
            currency TEXT NOT NULL, kind TEXT NOT NULL, business TEXT NOT NULL, change TEXT NOT NULL, fee TEXT,
            balance TEXT, subject TEXT NOT NULL, detail TEXT NOT NULL, counts INTEGER NOT NULL, at_us BIGINT NOT NULL,
            PRIMARY KEY (account, source, entry_id)
        )
        """,
        "CREATE INDEX activity_by_time ON activity (account, at_us)",
        """
        CREATE TABLE worth (
            account TEXT NOT NULL, place TEXT NOT NULL, at_us BIGINT NOT NULL, value TEXT NOT NULL,
            complete INTEGER NOT NULL,
            PRIMARY KEY (account, place, at_us)
        )
        """,
        "CREATE INDEX worth_by_time ON worth (account, at_us)",
        """
        CREATE TABLE rate (
            unit TEXT NOT NULL, at_us BIGINT NOT NULL, price TEXT NOT NULL,
            PRIMARY KEY (unit, at_us)
        )
        """,
    ),
)
