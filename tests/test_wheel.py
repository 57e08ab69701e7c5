"""The built wheel holds everything that is needed, and works without the source tree."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import zipfile
from configparser import ConfigParser
from pathlib import Path

import pytest

from memsyncd import __version__

ROOT = Path(__file__).parents[1]
CANNOT_BE_HAD = ("No matching distribution", "Could not find a version", "Connection", "Temporary failure")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this tree; skips where pip or the build backend is not to be had."""
    if importlib.util.find_spec("pip") is None:
        pytest.skip("there is no pip in this environment")
    folder = tmp_path_factory.mktemp("wheel")
    options = ["--quiet", "--no-deps", "--disable-pip-version-check", "--wheel-dir", str(folder)]
    if importlib.util.find_spec("hatchling") is not None:
        options.append("--no-build-isolation")
    ended = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", *options, str(ROOT)], capture_output=True, text=True, check=False
    )
    if ended.returncode and any(words in ended.stderr for words in CANNOT_BE_HAD):
        pytest.skip("hatchling, which builds the wheel, is neither installed nor to be downloaded")
    assert ended.returncode == 0, ended.stderr
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def memsyncd(unpacked: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs the unpacked package, not the source tree, from a folder outside of both."""
    env = {**os.environ, "PYTHONPATH": str(unpacked), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "memsyncd", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=env, cwd=Path(env["HOME"]))


def test_every_file_of_the_package_is_in_it_and_nothing_else(unpacked: Path) -> None:
    here = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "memsyncd").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    there = {path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*") if path.is_file()}
    metadata = {name for name in there if name.startswith(f"memsyncd-{__version__}.dist-info/")}
    assert there - metadata == here
    assert {
        "memsyncd/py.typed",
        "memsyncd/core/redact/data/common.toml",
        "memsyncd/core/digest/data/en.toml",
        "memsyncd/demo_logs/openclaw.json",
    } <= there


def test_its_metadata_names_the_script_and_the_licence(unpacked: Path) -> None:
    info = unpacked / f"memsyncd-{__version__}.dist-info"
    scripts = ConfigParser()
    scripts.read(info / "entry_points.txt")
    assert dict(scripts["console_scripts"]) == {"memsyncd": "memsyncd.__main__:main"}
    assert (info / "licenses" / "LICENSE").read_text("utf-8").startswith("MIT License")
    metadata = (info / "METADATA").read_text("utf-8")
    assert f"\nVersion: {__version__}\n" in metadata
    assert "\n# memsyncd\n" in metadata


def test_it_is_the_package_that_runs(unpacked: Path) -> None:
    code = "import memsyncd; print(memsyncd.__file__)"
    env = {**os.environ, "PYTHONPATH": str(unpacked)}
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env, cwd="/"
    )
    assert Path(ended.stdout.strip()).is_relative_to(unpacked)
    ran = memsyncd(unpacked, "--version")
    assert (ran.returncode, ran.stdout) == (0, f"memsyncd, version {__version__}\n")


def test_the_demo_runs_from_it(unpacked: Path, tmp_path: Path) -> None:
    ran = memsyncd(unpacked, "demo", "--dir", str(tmp_path / "demo"))
    assert ran.returncode == 0, ran.stderr
    assert "*Auto-generated from " in ran.stdout
    assert len(list((tmp_path / "demo/workspace/memory").iterdir())) == 5
