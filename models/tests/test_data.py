"""Data by one command: what is held out, what is attributed, what a recording's plan knows."""

import argparse
import json
import shutil
import subprocess

import numpy as np
import pytest
import soundfile

from muvi_models import contract as c
from muvi_models import data, recordings
from muvi_models.codec_data import Windows
from muvi_models.composer import STYLES, compose
from muvi_models.composer.cast import HELD_PROGRAMS
from muvi_models.plan import plan_of_recording
from muvi_models.whole import write_whole


def test_held_out_instruments_are_never_heard_in_training():
    heard = {split: set() for split in (False, True)}
    for held_out in heard:
        for style in STYLES:
            for seed in range(5):
                heard[held_out] |= set(compose(seed, style, held_out).labels.programs.values())
    assert not heard[False] & HELD_PROGRAMS
    assert len(heard[True] & HELD_PROGRAMS) > 3


def test_a_file_is_whole_or_not_there(tmp_path):
    path = tmp_path / "a.txt"
    write_whole(path, lambda f: f.write(b"first"))

    def half(file):
        file.write(b"sec")
        raise OSError("disk full")

    with pytest.raises(OSError):
        write_whole(path, half)
    assert path.read_bytes() == b"first"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_recordings_are_taken_with_their_facts(tmp_path):
    if not (shutil.which("ffmpeg") and shutil.which("dpkg-deb")):
        pytest.skip("needs ffmpeg and dpkg-deb")
    source = recordings.SOURCES[0]
    root = tmp_path / "package"
    folder = root / source.pattern.rsplit("/", 1)[0]
    folder.mkdir(parents=True)
    (root / "DEBIAN").mkdir()
    control = f"Package: {source.package}\nVersion: 1\nArchitecture: all\nMaintainer: x\nDescription: x\n"
    (root / "DEBIAN" / "control").write_text(control)
    rng = np.random.default_rng(0)
    for i in range(3):
        soundfile.write(folder / f"stg{i}.ogg", rng.uniform(-0.3, 0.3, (48000, 1)), 48000)
    soundfile.write(folder / "effect.ogg", np.zeros((4800, 1)), 48000)
    subprocess.run(["dpkg-deb", "-b", str(root), str(tmp_path / f"{source.package}_1_all.deb")], check=True)
    facts = recordings.collect(tmp_path, tmp_path / "out")
    assert [f["title"] for f in facts] == ["stg0", "stg1", "stg2"]
    assert {f["licence"] for f in facts} == {source.licence}
    for path in (tmp_path / "out").rglob("*.flac"):
        sound, rate = soundfile.read(path)
        assert rate == c.SAMPLE_RATE and sound.shape[1] == 2 and abs(len(sound) / rate - 1) < 0.02
        assert path.parent.name == recordings.split_of(path.stem)


def test_a_recordings_plan_knows_its_level_and_end_only():
    plan = plan_of_recording(10.0, np.linspace(0, 1, 300).astype(np.float32))
    known = {n: plan[:, c.channel(n)] for n in c.PLAN_CHANNELS if n.endswith("_known")}
    assert {n for n, v in known.items() if v.all()} == {"intensity_known", "end_known"}
    assert {n for n, v in known.items() if v.any()} == {"intensity_known", "end_known"}
    assert not plan[:, [c.channel(n) for n in ("hit", "beat", "downbeat", "chroma_0", "style")]].any()
    assert plan[-1, c.channel("end")] == 1 and plan[0, c.channel("end")] == 0


def test_attribution_names_every_source(tmp_path):
    for split, count in (("train", 3), ("heldout", 1)):
        (tmp_path / "music" / split).mkdir(parents=True)
        for i in range(count):
            (tmp_path / "music" / split / f"piano_{i}.json").write_text(json.dumps({"end_s": 900.0}))
    track = {"package": "noiz2sa-data", "author": "Kenta Cho", "licence": "BSD-2-Clause"}
    text = data.attribution(argparse.Namespace(out=tmp_path, photos=None), [track, track])
    for wanted in ("4 pieces, 1.00 h", "`noiz2sa-data` | 2 tracks | Kenta Cho | BSD-2-Clause", "FluidR3", "110"):
        assert wanted in text, wanted


def test_worn_windows_stay_music(tmp_path):
    rng = np.random.default_rng(0)
    soundfile.write(tmp_path / "a.flac", rng.uniform(-0.5, 0.5, (c.SAMPLE_RATE * 3, 2)), c.SAMPLE_RATE)
    (tmp_path / "a.json").write_text("{}")
    plain, worn = (Windows(tmp_path, 8, 1, worn=w).batch(24) for w in (False, True))
    assert plain.shape == worn.shape == (24, 3, 32, c.BINS)
    assert worn.isfinite().all() and (worn >= 0).all()
    spread = worn.mean((1, 2, 3)).log().std() / plain.mean((1, 2, 3)).log().std()
    assert spread > 1.2, "some windows are far quieter"
