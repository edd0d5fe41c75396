import subprocess
import sys

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.engine.base import FOREVER, Row
from loopmind_live.engine.rows import ROW_DTYPE, pack, unpack

HEAVY = ("numba", "llvmlite", "pyo", "pyo64", "librosa", "scipy")

small = st.integers(0, 2**31 - 1)
large = st.integers(-(2**62), FOREVER)
real = st.floats(allow_nan=False)
any_row = st.builds(
    Row, small, large, large, large, real, real, large, large, real, small, small, small, real
)


@given(st.lists(any_row, max_size=5))
def test_rows_come_back_as_they_were_packed(rows: list[Row]) -> None:
    assert unpack(pack(rows)) == tuple(rows)


def test_every_number_of_a_row_is_packed_in_a_table_without_holes() -> None:
    assert set(ROW_DTYPE.names or ()) == set(Row.__dataclass_fields__)
    widths = [ROW_DTYPE[name].itemsize for name in ROW_DTYPE.names or ()]
    assert sum(widths) == ROW_DTYPE.itemsize
    assert np.zeros(1, ROW_DTYPE).tobytes() == b"\0" * ROW_DTYPE.itemsize


def test_the_performer_reaches_the_engine_without_its_compiler_and_its_sound_library() -> None:
    code = (
        "import sys, loopmind_live.engine.client, loopmind_live.engine.open\n"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
