"""A sale with its fsyncs stays under 30 ms: a cashier never waits for the till."""

import statistics
import time

from till_shop import line, order


def test_the_median_sale_is_under_thirty_milliseconds(make_program, server):
    program = make_program().start()
    server.mode = "down"
    medians = []
    for _ in range(10):  # one quiet moment is enough: other programs share this machine
        times = []
        for _ in range(40):
            body = order([line() for _ in range(8)], 2000)
            start = time.perf_counter()
            program.sell(body)
            times.append((time.perf_counter() - start) * 1000)
        medians.append(statistics.median(times))
        if medians[-1] < 30:
            break
    assert min(medians) < 30, medians
