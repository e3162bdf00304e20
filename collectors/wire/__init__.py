"""The wire engine: bytes of packets in, rows out. The kernel knows no protocol, the protocol tables no packets."""
