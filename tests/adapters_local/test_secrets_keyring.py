"""The system's keyring: long secrets, half-done writes, locked and missing keyrings."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import keyring.backends.chainer
import keyring.backends.fail
import keyring.backends.null
import keyring.errors
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keyring.backend import KeyringBackend

from psaqb_desktop.adapters.secrets import SystemKeyring, choose_secret_store
from psaqb_desktop.adapters.secrets.backends import WINDOWS_LIMIT, trusted
from psaqb_desktop.adapters.secrets.sealed_file import SealedFile
from psaqb_desktop.domain.errors import SecretStoreError


class PlugPulledError(Exception):
    """The program died here."""


class CredentialStore(KeyringBackend):
    """Keeps entries as Windows does: 2,560 bytes of UTF-16 and no more."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.entries: dict[tuple[str, str], str] = {}
        self.writes_left = 1_000_000

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._use_up()
        if len(password.encode("utf-16-le")) > 2 * WINDOWS_LIMIT:
            raise OSError(1783, "CredWrite", "The stub received bad data")
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._use_up()
        if (service, username) not in self.entries:
            raise keyring.errors.PasswordDeleteError
        del self.entries[service, username]

    def _use_up(self) -> None:
        if self.writes_left == 0:
            raise PlugPulledError
        self.writes_left -= 1


def _windows(backend: KeyringBackend) -> SystemKeyring:
    return SystemKeyring(lambda: backend, longest=WINDOWS_LIMIT)


def test_the_plain_way_refuses_long_secrets() -> None:
    with pytest.raises(SecretStoreError, match="refused"):
        SystemKeyring(CredentialStore, longest=None).set("t", "x" * 1281)


LONG = st.integers(0, 4000).flatmap(lambda n: st.text("aZ#= é😀", min_size=n, max_size=n))


@given(st.lists(LONG, min_size=1, max_size=4))
def test_secrets_of_any_length_replace_each_other(secrets: list[str]) -> None:
    backend = CredentialStore()
    store = _windows(backend)
    for secret in secrets:
        store.set("crm", secret)
        assert store.get("crm") == secret
    store.delete("crm")
    assert store.get("crm") is None
    assert backend.entries == {}, "no part is left behind"


@pytest.mark.parametrize("old", ["old", "o" * 3000])
@pytest.mark.parametrize("new", ["new", "n" * 5000])
def test_wherever_the_program_dies_a_whole_secret_is_there(old: str, new: str) -> None:
    seen = set()
    for writes in range(20):
        backend = CredentialStore()
        _windows(backend).set("t", old)
        backend.writes_left = writes
        with contextlib.suppress(SecretStoreError):
            _windows(backend).set("t", new)
        backend.writes_left = 100
        kept = _windows(backend).get("t")
        assert kept in {old, new}
        seen.add(kept)
        _windows(backend).set("t", "after")
        assert _windows(backend).get("t") == "after"
        assert len(backend.entries) == 1, "nothing is left of the write that was cut short"
    assert seen == {old, new}


def test_a_missing_part_is_an_error_not_a_shorter_secret() -> None:
    backend = CredentialStore()
    store = _windows(backend)
    store.set("t", "x" * 3000)
    del backend.entries["PSAQB Desktop", "t#a2"]
    with pytest.raises(SecretStoreError, match="incomplete"):
        store.get("t")


def test_an_entry_of_unknown_form_is_an_error() -> None:
    backend = CredentialStore()
    backend.entries["PSAQB Desktop", "t"] = "#nonsense"
    with pytest.raises(SecretStoreError, match="incomplete"):
        _windows(backend).get("t")


def test_deleting_a_missing_secret_is_fine() -> None:
    _windows(CredentialStore()).delete("never there")


