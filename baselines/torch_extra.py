"""PyTorch, or the word on how to get it: every neural file imports torch from here."""

from __future__ import annotations

from causal_gauntlet.generators.extras import MissingExtra

try:
    import torch
    from torch import nn
except ModuleNotFoundError as error:
    if error.name != "torch":
        raise
    raise MissingExtra("a neural bottleneck", "torch", "neural") from None

__all__ = ["nn", "torch"]
