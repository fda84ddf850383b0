"""Carry out the steps of the Dockerfile without Docker, as an ordinary user; try the result.

    python tests/container.py

Reads the Dockerfile itself, so that it cannot say one thing and this another. The folders of
the image are folders below a temporary one. Two steps need the root of an image and are left
out: installing Debian packages, and making the user.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
OF_ROOT: Final = ("apt-get update", "groupadd ")
FOLDERS: Final = ("/src", "/opt/counterpart", "/wheel", "/data")
PATIENCE: Final = 60
"""Seconds that the service may take to start or to stop."""
ORDINARY: Final = 10001


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction of a Dockerfile, on one line."""

    name: str
    value: str


def instructions(text: str) -> Iterator[Instruction]:
    """Yield the instructions of a Dockerfile, without comments and line ends."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    for whole in re.sub(r"\\\n", " ", "\n".join(lines)).splitlines():
        name, _, value = whole.strip().partition(" ")
        if name:
            yield Instruction(name, " ".join(value.split()))


def stages(text: str) -> list[list[Instruction]]:
    """Return the instructions of each stage; each begins with its FROM."""
    parted: list[list[Instruction]] = []
    for one in instructions(text):
        if one.name == "FROM":
            parted.append([])
        parted[-1].append(one)
    return parted


def assignments(value: str) -> dict[str, str]:
    """Return the variables that an ENV sets."""
    return dict(part.split("=", 1) for part in value.split())


class Image:
    """What the Dockerfile makes, below a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.where = folder
        # Settings of pip, uv and npm reach the build, as build arguments would; ours do not.
        left = ("COUNTERPART_", "PYTHON", "VIRTUAL_ENV", "COV_", "COVERAGE_")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(left)}
        self.environment = kept | {"HOME": str(folder), "TMPDIR": str(folder / "tmp")}
        self.who: dict[str, Any] = {}
        if os.geteuid() == 0:
            self.who = {"user": ORDINARY, "group": ORDINARY, "extra_groups": []}
        for name in ("", "tmp", *FOLDERS):
            self.own(self.at(name))

    def at(self, path: str) -> Path:
        """Return where a folder of the image is."""
        return self.folder / path.lstrip("/")

    def moved(self, text: str) -> str:
        """Name the folders of the image where they are."""
        for name in FOLDERS:
            text = re.sub(rf"(?<![\w.-]){name}(?![\w-])", str(self.at(name)), text)
        return text

    def own(self, path: Path) -> None:
        """Make a folder that the ordinary user may write."""
        path.mkdir(parents=True, exist_ok=True)
        if self.who:
            os.chown(path, ORDINARY, ORDINARY)

    def call(self, command: str | Sequence[str]) -> None:
        """Run a command as the ordinary user, or end here."""
        done = subprocess.run(  # noqa: S603 -- the steps of our own Dockerfile
            ["/bin/sh", "-ec", command] if isinstance(command, str) else command,
            cwd=self.where,
            env=self.environment,
            check=False,
            **self.who,
        )
        if done.returncode:
            raise SystemExit(f"This step ended with code {done.returncode}: {command}")

    def python(self) -> None:
        """Put a Python of its own first on the path, as the base image has one."""
        for candidate in (sys.executable, "/usr/bin/python3"):
            real = os.path.realpath(candidate)
            tried = (
                subprocess.run(  # noqa: S603 -- a Python of this machine
                    [real, "-c", "import ensurepip, venv"],
                    cwd="/",
                    check=False,
                    capture_output=True,
                    **self.who,
                )
                if self._may_run(real)
                else None
            )
            if tried is not None and tried.returncode == 0:
                self.call([real, "-m", "venv", str(self.folder / "base")])
                self.environment["PATH"] = f"{self.folder / 'base/bin'}:{os.environ['PATH']}"
                return
        raise SystemExit("No Python of this machine may be used by an ordinary user.")

    def _may_run(self, path: str) -> bool:
        asked = ["/usr/bin/test", "-x", path]
        return subprocess.run(asked, check=False, **self.who).returncode == 0  # noqa: S603 -- fixed

    def build(self, stage: Sequence[Instruction]) -> None:
        """Carry out the instructions of one stage."""
        for one in stage:
            match one.name:
                case "WORKDIR":
                    self.where = self.at(one.value)
                case "ENV":
                    for name, value in assignments(self.moved(one.value)).items():
                        kept = value.replace("$PATH", self.environment["PATH"])
                        self.environment[name] = kept
                case "COPY" if "--from=" not in one.value:
                    self.copy(*one.value.split())
                case "RUN" if not one.value.startswith(OF_ROOT):
                    say(f"RUN {one.value}")
                    self.call(self.moved(one.value))

    def copy(self, source: str, target: str) -> None:
        """Copy what the build context holds, which .dockerignore narrows."""
        kept = {
            line[1:].strip("/")
            for line in (ROOT / ".dockerignore").read_text().splitlines()
            if line.startswith("!")
        }
        names = sorted(kept) if source == "." else [source.strip("/")]
        for name in names:
            place = self.where / (name if source == "." else target.strip("/"))
            if (ROOT / name).is_dir():
                left = shutil.ignore_patterns("__pycache__", "static", "node_modules")
                shutil.copytree(ROOT / name, place, ignore=left, dirs_exist_ok=True)
            else:
                shutil.copy(ROOT / name, place)
        if self.who:
            for path in [self.where, *self.where.rglob("*")]:
                os.chown(path, ORDINARY, ORDINARY)