class Locked(CredentialStore):
    error: Exception = keyring.errors.KeyringLocked("Failed to unlock the collection!")

    def get_password(self, service: str, username: str) -> str | None:  # noqa: ARG002
        raise self.error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (keyring.errors.KeyringLocked(), "locked"),
        (keyring.errors.InitError("Prompt dismissed"), "could not be opened"),
        (keyring.errors.NoKeyringError(), "no keyring"),
        (RuntimeError("the bus fell over with s3cret"), "refused"),
    ],
)
def test_a_keyring_that_does_not_open_says_what_to_do(error: Exception, words: str) -> None:
    backend = Locked()
    backend.error = error
    with pytest.raises(SecretStoreError, match=words) as caught:
        _windows(backend).get("t")
    assert caught.value.remedy
    assert "s3cret" not in caught.value.details


def test_no_keyring_is_told_apart() -> None:
    with pytest.raises(SecretStoreError, match="no keyring") as caught:
        trusted(keyring.backends.fail.Keyring())  # type: ignore[no-untyped-call]
    assert "PSAQB_KEYRING_FILE" in caught.value.remedy


@pytest.mark.parametrize(
    "backend",
    [keyring.backends.null.Keyring(), CredentialStore()],  # type: ignore[no-untyped-call]
)
def test_a_keyring_that_is_not_known_to_seal_is_refused(backend: KeyringBackend) -> None:
    with pytest.raises(SecretStoreError, match="not known to protect"):
        trusted(backend)


def test_a_sealing_keyring_is_taken_even_out_of_a_chain() -> None:
    class Sealing(CredentialStore):
        persist = "enterprise"

    Sealing.__module__ = "keyring.backends.Windows"

    class Chain(CredentialStore):
        backends = (CredentialStore(), Sealing())

    Chain.__module__ = "keyring.backends.chainer"
    taken = trusted(Chain())
    assert isinstance(taken, Sealing)
    assert taken.persist == "local machine"


def test_the_file_is_chosen_by_name_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    assert isinstance(choose_secret_store({}, lambda _: "p"), SystemKeyring)
    assert isinstance(choose_secret_store({"PSAQB_KEYRING_FILE": ""}), SystemKeyring)
    assert isinstance(choose_secret_store({"PSAQB_KEYRING_FILE": str(path)}), SealedFile)


ROUND_TRIP = """
import os
from psaqb_desktop.adapters.secrets import choose_secret_store
store = choose_secret_store(os.environ)
assert store.get("token") is None
store.set("token", "täken" * 1000)
assert store.get("token") == "täken" * 1000
store.delete("token")
store.delete("token")
assert store.get("token") is None
print("round trip done")
"""

SERVICE = """
eval "$(printf test | gnome-keyring-daemon --unlock --components=secrets 2>/dev/null)"
for i in $(seq 100); do
  gdbus call --session -d org.freedesktop.DBus -o /org/freedesktop/DBus \
    -m org.freedesktop.DBus.NameHasOwner org.freedesktop.secrets 2>/dev/null \
    | grep -q true && break
  sleep .05
done
"$@"
"""


def _environment(folder: Path) -> dict[str, str]:
    folder.chmod(0o700)
    gone = ("DISPLAY", "WAYLAND", "XDG_", "DBUS_", "PSAQB_", "PYTHON_KEYRING")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(gone)}
    return {**kept, "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)}


@pytest.mark.skipif(
    not all(map(shutil.which, ("gnome-keyring-daemon", "dbus-run-session", "gdbus")))
    or not importlib.util.find_spec("secretstorage"),
    reason="no Secret Service to be had here (gnome-keyring, dbus, SecretStorage)",
)
def test_a_round_trip_through_a_real_secret_service(tmp_path: Path) -> None:
    done = subprocess.run(
        ["dbus-run-session", "--", "bash", "-c", SERVICE, "_", sys.executable, "-c", ROUND_TRIP],
        env=_environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "round trip done" in done.stdout, done.stderr


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="these always have a keyring")
def test_a_machine_without_a_keyring_is_an_error_not_a_fallback(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ROUND_TRIP],
        env=_environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "SecretStoreError: This machine has no keyring" in done.stderr
    assert list(tmp_path.rglob("*secret*")) == []
