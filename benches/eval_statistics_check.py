#!/usr/bin/env python3
"""The expected values that the unit tests of `src/eval` hold, computed again by numpy, scipy and statsmodels.

    pip install numpy scipy statsmodels
    benches/eval_statistics_check.py [SRC/EVAL]

Each figure is looked for in the file that holds it, to the digits that stand there. Ends with 1 where one is missing.
"""
import os, re, sys
import numpy, scipy.stats as stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests

folder = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), "..", "src", "eval")
missing = 0


def holds(file, what, *values):
    """Whether each value stands in the file, to a relative 1e-9."""
    global missing
    text = open(os.path.join(folder, file)).read()
    numbers = numpy.array([float(number) for number in re.findall(r"\d+\.\d+", text.replace("_", ""))])
    for value in values:
        found = bool(len(numbers)) and numpy.min(abs(numbers - value)) <= 1e-9 * max(1.0, abs(value))
        missing += not found
        print(f"{'ok' if found else 'MISSING'}: {file}: {what}: {value!r}")


def says(what, is_true):
    global missing
    missing += not is_true
    print(f"{'ok' if is_true else 'WRONG'}: {what}")


exact = stats.binomtest(3, 12).proportion_ci(method="exact")
holds("intervals/run.rs", "Clopper and Pearson of 3 of 12", exact.low, exact.high)
holds("tiers.rs", "Clopper and Pearson of 4 of 48", stats.binomtest(4, 48).proportion_ci(method="exact").high)
welch = stats.ttest_ind([0.3, 0.4, 0.5], [0.1, 0.3, 0.2, 0.2], equal_var=False)
holds("compare/contrast.rs", "Welch", welch.pvalue, welch.df)
holds("distributions.rs", "97.5 % of Gauss's", stats.norm.ppf(0.975))
ways = 1 + 36 + 630 + 7140 + 58905
says("McNemar of 32 to 4", abs(mcnemar([[0, 32], [4, 0]], exact=True).pvalue - 2 * ways / 2**36) < 1e-15)
says("Holm of .5, .01, .02", numpy.allclose(multipletests([0.5, 0.01, 0.02], method="holm")[1], [0.5, 0.03, 0.04]))
f = stats.f.sf(1.0, 2, 3)
says("F of 1 on 2 and 3", abs(f - (5 / 3) ** -1.5) < 1e-12)
correlation = numpy.full((3, 3), 0.5) + 0.5 * numpy.eye(3)
table = stats.multivariate_t(shape=correlation, df=20, seed=1, allow_singular=True)
below = table.cdf([2.54] * 3, lower_limit=[-2.54] * 3)
says(f"Dunnett's table, 5 % at 2.54: {1 - below:.4f}", abs(1 - below - 0.05) < 0.001)
sys.exit(int(missing > 0))
