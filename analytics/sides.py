"""Who asks and who is asked: the ends of a row as client and server."""

from __future__ import annotations

import polars as pl

SERVER_PORTS = (102, 502, 2404, 20000, 44818)
"""Where servers listen (IANA): ISO-TSAP, Modbus, IEC 60870-5-104, DNP3, EtherNet/IP.

Those that the protocols are told by; not that of cyclic data, which both ends send to.
"""
_ENDS = ("source", "destination")
_PARTS = ("ip", "mac", "port")


def _asks() -> pl.Expr:
    source, destination = (pl.col(f"{end}.port").is_in(SERVER_PORTS).fill_null(value=False) for end in _ENDS)
    requests = (pl.col("ot.direction").cast(pl.String) == "request").fill_null(value=True)
    return pl.when(source ^ destination).then(destination).otherwise(requests)


# Written once: to write these costs more than to work them out for a small step.
ASKS = _asks()
"""Whether the source is the client.

Where just one end has the port of a server, that end is it: IEC 104 acknowledges and tests, and S7 fetches a program,
in both directions of one connection. Else the client is who sends requests; who responds or publishes is the server.
Rows of connections have no direction: their source is the client.
"""
_SIDES = [
    pl.when("asks").then(pl.col(f"{one}.{part}")).otherwise(pl.col(f"{other}.{part}")).alias(f"{side}.{part}")
    for side, one, other in (("client", *_ENDS), ("server", *reversed(_ENDS)))
    for part in _PARTS
]
_AS_ASKED = [
    pl.col(f"{side}.{part}").alias(f"{end}.{part}")
    for end, side in zip(_ENDS, ("client", "server"), strict=True)
    for part in _PARTS
]
TELLS = {
    end: (pl.col("asks") == (end == "client"))
    | (pl.col("network.transport").cast(pl.String) != "udp").fill_null(value=True)
    for end in ("client", "server")
}
"""By end, whether a row shows that there is a device, after `sides`: over TCP both acknowledge each other before
anything is said, while a question over UDP may go to an address that nobody has."""
SERVER_PORT = pl.when(ASKS).then(pl.col("destination.port")).otherwise(pl.col("source.port"))


def sides(rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` with `asks`, `client.ip`, `client.mac`, `client.port` and the same of `server`."""
    return rows.with_columns(ASKS.alias("asks")).with_columns(_SIDES)


def as_asked(rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` with the client as source and the server as destination, whoever sent the packet."""
    return rows.with_columns(_AS_ASKED)
