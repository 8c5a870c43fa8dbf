#!/usr/bin/env python3
"""Figures of `eval` made again by numpy, scipy and statsmodels, and the largest difference of each.

    pip install numpy scipy statsmodels
    cargo bench --bench eval_figures > figures.jsonl
    benches/eval_statistics_check.py figures.jsonl

Ends with 1 where one differs by more than what stands beside it. Measured 2026-11-27 with numpy 2.4.6, scipy 1.17.1 and
statsmodels 0.15.0 over 200 (families, curves and tables: 20) drawn inputs of each kind: no more than 1.3e-12 (t_critical).
"""
import collections, itertools, json, math, sys
import numpy as np
import scipy.optimize as optimize
import scipy.stats as stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests

Z = stats.norm.ppf(0.975)


def this_run(right, of):
    right = np.array(right)
    if of < 8:
        exact = stats.binomtest(int(right.sum()), of * len(right)).proportion_ci(method="exact")
        return [exact.low, exact.high]
    rate, smooth = right / of, (right + 0.5) / (of + 1)
    spread = max(np.sum(rate * (1 - rate)) / (of - 1), np.sum(smooth * (1 - smooth)) / (of + 2)) / len(right) ** 2
    return list(np.clip(rate.mean() + np.array([-Z, Z]) * math.sqrt(spread), 0, 1))


def questions_like_these(right, of):
    rate = np.append(np.array(right) / of, [0, 1])
    low, high = rate.mean() + np.array([-Z, Z]) * math.sqrt(rate.var() / len(rate))
    here = this_run(right, of)
    return list(np.clip([min(low, here[0]), max(high, here[1])], 0, 1))


def spread(right, of):
    rate = np.array(right) / of
    attempts = rate * (1 - rate) / (of - 1)
    inside = np.mean(attempts * of)
    return [stats.sem(rate), math.sqrt(attempts.sum()) / len(rate), max(0, 1 - inside / (rate.mean() * (1 - rate.mean())))]


def pass_at(right, of, k):
    return np.mean([1 - math.comb(of - c, k) / math.comb(of, k) for c in right])


def sign_flip(a, b, of):
    d = np.array(a) - np.array(b)
    sums = np.array(list(itertools.product([-1, 1], repeat=len(d)))) @ d
    return np.mean(abs(sums) >= abs(d.sum()))


def welch(a, b):
    found = stats.ttest_ind(a, b, equal_var=False)
    effect = np.mean(a) - np.mean(b)
    return [effect, effect / found.statistic, found.df, found.pvalue]


def paired(a, b):
    found = stats.ttest_rel(a, b)
    effect = np.mean(a) - np.mean(b)
    return [effect, effect / found.statistic, found.df, found.pvalue]


def arms_spread(arms):
    found = stats.f_oneway(*arms)
    k, d = len(arms), len(arms[0])
    noise = np.mean([np.var(arm, ddof=1) for arm in arms]) / d
    seen = np.var(np.mean(arms, axis=1), ddof=1)
    below = lambda away: stats.ncf.cdf(found.statistic, k - 1, k * (d - 1), away)
    away = optimize.brentq(lambda away: below(away) - 0.975, 1e-9, 1e5) if 1 - found.pvalue > 0.975 else 0
    return [math.sqrt(max(0, seen - noise)), math.sqrt(away * noise / (k - 1)), found.pvalue]


def logarithm(n, y):
    x = np.column_stack([np.log(n), np.ones(len(n))])
    a, b = np.linalg.lstsq(x, np.array(y), rcond=None)[0]
    return [a, b, aicc(np.sum((x @ [a, b] - y) ** 2), len(n), 3)]


def aicc(residual, count, k):
    return count * math.log(residual / count) + 2 * k + 2 * k * (k + 1) / (count - k - 1)


def saturating(n, y):
    n, y, best = np.array(n), np.array(y), math.inf
    for start in np.geomspace(0.01, 5, 25):
        # Bounded least squares in c and h for each exponent, then all three.
        residual = lambda v: v[0] - v[1] * (n / n[0]) ** -v[2] - y
        fit = optimize.least_squares(residual, [min(0.9, y[-1]), 0.1, start], bounds=([-np.inf, 0, 0.01], [1, np.inf, 5]),
                                     xtol=1e-14, ftol=1e-14, gtol=1e-14, max_nfev=4000)
        best = min(best, 2 * fit.cost)
    return [best, aicc(best, len(n), 4)]


def ladder(solved):
    table = np.array(solved)
    totals = table.sum(axis=0)
    order = np.argsort(-totals, kind="stable")
    perfect = np.zeros_like(table)
    for run, score in enumerate(table.sum(axis=1)):
        perfect[run, order[:score]] = True
    against = expected = 0
    for i, easier in enumerate(order):
        for harder in order[i + 1:]:
            against += np.sum(table[:, harder] & ~table[:, easier])
            expected += totals[harder] * (len(table) - totals[easier]) / len(table)
    larger = np.maximum(totals, len(table) - totals).sum() / table.size
    return [np.sum(perfect != table), larger, 1 - against / expected if expected else None]


AGAIN = {
    "beta": (stats.beta.cdf, 1e-12),
    "beta_quantile": (stats.beta.ppf, 1e-10),
    "t_beyond": (lambda t, freedom: 2 * stats.t.sf(t, freedom), 1e-12),
    "t_critical": (lambda share, freedom: stats.t.ppf(1 - share / 2, freedom), 1e-10),
    "f_noncentral": (stats.ncf.cdf, 1e-9),
    "this_run": (this_run, 1e-10),
    "questions_like_these": (questions_like_these, 1e-10),
    "pass_at": (pass_at, 1e-12),
    "spread": (spread, 1e-12),
    "mcnemar": (lambda wins, losses: mcnemar([[0, wins], [losses, 0]], exact=True).pvalue, 1e-12),
    "holm": (lambda *p: multipletests(p, method="holm")[1], 1e-12),
    "sign_flip": (sign_flip, 1e-12),
    "welch": (welch, 1e-8),
    "paired": (paired, 1e-8),
    "arms_spread": (lambda *arms: arms_spread(arms), 1e-7),
    "logarithm": (logarithm, 1e-9),
    # Which of the two finds the lower valley: a positive difference is ours that is worse.
    "saturating": (saturating, 1e-6),
    "ladder": (lambda *solved: ladder(solved), 1e-12),
}

largest = collections.defaultdict(float)
counted = collections.Counter()
for line in open(sys.argv[1]):
    if not line.startswith("["):
        continue
    name, inputs, ours = json.loads(line)
    theirs = AGAIN[name][0](*inputs)
    for one, other in zip(np.ravel(np.array(ours, dtype=float)), np.ravel(np.array(theirs, dtype=float)), strict=True):
        difference = one - other if name == "saturating" else abs(one - other)
        if not (math.isnan(one) and math.isnan(other)):
            largest[name] = max(largest[name], difference / max(1, abs(other)))
    counted[name] += 1
wrong = [name for name, (_, limit) in AGAIN.items() if not (counted[name] and largest[name] <= limit)]
for name, (_, limit) in AGAIN.items():
    print(f"{'WRONG' if name in wrong else 'ok':>5} {name:>21} {counted[name]:>4} times, largest difference {largest[name]:.1e} of {limit:.0e}")
sys.exit(int(bool(wrong)))
