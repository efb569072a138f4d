"""A command, and what it took. Used by the benchmarks."""

import dataclasses
import os
import subprocess
import time


@dataclasses.dataclass
class Measured:
    seconds: float  # on the clock
    cpu: float  # seconds of processors
    peak: int  # bytes of memory at most
    printed: str


def measured(command, **more):
    """Runs a command to its end; anything but success ends this program."""
    began = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **more)
    printed = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{command} ended with {child.returncode}")
    return Measured(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, printed)
