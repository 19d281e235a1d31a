"""What is allowed, and how things count. Pure: no queries, no clock, no writes."""
