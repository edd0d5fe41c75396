"""A tablet that walks out of reach and back: run in a network namespace of its own.

The tablet stands in another one, at the far end of a cable; its process is named on the command
line by the namespace's.
"""

import json
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from loopmind_live.control.access import allowed
from tests.app.osc_stage import OscStage

HERE, THERE = "10.77.1.1", "10.77.1.2"
TABLET = f"""
import socket, sys
from loopmind_live.control.osc_packet import decode, encode
tablet = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
tablet.sendto(encode("/loopmind/start_listen"), ("{HERE}", int(sys.argv[1])))
while True:
    for message in decode(tablet.recv(65536)):
        print(message.address, *message.arguments, flush=True)
"""
LEVEL = "/loopmind/track/bass/level"


def main() -> None:
    """Print what the tablet showed and what the performer was told, as JSON."""
    there = ["nsenter", f"--target={sys.argv[1]}", "--net"]

    def address(verb: str) -> None:
        words = ["ip", "addr", verb, f"{THERE}/24", "dev", "vb"]
        subprocess.run([*there, *words], check=True)

    stage = OscStage(Path(tempfile.mkdtemp()), 0, allowed([THERE]))
    tablet = subprocess.Popen(
        [*there, sys.executable, "-c", TABLET, str(stage.port)], stdout=subprocess.PIPE, text=True
    )
    shown: list[str] = []
    reader = threading.Thread(target=lambda: shown.extend(map(str.strip, tablet.stdout or ())))
    reader.start()
    try:
        stage.until(lambda: f"{LEVEL} 0.75" in shown, "the fader")
        address("del")
        levels = iter(range(-1, -60, -1))

        def moved() -> bool:
            stage.show.type(f"level bass {next(levels, -59)}")
            stage.go_on(0.2)
            return any("cannot be reached" in line for line in stage.told)

        stage.until(moved, "out of reach")
        still = len(stage.feedback.listeners)
        address("add")
        stage.show.type("level bass -10")
        stage.go_on(1.0)  # the network has to find the tablet again

        def told_again() -> bool:
            stage.show.type("level bass -20")
            stage.go_on(0.1)
            stage.show.type("level bass -10")
            stage.go_on(0.1)
            return f"{LEVEL} 0.5" in shown

        stage.until(told_again, "back")
    finally:
        tablet.kill()
        tablet.wait()
        reader.join()
        stage.close()
    lines = [line for line in stage.told if "reached" in line or "told anything" in line]
    print(json.dumps({"back": f"{LEVEL} 0.5" in shown, "listened": still, "told": lines}))


if __name__ == "__main__":
    main()
