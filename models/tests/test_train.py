"""All parts by one command, in two processes that must agree, stopped and continued."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from muvi_models import contract as c
from muvi_models.adaptor import Adaptor, AdaptorConfig
from muvi_models.codec import CodecConfig, load_codec
from muvi_models.configs import CONFIGS, network, options
from muvi_models.toy import tones
from muvi_models.train_codec import latent_loss
from muvi_models.velocity import Velocity, VelocityConfig, load_velocity
from muvi_models.video_data import LABELS

SECONDS, FRAMES = 22.0, 180


def labels() -> dict:
    beats = np.arange(0, SECONDS - 1, 0.5).tolist()
    return {
        "bpm": [{"time_s": 0.0, "bpm": 120.0}], "valence": 0.5, "arousal": -0.2, "style": "piano", "beats": beats,
        "downbeats": beats[::4], "hits": [{"time_s": 3.2, "strength": 0.8}], "duration_s": SECONDS - 1,
        "intensity": np.linspace(0, 1, int(20 * SECONDS)).tolist(), "end_s": SECONDS - 1,
        "chords": [{"start_s": 0.0, "end_s": SECONDS - 1, "pitch_classes": [0, 4, 7]}],
    }  # fmt: skip


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    """Two pieces to train on, one held out, each with one made video of random features."""
    folder, rng = tmp_path_factory.mktemp("data"), np.random.default_rng(0)
    for split, numbers in (("train", (0, 1)), ("heldout", (2,))):
        for kind in ("music", "video"):
            (folder / kind / split).mkdir(parents=True)
        for i in numbers:
            path = folder / "music" / split / f"piano_{i}.flac"
            soundfile.write(path, tones(SECONDS, i).T, c.SAMPLE_RATE)
            path.with_suffix(".json").write_text(json.dumps(labels()))
            marks = {k: (rng.random(FRAMES) < 0.05).astype(np.float16) for k in LABELS}
            marks |= {k: rng.random((FRAMES, 49)).astype(np.float16) for k in ("object", "distractor")}
            marks["intensity"] = np.linspace(0, 1, FRAMES).astype(np.float16)
            facts = {"piece": f"piano_{i}", "start_frame": 10, "valence": 0.6, "arousal": 0.4, "style": "piano"}
            features = rng.normal(0, 1, (FRAMES, 49, 334)).astype(np.float16)
            clip = folder / "video" / split / f"piano_{i}"
            np.savez(f"{clip}.r0.npz", features=features, **marks, facts=json.dumps(facts))
            np.save(f"{clip}.music.npy", rng.normal(0, 1, (250, 48)).astype(np.float16))
    return folder


def launch(processes: int, *arguments: str) -> str:
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(processes)]
    command += ["-m", "muvi_models.train", "--config", "toy", *arguments]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=400)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_every_part_in_two_processes_and_on(root, tmp_path):
    runs = tmp_path / "runs"
    said = launch(2, "--data", str(root), "--runs", str(runs))
    assert [x for x in said.splitlines() if x.startswith("==")] == [
        f"== {p}" for p in ("codec", "latents", "adaptor", "conditioning", "velocity")
    ]
    encoder, decoder, state = load_codec(runs / "codec" / "decoder.pt")
    assert encoder.config.learned and state["step"] > 0
    with torch.no_grad():
        assert all(x.isfinite().all() for x in decoder(encoder(torch.rand(1, 3, 32, c.BINS) * 0.1)))
    model, state = load_velocity(runs / "velocity" / "mean.pt")
    assert model.config.latent == encoder.config.width and state["step"] > 0
    assert json.loads((runs / "adaptor" / "heldout.json").read_text())["steps"] == 2
    before = state["step"]
    # However long the first steps took on a busy machine.
    spent = torch.load(runs / "velocity" / "last.pt", weights_only=False)["spent"]
    launch(1, "--data", str(root), "--runs", str(runs), "--part", "velocity", "--", "--minutes", f"{spent + 0.04}")
    assert load_velocity(runs / "velocity" / "mean.pt")[1]["step"] > before


WORKER = """
import os
import torch
from muvi_models.parallel import Workers
w = Workers()
torch.manual_seed(w.rank)
net = torch.nn.Linear(3, 2)
w.same_start([net])
(net(torch.full((1, 3), float(w.rank + 1))).sum()).backward()
w.average_gradients(net.parameters())
flat = torch.cat([p.detach().reshape(-1) for p in net.parameters()])
line = f"weights {flat.sum().item()} gradient {net.weight.grad.mean().item()} agreed {w.agree(w.rank + 7.0)}\\n"
os.write(1, line.encode())  # at once: two processes share the pipe
w.end()
"""


def test_processes_share_weights_and_gradients(tmp_path):
    (tmp_path / "worker.py").write_text(WORKER)
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(Path(__file__).parents[1])}
    command += [str(tmp_path / "worker.py")]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300)
    lines = [x for x in done.stdout.splitlines() if x.startswith("weights")]
    assert len(lines) == 2 and lines[0] == lines[1], done.stderr[-2000:]
    assert "gradient 1.5 agreed 7.0" in lines[0]


def test_configs_build_networks_of_the_pack_format():
    for name in CONFIGS:
        Adaptor(AdaptorConfig.from_dict(network(name, "adaptor")))
        config = CodecConfig(**network(name, "codec"))
        with torch.device("meta"):
            model = Velocity(VelocityConfig(latent=config.width, **network(name, "velocity")))
        assert model.config.width % model.config.heads == 0
    assert options("mini", "velocity", minutes=5)[:2] == ["--minutes", "5"]


def test_latents_are_drawn_towards_their_deviations():
    gain = torch.tensor([1.0, 0.5, 0.35])
    x = torch.randn(8, 64, 3, generator=torch.Generator().manual_seed(0))
    right = latent_loss(x * gain, gain)
    assert right < 0.05
    assert latent_loss(x, gain) > right + 0.5 and latent_loss(x * gain + 1, gain) > right + 0.5
    assert latent_loss(x[..., :1] * gain, gain) > right + 0.5, "one direction is not three"
