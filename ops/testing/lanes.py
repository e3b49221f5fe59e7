"""Layers side by side: one lane a processor, then one after the other those that want a quiet machine.

Two layers that run at once would mix what they print: each is shown whole when it ends, and a line now
and then says how far they are. A layer that runs alone is shown as it comes.
"""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from ops.console import CONSOLE
from ops.postgres import Cluster
from ops.testing.layers import Layer
from ops.testing.programs import Programs
from ops.testing.result import LayerResult
from ops.testing.run import Run

#: Seconds between two looks at a layer shown as it comes, and between two lines about the others.
LOOK, HEARTBEAT = 0.5, 60.0


def run(
    todo: Sequence[Layer], cluster: Cluster, processors: int | None = None
) -> list[LayerResult]:
    """Every layer once; their results in the order asked for.

    Interrupted, it ends every program it has started before it leaves.
    """
    programs = Programs()
    runs = [Run(layer, cluster, programs) for layer in todo]
    lanes = processors or len(os.sched_getaffinity(0))
    if lanes > 1:
        # Those that stand on the most last longest: they begin.
        beside = sorted((r for r in runs if not r.layer.alone), key=lambda r: -r.layer.level)
        groups = [beside, *([r] for r in runs if r.layer.alone)]
    else:
        groups = [[r] for r in runs]
    results: dict[str, LayerResult] = {}
    for group in groups:
        with ThreadPoolExecutor(lanes) as pool:
            running = {pool.submit(run): run for run in group}
            try:
                for run, result in _followed(running):
                    results[run.layer.name] = result
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                programs.end()
                raise
    return [results[layer.name] for layer in todo]


def _followed(running: dict[Future, Run]) -> Iterator[tuple[Run, LayerResult]]:
    """Show the layers that share the machine; each with its result, as they end."""
    as_it_comes = len(running) == 1
    if as_it_comes:
        for run in running.values():
            run.show_title()
    while running:
        done, _ = wait(running, LOOK if as_it_comes else HEARTBEAT, FIRST_COMPLETED)
        for future in done:
            run, result = running.pop(future), future.result()
            if not as_it_comes:
                run.show_title()
            run.show_end(result)
            yield run, result
        if as_it_comes:
            for run in running.values():
                run.show_new()
        elif not done:
            CONSOLE.say("  … " + ", ".join(filter(None, (run.state() for run in running.values()))))
