"""Layers side by side: one lane a processor, then one after the other those that want a quiet machine.

Two layers that run at once would mix what they print: each is shown whole when it ends, and a line now
and then says how far they are. A layer that runs alone is shown as it comes.

The databases are made beside the layers that need none.
"""

import os
from collections.abc import Callable, Iterator, Sequence
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
    todo: Sequence[Layer],
    cluster: Cluster,
    prepare: Callable[[Programs], None] = lambda programs: None,
    processors: int | None = None,
) -> list[LayerResult]:
    """Every layer once; their results in the order asked for.

    ``prepare`` makes the databases; when it fails, everything ends with its error. Interrupted, it ends
    every program it has started before it leaves.
    """
    programs = Programs()
    lanes = processors or len(os.sched_getaffinity(0))
    results: dict[str, LayerResult] = {}
    with ThreadPoolExecutor(lanes) as pool:
        try:
            prepared = pool.submit(prepare, programs)
            for group in _groups(todo, lanes):
                runs = [Run(layer, cluster, programs, prepared) for layer in group]
                running = {pool.submit(run): run for run in runs}
                for run, result in _followed(running, prepared):
                    results[run.layer.name] = result
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            programs.end()
            raise
    return [results[layer.name] for layer in todo]


def _groups(todo: Sequence[Layer], lanes: int) -> list[list[Layer]]:
    """Layers that run side by side, each group after the other."""
    if lanes == 1:
        return [[layer] for layer in todo]
    beside = [layer for layer in todo if not layer.alone]
    # The other lanes have something to do while the databases are made; then those that stand on the most,
    # which last longest.
    free = [layer for layer in beside if not layer.level.in_database][: lanes - 1]
    rest = sorted((layer for layer in beside if layer not in free), key=lambda one: -one.level)
    return [group for group in ([*free, *rest], *([one] for one in todo if one.alone)) if group]


def _followed(running: dict[Future, Run], prepared: Future) -> Iterator[tuple[Run, LayerResult]]:
    """Show the layers that share the machine; each with its result, as they end.

    :raises OpsError: what they stand on could not be made
    """
    as_it_comes = len(running) == 1
    if as_it_comes:
        prepared.result()
        for run in running.values():
            run.show_title()
    while running:
        unsure = [] if prepared.done() else [prepared]
        done, _ = wait([*running, *unsure], LOOK if as_it_comes else HEARTBEAT, FIRST_COMPLETED)
        if prepared.done():
            prepared.result()
        for future in done - {prepared}:
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
