"""Who may send from another machine."""

import pytest

from loopmind_live.control.access import THIS_MACHINE, allowed
from loopmind_live.errors import ControlError


def test_by_itself_only_this_machine_may_send() -> None:
    assert "127.0.0.1" in THIS_MACHINE and "127.3.2.1" in THIS_MACHINE
    assert "192.168.1.20" not in THIS_MACHINE
    assert not THIS_MACHINE


def test_an_address_lets_one_machine_in_and_a_network_all_of_its_own() -> None:
    who = allowed(["192.168.1.20", "10.1.0.0/16"])
    assert all(host in who for host in ("192.168.1.20", "10.1.255.255", "127.0.0.1"))
    assert not any(host in who for host in ("192.168.1.2", "10.2.0.0", "8.8.8.8"))


def test_a_host_within_its_network_names_the_network() -> None:
    assert str(allowed(["192.168.1.20/24"])) == "this machine, 192.168.1.0/24"


@pytest.mark.parametrize(
    "asked", ["", "tablet", "192.168.1", "192.168.1.300", "192.168.1.0/33", "::1", "1.2.3.4:9000"]
)
def test_what_is_no_address_is_told_with_an_example(asked: str) -> None:
    with pytest.raises(ControlError, match=r"^[^\n]*: not an address .*192\.168\.1\.20"):
        allowed([asked])


@pytest.mark.parametrize("asked", ["0.0.0.0/0", "10.0.0.0/8", "192.168.0.0/15"])
def test_a_network_that_is_no_stage_is_refused(asked: str) -> None:
    with pytest.raises(ControlError, match=r"^[^\n]* addresses may send then: .*/16"):
        allowed([asked])


def test_a_list_without_end_is_refused() -> None:
    with pytest.raises(ControlError, match="32 at most"):
        allowed([f"10.0.0.{number}" for number in range(40)])
