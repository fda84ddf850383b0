"""Dockerfile and compose file agree with the settings and commands, and give nothing away."""

import re
from typing import Any

import pytest
import typer
import yaml

from app.cli.commands import cli
from app.main import create_app
from app.settings import Settings
from tests.container import ROOT, assignments, stages

DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE = (ROOT / "compose.yaml").read_text()
LAST = stages(DOCKERFILE)[-1]
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE)["services"]
OURS = [name for name, service in SERVICES.items() if service["image"] == "counterpart"]


def value_of(name: str) -> str:
    """The value of an instruction that stands once in the stage that is run."""
    [value] = [one.value for one in LAST if one.name == name]
    return value


def parsed(arguments: list[str]) -> dict[str, Any]:
    """What a command line of ours says, or the test fails."""
    group: Any = typer.main.get_command(cli)
    command = group.commands[arguments[0]]
    given: dict[str, Any] = command.make_context(arguments[0], arguments[1:]).params
    return given


def test_the_image_runs_as_an_ordinary_user_and_holds_nothing_but_the_environment() -> None:
    user, group = value_of("USER").split(":")
    copied = [one.value for one in LAST if one.name in {"COPY", "ADD"}]

    assert int(user) > 1000
    assert int(group) > 1000
    assert copied == ["--from=build /opt/counterpart /opt/counterpart"]
    assert value_of("ENTRYPOINT") == '["counterpart"]'


def test_the_command_of_the_image_listens_where_its_health_check_asks() -> None:
    command = parsed(yaml.safe_load(value_of("CMD")))
    asked = re.findall(r"http://127\.0\.0\.1:(\d+)(/\w+)", value_of("HEALTHCHECK"))

    assert (command["host"], command["workers"]) == ("0.0.0.0", 1)  # noqa: S104 -- in a container
    assert asked == [(str(command["port"]), "/livez")]
    assert value_of("EXPOSE") == str(command["port"])
    app = create_app(Settings(embedded_worker=False))
    assert app.url_path_for("livez") == "/livez"


def test_compose_asks_whether_requests_can_be_served() -> None:
    """It restarts nothing that is not healthy, and lets others wait for what is."""
    check = SERVICES["web"]["healthcheck"]
    asked = re.findall(r"http://127\.0\.0\.1:(\d+)(/\w+)", check["test"][-1])

    app = create_app(Settings(embedded_worker=False))
    assert asked == [("8000", "/readyz")]
    assert app.url_path_for("readyz") == "/readyz"
    assert check["test"][:3] == ["CMD", "python", "-c"]


def test_every_variable_of_ours_is_a_setting() -> None:
    named = re.findall(r"COUNTERPART_([A-Z_]+)", DOCKERFILE + COMPOSE)
    secrets = [
        name.removeprefix("counterpart_")
        for name in yaml.safe_load(COMPOSE)["secrets"]
        if name.startswith("counterpart_")
    ]

    assert {name.lower() for name in named} <= set(Settings.model_fields)
    assert secrets == ["database_url", "secret_keys"]


def test_letters_and_sign_in_elsewhere_can_be_set_up_where_they_are_carried_out() -> None:
    wanted = {
        "work": {name for name in Settings.model_fields if name.startswith(("smtp", "mail"))},
        "web": {name for name in Settings.model_fields if name.startswith("oidc")},
    }
    handed_on = {
        service: {
            key.removeprefix("COUNTERPART_").lower()
            for key, value in SERVICES[service]["environment"].items()
            if value is None
        }
        for service in wanted
    }

    assert handed_on == wanted


def test_the_head_of_the_compose_file_names_its_steps_in_an_order_that_works() -> None:
    head = COMPOSE.partition("name:")[0]
    steps = [
        "docker build",
        "COUNTERPART_PUBLIC_URL=",
        "mkdir",
        "secrets/database_password",
        "secrets/counterpart_database_url",
        "docker run --rm counterpart key",
        "docker compose up",
    ]

    assert sorted(steps, key=head.index) == steps


@pytest.mark.parametrize("name", OURS)
def test_every_service_of_ours_runs_a_command_and_has_the_time_to_stop(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = SERVICES[name]
    for key, value in service.get("environment", {}).items():
        if value is None:  # handed on where it is set
            continue
        given = re.sub(r"\$\{\w+:-(\w*)\}", r"\1", value)
        # What has no default must be said; anyone who does not is told so by compose.
        monkeypatch.setenv(key, re.sub(r"\$\{\w+:\?.+\}", "https://match.example", given))

    assert parsed(service["command"]) is not None
    stop = Settings().stop_seconds
    assert int(service["stop_grace_period"].removesuffix("s")) > stop


def test_the_migrations_go_before_the_two_web_workers_and_the_job_worker() -> None:
    assert {name: SERVICES[name]["command"][0] for name in OURS} == {
        "migrate": "migrate",
        "web": "serve",
        "work": "work",
    }
    assert parsed(SERVICES["web"]["command"])["workers"] == 2
    assert SERVICES["web"]["environment"]["COUNTERPART_EMBEDDED_WORKER"] == "false"
    assert SERVICES["migrate"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    for name in ("web", "work"):
        after = {"migrate": {"condition": "service_completed_successfully"}}
        assert SERVICES[name]["depends_on"] == after


def test_every_container_has_a_read_only_root_and_no_way_to_more_rights() -> None:
    for name, service in SERVICES.items():
        assert service["read_only"] is True, name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert "privileged" not in service, name
    for name in OURS:
        assert SERVICES[name]["cap_drop"] == ["ALL"], name


def test_the_files_hold_no_secret_and_listen_on_this_machine_alone() -> None:
    told = {
        key: value
        for service in SERVICES.values()
        for key, value in service.get("environment", {}).items()
        if value is not None and re.search("PASSWORD|URL|SECRET|TOKEN|KEY", key)
    }
    defaults = assignments(" ".join(one.value for one in LAST if one.name == "ENV"))

    assert told.pop("COUNTERPART_PUBLIC_URL").startswith("${COUNTERPART_PUBLIC_URL:?")
    assert told == {"POSTGRES_PASSWORD_FILE": "/run/secrets/database_password"}
    assert defaults["COUNTERPART_DATABASE_URL"] == "sqlite:////data/counterpart.db"
    assert [s["ports"] for s in SERVICES.values() if "ports" in s] == [["127.0.0.1:8000:8000"]]
    kept_out = (ROOT / ".gitignore").read_text().splitlines()
    assert {"secrets/", ".env"} <= {*kept_out}
