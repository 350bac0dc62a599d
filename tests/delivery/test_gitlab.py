"""GitLab's pipeline does what its document lists, in that order, and ships what it has tested."""

from __future__ import annotations

from support.delivery import GITLAB, loaded

PIPELINE = loaded(GITLAB)


def script(job: str) -> str:
    return "\n".join(PIPELINE[job]["script"])


def test_stages_are_in_the_order_of_a_delivery() -> None:
    jobs = {name: job["stage"] for name, job in PIPELINE.items() if isinstance(job, dict) and "stage" in job}
    assert sorted(jobs, key=lambda name: PIPELINE["stages"].index(jobs[name])) == [
        "test",
        "system",
        "build",
        "dev",
        "prod",
    ]
    assert "make quick" in script("test")
    assert "make ship" in script("build")
    assert "build.py deploy" in script("dev") and "build.py deploy" in script("prod")


def test_what_is_deployed_is_the_image_that_was_tested_by_its_digest() -> None:
    assert 'IMAGE="$(make -s digest)"' in script("build")
    assert PIPELINE["build"]["artifacts"]["reports"] == {"dotenv": "image.env"}
    assert '--image "$IMAGE"' in script("dev")
    assert 'IMAGE="$REPOSITORY@${IMAGE#*@}"' in script("prod")
