"""What every `EventStream` does."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYetError
from pathlib import Path

import pytest

from core.ports import EventStream
from core.rows import RowBatch
from core.scope import Origin
from tests.adapters.conformance.adapters import Adapter
from tests.adapters.events import batch, ticks


def seen(batches: Sequence[RowBatch]) -> list[int]:
    return [number for one in batches for number in one.rows.column("frame.number").to_pylist()]


def test_batches_come_out_whole_and_in_order(stream: EventStream) -> None:
    for k in range(5):
        stream.publish(batch(ticks(10, first=10 * k)))
    assert seen(stream.poll(1, 1000)) == list(range(50))


def test_a_batch_keeps_its_kind_protocol_origin_and_rows(stream: EventStream) -> None:
    sent = batch(ticks(3), protocol="iec104", origin=Origin("o", "s", "x"))
    stream.publish(sent)
    (got,) = stream.poll(1, 1000)
    assert (got.kind, got.protocol, got.origin) == (sent.kind, sent.protocol, sent.origin)
    assert got.rows.equals(sent.rows)


def test_a_poll_takes_about_as_many_rows_as_asked_and_the_next_goes_on(stream: EventStream) -> None:
    for k in range(4):
        stream.publish(batch(ticks(100, first=100 * k)))
    first = stream.poll(1, 250)
    assert seen(first) == list(range(200))
    assert seen(stream.poll(1, 1000)) == list(range(200, 400))


def test_a_batch_larger_than_asked_comes_alone(stream: EventStream) -> None:
    stream.publish(batch(ticks(100)))
    stream.publish(batch(ticks(1, first=100)))
    assert len(seen(stream.poll(1, 10))) == 100


def test_a_poll_of_an_empty_stream_waits_no_longer_than_told(stream: EventStream) -> None:
    begin = time.monotonic()
    assert list(stream.poll(0.2, 10)) == []
    assert 0.15 < time.monotonic() - begin < 5


def test_a_waiting_poll_gets_a_batch_when_it_comes(stream: EventStream) -> None:
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(stream.poll, 30, 10)
        time.sleep(0.05)
        stream.publish(batch(ticks(2)))
        assert seen(waiting.result(5)) == [0, 1]


def test_publish_waits_while_the_stream_is_full_and_nothing_is_dropped(stream: EventStream) -> None:
    stream.publish(batch(ticks(1000)))
    with ThreadPoolExecutor() as pool:
        further = pool.submit(stream.publish, batch(ticks(5, first=1000)))
        with pytest.raises(NotYetError):
            further.result(0.2)
        taken = seen(stream.poll(1, 1000))
        further.result(5)
    assert taken + seen(stream.poll(1, 1000)) == list(range(1005))


def test_what_was_published_is_settled_once_it_is_committed_and_not_before(stream: EventStream) -> None:
    assert stream.settle(0)
    stream.publish(batch(ticks(2)))
    stream.publish(batch(ticks(2)))
    assert not stream.settle(0.05)
    stream.poll(1, 2)
    stream.commit()
    assert not stream.settle(0.05), "the second is not even polled"
    stream.poll(1, 2)
    assert not stream.settle(0.05)
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(stream.settle, 30)
        stream.publish(batch(ticks(2)))
        stream.commit()
        assert waiting.result(5), "what came after the call is not waited for"


def test_many_publishers_lose_nothing_and_each_stays_in_order(stream: EventStream) -> None:
    def publish(site: int) -> None:
        for k in range(50):
            stream.publish(batch(ticks(20, first=1_000_000 * site + 20 * k), origin=Origin("o", f"s{site}", "x")))

    with ThreadPoolExecutor() as pool:
        publishers = [pool.submit(publish, site) for site in range(4)]
        got: list[int] = []
        while len(got) < 4 * 50 * 20:
            some = stream.poll(10, 500)
            assert some
            got += seen(some)
            stream.commit()
        for one in publishers:
            one.result()
    for site in range(4):
        assert [n % 1_000_000 for n in got if n // 1_000_000 == site] == list(range(1000))


def test_what_was_published_before_the_close_is_still_polled(stream: EventStream) -> None:
    stream.publish(batch(ticks(2)))
    stream.close()
    assert not stream.ended()
    assert seen(stream.poll(1, 10)) == [0, 1]
    assert stream.ended()


def test_close_wakes_a_waiting_poll(stream: EventStream) -> None:
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(stream.poll, 30, 10)
        time.sleep(0.05)
        stream.close()
        assert list(waiting.result(5)) == []


def test_publish_after_or_during_the_close_is_refused(stream: EventStream) -> None:
    stream.publish(batch(ticks(1000)))
    refused = threading.Event()

    def publish() -> None:
        with pytest.raises(ValueError, match="closed"):
            stream.publish(batch(ticks(1)))
        refused.set()

    with ThreadPoolExecutor() as pool:
        blocked = pool.submit(publish)
        time.sleep(0.05)
        stream.close()
        blocked.result(5)
    assert refused.is_set()
    with pytest.raises(ValueError, match="closed"):
        stream.publish(batch(ticks(1)))


def test_what_was_not_committed_comes_again_after_a_restart_unless_declared_otherwise(
    stream_adapter: Adapter[EventStream], tmp_path: Path
) -> None:
    stream = stream_adapter.open(tmp_path)
    stream.publish(batch(ticks(2)))
    stream.publish(batch(ticks(2, first=2)))
    stream.poll(1, 2)
    stream.commit()
    stream.poll(1, 2)
    stream_adapter.close(stream)
    expected = [] if "restart" in stream_adapter.lacks else [2, 3]
    assert seen(stream_adapter.open(tmp_path).poll(0.1, 10)) == expected
