"""Files that are written whole or not at all: a stopped run leaves the old one, never a half."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO


def write_whole(path: Path | str, write: Callable[[BinaryIO], object]) -> None:
    """Calls `write` on a file beside the place, then renames it."""
    path = Path(path)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            write(file)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def save_whole(path: Path | str, state: dict) -> None:
    """A PyTorch checkpoint, whole."""
    import torch

    write_whole(path, lambda file: torch.save(state, file))
