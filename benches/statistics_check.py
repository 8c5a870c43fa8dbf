#!/usr/bin/env python3
"""Balance, overlap and power, computed again by numpy and scipy from an output folder's ledger and selection, and
compared with what gradatim wrote and prints: to 1e-9, relative to 1 or to the figure where it is larger.

    pip install numpy scipy pyarrow mpmath
    benches/statistics_check.py OUT [--gradatim target/release/gradatim]

Nothing of gradatim is used but its output. Ends with 1 where a figure differs.
"""
import argparse, collections, itertools, json, math, os, subprocess, sys
import numpy, pyarrow.parquet as parquet, scipy.optimize, scipy.stats
import mpmath

TOLERANCE = 1e-9
worst = collections.Counter()
counted = collections.Counter()
wrong = []


def compare(kind, place, ours, theirs):
    counted[kind] += 1
    if ours is None or theirs is None or isinstance(ours, (bool, str)):
        error = 0.0 if ours == theirs else math.inf
    else:
        error = abs(ours - theirs) / max(1.0, abs(theirs))
    worst[kind] = max(worst[kind], error)
    if not error <= TOLERANCE:
        wrong.append(f"{kind} {place}: gradatim has {ours}, expected {theirs}")


class Ledger:
    """Values of every kept trajectory, by id."""

    def __init__(self, run):
        rows = parquet.read_table(os.path.join(run, "ledger.parquet")).to_pylist()
        rows = [row for row in rows if row["trajectory_id"] is not None]
        decided, votes = collections.defaultdict(list), collections.defaultdict(lambda: collections.defaultdict(set))
        for row in rows:
            problem, category = row["problem_id"], row["category"]
            if row["verdict"] in ("correct", "wrong"):
                decided[problem].append(row["verdict"] == "correct")
            if category is not None:
                votes[problem][category].add(row["trajectory_id"])
        # That of most trajectories, of equals the first by name.
        categories = {problem: min(having, key=lambda name: (-len(having[name]), name)) for problem, having in votes.items()}
        self.kept = {}
        for row in rows:
            if row["fate"] == "kept" and row["trajectory_id"] not in self.kept:
                self.kept[row["trajectory_id"]] = self.values(row, decided[row["problem_id"]], categories)

    @staticmethod
    def values(row, decided, categories):
        recorded = [row[key] for key in ("recorded_rule", "recorded_judge") if row[key] is not None]
        return {
            "tokens": float(row["tokens"]),
            "thinking_tokens": float(row["thinking_tokens"]),
            "answer_tokens": float(row["answer_tokens"]),
            "bytes": float(row["bytes"]),
            "repeated_share": float(row["repeated_share"]),
            "correct": {"correct": 1.0, "wrong": 0.0}.get(row["verdict"]),
            "recorded": float(any(recorded)) if recorded else None,
            "finished": None if row["finished"] is None else float(row["finished"]),
            "pass_rate": numpy.mean(decided) if len(decided) >= 2 else None,
            "category": categories.get(row["problem_id"]) or "(none)",
            "origin": row["origin"] or "(none)",
            "style": row["style"],
            "verdict": row["verdict"],
            "problem": row["problem_id"],
        }


LOG = ("tokens", "thinking_tokens", "answer_tokens", "bytes")


def numbers(ledger, ids, variable):
    values = [ledger.kept[one][variable] for one in ids]
    return numpy.array([value for value in values if value is not None])


def measured(ledger, variable, first, second):
    """What balance says of a measured variable."""
    scale = numpy.log1p if variable in LOG else lambda values: values
    pool = scale(numbers(ledger, ledger.kept, variable))
    a, b = numbers(ledger, first, variable), numbers(ledger, second, variable)
    sd = 0.0 if len(set(pool.tolist())) < 2 else float(numpy.std(pool))
    told = {"pool_sd": sd, "subset_known": len(a), "control_known": len(b), "mix_distance": None,
            "subset_effective": None, "control_effective": None, "level": None,
            "subset_mean": float(a.mean()) if len(a) else None,
            "control_mean": float(b.mean()) if len(b) else None}
    if len(a) == 0 or len(b) == 0:
        return told | {"difference": None, "smd": None, "variance_ratio": None, "ks": None}
    difference = float(scale(a).mean() - scale(b).mean())
    spread = [float(numpy.var(scale(x), ddof=1)) if len(set(x.tolist())) > 1 else 0.0 for x in (a, b)]
    ratio = spread[0] / spread[1] if min(len(a), len(b)) > 1 and spread[1] > 0 else None
    return told | {"difference": difference, "smd": difference / sd if sd > 0 else None, "variance_ratio": ratio,
                   "ks": float(scipy.stats.ks_2samp(a, b, method="asymp").statistic)}


