"""The contract of a method, its answer, and the candidates that claims are made of."""

from causal_gauntlet.baselines.linear_bottleneck import LinearBottleneck
from causal_gauntlet.baselines.method import Method
from causal_gauntlet.baselines.scores import EdgeScores

__all__ = ["EdgeScores", "LinearBottleneck", "Method"]
