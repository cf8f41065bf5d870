"""The environment is read once, checked as a whole, and complained about by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from nurture import settings
from nurture.errors import NurtureError
from nurture.settings import LogFormat, Sending


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    names = {name.upper() for name in settings.Settings.model_fields}
    for name in names | {"NURTURE_VAR", "NURTURE_PROJECT", "NURTURE_SECRET"}:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def complaint(monkeypatch: pytest.MonkeyPatch, **environment: str) -> str:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(NurtureError) as caught:
        settings.load()
    return str(caught.value)


def test_without_any_variable_everything_is_on_this_machine(tmp_path: Path) -> None:
    found = settings.load()
    assert found.var == tmp_path / "var"
    assert found.project == tmp_path
    assert found.database_url.get_secret_value() == f"sqlite:///{tmp_path}/var/nurture.sqlite"
    assert found.redis_url is None
    assert found.smtp_url is None
    assert found.public_url == "http://127.0.0.1:8080"
    assert found.sending is Sending.LIVE
    assert found.log is LogFormat.CONSOLE


def test_the_environment_decides(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NURTURE_VAR", "state")
    monkeypatch.setenv("PUBLIC_PORT", "9000")
    monkeypatch.setenv("SENDING", "ALLOWLIST")
    monkeypatch.setenv("SENDING_ALLOW", "*@our.example, me@home.example,")
    monkeypatch.setenv("MAIL_DOMAIN", "例え.jp")
    found = settings.load()
    assert found.var == tmp_path / "state"
    # what is not said follows from what is
    assert found.database_url.get_secret_value() == f"sqlite:///{tmp_path}/state/nurture.sqlite"
    assert found.public_url == "http://127.0.0.1:9000"
    assert found.sending is Sending.ALLOWLIST
    assert found.sending_allow == ("*@our.example", "me@home.example")
    assert found.mail_domain == "xn--r8jz45g.jp"


def test_what_is_given_wins_over_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NURTURE_VAR", "from-environment")
    monkeypatch.setenv("TEAM_PORT", "9001")
    found = settings.load(var=tmp_path / "demo", team_port=9002)
    assert (found.var, found.team_port) == (tmp_path / "demo", 9002)


def test_an_empty_variable_counts_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTP_URL", "")
    assert settings.load().smtp_url is None


BAD = [
    # (variable, value, what is said)
    ("REDIS_URL", "localhost:6379", "does not start with redis://"),
    ("SENDING", "yes", "'live', 'allowlist' or 'off'"),
    ("SENDING", "allowlist", "SENDING_ALLOW"),
    ("SENDING_ALLOW", "a@b.example c@d.example", "not one address or pattern"),
    ("MAILBOX_REFUSE", "a@b@c", "not one address or pattern"),
    ("PUBLIC_URL", "mail.example.jp", "not the start of a web address"),
    ("PUBLIC_URL", "https://mail.example.jp/?a=1", "not the start of a web address"),
    ("PUBLIC_URL", "http://mail.example.jp", "links in mails need https"),
    ("PUBLIC_URL", "https://user:word@mail.example.jp", "no user or password"),
    ("PUBLIC_PORT", "http", "valid integer"),
    ("PUBLIC_PORT", "70000", "less than or equal to 65535"),
    ("PUBLIC_PORT", "8081", "must differ"),
    ("MAIL_DOMAIN", "localhost", "not a domain"),
    ("MAIL_DOMAIN", "a..jp", "not a domain"),
    ("LOG", "xml", "'console' or 'json'"),
    ("LOG_LEVEL", "loud", "'debug', 'info', 'warning' or 'error'"),
]


@pytest.mark.parametrize(("variable", "value", "said"), BAD)
def test_a_bad_value_is_named_and_explained(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, said: str
) -> None:
    text = complaint(monkeypatch, **{variable: value})
    assert said in text
    assert variable in text


def test_all_mistakes_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    text = complaint(monkeypatch, SENDING="yes", PUBLIC_PORT="http", LOG="xml")
    assert [line.split(":")[0] for line in text.splitlines()] == ["SENDING", "PUBLIC_PORT", "LOG"]


def test_secrets_are_neither_shown_nor_complained_about(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NURTURE_SECRET", "hunter2" * 5)
    monkeypatch.setenv("DATABASE_URL", "postgresql://nurture:hunter2@db/nurture")
    assert "hunter2" not in repr(settings.load())
    assert "hunter2" not in complaint(
        monkeypatch,
        REDIS_URL="hunter2",
        PUBLIC_URL="https://user:hunter2@mail.example.jp",
    )


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        settings.load().sending = Sending.OFF


def test_reading_makes_nothing(tmp_path: Path) -> None:
    settings.load()
    assert list(tmp_path.iterdir()) == []
