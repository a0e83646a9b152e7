"""The practice exchange: a process of its own that speaks KuCoin's protocol over loopback, with fake money.

It shares no code with our client (`rest`, `stream`): it checks signatures, counts quotas and writes numbers for
itself, so that a mistake in the client cannot be hidden by the same mistake here. From the bottom up:

    noise, universe, history, market    what is listed and at what price: functions of seed and time
    engine/, rulebook                   matching, margin, futures: who owns and owes what; pure, and by which rules
    life/                               bots that trade through the engine, and the tape of what was traded
    store, archive, commits             what the engine did, in SQLite, many commands to a commit
    past, story                         how the accounts came about, through the engine as well
    exchange                            all of these together, moved along by the clock
    clock, keys, auth, quota, faults    the rules of the door
    wire, asked, accounts, api/         the endpoints' parameters and answers, one module per subject
    gateway, spoil, app, control, server    HTTP
"""
