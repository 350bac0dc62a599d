"""Blueprints as files."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from stackwright.compose import Blueprint
from stackwright.errors import BadInput
from stackwright.render import render


def blueprint(name: str = "web", *, nested: tuple[str, ...] = ("vpc", "alb"), note: str = "ü") -> Blueprint:
    return Blueprint(name, {"Resources": {"Note": note}}, {f"nested/{each}.json": {"Of": each} for each in nested})


def files(build: Path) -> set[str]:
    return {str(path.relative_to(build)) for path in build.rglob("*") if path.is_file()}


def test_each_template_is_a_file_of_its_own_and_a_manifest_lists_them(tmp_path):
    build = tmp_path / "deep" / "build"
    (made,) = render([blueprint()], build)
    assert files(build) == {"manifest.json", "web/root.json", "web/nested/vpc.json", "web/nested/alb.json"}
    assert json.loads(made.root.read_text()) == {"Resources": {"Note": "ü"}}
    assert made.paths == [build / "web" / each for each in ("root.json", "nested/vpc.json", "nested/alb.json")]


def test_the_manifest_holds_the_sha256_of_each_file_and_what_made_them(tmp_path):
    (made,) = render([blueprint()], tmp_path)
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert manifest["blueprints"]["web"] == made.files
    for file, digest in made.files.items():
        assert hashlib.sha256((tmp_path / "web" / file).read_bytes()).hexdigest() == digest
    assert {"stackwright", "troposphere", "awacs"} == manifest["versions"].keys()


def test_the_files_say_nothing_of_the_place_they_were_made_in(tmp_path):
    contents = []
    for place in ("one", "two"):
        render([blueprint()], tmp_path / place)
        contents.append({file: (tmp_path / place / file).read_bytes() for file in files(tmp_path / place)})
    assert contents[0] == contents[1]


def test_bytes_do_not_depend_on_the_hash_seed(tmp_path):
    script = (
        "import sys; from pathlib import Path; from stackwright.compose import compose; "
        "from stackwright.render import render; from troposphere import *; "
        "from troposphere.cloudformation import WaitConditionHandle as W\n"
        "t = Template()\n"
        "for n in 'abcdefgh': t.add_parameter(Parameter('P' + n, Type='String'))\n"
        "t.add_resource(W('H', Metadata={n: Ref('P' + n) for n in 'abcdefgh'}))\n"
        "t.add_rule('R', {'Assertions': [{'Assert': {'Fn::Equals': [Ref('Pa'), Ref('Pb')]}}]})\n"
        "render([compose('x', description='d', a=t)], Path(sys.argv[1]))\n"
    )
    for seed in ("1", "2"):
        subprocess.run([sys.executable, "-c", script, tmp_path / seed], check=True, env={"PYTHONHASHSEED": seed})
    assert (tmp_path / "1/manifest.json").read_bytes() == (tmp_path / "2/manifest.json").read_bytes()


def test_what_is_unchanged_is_not_touched(tmp_path):
    render([blueprint()], tmp_path)
    before = {file: (tmp_path / file).stat().st_mtime_ns for file in files(tmp_path)}
    (made,) = render([blueprint()], tmp_path)
    assert made.changed == ()
    assert {file: (tmp_path / file).stat().st_mtime_ns for file in files(tmp_path)} == before


def test_only_what_changed_is_written(tmp_path):
    render([blueprint()], tmp_path)
    before = (tmp_path / "web/nested/vpc.json").stat().st_mtime_ns
    (made,) = render([blueprint(note="new")], tmp_path)
    assert made.changed == ("root.json",)
    assert (tmp_path / "web/nested/vpc.json").stat().st_mtime_ns == before


def test_nested_files_that_are_no_longer_made_are_removed(tmp_path):
    render([blueprint()], tmp_path)
    render([blueprint(nested=("vpc",))], tmp_path)
    assert files(tmp_path) == {"manifest.json", "web/root.json", "web/nested/vpc.json"}
    render([blueprint(nested=())], tmp_path)
    assert not (tmp_path / "web/nested").exists()


def test_what_publishing_wrote_beside_them_stays(tmp_path):
    render([blueprint()], tmp_path)
    (tmp_path / "web/packaged.json").write_text("{}")
    render([blueprint(note="new")], tmp_path)
    assert (tmp_path / "web/packaged.json").read_text() == "{}"


def test_blueprints_that_are_not_rendered_keep_their_place_in_the_manifest(tmp_path):
    render([blueprint("web"), blueprint("api")], tmp_path)
    both = (tmp_path / "manifest.json").read_bytes()
    render([blueprint("api")], tmp_path)
    assert (tmp_path / "manifest.json").read_bytes() == both


def test_blueprints_whose_files_are_gone_leave_the_manifest(tmp_path):
    render([blueprint("web"), blueprint("api")], tmp_path)
    (tmp_path / "web/root.json").unlink()
    render([blueprint("api")], tmp_path)
    assert list(json.loads((tmp_path / "manifest.json").read_text())["blueprints"]) == ["api"]


@pytest.mark.parametrize("damage", ["", "[]", '{"blueprints": 1}', "{}", "\x00"])
def test_a_damaged_manifest_is_made_anew(tmp_path, damage):
    (tmp_path / "manifest.json").write_text(damage)
    render([blueprint()], tmp_path)
    assert list(json.loads((tmp_path / "manifest.json").read_text())["blueprints"]) == ["web"]


def test_a_reader_never_sees_half_a_file(tmp_path, monkeypatch):
    render([blueprint()], tmp_path)
    whole = (tmp_path / "web/root.json").read_bytes()

    def half(path: Path, content: bytes) -> None:
        path.open("wb").write(content[:3])
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(Path, "write_bytes", half)
    with pytest.raises(BadInput, match="No space left on device"):
        render([blueprint(note="new")], tmp_path)
    assert (tmp_path / "web/root.json").read_bytes() == whole
    assert files(tmp_path) == {"manifest.json", "web/root.json", "web/nested/vpc.json", "web/nested/alb.json"}


def test_a_build_folder_that_cannot_be_written_is_bad_input(tmp_path):
    build = tmp_path / "build"
    build.write_text("a file stands in the way")
    with pytest.raises(BadInput) as caught:
        render([blueprint()], build)
    assert str(build) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert build.read_text() == "a file stands in the way"
