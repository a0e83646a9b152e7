"""The matching engine of the practice exchange: pure, given time; see `engine.Engine`."""
