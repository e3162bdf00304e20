"""How much the stream in memory holds."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYetError

import pytest

from adapters.memory.stream import MemoryStream
from core.rows import end
from tests.adapters.events import HERE, batch, ticks


def test_publish_waits_while_the_stream_holds_as_many_bytes_as_it_may() -> None:
    one = batch(ticks(100))
    stream = MemoryStream(most_bytes=2 * one.rows.nbytes + 1)
    stream.publish(one)
    stream.publish(one)
    with ThreadPoolExecutor() as pool:
        further = pool.submit(stream.publish, one)
        with pytest.raises(NotYetError):
            further.result(0.2)
        assert len(stream.poll(1, 1)) == 1
        further.result(5)
    assert stream.waiting() == 200


def test_a_batch_of_more_bytes_than_the_stream_may_hold_comes_through_alone() -> None:
    stream = MemoryStream(most_bytes=1)
    stream.publish(batch(ticks(100)))
    assert stream.poll(1, 1000)
    stream.publish(batch(ticks(100)))
    assert stream.waiting() == 100


def test_a_mark_behind_a_full_stream_waits_for_room_and_then_comes() -> None:
    stream = MemoryStream(most_rows=100)
    stream.publish(batch(ticks(100)))
    stream.publish(end(HERE))
    assert [one.rows.num_rows for one in stream.poll(1, 1000)] == [100, 0]
