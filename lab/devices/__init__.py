"""The field devices: one server of a real protocol stack a protocol, each with `serve(host, clock)`."""
