"""Settings: flag before environment before file before default; what is wrong is said with its origin."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.settings import PREFIX, Settings, SettingsError, load
from core.errors import UnknownNameError
from tests.cli.conftest import Run


def shown(text: str) -> dict[str, list[str]]:
    """The printed table: value and origin by setting."""
    return {line.split()[0]: line.split() for line in text.splitlines()[1:]}


def test_a_flag_comes_before_the_environment_that_before_the_file_that_before_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("port = 1001\nhost = '10.0.0.1'\nsite = 'from-file'\n", "utf-8")
    monkeypatch.setenv("LIAOWANG_PORT", "1002")
    monkeypatch.setenv("LIAOWANG_HOST", "10.0.0.2")
    found = load(file, {"port": 1003, "data": None})
    assert (found.settings.port, found.origin["port"]) == (1003, "flag")
    assert (found.settings.host, found.origin["host"]) == ("10.0.0.2", "environment")
    assert (found.settings.site, found.origin["site"]) == ("from-file", str(file))
    assert (found.settings.data, found.origin["data"]) == (Path("data"), "default")


def test_config_prints_every_setting_with_its_origin(liaowang: Run, tmp_path: Path) -> None:
    (tmp_path / "liaowang.toml").write_text("site = 'plant'\n", "utf-8")
    done = liaowang("config", LIAOWANG_PORT="9000")
    rows = shown(done.stdout)
    assert (done.exit_code, done.stderr) == (0, "")
    assert set(rows) == set(Settings.model_fields)
    assert rows["port"][1:4] == ["9000", "environment", "LIAOWANG_PORT"]
    assert rows["site"][1:4] == ["plant", "liaowang.toml", "LIAOWANG_SITE"]
    assert rows["host"][1:3] == ["127.0.0.1", "default"]


def test_secrets_are_masked_wherever_they_come_from(liaowang: Run, tmp_path: Path) -> None:
    file = tmp_path / "secret.toml"
    file.write_text("metrics_token = 'token-of-the-file'\n", "utf-8")
    done = liaowang("config", "-c", file, LIAOWANG_ADMIN_PASSWORD="correct horse battery")
    assert done.exit_code == 0
    assert "horse" not in done.output
    assert "token-of" not in done.output
    assert shown(done.stdout)["admin_password"][1] == shown(done.stdout)["metrics_token"][1] == "**********"


def test_a_password_that_is_too_short_is_said_and_never_shown(liaowang: Run) -> None:
    done = liaowang("config", LIAOWANG_ADMIN_PASSWORD="hunter2")
    assert (done.exit_code, done.stdout) == (2, "")
    said = "The setting admin_password (LIAOWANG_ADMIN_PASSWORD) is too short. It needs at least 12 characters."
    assert done.stderr == f"liaowang: {said}\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("prot = 9000", "Unknown setting in {file}:1 'prot'. Did you mean port or host?"),
        ("port = 70000", "The setting port ({file}:1) cannot be 70000: Input should be less than or equal to 65535."),
        ("port = 'many'", "The setting port ({file}:1) cannot be 'many': Input should be a valid integer"),
        ("site = ''", "The setting site ({file}:1) is too short. It needs at least 1 character."),
        ("admin_password = 5", "The setting admin_password ({file}:1) cannot be that: "),
        ("port =", "The settings in {file} cannot be read: Invalid value (at line 1"),
    ],
)
def test_what_is_wrong_in_a_file_is_said_with_the_file_and_2(
    liaowang: Run, tmp_path: Path, text: str, said: str
) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text(f"{text}\n", "utf-8")
    done = liaowang("config", "--config", file)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(f"liaowang: {said.format(file=file)}")
    assert done.stderr.count("\n") == 1


def test_a_named_file_that_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"missing\.toml cannot be read: No such file or directory\."):
        load(tmp_path / "missing.toml", {})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            'site = "a"\nport = "x\n',
            "The settings in {} cannot be read: Illegal character '\\n' (at line 2, column 10). ",
        ),
        ('site = "a"\nport = "abc"\n', "The setting port ({}:2) cannot be 'abc': Input should be a valid integer"),
        ('site = "a"\n\nprot = 1\n', "Unknown setting in {}:3 'prot'. Did you mean port"),
        ('site = "a"\n[server]\nport = 1\n', "Unknown setting in {}:2 'server'."),
    ],
)
def test_what_is_wrong_in_a_file_is_said_with_its_line_and_what_to_do(
    liaowang: Run, tmp_path: Path, text: str, said: str
) -> None:
    file = tmp_path / "broken.toml"
    file.write_text(text, "utf-8")
    done = liaowang("config", "-c", file)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(f"liaowang: {said.format(file)}")
    if "cannot be read" in said:
        assert done.stderr.endswith(
            "a line is `name = value`, texts stand in quotes; `liaowang config` lists the names.\n"
        )


def test_an_unknown_setting_suggests_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "liaowang.toml").write_text("keep_day = 3\n", "utf-8")
    with pytest.raises(UnknownNameError) as caught:
        load(None, {})
    assert caught.value.nearest[0] == "keep_days"


def test_a_variable_that_is_no_setting_is_told_by_config_and_breaks_nothing(liaowang: Run) -> None:
    done = liaowang("config", LIAOWANG_PROT="9000")
    assert done.exit_code == 0
    assert done.stderr == "warning: Unknown setting in the environment 'prot'. Did you mean port or host?\n"


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{PREFIX}PORT", "")
    assert load(None, {}).origin["port"] == "default"
