"""The market's life: bots that trade through the engine as house users, and the tape of what was traded."""
