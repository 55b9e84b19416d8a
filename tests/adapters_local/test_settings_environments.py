"""environments.toml: what is read, which mistakes are named, what writing leaves alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from psaqb_desktop.adapters.settings.environments import EnvironmentsFile
from psaqb_desktop.domain.environment import (
    INTUIT_AUTHORIZE_URL,
    Environment,
    EnvironmentKind,
    SignInMethod,
)
from psaqb_desktop.domain.errors import SettingsError

FULL = """\
# Written by Ada.
default_environment = "Sandbox EU"  # until June

[production]
kind = "production"
crm_url = "https://contoso.crm4.dynamics.com/"  # a slash at the end is fine

["Sandbox EU"]
kind = "sandbox"
crm_url = "https://contoso-test.crm4.dynamics.com"
authority = "https://login.microsoftonline.us"
tenant = "contoso.onmicrosoft.com"
client_id = "11111111-2222-3333-4444-555555555555"
sign_in = "device-code"
quickbooks_authorize_url = "http://localhost:9000/connect/oauth2"
quickbooks_redirect_uri = "http://localhost:9100/done"
trusted_hosts = ["localhost:9000", "[::1]:443", "sandbox.example.com:8443"]
"""

PRODUCTION = Environment(
    name="production",
    kind=EnvironmentKind.PRODUCTION,
    crm_url="https://contoso.crm4.dynamics.com",
)
SANDBOX = Environment(
    name="Sandbox EU",
    kind=EnvironmentKind.SANDBOX,
    crm_url="https://contoso-test.crm4.dynamics.com",
    authority="https://login.microsoftonline.us",
    tenant="contoso.onmicrosoft.com",
    client_id="11111111-2222-3333-4444-555555555555",
    sign_in=SignInMethod.DEVICE_CODE,
    quickbooks_authorize_url="http://localhost:9000/connect/oauth2",
    quickbooks_redirect_uri="http://localhost:9100/done",
    trusted_hosts=("localhost:9000", "[::1]:443", "sandbox.example.com:8443"),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "environments.toml"


def _file(path: Path, text: str) -> EnvironmentsFile:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return EnvironmentsFile(path)


def test_every_key_is_read(path: Path) -> None:
    file = _file(path, FULL)
    assert file.load() == (PRODUCTION, SANDBOX)
    assert file.default_environment() == "Sandbox EU"


def test_without_a_file_there_are_no_environments(path: Path) -> None:
    assert EnvironmentsFile(path).load() == ()
    assert EnvironmentsFile(path).default_environment() == ""


def test_without_a_default_the_first_one_opens(path: Path) -> None:
    text = FULL.replace('default_environment = "Sandbox EU"', "")
    assert _file(path, text).default_environment() == "production"


BASE = 'kind = "sandbox"\ncrm_url = "https://crm.example.com"\n'


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[a]\ncrm_url = 'https://x.example'", r"\[a\], kind: is missing"),
        ("[a]\nkind = 'sandbox'", r"\[a\], crm_url: is missing"),
        ("[a]\nkind = 'live'\ncrm_url = 'https://x.example'", r"kind: “live” is not one of prod"),
        (f"[a]\n{BASE}sign_in = 'magic'", r"\[a\], sign_in: .* device-code"),
        (f"[a]\n{BASE}sign_in = 3", r"\[a\], sign_in: must be text"),
        (f"[a]\n{BASE}tenant = 3", r"\[a\], tenant: must be text"),
        (f"[a]\n{BASE}clientid = 'x'", r"\[a\], clientid: is not known"),
        (f"[a]\n{BASE}authority = 'http://login.example.com'", r"\[a\], authority: .* https"),
        (f"[a]\n{BASE}authority = 'https://u:p@login.example.com'", r"\[a\], authority: "),
        (f"[a]\n{BASE}authority = 'https://[login'", r"\[a\], authority: "),
        (f"[a]\n{BASE}trusted_hosts = 'localhost:1'", r"\[a\], trusted_hosts: must be a list"),
        (f"[a]\n{BASE}trusted_hosts = [1]", r"\[a\], trusted_hosts: must be a list"),
        (f"[a]\n{BASE}trusted_hosts = ['localhost']", r"\[a\], trusted_hosts: “localhost”"),
        (f"[a]\n{BASE}trusted_hosts = ['localhost:99999']", r"\[a\], trusted_hosts: “local"),
        (f"[a]\n{BASE}trusted_hosts = ['http://localhost:1']", r"\[a\], trusted_hosts: “http"),
        (f"['../a']\n{BASE}", r"“../a” cannot be the name"),
        (f"[a]\n{BASE}[A]\n{BASE}", r"\[A\] and \[a\] are one name"),
        ("kind = 'sandbox'", r"kind: is not known at the top"),
        ("[a", "not valid TOML"),
        (
            "[a]\nkind = 'production'\ncrm_url = 'https://x.example'\ntrusted_hosts = ['h:1']",
            r"\[a\], trusted_hosts: production",
        ),
        (
            (
                "[a]\nkind = 'production'\ncrm_url = 'https://x.example'\n"
                "quickbooks_authorize_url = 'https://evil.example/oauth'"
            ),
            r"\[a\], quickbooks_authorize_url: production",
        ),
    ],
)
def test_a_mistake_is_named_with_table_and_key(path: Path, text: str, named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        _file(path, text).load()


def test_a_misspelt_key_gets_a_suggestion(path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        _file(path, f"[a]\n{BASE}trusted_host = []").load()
    assert "trusted_hosts" in caught.value.remedy


def test_a_default_that_does_not_exist_is_named(path: Path) -> None:
    with pytest.raises(SettingsError, match="default_environment"):
        _file(path, f"default_environment = 'b'\n[a]\n{BASE}").default_environment()


def test_a_file_in_another_encoding_is_named(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes("[büro]".encode("latin-1"))
    with pytest.raises(SettingsError, match="cannot be read"):
        EnvironmentsFile(path).load()


def test_saving_changes_one_value_and_keeps_every_comment(path: Path) -> None:
    file = _file(path, FULL)
    file.save_environment(replace(SANDBOX, tenant="other.onmicrosoft.com"))
    assert path.read_text() == FULL.replace("contoso.onmicrosoft", "other.onmicrosoft")


def test_saving_what_is_there_changes_nothing(path: Path) -> None:
    file = _file(path, FULL)
    file.save_environment(SANDBOX)
    file.save_environment(SANDBOX, is_default=True)
    assert path.read_text() == FULL


def test_a_new_environment_is_added_and_can_become_the_default(path: Path) -> None:
    practice = Environment("practice", EnvironmentKind.PRACTICE, "http://127.0.0.1:8100")
    file = EnvironmentsFile(path)
    file.save_environment(PRODUCTION)
    assert file.default_environment() == "production"
    file.save_environment(practice, is_default=True)
    assert file.load() == (PRODUCTION, practice)
    assert file.default_environment() == "practice"
    file.save_environment(PRODUCTION, is_default=True)
    assert file.default_environment() == "production"


def test_a_value_back_at_its_default_leaves_the_file(path: Path) -> None:
    file = _file(path, FULL)
    file.save_environment(replace(SANDBOX, quickbooks_authorize_url=INTUIT_AUTHORIZE_URL))
    assert "quickbooks_authorize_url" not in path.read_text()


def test_what_could_not_be_read_back_is_not_written(path: Path) -> None:
    file = _file(path, FULL)
    with pytest.raises(SettingsError, match="crm_url"):
        file.save_environment(replace(PRODUCTION, crm_url="ftp://crm"))
    assert path.read_text() == FULL


def test_a_broken_file_is_not_overwritten(path: Path) -> None:
    file = _file(path, "[a")
    with pytest.raises(SettingsError):
        file.save_environment(PRODUCTION)
    assert path.read_text() == "[a"


ENVIRONMENTS = st.builds(
    Environment,
    name=st.text("abÄ9 ._-", min_size=1, max_size=20).filter(lambda n: n[0] not in " .-"),
    kind=st.sampled_from([EnvironmentKind.SANDBOX, EnvironmentKind.PRACTICE]),
    crm_url=st.sampled_from(["https://a.example", "http://127.0.0.1:8000"]),
    tenant=st.text("ab\"'\\ü\n#", max_size=8).map(str.strip),
    client_id=st.text("ab", max_size=4),
    sign_in=st.sampled_from(SignInMethod),
    trusted_hosts=st.lists(st.sampled_from(["a:1", "b.c:65535"])).map(tuple),
)


@given(st.lists(ENVIRONMENTS, max_size=3, unique_by=lambda e: e.name.casefold()))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_saved_is_loaded(path: Path, environments: list[Environment]) -> None:
    path.unlink(missing_ok=True)
    file = EnvironmentsFile(path)
    for environment in environments:
        file.save_environment(environment)
    assert file.load() == tuple(environments)
