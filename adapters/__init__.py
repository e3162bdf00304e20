"""The outside world behind the ports of `core.ports`; imported by composition roots alone."""
