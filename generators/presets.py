"""The customary experiments of the CauseMe platform, by name: a family, a number of variables, a length."""

from __future__ import annotations

from causal_gauntlet.generators.causeme import CauseMe
from causal_gauntlet.generators.logistic import LogisticMaps

__all__ = ["PRESETS", "preset"]

SIZES = (3, 5, 10, 20, 40)
LENGTHS = (150, 300, 600)


def _families(n_vars: int) -> dict[str, CauseMe | LogisticMaps]:
    return {
        "linear-VAR": CauseMe(n_vars=n_vars, max_lag=3, nonlinear=False),
        "nonlinear-VAR": CauseMe(n_vars=n_vars, max_lag=3, nonlinear=True),
        "climate": CauseMe(
            n_vars=n_vars,
            max_lag=5,
            nonlinear=False,
            min_autocorrelation=0.6,
            max_autocorrelation=0.94,
        ),
        "logistic": LogisticMaps(n_vars=n_vars, max_lag=3),
    }


#: Family and length of each experiment, under names such as ``nonlinear-VAR_N-10_T-300``. As many edges as variables,
#: so that graphs are sparser the larger they are. Names and sizes are the platform's (Runge et al. 2019,
#: doi:10.1038/s41467-019-10105-3); coefficients are ours.
PRESETS: dict[str, tuple[CauseMe | LogisticMaps, int]] = {
    f"{name}_N-{n_vars}_T-{n_samples}": (family, n_samples)
    for n_vars in SIZES
    for name, family in _families(n_vars).items()
    for n_samples in LENGTHS
}


def preset(name: str) -> tuple[CauseMe | LogisticMaps, int]:
    """The family and the number of samples of a customary experiment.

    Raises
    ------
    ValueError
        If there is none of that name.
    """
    if name not in PRESETS:
        families = ", ".join(_families(3))
        raise ValueError(
            f"preset must look like nonlinear-VAR_N-10_T-300 with one of {families}, N of {', '.join(map(str, SIZES))} "
            f"and T of {', '.join(map(str, LENGTHS))}, got {name!r}"
        )
    return PRESETS[name]
