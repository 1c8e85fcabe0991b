"""Lanes: the newest request wins, at most one waits, nothing outlives a shutdown."""

from __future__ import annotations

import threading

import pytest

from workbench.errors import CancelledError, WorkbenchError
from workbench.session.background import Lane


@pytest.fixture
def lane(qapp):
    made = Lane("test")
    yield made
    made.shutdown()


def test_what_waits_is_replaced_by_the_newest(lane, qtbot):
    gate, answers = threading.Event(), []
    lane.answered.connect(lambda key, answer: answers.append((key, answer)))
    lane.request(1, lambda progress: gate.wait(5) and "first")
    for key in (2, 3, 4):
        lane.request(key, lambda progress, k=key: k)
    gate.set()
    qtbot.waitUntil(lambda: not lane.is_busy)
    assert answers == [(1, "first"), (4, 4)]
    assert lane.newest_key == 4


def test_an_error_comes_home_as_an_error(lane, qtbot):
    def fail(progress):
        raise WorkbenchError("no")

    with qtbot.waitSignal(lane.failed) as caught:
        lane.request(1, fail)
    assert caught.args[1].message == "no"


def test_cancelling_reaches_the_worker(lane, qtbot):
    begun = threading.Event()

    def work(progress):
        begun.set()
        while True:
            progress.step(1, 2)

    with qtbot.waitSignal(lane.failed) as caught:
        lane.request(1, work)
        begun.wait(5)
        lane.cancel()
    assert isinstance(caught.args[1], CancelledError)


def test_shutdown_waits_for_the_worker(qapp):
    lane, ended = Lane("test"), []

    def work(progress):
        try:
            while True:
                progress.step(1, 2)
        finally:
            ended.append(True)

    begun = threading.Event()
    lane.request(1, lambda progress: (begun.set(), work(progress)))
    assert begun.wait(5)
    lane.shutdown()
    assert ended == [True]
    assert not lane._pool.activeThreadCount()


def test_an_answer_that_comes_home_after_the_end_asks_for_nothing_more(lane, qtbot):
    gate, asked = threading.Event(), []
    lane.answered.connect(lambda key, _: (asked.append(key), lane.request(2, lambda progress: asked.append("again"))))
    lane.request(1, lambda progress: gate.wait(5))
    gate.set()
    lane.shutdown()
    qtbot.waitUntil(lambda: asked == [1], timeout=5_000)
    assert not lane.is_busy
