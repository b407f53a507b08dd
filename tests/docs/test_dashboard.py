"""The Grafana dashboard and Prometheus's files name what the monitor tells."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from watched_bots import NOW_MS, ShownBots, full_snapshot

from aurum_plugins.clock import VirtualClock
from aurum_plugins.monitoring.settings import MonitorSettings
from aurum_plugins.monitoring.web.metrics import Metrics

DEPLOY = Path(__file__).parents[2] / "deploy"
DASHBOARD = DEPLOY / "grafana" / "dashboards" / "aurum.json"
NAME = re.compile(r"\baurum_[a-z0-9_]+")
LABELS = re.compile(r"\{\{(\w+)\}\}")


@pytest.fixture(scope="module")
def told() -> dict[str, set[str]]:
    """Labels by the name of each metric of a bot of which everything is known."""
    monitor = ShownBots(full_snapshot())
    metrics = Metrics(monitor, MonitorSettings(), VirtualClock(NOW_MS))
    text = metrics.exposition("")[0].decode()
    found = {line.split(" ")[2]: set() for line in text.splitlines() if line.startswith("# TYPE ")}
    for line in text.splitlines():
        if not line.startswith("#"):
            name, _, rest = line.partition("{")
            labels = re.findall(r'(\w+)="', rest)
            found.setdefault(name.split(" ")[0], set()).update(labels)
    return found


@pytest.fixture(scope="module")
def dashboard() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    return loaded


def targets(dashboard: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for panel in dashboard["panels"]:
        yield from panel.get("targets", ())


def test_the_dashboard_names_only_metrics_that_there_are(
    dashboard: dict[str, Any], told: dict[str, set[str]]
) -> None:
    named = set(NAME.findall(json.dumps(dashboard)))
    assert named <= told.keys()


def test_every_metric_is_shown(dashboard: dict[str, Any], told: dict[str, set[str]]) -> None:
    named = {name for target in targets(dashboard) for name in NAME.findall(target["expr"])}
    assert told.keys() - named == set()


def test_legends_name_labels_that_the_metrics_have(
    dashboard: dict[str, Any], told: dict[str, set[str]]
) -> None:
    for target in targets(dashboard):
        labels = set().union(*(told[name] for name in NAME.findall(target["expr"])))
        assert set(LABELS.findall(target["legendFormat"])) <= labels, target


def test_each_question_is_about_the_chosen_bots(
    dashboard: dict[str, Any], told: dict[str, set[str]]
) -> None:
    for target in targets(dashboard):
        for name in NAME.findall(target["expr"]):
            if "bot" in told[name]:
                assert f'{name}{{bot=~"$bot"}}' in target["expr"]


def test_panels_do_not_overlap_and_have_names_of_their_own(dashboard: dict[str, Any]) -> None:
    cells: set[tuple[int, int]] = set()
    for panel in dashboard["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        own = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not own & cells, panel["title"]
        cells |= own
    numbers = [panel["id"] for panel in dashboard["panels"]]
    assert len(set(numbers)) == len(numbers)
    for target_panel in dashboard["panels"]:
        refs = [target["refId"] for target in target_panel.get("targets", ())]
        assert len(set(refs)) == len(refs)


def test_dashboard_and_data_source_know_each_other(dashboard: dict[str, Any]) -> None:
    folder = DEPLOY / "grafana" / "provisioning"
    sources = yaml.safe_load((folder / "datasources" / "prometheus.yml").read_text())
    uid = sources["datasources"][0]["uid"]
    assert all(target["datasource"]["uid"] == uid for target in targets(dashboard))
    provider = yaml.safe_load((folder / "dashboards" / "aurum.yml").read_text())["providers"][0]
    compose = yaml.safe_load((DEPLOY.parent / "docker-compose.yml").read_text())
    mounted = " ".join(compose["services"]["grafana"]["volumes"])
    assert f":{provider['options']['path']}:ro" in mounted
    assert sources["datasources"][0]["url"] == "http://prometheus:9090"


def test_prometheus_asks_the_monitor_with_a_token() -> None:
    config = yaml.safe_load((DEPLOY / "prometheus.yml").read_text())
    compose = yaml.safe_load((DEPLOY.parent / "docker-compose.yml").read_text())
    (job,) = config["scrape_configs"]
    service, port = job["static_configs"][0]["targets"][0].split(":")
    monitor = compose["services"][service]
    assert ["--allow-host", service] == monitor["command"][-2:]
    assert monitor["ports"] == [f"127.0.0.1:{port}:{port}"]
    secret = Path(job["authorization"]["credentials_file"])
    assert secret.name in compose["services"]["prometheus"]["secrets"]
    assert job["job_name"] == "aurum"


def test_rules_name_only_metrics_that_there_are(told: dict[str, set[str]]) -> None:
    text = (DEPLOY / "prometheus_rules.yml").read_text()
    rules = [rule for group in yaml.safe_load(text)["groups"] for rule in group["rules"]]
    assert rules
    for rule in rules:
        assert set(NAME.findall(rule["expr"])) <= told.keys()
