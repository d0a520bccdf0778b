"""What every claim is compared with: plain classical methods, and arms that know nothing."""

from causal_gauntlet.control_arms.constant import Constant
from causal_gauntlet.control_arms.granger import Granger
from causal_gauntlet.control_arms.identity import Identity
from causal_gauntlet.control_arms.lasso import Lasso
from causal_gauntlet.control_arms.pcmci import PCMCI
from causal_gauntlet.control_arms.random import Random

__all__ = ["PCMCI", "Constant", "Granger", "Identity", "Lasso", "Random"]
