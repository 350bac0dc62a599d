"""The image, made by `make image` with buildah, in a store of its own, on a Debian that stands in for the base.

Nothing is pulled. The stand-in is debootstrap's smallest system with Debian's Python, pip in /usr/local as in the real
base, and the wheels of the lock, which the host's pip fetched from wherever it is told to; the Dockerfile is unchanged.
"""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
LOCK = REPOSITORY / "app" / "requirements.txt"
SUITE = "bookworm"
PYTHON = "3.11"  # the suite's
PIP = "pip==25.1.1"  # what Docker's image of Python 3.13.5 has
WHEELS = "/usr/local/share/wheels"
TOOLS = ("buildah", "debootstrap", "unshare", "nsenter", "make")

# Every generation of Linux wheel that Debian 12 takes.
PLATFORMS = ("manylinux_2_28", "manylinux_2_24", "manylinux_2_17", "manylinux2014")

# The base is thrown away: it needs no documentation, and nothing has to survive a power cut.
DPKG = "force-unsafe-io\n" + "".join(f"path-exclude=/usr/share/{each}/*\n" for each in ("doc", "man", "locale"))


def hindrance() -> str:
    """Return why no image can be built here, or nothing."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "only root on Linux can build a base of Debian and run the image without a container engine"
    missing = [each for each in TOOLS if shutil.which(each) is None]
    return f"not installed: {', '.join(missing)}" if missing else ""


def base_name() -> str:
    """Return the name of the image that the Dockerfile begins with."""
    found = re.findall(r"^FROM (\S+[/:]\S+)", (REPOSITORY / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    (only,) = found
    return str(only)


def run(*command: str | Path, **environment: str) -> str:
    """Return what a command prints; its own complaint is the failure's text."""
    done = subprocess.run(command, cwd=REPOSITORY, env={**os.environ, **environment}, capture_output=True, text=True)
    assert done.returncode == 0, f"{command[0]}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
    return done.stdout


def fetch_wheels(target: Path, *, python: str, machine: str) -> None:
    """Fetch the locked wheel of every package for a Python and a machine, each held to the lock's hashes."""
    platforms = [f"--platform={each}_{machine}" for each in PLATFORMS]
    options = ["--quiet", "--no-deps", "--only-binary=:all:", f"--python-version={python}", "--implementation=cp"]
    pip = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check"]
    run(*pip, *options, *platforms, "--require-hashes", f"--requirement={LOCK}", f"--dest={target}")


@dataclass(frozen=True)
class Store:
    """Where buildah keeps its images and containers: a folder of one test run."""

    home: Path

    def buildah(self) -> list[str]:
        return ["buildah", f"--root={self.home / 'storage'}", f"--runroot={self.home / 'run'}", "--storage-driver=vfs"]

    def do(self, *arguments: str | Path) -> str:
        return run(*self.buildah(), *arguments, BUILDAH_ISOLATION="chroot").strip()

    def make_base(self) -> set[str]:
        """Make the stand-in for the base, under the base's name; return every path in it."""
        container = self.do("from", "scratch")
        root = Path(self.do("mount", container))
        _debian(root)
        _python(root)
        path = "PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
        self.do("config", f"--env={path}", '--cmd=["python3"]', container)
        found = set(contents(root))
        self.do("commit", "--quiet", "--format=docker", "--rm", container, base_name())
        return found

    def make_image(self, name: str, **variables: str) -> None:
        """Run `make image` with these variables."""
        given = {"BUILDER": " ".join(self.buildah()), "BUILD_OPTIONS": "--pull-never", "IMAGE": name, **variables}
        run("make", "image", *(f"{key}={value}" for key, value in given.items()), BUILDAH_ISOLATION="chroot")

    def mount(self, image: str) -> Path:
        """Return the root of a container's file system."""
        return Path(self.do("mount", self.do("from", "--pull-never", image)))

    def inspect(self, image: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.do("inspect", "--type=image", image))["Docker"]
        return found

    def begin(self) -> None:
        # In memory, less than 1 GiB of it: on disks most of the time would go into copies that nobody keeps.
        run("mount", "--types", "tmpfs", "--options", "size=2g", "tmpfs", self.home)

    def clear(self) -> None:
        run("umount", "--lazy", self.home)


def _debian(root: Path) -> None:
    settings = root / "etc/dpkg/dpkg.cfg.d/throwaway"
    settings.parent.mkdir(parents=True)
    settings.write_text(DPKG, encoding="utf-8")
    include = "--include=python3-minimal,libpython3-stdlib"
    run("debootstrap", "--variant=minbase", include, SUITE, root, *_mirror())
    for emptied in ("var/cache/apt", "var/lib/apt/lists"):
        shutil.rmtree(root / emptied)
    # buildah leaves these behind, empty, where it has mounted its own over them.
    for named in ("etc/hosts", "etc/resolv.conf"):
        (root / named).touch()


def _mirror() -> list[str]:
    """Return where this machine has the suite from; without one debootstrap takes its own default."""
    if shutil.which("apt-get") is None:
        return []
    asked = ["Created-By: Packages", "Component: main", f"Codename: {SUITE}"]
    return run("apt-get", "indextargets", "--format", "$(REPO_URI)", *asked).splitlines()[:1]


def _python(root: Path) -> None:
    (root / "usr/local/bin/python").symlink_to("/usr/bin/python3")
    wheels = root / WHEELS.lstrip("/")
    wheels.mkdir()
    run(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", f"--dest={wheels}", PIP)
    fetch_wheels(wheels, python=PYTHON, machine=platform.machine())
    own = next(wheels.glob("pip-*.whl"))
    # Debian's Python would have none of what is not Debian's.
    (root / f"usr/lib/python{PYTHON}/EXTERNALLY-MANAGED").unlink(missing_ok=True)
    inside = f"{WHEELS}/{own.name}"
    run(
        "chroot",
        root,
        "python",
        f"{inside}/pip",
        "install",
        "--quiet",
        "--no-index",
        "--root-user-action=ignore",
        inside,
    )
    (root / "etc/pip.conf").write_text(f"[global]\nno-index = true\nfind-links = {WHEELS}\n", encoding="utf-8")


def contents(root: Path) -> Mapping[str, os.stat_result]:
    """Return every path under a root, absolute as seen from inside, with what is known of it."""
    return {f"/{each.relative_to(root)}": each.lstat() for each in root.rglob("*")}