def main() -> int:
    """Build, migrate, serve, ask the health check, back up, stop; return the exit code."""
    first, last = stages((ROOT / "Dockerfile").read_text())
    said = {one.name: one.value for one in last}
    with tempfile.TemporaryDirectory(prefix="counterpart-image-") as folder:
        Path(folder).chmod(0o755)
        image = Image(Path(folder))
        image.python()
        image.build(first)
        image.build(last)
        seal(image.at("/opt/counterpart"))
        port = free_port()
        entry, command, check = (
            json.loads(moved_to(said[name], port))
            for name in ("ENTRYPOINT", "CMD", "HEALTHCHECK")
        )
        image.call([*entry, "migrate"])
        serve(image, [*entry, *command, "--port", str(port)], check)
        image.call([*entry, "backup", str(image.at("/data") / "saved.zip")])
    say("The image is built, migrates, serves, is healthy, backs up and stops.")
    return 0


def moved_to(value: str, port: int) -> str:
    """Return the JSON array of an instruction, on another port."""
    return value[value.index("[") :].replace(":8000", f":{port}")


def seal(folder: Path) -> None:
    """Take the right to write away, as a read-only root does."""
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            path.chmod(path.stat().st_mode & ~0o222)


def serve(image: Image, command: Sequence[str], check: Sequence[str]) -> None:
    """Start the service, wait until its health check is content, and stop it."""
    say(" ".join(command))
    process = subprocess.Popen(command, cwd=image.where, env=image.environment, **image.who)  # noqa: S603 -- our own command
    try:
        end = time.monotonic() + PATIENCE
        while not healthy(image, check):
            if time.monotonic() > end or process.poll() is not None:
                raise SystemExit("The service did not become healthy.")
            time.sleep(0.5)
        process.terminate()
        process.wait(PATIENCE)
    finally:
        process.kill()


def healthy(image: Image, check: Sequence[str]) -> bool:
    """Tell what the health check of the image says."""
    asked = subprocess.run(  # noqa: S603 -- the check of our own Dockerfile
        check,
        cwd=image.where,
        env=image.environment,
        check=False,
        capture_output=True,
        **image.who,
    )
    return asked.returncode == 0


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def say(sentence: str) -> None:
    """Print a line between what the steps print."""
    sys.stdout.write(f"== {sentence}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
