"""Connections of a batch as rows: the source is the client, the destination the server."""

from __future__ import annotations

from functools import cache

import numpy as np
import pyarrow as pa

from collectors.wire.units import Connections
from core.fields import Kind, Vocabulary
from core.rows import IP, RowBatch, RowKind, schema
from core.scope import Origin


@cache
def _columns() -> pa.Schema:
    return schema(RowKind.CONNECTIONS, IP, Vocabulary())


def connection_rows(seen: Connections, origin: Origin, file: str, shift: int = 0) -> RowBatch:
    """One row a connection, in order of their first packets, `shift` ns later."""
    n = len(seen)
    columns = {
        "@timestamp": pa.array(seen.first + shift, pa.int64()).cast(Kind.DATE.arrow),
        "frame.file": _constant(file, n),
        "frame.number": pa.array(seen.frame),
        "source.mac": seen.client_mac.arrow(),
        "source.ip": seen.client_ip.arrow(),
        "destination.mac": seen.server_mac.arrow(),
        "destination.ip": seen.server_ip.arrow(),
        "destination.port": pa.array(seen.server_port, mask=seen.server_port < 0),
        "network.transport": seen.transport.arrow(),
        "network.protocol": _constant(IP, n),
        "network.vlan.id": pa.array(seen.vlan, mask=seen.vlan < 0),
        "organization.id": _constant(origin.organization, n),
        "ot.site.id": _constant(origin.site, n),
        "observer.name": _constant(origin.observer, n),
        "event.end": pa.array(seen.last + shift, pa.int64()).cast(Kind.DATE.arrow),
        "network.packets": pa.array(seen.packets),
        "destination.packets": pa.array(seen.answers),
        "network.bytes": pa.array(seen.bytes),
        "connection.established": pa.array(seen.established > 0, mask=seen.established < 0),
    }
    wanted = _columns()
    arrays = [columns[one.name] if one.name in columns else pa.nulls(n, one.type) for one in wanted]
    return RowBatch(RowKind.CONNECTIONS, IP, origin, pa.RecordBatch.from_arrays(arrays, schema=wanted))


def _constant(value: str, n: int) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(n, np.int32)), pa.array([value], pa.string()))
