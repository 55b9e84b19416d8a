"""The passphrase-sealed file."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from psaqb_desktop.adapters.secrets import choose_secret_store
from psaqb_desktop.adapters.secrets.sealed_file import COST, SealedFile
from psaqb_desktop.domain.errors import SecretStoreError

CHEAP = 2**10
"""The real cost takes a third of a second each time."""


def _says(passphrase: str) -> Callable[[Path], str]:
    return lambda _: passphrase


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "secrets.sealed"


def test_secrets_come_back_in_another_program(path: Path) -> None:
    first = SealedFile(path, _says("right"), cost=CHEAP)
    first.set("a", "töken" * 2000)
    first.set("b", "")
    first.set("c", "gone")
    first.delete("c")
    first.delete("never there")
    second = SealedFile(path, _says("right"))
    assert (second.get("a"), second.get("b"), second.get("c")) == ("töken" * 2000, "", None)


def test_neither_secret_nor_name_nor_passphrase_is_in_the_file(path: Path) -> None:
    SealedFile(path, _says("right horse"), cost=CHEAP).set("connection-7", "s3cret-token")
    text = path.read_text()
    for word in ("s3cret", "connection", "horse"):
        assert word not in text


def test_the_same_secret_is_sealed_differently_each_time(path: Path) -> None:
    store = SealedFile(path, _says("right"), cost=CHEAP)
    texts = []
    for secret in ("one", "two", "one"):
        store.set("a", secret)
        texts.append(json.loads(path.read_text()))
    assert len({text["nonce"] for text in texts}) == 3
    assert len({text["sealed"] for text in texts}) == 3


def test_a_wrong_passphrase_opens_nothing_and_may_be_typed_again(path: Path) -> None:
    SealedFile(path, _says("right"), cost=CHEAP).set("a", "1")
    before = path.read_bytes()
    answers = iter(["wrong", "worse", "right"])
    store = SealedFile(path, lambda _: next(answers))
    with pytest.raises(SecretStoreError, match="passphrase is wrong"):
        store.get("a")
    with pytest.raises(SecretStoreError, match="passphrase is wrong"):
        store.set("a", "2")
    assert path.read_bytes() == before
    assert store.get("a") == "1"


@pytest.mark.parametrize("field", ["salt", "nonce", "sealed"])
def test_a_changed_file_is_refused(path: Path, field: str) -> None:
    SealedFile(path, _says("right"), cost=CHEAP).set("a", "1")
    outer = json.loads(path.read_text())
    letters = outer[field]
    outer[field] = ("B" if letters[0] == "A" else "A") + letters[1:]
    path.write_text(json.dumps(outer))
    with pytest.raises(SecretStoreError):
        SealedFile(path, _says("right")).get("a")


@pytest.mark.parametrize(
    "contents",
    ["", "{}", "[]", "not json", '{"kind": "other", "cost": 2}', '{"kind": 1, "cost": "x"}'],
)
def test_a_file_of_another_kind_is_refused_and_left(path: Path, contents: str) -> None:
    path.parent.mkdir()
    path.write_text(contents)
    store = SealedFile(path, _says("right"), cost=CHEAP)
    with pytest.raises(SecretStoreError, match="damaged"):
        store.set("a", "1")
    assert path.read_text() == contents


def test_a_changed_file_cannot_ask_for_all_memory(path: Path) -> None:
    SealedFile(path, _says("right"), cost=CHEAP).set("a", "1")
    path.write_text(json.dumps({**json.loads(path.read_text()), "cost": 2**40}))
    with pytest.raises(SecretStoreError, match="damaged"):
        SealedFile(path, _says("right")).get("a")


@pytest.mark.skipif(sys.platform == "win32", reason="file modes")
def test_only_the_owner_may_read_the_file(path: Path) -> None:
    store = SealedFile(path, _says("right"), cost=CHEAP)
    store.set("a", "1")
    path.chmod(0o644)
    store.set("a", "2")
    assert path.stat().st_mode & 0o777 == 0o600


def test_programs_that_write_at_once_lose_nothing(path: Path) -> None:
    SealedFile(path, _says("right"), cost=CHEAP).set("first", "1")
    script = (
        "import sys; from pathlib import Path\n"
        "from psaqb_desktop.adapters.secrets.sealed_file import SealedFile\n"
        "store = SealedFile(Path(sys.argv[1]), lambda _: 'right')\n"
        "for n in range(15): store.set(f'{sys.argv[2]}-{n}', 'x')\n"
    )
    programs = [
        subprocess.Popen([sys.executable, "-c", script, str(path), str(n)]) for n in range(3)
    ]
    assert [program.wait() for program in programs] == [0, 0, 0]
    store = SealedFile(path, _says("right"))
    assert all(store.get(f"{p}-{n}") == "x" for p in range(3) for n in range(15))
    assert sorted(f.name for f in path.parent.iterdir() if f.suffix != ".lock") == [path.name]


def test_the_passphrase_of_the_environment_is_used_before_a_person_is_asked(path: Path) -> None:
    environ = {"PSAQB_KEYRING_FILE": str(path), "PSAQB_KEYRING_PASSPHRASE": "right"}
    choose_secret_store(environ, _says("wrong")).set("a", "1")
    asked = {"PSAQB_KEYRING_FILE": str(path)}
    assert choose_secret_store(asked, _says("right")).get("a") == "1"
    with pytest.raises(SecretStoreError, match="no passphrase"):
        choose_secret_store(asked).get("a")
    assert json.loads(path.read_text())["cost"] == COST


def test_a_place_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    store = SealedFile(tmp_path / "file" / "secrets", _says("right"), cost=CHEAP)
    with pytest.raises(SecretStoreError, match="cannot be read or written"):
        store.set("a", "1")
