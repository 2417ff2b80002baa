"""The text of a pack's MODEL_CARD.md, from its manifest and its evaluation."""

from __future__ import annotations

from collections.abc import Sequence

CARD = """# Model card: {title} {version}

{description}

- **Weights**: {licence}.
- **Learnt from**: {training_data}
- **Trained**: {trained}. Runs, curves and what is in the data: `TRAINING.md`.
- **Shape**: latents of {latent} channels at 21.5 a second, conditioning of {conditioning}, windows of 14.9 s with a style segment of 5.2 s, {steps} steps with guidance {guidance}.

## Figures

{clips} held-out videos of 14.9 s, scored from the picture alone (found cuts and hits, a steady pulse, the adaptor's curves and conditioning). By `{command}`, in {minutes} minutes.

| measure | pack | bar | anchors |
|---|---|---|---|
{rows}

BCS and BHS count strong onsets against those of the music for which the video was made, which the pack never heard: a picture allows other music too. Hits are cuts and events that the picture shows; lift is over the same music shifted in time. Intensity is the level over a second against the curve that the music is asked to follow, which is the app's: the adaptor's and the movement, smoothed and stretched. Retrieval finds the one true window of 14.9 s (what the generator writes at a time) among 32, with shifted ones, ones with a part replaced, and ones of other pieces. The style judge is a ridge regression with a Gaussian kernel on the sound of training pieces, as they are and through the codec; it shares no weights with the pack.

{pictures}## What it can do, and what it can't

{can}
"""

FIRST_CODEC_DB = 1.90
"""What the first pack's codec comes to on the held-out windows of `data --held-out-each 6`; the bar is a third less."""

BARS = {
    "hit_lift_70ms": (0.25, ">="),
    "intensity_correlation": (0.6, ">="),
    "retrieval_top1_of_32": (0.6, ">="),
    "style_accuracy": (0.85, ">="),
    "style_sync_loss": (0.03, "<="),
    "codec_log_stft_db": (FIRST_CODEC_DB * 2 / 3, "<="),
    "user_hits_landed": (0.8, ">="),
}


def number(value: float | None) -> str:
    """Two decimals, or a dash."""
    return "-" if value is None or value != value else f"{value:.2f}"


def bar_of(name: str, measures: dict) -> tuple[str, bool | None]:
    """The issue's bar in words, and whether it is reached."""
    value = measures[name]
    if value is None:
        return "-", None
    if name == "bhs_02s":
        goal = 2 * (measures["bhs_02s_shuffled"] or 0)
        return f">= {goal:.2f} (twice shuffled)", value >= goal
    if name == "bcs":
        return "0.90 to 1.10", 0.9 <= value <= 1.1
    if name not in BARS:
        return "-", None
    goal, sign = BARS[name]
    return f"{sign} {goal:.2f}", value >= goal if sign == ">=" else value <= goal


def anchors(name: str, details: dict) -> str:
    """What the same measure says of the true music, of a shuffled pairing, of noise."""
    made, adaptor = details["generated"], details["adaptor"]
    truth, noise, plain = made["truth"], made["noise"], made["plain"]
    sim, style, far = made.get("sim", {}), made["style"], made["frechet"]
    worn, recorded = details["codec"]["worn"], details["codec"].get("recordings", {})
    words = {
        "hit_lift_70ms": (("true music", truth["hits"] - truth["hits_shifted"]), ("noise", noise["hits"] - noise["hits_shifted"]), ("hits landed", plain["hits"]), ("shifted", plain["hits_shifted"])),
        "bhs_1s": (("noise", noise["bhs_1s"]),),
        "bhs_02s": (("shuffled", plain["bhs_02s_shuffled"]), ("true music", truth["bhs_02s"]), ("true music shuffled", truth["bhs_02s_shuffled"]), ("noise", noise["bhs_02s"])),
        "bcs": (("noise", noise["bcs"]), ("at 0.2 s", plain["bcs_02s"])),
        "intensity_correlation": (("true music", truth["intensity"]), ("shuffled", plain["intensity_shuffled"]), ("noise", noise["intensity"]), ("adaptor's curve alone", plain["intensity_adaptor"]), ("what the director meant", plain["intensity_intended"]), ("true music with that", truth["intensity_intended"])),
        "sim": (("true music", sim.get("truth")), ("shuffled", sim.get("shuffled"))),
        "retrieval_top1_of_32": (("blind", adaptor.get("retrieval_mixed_blind_15s")), ("shifted only", adaptor.get("retrieval_shifted_15s")), ("replaced only", adaptor.get("retrieval_replaced_15s")), ("windows of 6 s", adaptor.get("retrieval_mixed")), ("chance", 1 / 32)),
        "style_accuracy": (("true music", style["ceiling"]), ("through the codec", style.get("coded")), ("chance", 0.2)),
        "user_hits_landed": (("shifted", made["user_hits"]["shifted"]), ("without being asked", made["user_hits"]["without"])),
        "codec_log_stft_db": (("first pack", FIRST_CODEC_DB), ("worn clips", worn["log_stft_db"]), ("recordings", recorded.get("log_stft_db"))),
        "spectral_convergence": (("worn clips", worn["convergence"]), ("recordings", recorded.get("convergence"))),
        "chroma_correlation": (("worn clips", worn["chroma"]), ("recordings", recorded.get("chroma"))),
        "frechet_distance": (("the codec alone", far["codec"]), ("training pieces", far["training_pieces"]), ("noise", far["noise"])),
    }  # fmt: skip
    return ", ".join(f"{k} {number(v)}" for k, v in words.get(name, ()))


PICTURES = """## What it looks at

{pictures}

The adaptor's attention over frames of a real video that it never saw, blue near 0, yellow near 1, made by `muvi analyze --heatmap`.

"""


def write_card(manifest: dict, result: dict, pictures: Sequence[str] = ()) -> str:
    """The card; `result` is what evaluation.json holds, `pictures` are files beside the card."""
    measures, details = result["measures"], result["details"]
    rows, missed = [], []
    hidden = ("bhs_02s_shuffled", "intensity_correlation_shuffled", "user_hits_landed_shifted")
    for name, value in measures.items():
        if name in hidden or name.startswith("frechet_distance_"):
            continue
        bar, reached = bar_of(name, measures)
        if reached is False:
            missed.append(f"`{name}` {number(value)} (bar {bar})")
        rows.append(f"| `{name}` | {number(value)} | {bar} | {anchors(name, details)} |")
    adaptor = details["adaptor"]
    for name, key, goal in (("object", "share_object", ">= 3"), ("distractors", "share_distractor", "<= 1.5")):
        rows.append(f"| attention on {name}, times its share | {number(adaptor[key])} | {goal} | even map 1.00 |")
    can = ["It scores silent video in eight styles, follows cuts, hits and intensity, and takes a style clip."]
    can.append("It was heard by eye, through spectrograms and figures, not by people; it sings no words.")
    can.append(f"Bars not reached: {', '.join(missed)}." if missed else "Every bar of the table is reached.")
    solver = manifest["solver"]
    return CARD.format(
        **{k: manifest[k] for k in ("title", "version", "description", "licence", "training_data", "trained")},
        latent=manifest["latent"]["width"],
        conditioning=manifest["conditioning_width"],
        steps=solver["steps"],
        guidance=solver["guidance"],
        clips=result["clips"],
        command=result["command"],
        minutes=result["minutes"],
        rows="\n".join(rows),
        pictures=PICTURES.format(pictures="\n".join(f"![]({p})" for p in pictures)) if pictures else "",
        can="\n\n".join(can),
    )
