"""The first Ctrl-C (or SIGTERM) closes; what follows does not cut the closing short."""

import os
import signal
import subprocess
import sys
import time

import pytest

from ops.paths import HOUSE

PROGRAM = """
import signal, sys, time
from ops import cli

# Whoever runs the tests may have switched some off (nohup, a job in the background).
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
signal.signal(signal.SIGTERM, signal.SIG_DFL)

def command(options):
    try:
        print("ouvert", flush=True)
        time.sleep(60)
    finally:
        print("fermeture", flush=True)
        time.sleep(1.5)
        print("fermé", flush=True)

cli._command = command
sys.exit(cli.main(["doctor"]))
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_closing_is_not_cut_short(number):
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM], cwd=HOUSE.root, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(HOUSE.root)},
    )  # fmt: skip
    assert process.stdout.readline() == "ouvert\n"
    process.send_signal(number)
    assert process.stdout.readline() == "fermeture\n"
    for again in (signal.SIGINT, signal.SIGTERM, number):
        process.send_signal(again)
        time.sleep(0.1)
    assert process.stdout.readline() == "fermé\n"
    assert process.wait(10) == 130
