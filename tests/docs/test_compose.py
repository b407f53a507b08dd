"""The compose file and the image: accepted, closed to the outside, and free of secrets."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tomllib
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
import rapidjson
import yaml
from freqtrade.configuration.environment_vars import environment_vars_to_dict
from freqtrade.configuration.load_config import load_from_files
from freqtrade.misc import deep_merge_dicts

from aurum_plugins.forecasting.workers.scheduler_address import SchedulerAddress

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "docker-compose.yml"
# The image of the project, and what comes with which profile.
OWN = ("sandbox", "bot", "monitor", "scheduler", "worker")
MONITORING = {"monitor", "prometheus", "grafana", "postgres"}
CLUSTER = {"scheduler", "worker", "postgres"}
EXTRA = MONITORING | CLUSTER
SECRET_FILE = re.compile(r"^/run/secrets/\w+$")
SECRET_NAME = re.compile(r"PASSWORD|SECRET|TOKEN|PASSWD|API__?KEY|__KEY$", re.IGNORECASE)
MOUNTED = re.compile(r"^\./(?P<source>[^:]+):(?P<target>[^:]+):ro$")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="module")
def services(compose: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = compose["services"]
    return found


def test_debians_docker_compose_accepts_it_without_any_variable_set() -> None:
    program = shutil.which("docker-compose")
    if program is None:
        pytest.skip("docker-compose is not installed")
    result = subprocess.run(
        [program, "-f", str(COMPOSE), "config"],
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert "variable is not set" not in result.stderr
    # It lists every profile; what it starts is another question.
    assert set(yaml.safe_load(result.stdout)["services"]) == {"sandbox", "bot"} | EXTRA


def test_what_is_not_the_bots_comes_with_its_profile_alone(services: dict[str, Any]) -> None:
    profiles = {name: service.get("profiles", []) for name, service in services.items()}
    assert {name for name, asked in profiles.items() if asked} == EXTRA
    assert {name for name, asked in profiles.items() if "monitoring" in asked} == MONITORING
    assert {name for name, asked in profiles.items() if "cluster" in asked} == CLUSTER


def test_nobody_outside_reaches_the_cluster(
    compose: dict[str, Any], services: dict[str, Any]
) -> None:
    scheduler, worker = services["scheduler"], services["worker"]
    assert scheduler["networks"] == ["records"]
    assert compose["networks"]["records"]["internal"] is True
    # Workers are in the scheduler's own network, so that all of it is loopback.
    assert worker["network_mode"] == "service:scheduler"
    assert "networks" not in worker
    assert not {"ports"} & (scheduler.keys() | worker.keys())
    assert scheduler["command"][:2] == ["--host", "127.0.0.1"]
    (address,) = [word for word in worker["command"] if word.startswith("tcp://")]
    assert SchedulerAddress.of(address).url == f"tcp://127.0.0.1:{scheduler['command'][3]}"
    assert {"--host=127.0.0.1", "--nthreads=1"} <= set(worker["command"])


@pytest.mark.parametrize("name", ["prometheus", "grafana", "postgres"])
def test_other_peoples_images_are_pinned(name: str, services: dict[str, Any]) -> None:
    assert re.fullmatch(r"[\w/]+:v?\d+\.\d+(\.\d+)?", services[name]["image"])


def test_secrets_are_files_that_git_never_sees(compose: dict[str, Any]) -> None:
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    for name, secret in compose["secrets"].items():
        assert secret == {"file": f"./secrets/{name}"}
    assert {"secrets/", ".env"} <= set(ignored)


def test_databases_and_figures_have_no_way_out(
    compose: dict[str, Any], services: dict[str, Any]
) -> None:
    for name, network in (("prometheus", "figures"), ("postgres", "records")):
        assert "ports" not in services[name]
        assert services[name]["networks"] == [network]
        assert compose["networks"][network]["internal"] is True


def test_bot_and_monitor_share_one_database(services: dict[str, Any]) -> None:
    bot, monitor = services["bot"], services["monitor"]
    assert monitor["volumes"][0] == bot["volumes"][0]
    name = "AURUM_DATABASE_URL"
    assert monitor["environment"][name] == bot["environment"][name] == "${AURUM_DATABASE_URL:-}"
    assert {"records"} <= set(bot["networks"]) & set(monitor["networks"])


def test_what_is_mounted_is_there(services: dict[str, Any]) -> None:
    for name in EXTRA:
        for volume in services[name].get("volumes", []):
            if volume.startswith("./"):
                source, _, rest = volume.partition(":")
                assert (ROOT / source).exists(), volume
                assert rest.endswith(":ro"), volume


def test_every_published_port_is_on_loopback(services: dict[str, Any]) -> None:
    published = [port for service in services.values() for port in service.get("ports", [])]
    assert published == ["127.0.0.1:8080:8080", "127.0.0.1:8090:8090", "127.0.0.1:3000:3000"]
    for port in published:
        host, _, _ = port.split(":")
        assert ip_address(host).is_loopback


def test_the_sandbox_is_seen_by_nobody_outside(
    compose: dict[str, Any], services: dict[str, Any]
) -> None:
    assert "ports" not in services["sandbox"]
    assert services["sandbox"]["networks"] == ["market"]
    assert compose["networks"]["market"]["internal"] is True


def test_no_environment_value_is_a_secret(services: dict[str, Any]) -> None:
    for service in services.values():
        for name, value in service.get("environment", {}).items():
            if name.endswith("_FILE"):
                assert SECRET_FILE.match(value), name
                continue
            assert not SECRET_NAME.search(name), name
            assert "@" not in str(value), f"{name} may carry credentials"
            # Empty where nobody sets one.
            assert not str(value).startswith("$") or str(value).endswith(":-}"), name


def test_the_image_has_no_secret_baked_in() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    for line in re.findall(r"^(?:ENV|ARG)\s.*$", text, re.MULTILINE):
        assert not SECRET_NAME.search(line), line


@pytest.mark.parametrize("name", ["sandbox", "bot", *sorted(EXTRA)])
def test_a_service_has_no_more_rights_than_it_needs(name: str, services: dict[str, Any]) -> None:
    service = services[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"] is True
    assert service["restart"] == "unless-stopped"
    assert service["healthcheck"]["test"][0] == "CMD"
    assert service["logging"]["options"]["max-size"]
    assert "privileged" not in service
    # Of PostgreSQL's image it is root; of the others it is one without rights.
    assert service.get("user") == ("postgres" if name == "postgres" else None)


def test_the_bot_waits_until_the_exchange_is_healthy(services: dict[str, Any]) -> None:
    assert services["bot"]["depends_on"] == {"sandbox": {"condition": "service_healthy"}}


def test_the_bot_keeps_its_state_in_a_volume_and_mounts_files_read_only(
    compose: dict[str, Any], services: dict[str, Any]
) -> None:
    volumes = services["bot"]["volumes"]
    assert volumes[0] == "state:/freqtrade/user_data"
    assert "state" in compose["volumes"]
    for volume in volumes[1:]:
        match = MOUNTED.match(volume)
        assert match, volume
        assert (ROOT / match["source"]).exists()
        assert match["target"] == f"/freqtrade/{match['source']}"
    database = services["bot"]["environment"]["FREQTRADE__DB_URL"]
    assert database.startswith("sqlite:////freqtrade/user_data/")


def test_freqtrade_reads_from_the_environment_what_the_compose_file_means(
    services: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("FREQTRADE__")]:
        monkeypatch.delenv(name)
    for name, value in services["bot"]["environment"].items():
        if name.startswith("FREQTRADE__"):
            monkeypatch.setenv(name, value)
    configured = load_from_files([str(ROOT / "user_data" / "config.json")])
    merged = deep_merge_dicts(environment_vars_to_dict(), configured)

    assert merged["api_server"]["listen_ip_address"] == "0.0.0.0"  # noqa: S104 - in a container
    assert merged["exchange"]["ccxt_config"]["urls"]["api"] == {
        "public": "http://sandbox:8900/api/v3",
        "private": "http://sandbox:8900/api/v3",
        "sapi": "http://sandbox:8900/sapi/v1",
    }
    assert "127.0.0.1" not in json.dumps(merged)


def test_the_image_is_the_official_one_of_the_pinned_release() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    image = re.search(
        r"^ARG FREQTRADE_IMAGE=freqtradeorg/freqtrade:(\S+)_freqai$", text, re.MULTILINE
    )
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert image
    assert f"freqtrade=={image[1]}" in pins
    assert "\nUSER root" not in text


def test_the_compose_files_image_carries_the_packages_version(services: dict[str, Any]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    images = {services[name]["image"] for name in OWN}
    assert images == {f"aurumbotx:{project['version']}"}


def test_the_build_context_lets_in_only_what_the_image_copies() -> None:
    rules = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    allowed = {rule[1:].split("/")[0] for rule in rules if rule.startswith("!")}
    copied: set[str] = set()
    for line in re.findall(r"^COPY (?!--from)(?:--\S+ )?(.*)$", text, re.MULTILINE):
        copied.update(line.split()[:-1])
    assert rules[1] == "*"
    assert copied == allowed
    assert "!user_data" not in rules, "what a bot wrote must stay out of the image"


def test_configurations_parse_as_freqtrade_parses_them() -> None:
    mode = rapidjson.PM_COMMENTS | rapidjson.PM_TRAILING_COMMAS
    text = (ROOT / "user_data" / "config.json").read_text(encoding="utf-8")
    assert rapidjson.loads(text, parse_mode=mode)["add_config_files"]
