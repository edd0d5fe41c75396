"""python-osc's own server under a flood, to compare with.

    python -m loopmind_live.bench.osc_peer FOLDER RATE SECONDS

starts it, has it flooded, and writes FOLDER/figures.json as the performer's side does.
"""

import json
import sys
import threading
import time
from pathlib import Path

from loopmind_live.bench.osc_flood import code_of
from loopmind_live.bench.osc_flooding import flooded

_DRAIN_S = 1.0


def main() -> int:
    """Serve, be flooded, and write what was taken."""
    from pythonosc.dispatcher import Dispatcher
    from pythonosc.osc_server import BlockingOSCUDPServer

    folder, rate, seconds = Path(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
    addresses = json.loads((folder / "addresses.json").read_text())
    taken: list[tuple[int, int]] = []

    def handle(_address: str, value: float) -> None:
        taken.append((time.monotonic_ns(), code_of(value)))

    dispatcher = Dispatcher()
    for address in addresses:
        dispatcher.map(address, handle)
    with BlockingOSCUDPServer(("127.0.0.1", 0), dispatcher) as server:
        serving = threading.Thread(target=server.serve_forever, daemon=True)
        serving.start()
        sent = flooded(folder, server.server_address[1], rate, seconds)
        time.sleep(_DRAIN_S)
        (folder / "figures.json").write_text(json.dumps({"sent_ns": sent, "taken": taken}))
        server.shutdown()
        serving.join()
    return 0


if __name__ == "__main__":
    sys.exit(main())
