"""How long a thread that wants to tick every millisecond waits while another measures a large map.

Run `python -m tests.performance.stall --rows 1e8`; the window needs its turn within 50 ms.
"""

from __future__ import annotations

import argparse
import sys
import threading
import time

from tests.performance.compare import branching_journey
from tests.performance.synthetic import synthetic_log
from workbench.analysis.measure import measure
from workbench.analysis.query import Query
from workbench.analysis.warm import warm_up

ALLOWED_S = 0.05


def longest_wait_s(worker: threading.Thread) -> tuple[float, int]:
    """The longest time between two ticks until the worker ends, and how many ticks there were."""
    longest, ticks = 0.0, 0
    worker.start()
    before = time.perf_counter()
    while worker.is_alive():
        time.sleep(0.001)
        now = time.perf_counter()
        longest, before, ticks = max(longest, now - before), now, ticks + 1
    return longest, ticks


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=float, default=1e7)
    store = synthetic_log(parser.parse_args().rows).store()
    warm_up()
    query = Query.of(branching_journey())
    for _ in range(3):
        vars(store).pop("_answers", None)
        begun = time.perf_counter()
        longest, ticks = longest_wait_s(threading.Thread(target=measure, args=(query, store)))
        taken = time.perf_counter() - begun
        print(f"{store.n_events:,} rows in {taken * 1e3:.0f} ms; longest wait {longest * 1e3:.1f} ms of {ticks} ticks")
    if longest > ALLOWED_S:
        sys.exit(f"a tick waited {longest * 1e3:.0f} ms, more than {ALLOWED_S * 1e3:.0f} ms")


if __name__ == "__main__":
    main()
