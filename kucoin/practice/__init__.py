"""The practice exchange: a process of its own that speaks KuCoin's protocol over loopback, with fake money.

It shares no code with our client (`rest`, `stream`): it checks signatures, counts quotas and writes numbers for
itself, so that a mistake in the client cannot be hidden by the same mistake here. From the bottom up:

    noise, universe, history, market    what is traded and at what price: pure functions of seed and time
    store, bank, positions, accounts    who owns and owes what; kept in SQLite
    settle, past, story                 how it came about, and what time alone does to it
    clock, keys, auth, quota, faults    the rules of the door
    api/                                one module per subject: the endpoints' parameters and answers
    gateway, spoil, app, control, server    HTTP
    engine/                             matching, which will take the market over
"""
