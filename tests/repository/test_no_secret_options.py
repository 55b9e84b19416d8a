"""No command takes a secret as an option: command lines are seen by everybody on a machine."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click

from psaqb_desktop.cli.main import group

_TELLING = re.compile(r"secret|token|password|passphrase|key", re.IGNORECASE)
_PLAIN = {"--access-token-url"}
"""Where tokens are had is no secret."""


def options(command: click.Command) -> Iterator[str]:
    for parameter in command.params:
        yield from parameter.opts
    if isinstance(command, click.Group):
        for one in command.commands.values():
            yield from options(one)


def test_no_option_names_a_secret() -> None:
    found = set(options(group))
    assert found >= {"--client-id", *_PLAIN}, "the commands should be found at all"
    assert {name for name in found - _PLAIN if _TELLING.search(name)} == set()
