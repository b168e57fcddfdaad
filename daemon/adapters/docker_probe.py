"""Whether a Docker engine answers."""

from __future__ import annotations

from daemon.core.errors import SandboxUnavailable

PATIENCE_SECONDS = 2


def docker_version() -> str:
    """The engine's version. Raises ``SandboxUnavailable`` when none answers in ``PATIENCE_SECONDS``."""
    import docker
    import requests
    from docker.errors import DockerException

    try:
        client = docker.from_env(timeout=PATIENCE_SECONDS)
        try:
            client.ping()
            return str(client.version().get("Version", "unknown"))
        finally:
            client.close()
    except (DockerException, requests.RequestException, OSError) as problem:
        raise SandboxUnavailable(
            "no Docker engine answers", hint="start Docker, if it is to isolate tests"
        ) from problem
