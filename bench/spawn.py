"""Runs one command and prints what it took: wall seconds, CPU seconds, peak kB, exit code.

A process of its own, started with -I -S and importing next to nothing, because Linux counts the
peak memory of the process that spawns into that of the spawned one.
"""

import os
import sys
import time

quiet = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_RDWR, 0) for fd in (0, 1, 2)]
start = time.perf_counter()
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=quiet)
_, status, usage = os.wait4(child, 0)
wall = time.perf_counter() - start
print(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, os.waitstatus_to_exitcode(status))
