"""A network of its own for everything that speaks Link: multicast must not leave the tests."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.jack.harness import end

_HOLD = "echo up; exec sleep 600"


@dataclass(frozen=True)
class Network:
    """A network namespace that the process `pid` holds."""

    pid: int

    def within(self, *words: str) -> list[str]:
        """Return the command that runs `words` in it."""
        user = () if os.geteuid() == 0 else ("--user", "--preserve-credentials")
        return ["nsenter", f"--target={self.pid}", "--net", *user, *words]

    def ip(self, *words: str) -> None:
        """Configure it: the words of `ip`."""
        subprocess.run(self.within("ip", *words), check=True, capture_output=True)

    def start(self, *words: str, env: Mapping[str, str], **more: Any) -> subprocess.Popen[str]:
        """Start a program in it, that answers lines."""
        return subprocess.Popen(
            self.within(*words), env=dict(env), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True, bufsize=1, **more,
        )  # fmt: skip

    def python(self, *words: str, env: Mapping[str, str], **more: Any) -> subprocess.Popen[str]:
        """Start Python in it."""
        return self.start(sys.executable, *words, env=env, **more)


@contextmanager
def private_network() -> Iterator[Network]:
    """Hold a network namespace with nothing but a loopback that takes multicast.

    As root its programs keep their priority; anybody else gets a user namespace with it.
    """
    user = () if os.geteuid() == 0 else ("--map-root-user",)
    holder = subprocess.Popen(
        ["unshare", *user, "--net", "sh", "-c", _HOLD],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        assert holder.stdout is not None
        said = holder.stdout.readline().strip()
        if said != "up":
            raise AssertionError(
                f"no private network ({said}): Ableton Link is tested in network namespaces "
                "alone: allow them (kernel.unprivileged_userns_clone=1), or test as root"
            )
        network = Network(holder.pid)
        network.ip("link", "set", "lo", "up", "multicast", "on")
        network.ip("route", "add", "224.0.0.0/4", "dev", "lo")
        yield network
    finally:
        end(holder)
        if holder.stdout is not None:
            holder.stdout.close()
