"""A file of the till's page, run as it is by the JavaScript engine that comes with Playwright."""

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from playwright._impl._driver import compute_driver_executable

#: One line in, one line out.
PROGRAM = """
const page = await import("data:text/javascript," + encodeURIComponent(SOURCE));
const answer = ANSWER;
const {createInterface} = await import("node:readline");
for await (const text of createInterface({input: process.stdin})) {
    console.log(JSON.stringify(answer(JSON.parse(text))));
}
"""


@contextmanager
def asking(source: str, answer: str) -> Iterator[Callable[[object], object]]:
    """``ask(case)`` gives what ``answer``, a JavaScript function that knows ``source`` as ``page``, says of it.

    A case and its answer are values of JSON.
    """
    node, *_rest = compute_driver_executable()
    program = PROGRAM.replace("SOURCE", json.dumps(source), 1).replace("ANSWER", answer, 1)
    process = subprocess.Popen(
        [node, "--input-type=module", "-e", program],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip

    def ask(case: object) -> object:
        process.stdin.write(json.dumps(case) + "\n")
        process.stdin.flush()
        return json.loads(process.stdout.readline())

    yield ask
    process.stdin.close()
    process.wait(timeout=10)
