"""The customary experiments: every one can be drawn and recorded."""

import numpy as np
import pytest

from causal_gauntlet.generators import Design
from causal_gauntlet.generators.presets import PRESETS, preset


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_every_preset_has_the_size_of_its_name_and_as_many_edges_as_variables(name: str) -> None:
    family, n_samples = preset(name)
    experiment = family.draw(0).run(Design(n_samples), seed=0)
    _, n_vars, length = name.split("_")
    assert experiment.recording.values.shape == (int(length[2:]), int(n_vars[2:]))
    summary = experiment.truth.summary
    assert summary[~np.eye(len(summary), dtype=bool)].sum() == len(summary)


def test_an_unknown_preset_is_named_with_the_known_forms() -> None:
    with pytest.raises(ValueError, match=r"^preset must look like nonlinear-VAR_N-10_T-300 .*got 'VAR_N-7_T-9'"):
        preset("VAR_N-7_T-9")