def mixes(ledger, variable, first, second):
    """What balance says of a variable of names: of the mix, then of each level."""
    pool = collections.Counter(row[variable] for row in ledger.kept.values())
    a, b = (collections.Counter(ledger.kept[one][variable] for one in ids) for ids in (first, second))
    levels = sorted(set(a) | set(b))
    p, q = (numpy.array([mix[level] / len(ids) for level in levels]) for mix, ids in ((a, first), (b, second)))
    told = {"subset_known": len(first), "control_known": len(second), "variance_ratio": None, "ks": None}
    yield told | {"level": None, "mix_distance": float(abs(p - q).sum() / 2), "pool_sd": None, "difference": None,
                  "smd": None, "subset_mean": None, "control_mean": None,
                  "subset_effective": float(numpy.exp(scipy.stats.entropy(p))),
                  "control_effective": float(numpy.exp(scipy.stats.entropy(q)))}
    for level, one, other in zip(levels, p, q):
        share = pool[level] / len(ledger.kept)
        sd = math.sqrt(share * (1 - share))
        yield told | {"level": level, "mix_distance": None, "subset_effective": None, "control_effective": None,
                      "subset_mean": float(one), "control_mean": float(other), "difference": float(one - other),
                      "pool_sd": sd, "smd": float(one - other) / sd if sd > 0 else None}


def check_balance(ledger, selection, run):
    groups = collections.defaultdict(list)
    for row in parquet.read_table(os.path.join(run, "balance.parquet")).to_pylist():
        groups[row["subset"], row["control"], row["variable"]].append(row)
    for (subset, control, variable), rows in groups.items():
        first, second = selection[subset], selection[control]
        named = variable in ("category", "origin", "style", "verdict")
        expected = list(mixes(ledger, variable, first, second)) if named else [measured(ledger, variable, first, second)]
        compare("balance rows", (subset, control, variable), len(rows), len(expected))
        for row, told in zip(rows, expected):
            for key, value in told.items():
                compare(f"balance {key}", (subset, control, variable, told["level"]), row[key], value)
            for key, part in (("rows_shared", lambda one: one), ("problems_shared", lambda one: ledger.kept[one]["problem"])):
                shared = len({part(one) for one in first} & {part(one) for one in second})
                compare(f"balance {key}", (subset, control), row[key], shared)
    return len({key[:2] for key in groups})


def check_overlap(ledger, selection, run):
    rows = parquet.read_table(os.path.join(run, "overlap.parquet")).to_pylist()
    told = {(row["a"], row["b"]): row for row in rows}
    compare("overlap pairs", "once each", len(told), len(rows))
    trajectories = {name: set(ids) for name, ids in selection.items()}
    problems = {name: {ledger.kept[one]["problem"] for one in ids} for name, ids in selection.items()}
    expected = 0
    for a, b in itertools.combinations(selection, 2):
        shared = problems[a] & problems[b]
        row = told.get((a, b))
        expected += bool(shared)
        compare("overlap is there", (a, b), row is not None, bool(shared))
        if row and shared:
            for what, sets in (("rows", trajectories), ("problems", problems)):
                both = len(sets[a] & sets[b])
                compare(f"overlap {what}_shared", (a, b), row[f"{what}_shared"], both)
                compare(f"overlap {what}_jaccard", (a, b), row[f"{what}_jaccard"], both / len(sets[a] | sets[b]))
    compare("overlap pairs", "all", len(rows), expected)
    return expected


def chance(critical, freedom, shift):
    """P(|T| > critical) of the noncentral t, to 30 digits: scipy's own loses some at large shifts."""
    mpmath.mp.dps = 30
    nu, constant = mpmath.mpf(freedom), mpmath.log(2) + (freedom / 2) * mpmath.log(mpmath.mpf(freedom) / 2) - mpmath.loggamma(mpmath.mpf(freedom) / 2)

    def integrand(s):
        density = mpmath.exp(constant + (nu - 1) * mpmath.log(s) - nu * s * s / 2)
        return density * (mpmath.ncdf(shift - critical * s) + mpmath.ncdf(-critical * s - shift))

    width = 14 / mpmath.sqrt(2 * nu)
    ends = sorted({max(mpmath.mpf(0), 1 - width), mpmath.mpf(1), 1 + width / 4, 1 + width})
    return float(mpmath.quad(integrand, ends))


