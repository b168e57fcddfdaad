"""However often and in whatever order the daemon is woken, the store ends with what lies in the folder."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from inbox_scene import SETTLE, Scene

from daemon.core.job import JobState
from daemon.core.request import content_hash

NAMES = st.sampled_from(["a.md", "b.txt", "c.toml"])
TEXTS = st.sampled_from([b'request = "A"', b'request = "B"', b"", b"\0"])
Step = Callable[[Scene], object]

STEPS: st.SearchStrategy[Step] = st.one_of(
    st.builds(lambda name, text: lambda scene: scene.drop(name, text), NAMES, TEXTS),
    st.builds(lambda name: lambda scene: (scene.folder / name).unlink(missing_ok=True), NAMES),
    st.builds(lambda name: lambda scene: (scene.folder / name).exists() and (scene.folder / name).touch(), NAMES),
    st.builds(
        lambda old, new: (
            lambda scene: (scene.folder / old).exists() and (scene.folder / old).rename(scene.folder / new)
        ),
        NAMES,
        NAMES,
    ),
    st.builds(lambda times: lambda scene: [scene.inbox.scan() for _ in range(times)], st.integers(1, 3)),
    st.builds(lambda seconds: lambda scene: scene.clock.advance(seconds), st.sampled_from([0.1, SETTLE, 60.0])),
    st.just(lambda scene: scene.restart()),
    st.just(lambda scene: scene.store.claim(scene.clock.now())),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(STEPS, max_size=25))
def test_the_store_ends_with_what_lies_in_the_folder(steps: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as root:
        scene = Scene(Path(root))
        for step in steps:
            step(scene)
        scene.settled()

        lying = {name: (scene.folder / name).read_bytes() for name in ("a.md", "b.txt", "c.toml")
                 if (scene.folder / name).exists()}  # fmt: skip
        latest = {job.request: job for job in scene.store.all_latest()}
        for name, content in lying.items():
            assert latest[name].sha256 == content_hash(content)
            assert (latest[name].state is JobState.INVALID) == (content in (b"", b"\0"))
        for name in latest.keys() - lying.keys():
            assert not latest[name].is_waiting
        for job in latest.values():
            shown = scene.status(job.request)
            assert (shown["job_id"], shown["revision"]) == (job.id, job.revision)
        before = scene.store.all_latest()
        scene.settled()
        assert scene.store.all_latest() == before, "one more look changed something"
        scene.store.close()
