"""Put the current command table into README.md."""

from pathlib import Path

from loopmind_live.session.table import with_table

README = Path(__file__).resolve().parent.parent / "README.md"

if __name__ == "__main__":
    README.write_text(with_table(README.read_text(encoding="utf-8")), encoding="utf-8")
