"""patronictl without its start: one process has imported it and forks for each call.

Half a second of imports for each of a script's thirty calls would be most of a test's time. What runs is
Patroni's own command line, in a process of its own, with the caller's input, output and directory.

`Resident(folder)` starts it, `client(...)` is the text of the program to put on a PATH.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_SERVER = """\
import json, os, socket, sys
from patroni.ctl import ctl
server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv[1])
server.listen()
while True:
    caller, _ = server.accept()
    request, files, _, _ = socket.recv_fds(caller, 1 << 16, 3)
    words, folder = json.loads(request)
    child = os.fork()
    if not child:
        code = 1
        try:
            for number, file in enumerate(files):
                os.dup2(file, number)
            os.chdir(folder)
            sys.argv = ["patronictl", *words]
            ctl()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        except BaseException:
            import traceback
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    for file in files:
        os.close(file)
    _, status = os.waitpid(child, 0)
    caller.sendall(str(os.waitstatus_to_exitcode(status)).encode())
    caller.close()
"""

CLIENT = """\
#!{python} -SE
# Calls the resident patronictl: call(words, out) with the file for its standard output.
import json, os, socket, sys
def call(words, out=1):
    server = socket.socket(socket.AF_UNIX)
    server.connect({socket!r})
    socket.send_fds(server, [json.dumps([words, os.getcwd()]).encode()], [0, out, 2])
    if out != 1:
        os.close(out)
    return server
def code(server):
    return int(server.recv(16) or b"1")
"""


class Resident:
    """The process; close it in the end."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.socket = str(folder / "ctl")
        self._process = subprocess.Popen(
            [sys.executable, "-c", _SERVER, self.socket],
            stdin=subprocess.DEVNULL,
            env={**os.environ, **environment},
        )
        deadline = time.monotonic() + 60
        while not Path(self.socket).exists():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("patronictl does not start")
            time.sleep(0.1)

    @property
    def client(self) -> str:
        """The beginning of a program that calls it."""
        return CLIENT.format(python=sys.executable, socket=self.socket)

    def close(self) -> None:
        """Ends the process."""
        self._process.terminate()
        self._process.wait(30)
