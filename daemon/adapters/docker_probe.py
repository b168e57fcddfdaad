"""Whether a Docker engine answers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from daemon.core.errors import SandboxUnavailable

PATIENCE_SECONDS = 2
UNIX = "unix://"
USUAL_SOCKET = "/var/run/docker.sock"


def docker_version(environment: Mapping[str, str]) -> str:
    """The version of the engine that ``environment`` names (``DOCKER_HOST``), or of the one at the usual socket.

    Raises ``SandboxUnavailable`` when none answers in ``PATIENCE_SECONDS``.
    """
    import docker
    import requests
    from docker.errors import DockerException

    nobody = SandboxUnavailable("no Docker engine answers", hint="start Docker, if it is to isolate tests")
    address = environment.get("DOCKER_HOST") or UNIX + USUAL_SOCKET
    if address.startswith(UNIX) and not Path(address.removeprefix(UNIX)).exists():
        raise nobody  # the library would leave a socket open
    try:
        client = docker.from_env(timeout=PATIENCE_SECONDS, environment={**environment, "DOCKER_HOST": address})
        try:
            client.ping()
            return str(client.version().get("Version", "unknown"))
        finally:
            client.close()
    except (DockerException, requests.RequestException, OSError) as problem:
        raise nobody from problem
