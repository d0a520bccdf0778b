"""What every claim is compared with: plain classical methods, and arms that know nothing."""

from causal_gauntlet.control_arms.autocorrelation_order import AutocorrelationOrder
from causal_gauntlet.control_arms.column_order import ColumnOrder
from causal_gauntlet.control_arms.constant import Constant
from causal_gauntlet.control_arms.granger import Granger
from causal_gauntlet.control_arms.identity import Identity
from causal_gauntlet.control_arms.intervention_mask import InterventionMask
from causal_gauntlet.control_arms.lagged_correlation import LaggedCorrelation
from causal_gauntlet.control_arms.lasso import Lasso
from causal_gauntlet.control_arms.pcmci import PCMCI
from causal_gauntlet.control_arms.r2_order import R2Order
from causal_gauntlet.control_arms.random import Random
from causal_gauntlet.control_arms.random_graph import RandomGraph
from causal_gauntlet.control_arms.shifted import CircularShift
from causal_gauntlet.control_arms.shuffled_regimes import ShuffledRegimes
from causal_gauntlet.control_arms.tigramite_pcmci import TigramitePCMCI
from causal_gauntlet.control_arms.tigramite_pcmciplus import TigramitePCMCIPlus
from causal_gauntlet.control_arms.transpose import Transpose
from causal_gauntlet.control_arms.variance_order import VarianceOrder

__all__ = [
    "PCMCI",
    "AutocorrelationOrder",
    "CircularShift",
    "ColumnOrder",
    "Constant",
    "Granger",
    "Identity",
    "InterventionMask",
    "LaggedCorrelation",
    "Lasso",
    "R2Order",
    "Random",
    "RandomGraph",
    "ShuffledRegimes",
    "TigramitePCMCI",
    "TigramitePCMCIPlus",
    "Transpose",
    "VarianceOrder",
]
