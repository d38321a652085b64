"""Settings come from ASSISTANT_* and are refused in words."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from assistant import settings
from assistant.errors import BadSetting
from assistant.settings import Settings, load


def test_the_defaults_run_offline_on_this_machine():
    chosen = load()
    assert (chosen.embedding, chosen.host, chosen.region, chosen.corpus) == ("builtin", "127.0.0.1", "", None)


def test_the_environment_is_read_and_what_is_given_wins(monkeypatch, tmp_path):
    monkeypatch.setenv("ASSISTANT_REGION", "甘肃省")
    monkeypatch.setenv("ASSISTANT_PORT", "9000")
    monkeypatch.setenv("ASSISTANT_HOME", str(tmp_path / "a"))
    chosen = load(home=tmp_path / "b", region=None)
    assert (chosen.region, chosen.port, chosen.home) == ("甘肃省", 9000, tmp_path / "b")


def test_the_home_follows_the_data_folder_of_the_desktop(monkeypatch, tmp_path):
    monkeypatch.delenv("ASSISTANT_HOME")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert load().home == tmp_path / "cadre-policy-assistant"


def test_an_unknown_variable_is_refused_by_name(monkeypatch):
    monkeypatch.setenv("ASSISTANT_REGOIN", "甘肃省")
    with pytest.raises(BadSetting) as error:
        load()
    assert "ASSISTANT_REGOIN" in error.value.message and "ASSISTANT_REGION" in error.value.message


def test_an_unknown_setting_in_a_program_is_refused():
    with pytest.raises(ValidationError):
        Settings(regoin="甘肃省")


@pytest.mark.parametrize("name, value", [("PORT", "abc"), ("PORT", "70000"), ("PORT", "-1"), ("MAX_QUESTION", "3"), ("MAX_UPLOAD_MB", "0"), ("MAX_UPLOAD_MB", "很多"),
                                         ("MODEL_TOTAL_S", "久"), ("MODEL_TOTAL_S", "0"), ("MODEL_RETRIES", "9"), ("ASK_WITH_MODEL", "也许")])
def test_a_bad_value_is_refused_in_chinese_with_the_name(monkeypatch, name, value):
    monkeypatch.setenv(f"ASSISTANT_{name}", value)
    with pytest.raises(BadSetting) as error:
        load()
    assert re.findall(r"[A-Za-z_]+", error.value.message) == [f"ASSISTANT_{name}"]


def test_a_choice_is_refused_with_what_may_be_chosen(monkeypatch):
    monkeypatch.setenv("ASSISTANT_MODEL_CASES", "sometimes")
    with pytest.raises(BadSetting) as error:
        load()
    assert error.value.message == "设置 ASSISTANT_MODEL_CASES 的值不能用：只能是 'never', 'intranet' 或 'always'。请改正后再试。"


def test_the_key_of_the_model_comes_from_the_environment_only_and_is_never_shown(monkeypatch):
    with pytest.raises(BadSetting, match="ASSISTANT_MODEL_API_KEY"):
        load(model_api_key="sk-secret")
    monkeypatch.setenv("ASSISTANT_MODEL_API_KEY", "sk-secret")
    chosen = load()
    assert chosen.model_api_key.get_secret_value() == "sk-secret"
    assert "sk-secret" not in f"{chosen} {chosen!r} {chosen.model_dump()} {chosen.model_dump_json()}"


def test_settings_cannot_be_changed_afterwards():
    with pytest.raises(ValidationError):
        load().region = "甘肃省"


def test_every_setting_says_in_chinese_what_it_is():
    for name, field in Settings.model_fields.items():
        assert any("一" <= c <= "鿿" for c in field.description or ""), name


def test_the_shipped_folders_are_found():
    assert (settings.shipped("corpus") / "documents").is_dir()
    assert isinstance(settings.shipped("prompts"), Path) and settings.shipped("prompts").is_dir()
