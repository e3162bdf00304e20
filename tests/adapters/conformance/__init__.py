"""One suite a port, run over every adapter that `adapters.py` lists."""
