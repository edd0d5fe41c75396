"""The options of surfaces on the command line."""

import argparse

import pytest

from loopmind_live.app.surface_arguments import add_surfaces, surfaces_of
from loopmind_live.app.surface_options import ALL_OFF, SurfaceOptions
from loopmind_live.errors import ConfigError


def asked_for(*words: str) -> SurfaceOptions:
    parser = argparse.ArgumentParser()
    add_surfaces(parser)
    return surfaces_of(parser.parse_args(words))


def test_all_is_off_until_it_is_asked_for() -> None:
    assert asked_for() == ALL_OFF


def test_each_option_opens_its_own() -> None:
    words = ("--osc-port", "9000", "--lan", "10.0.0.7", "--oscquery-port", "0", "--link", "--midi")
    assert asked_for(*words) == SurfaceOptions(9000, ("10.0.0.7",), 0, True, True)


@pytest.mark.parametrize("words", [("--lan", "10.0.0.7"), ("--oscquery-port", "8000")])
def test_what_stands_on_osc_needs_it(words: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError, match="say on which port with --osc-port"):
        asked_for(*words)


def test_link_is_refused_offline() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--audio")
    add_surfaces(parser)
    with pytest.raises(ConfigError, match="--link needs a clock that runs"):
        surfaces_of(parser.parse_args(["--audio", "offline", "--link"]))
