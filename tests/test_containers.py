"""The image, the compose file and the proxy name the same things; .ci/image builds the image."""

import re

import pytest
import yaml

from mnist_models.settings import PROJECT

DOCKERFILE = (PROJECT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((PROJECT / "compose.yaml").read_text(encoding="utf-8"))
NGINX = (PROJECT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
TAKEN = (PROJECT / ".dockerignore").read_text(encoding="utf-8")
STAGES = re.findall(r"^FROM \S+ AS (\w+)$", DOCKERFILE, re.MULTILINE)


def test_the_proxy_leads_to_the_servers_that_compose_starts() -> None:
    servers = re.findall(r"server (demo-\d+):8501 ", NGINX)
    assert servers == [name for name in COMPOSE["services"] if name.startswith("demo")]
    assert "EXPOSE 8501" in DOCKERFILE
    [port] = COMPOSE["services"]["proxy"]["ports"]
    assert port.endswith(":" + re.findall(r"listen (\d+);", NGINX)[0])


def test_an_upload_that_the_app_takes_passes_the_proxy() -> None:
    config = (PROJECT / ".streamlit" / "config.toml").read_text(encoding="utf-8")
    [limit] = re.findall(r"maxUploadSize = (\d+)", config)
    assert f"client_max_body_size {int(limit) + 1}m;" in NGINX


def test_compose_builds_stages_that_there_are_and_names_volumes_that_there_are() -> None:
    services = COMPOSE["services"].values()
    targets = {service["build"]["target"] for service in services if "build" in service}
    assert {target.replace("${TARGET:-full}", "full") for target in targets} <= set(STAGES)
    volumes = [volume for service in services for volume in service.get("volumes", [])]
    named = {volume.split(":")[0] for volume in volumes if not volume.startswith(".")}
    assert named == set(COMPOSE["volumes"])


def test_the_cluster_is_started_by_its_profile_alone() -> None:
    with_profile = {n for n, s in COMPOSE["services"].items() if s.get("profiles") == ["cluster"]}
    assert with_profile == {"scheduler", "worker"}


def test_the_image_runs_as_nobody_who_matters_and_says_how_it_is() -> None:
    assert STAGES == ["serve", "full", "cluster"]
    assert re.findall(r"^USER (\w+)$", DOCKERFILE, re.MULTILINE) == ["demo"]
    assert "/_stcore/health" in DOCKERFILE
    assert DOCKERFILE.rstrip().endswith("FROM full")  # what is built if nothing else is said


@pytest.mark.parametrize(
    "path", re.findall(r"^!(\S+)$", (PROJECT / ".dockerignore").read_text(), re.M)
)
def test_what_the_image_takes_is_there(path: str) -> None:
    if path == "requirements-cluster.txt" and not (PROJECT / path).exists():
        pytest.xfail("comes with the cluster")
    assert (PROJECT / path).exists()


def test_a_space_of_hugging_face_finds_its_port() -> None:
    guide = (PROJECT / "docs" / "deploy.md").read_text(encoding="utf-8")
    [block] = re.findall(r"```yaml\n---\n(.*?)---\n```", guide, re.DOTALL)
    front = yaml.safe_load(block)
    assert (front["sdk"], front["app_port"]) == ("docker", 8501)
