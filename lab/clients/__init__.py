"""The stations that talk to the field devices: one file a role, each with `work(clock)`."""
