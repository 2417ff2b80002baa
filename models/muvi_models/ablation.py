"""The paper's ablations on our held-out clips, as tables: `python -m muvi_models.ablation --steps 600`.

Two tables: what the adaptor is pre-trained with (nothing, contrast, + time shift, + replacement, both), and how it
pools the patches (softmax, sigmoid, average, attention, cls). All runs have the same seed, clips and steps; runs
that are finished are read, not repeated. Writes ablation.json and ablation.md to --out.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from . import train_adaptor
from .pooling import POOLINGS
from .whole import write_whole

HARD = 12
"""Hard negatives for each window, however they are made."""
TRAINING = {
    "no contrastive training": ["--no-contrastive"],
    "contrastive": ["--shifted", "0", "--replaced", "0"],
    "+ shift": ["--shifted", str(HARD), "--replaced", "0"],
    "+ replacement": ["--shifted", "0", "--replaced", str(HARD)],
    "both": [],
}
COLUMNS = {
    "retrieval_mixed": "retrieval, mixed",
    "retrieval_shifted": "shifted",
    "retrieval_replaced": "replaced",
    "retrieval_other": "other",
    "sim_lift": "SIM over shuffled",
    "hit_lift": "hit F1 over shifted",
    "intensity_correlation": "intensity",
    "share_object": "attention on object",
    "share_distractor": "on distractors",
}


def variants() -> dict[str, list[str]]:
    """Name of each run and its options; the default stands in both tables and runs once."""
    pooled = {f"pooling {p}": ["--pooling", p] for p in POOLINGS if p != "softmax"}
    return TRAINING | pooled


def run(name: str, options: list[str], args: argparse.Namespace) -> dict[str, float]:
    """Trains one variant, or reads what it came to."""
    out = args.out / name.replace(" ", "_").replace("+", "and")
    if not (out / "heldout.json").exists():
        common = ["--data", *map(str, args.data), "--out", str(out), "--steps", str(args.steps)]
        common += ["--seed", str(args.seed), "--validate-minutes", "1000"]
        train_adaptor.main([*common, *options, *args.options])
    figures = json.loads((out / "heldout.json").read_text())
    figures["sim_lift"] = figures["sim"] - figures["sim_shuffled"]
    figures["hit_lift"] = figures["hit_f1_visible"] - figures["hit_f1_shifted_in_time"]
    return figures


def table(rows: dict[str, dict[str, float]]) -> str:
    """Markdown."""
    lines = ["| | " + " | ".join(COLUMNS.values()) + " |", "|" + "---|" * (1 + len(COLUMNS))]
    for name, figures in rows.items():
        lines.append(f"| {name} | " + " | ".join(f"{figures[k]:.2f}" for k in COLUMNS) + " |")
    return "\n".join(lines)


def main(argv: list[str] | None = None) -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, nargs="+", default=[Path("data/video")])
    parser.add_argument("--out", type=Path, default=Path("runs/ablation"))
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="+", help="these variants only")
    args, args.options = parser.parse_known_args(argv)
    found = {}
    for name, options in variants().items():
        if not args.only or name in args.only:
            found[name] = run(name, options, args)
    pooled = {k.removeprefix("pooling "): v for k, v in found.items() if k.startswith("pooling ")}
    if "both" in found:
        pooled = {"softmax": found["both"]} | pooled
    trained = {k: v for k, v in found.items() if k in TRAINING}
    text = f"{args.steps} steps each, seed {args.seed}.\n\n{table(trained)}\n\n{table(pooled)}\n"
    args.out.mkdir(parents=True, exist_ok=True)
    write_whole(args.out / "ablation.md", lambda f: f.write(text.encode()))
    write_whole(args.out / "ablation.json", lambda f: f.write(json.dumps(found, indent=1).encode()))
    print(text)


if __name__ == "__main__":
    main()
