"""The local stack keeps its data where it made it."""

from pathlib import Path

import pytest

from deploy.local.errors import LocalServerError
from deploy.local.stack import ANY_PORTS, LocalStack


def test_a_directory_is_taken_again_where_it_was_made(tmp_path: Path) -> None:
    """A second start finds the first one's data."""
    first = LocalStack(tmp_path / "run", ports=ANY_PORTS)
    again = LocalStack(tmp_path / "run", ports=ANY_PORTS)
    assert first.rabbitmq.url.split("@")[0] == again.rabbitmq.url.split("@")[0]


def test_a_directory_that_was_moved_is_refused(tmp_path: Path) -> None:
    """RabbitMQ would write to the old place: the words say what to do instead."""
    LocalStack(tmp_path / "run", ports=ANY_PORTS)
    (tmp_path / "run").rename(tmp_path / "elsewhere")
    with pytest.raises(LocalServerError, match="delete it"):
        LocalStack(tmp_path / "elsewhere", ports=ANY_PORTS)


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """Not a traceback."""
    (tmp_path / "file").write_text("")
    with pytest.raises(LocalServerError, match="file"):
        LocalStack(tmp_path / "file" / "run", ports=ANY_PORTS)