def expected_power(design, alpha, power):
    d, t, q, a = (design[key] for key in ("draws", "seeds", "questions", "attempts"))
    p = design["accuracy"] / 100
    within = 2 / d * (design["draw_sd"] ** 2 + design["seed_sd"] ** 2 / t
                      + 1e4 * p * (1 - p) * (1 - design["between_questions"]) / (t * q * a))
    across = 0.0 if design["question_sd"] is None else design["question_sd"] ** 2 / q
    freedom = 2 * (d - 1)
    if across:
        freedom = (within + across) ** 2 / (within ** 2 / freedom + across ** 2 / (q - 1))
    critical = scipy.stats.t.ppf(1 - alpha / 2, freedom)
    # The far tail, where scipy has no number for it, is below 1e-16.
    passes = lambda shift: scipy.stats.nct.sf(critical, freedom, shift) + numpy.nan_to_num(scipy.stats.nct.cdf(-critical, freedom, shift))
    high = 1.0
    while passes(high) < power:
        high *= 1.5
    shift = scipy.optimize.brentq(lambda shift: passes(shift) - power, 0, high, xtol=1e-13, rtol=1e-14)
    return {"standard_error": math.sqrt(within + across), "degrees_of_freedom": freedom,
            "smallest_difference": shift * math.sqrt(within + across), "shift": shift, "critical": critical}


def check_power(gradatim):
    def ask(*arguments):
        return json.loads(subprocess.run([gradatim, "power", "--json", *map(str, arguments)], check=True, capture_output=True).stdout)

    designs = [
        [],
        ["--draws", 2, "--draw-sd", 1.5],
        ["--draws", 3, "--seeds", 4, "--questions", 12, "--draw-sd", 2, "--seed-sd", 1, "--accuracy", 31],
        ["--draws", 16, "--draw-sd", 1, "--attempts", 64, "--between-questions", 0.65, "--power", 0.9],
        ["--draws", 5, "--draw-sd", 2, "--question-sd", 12, "--alpha", 0.01],
        ["--draws", 400, "--draw-sd", 3, "--questions", 500, "--attempts", 4, "--power", 0.99],
        ["--draws", 2, "--alpha", 0.001, "--power", 0.95],
    ]
    for arguments in designs:
        ours = ask(*arguments, "--observed", 3)
        expected = expected_power(ours["design"], ours["test"]["alpha"], ours["test"]["power"])
        for key in ("standard_error", "degrees_of_freedom", "smallest_difference"):
            compare(f"power {key}", arguments, ours[key], expected[key])
        exact = chance(expected["critical"], expected["degrees_of_freedom"], 3 / expected["standard_error"])
        compare("power at 3 points, to 30 digits", arguments, ours["observed"]["power"], exact)
    one = ask("--draws", 1)
    compare("power of one draw is null", "", one["smallest_difference"], None)
    compare("power of one draw says why", "", one["undefined"] is not None, True)
    # How many draws a point takes, one by one.
    ours = ask("--draw-sd", 2, "--questions", 500, "--attempts", 16)
    design, draws = ours["design"], 2
    while expected_power(design | {"draws": draws}, 0.05, 0.8)["smallest_difference"] > 1:
        draws += 1
    compare("power draws for a point", "", ours["runs"]["needed"]["draws"], draws)
    compare("power runs for a point", "", ours["runs"]["needed"]["runs"], 2 * draws)
    return len(designs)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out")
    parser.add_argument("--gradatim", default="target/release/gradatim")
    arguments = parser.parse_args()
    run = os.path.join(arguments.out, "__run__")
    ledger, selection = Ledger(run), collections.OrderedDict()
    for row in parquet.read_table(os.path.join(run, "selection.parquet")).to_pylist():
        selection.setdefault(row["subset"], []).append(row["trajectory_id"])
    pairs = check_balance(ledger, selection, run)
    shared = check_overlap(ledger, selection, run)
    designs = check_power(arguments.gradatim)
    print(f"{len(selection)} subsets and controls, {pairs} pairs, {shared} overlaps, {designs} designs")
    for kind in sorted(counted):
        print(f"{kind:36} {counted[kind]:9} compared, largest error {worst[kind]:.1e}")
    for line in wrong[:20]:
        print("DIFFERS", line)
    print("agrees to 1e-9" if not wrong else f"{len(wrong)} figures differ")
    sys.exit(bool(wrong))


main()
