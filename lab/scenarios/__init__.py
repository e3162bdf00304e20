"""One file a scenario, found by discovery; `SCENARIO` in each."""
