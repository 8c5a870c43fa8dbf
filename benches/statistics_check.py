#!/usr/bin/env python3
"""Balance, overlap and power, computed again by numpy and scipy from an output folder's ledger and selection, and
compared with what gradatim wrote and prints: to 1e-9, relative to 1 or to the figure where it is larger.

    pip install numpy scipy pyarrow mpmath
    benches/statistics_check.py OUT [--gradatim target/release/gradatim] [--source NAME=FOLDER ...]

With a source's folder (Parquet, or JSONL with gzip), the lengths of problems are counted again in its texts. Power is also
held against ten simulated experiments. Nothing of gradatim is used but its output. Ends with 1 where a figure differs.
"""
import argparse, collections, gzip, itertools, json, math, os, re, subprocess, sys, unicodedata
import numpy, pyarrow.parquet as parquet, scipy.optimize, scipy.special, scipy.stats
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
        verdicts, votes = collections.defaultdict(set), collections.defaultdict(lambda: collections.defaultdict(set))
        for row in rows:
            problem, category = row["problem_id"], row["category"]
            if row["verdict"] in ("correct", "wrong"):
                verdicts[problem, row["trajectory_id"]].add(row["verdict"] == "correct")
            if category is not None:
                votes[problem][category].add(row["trajectory_id"])
        # That of most trajectories, of equals the first by name.
        categories = {problem: min(having, key=lambda name: (-len(having[name]), name)) for problem, having in votes.items()}
        # Exact copies are one trajectory; what their gold answers contradict each other about is not decided.
        decided = collections.defaultdict(list)
        for (problem, _), said in verdicts.items():
            if len(said) == 1:
                decided[problem].extend(said)
        self.rows = rows
        kept = [row for row in rows if row["fate"] == "kept"]
        accepted = collections.defaultdict(set)
        for row in kept:
            accepted[row["problem_id"]].add(row["trajectory_id"])
        self.kept = {}
        for row in kept:
            if row["trajectory_id"] not in self.kept:
                values = self.values(row, decided[row["problem_id"]], categories)
                values["accepted_count"] = float(len(accepted[row["problem_id"]]))
                self.kept[row["trajectory_id"]] = values
        # By problem and trajectory, as sets are drawn.
        self.order = sorted(kept, key=lambda row: (row["problem_id"], row["trajectory_id"]))

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
            "problem_bytes": None if row["problem_bytes"] is None else float(row["problem_bytes"]),
            "category": categories.get(row["problem_id"]) or "(none)",
            "origin": row["origin"] or "(none)",
            "style": row["style"],
            "verdict": row["verdict"],
            "problem": row["problem_id"],
        }


LOG = ("tokens", "thinking_tokens", "answer_tokens", "bytes", "problem_bytes")
MEASURED = ("tokens", "thinking_tokens", "answer_tokens", "bytes", "repeated_share", "correct", "recorded", "finished",
            "pass_rate", "accepted_count", "problem_bytes")
NAMED = ("category", "origin", "style", "verdict")


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


WORD = (1 << 64) - 1
GOLDEN = 0x9e3779b97f4a7c15


def mixed(z):
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9 & WORD
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb & WORD
    return z ^ (z >> 31)


class Chance:
    """What 5 of 100 pairs of random sets pass, in the variable in which they differ most."""

    PAIRS, PASSING, ROWS_MAX = 1999, 99, 500

    def __init__(self, ledger, seed):
        self.ledger, self.seed, self.limits, self.drawn = ledger, seed, {}, {}
        rows = [ledger.kept[row["trajectory_id"]] for row in ledger.order]
        starts = [at for at, row in enumerate(ledger.order) if at == 0 or ledger.order[at - 1]["problem_id"] != row["problem_id"]]
        self.problems = list(zip(starts, starts[1:] + [len(rows)]))
        self.measured = []
        for variable in MEASURED:
            known = numpy.array([numpy.nan if row[variable] is None else row[variable] for row in rows])
            scaled = numpy.log1p(known) if variable in LOG else known
            sd = numpy.nanstd(scaled) if len(set(known[~numpy.isnan(known)].tolist())) > 1 else 0.0
            self.measured.append(((scaled - numpy.nanmean(scaled)) / sd).astype(numpy.float32) if sd > 0 else None)
        self.levels = []
        for variable in NAMED:
            names = numpy.array([row[variable] for row in rows])
            for name, count in zip(*numpy.unique(names, return_counts=True)):
                share = count / len(rows)
                if share * self.ROWS_MAX >= 1:
                    self.levels.append((names == name, share * (1 - share)))

    def stream(self, draw):
        state = mixed((mixed((self.seed + GOLDEN) & WORD) + draw) & WORD)
        while True:
            state = (state + GOLDEN) & WORD
            yield mixed(state)

    def draw(self, size, per_problem):
        """Rows of two sets of each pair, so many of each."""
        if (size, per_problem) in self.drawn:
            return self.drawn[size, per_problem]
        drawn = numpy.empty((self.PAIRS, 2, size), dtype=numpy.int64)
        for pair in range(self.PAIRS):
            numbers, moved, taken = self.stream(pair), {}, 0
            for side in range(2):
                rows = []
                while len(rows) < size:
                    other = taken + (next(numbers) * (len(self.problems) - taken) >> 64)
                    problem = moved.get(other, other)
                    moved[other] = moved.get(taken, taken)
                    taken += 1
                    places = list(range(*self.problems[problem]))
                    for at in range(min(per_problem, len(places))):
                        swap = at + (next(numbers) * (len(places) - at) >> 64)
                        places[at], places[swap] = places[swap], places[at]
                        # A problem's last trajectories fall to nobody where the largest set is full.
                        if len(rows) < size:
                            rows.append(places[at])
                drawn[pair, side] = rows
        self.drawn[size, per_problem] = drawn
        return drawn

    def limit(self, rows, per_problem, sizes_max):
        """In units of what chance makes of a variable; sizes_max is the largest that is asked for."""
        half = len(self.problems) // 2
        a, b = (min(n, self.ROWS_MAX, half) for n in rows)
        if min(a, b) == 0:
            return None
        key = (a, b, per_problem)
        if key not in self.limits:
            drawn = self.draw(min(sizes_max, self.ROWS_MAX, half), per_problem)
            first, second = drawn[:, 0, :a], drawn[:, 1, :b]
            farthest = numpy.zeros(self.PAIRS)
            for far in self.measured:
                if far is None:
                    continue
                x, y = far[first].astype(float), far[second].astype(float)
                known = [(~numpy.isnan(values)).sum(axis=1) for values in (x, y)]
                with numpy.errstate(divide="ignore", invalid="ignore"):
                    gap = abs(numpy.nansum(x, axis=1) / known[0] - numpy.nansum(y, axis=1) / known[1])
                    told = gap / numpy.sqrt(1 / known[0] + 1 / known[1])
                farthest = numpy.fmax(farthest, told)
            for has, variance in self.levels:
                gap = abs(has[first].mean(axis=1) - has[second].mean(axis=1))
                farthest = numpy.fmax(farthest, gap / math.sqrt(max(variance, 5 / min(a, b)) * (1 / a + 1 / b)))
            self.limits[key] = float(numpy.sort(farthest)[::-1][self.PASSING])
        return self.limits[key]


def most_of_a_problem(ledger, ids):
    return max(collections.Counter(ledger.kept[one]["problem"] for one in ids).values())


def check_chance(ledger, selection, groups, seed):
    """The columns `chance`, `beyond_chance` and `large`."""
    if not groups:
        return
    chance = Chance(ledger, seed)
    sizes = [(len(selection[name]), most_of_a_problem(ledger, selection[name])) for key in groups for name in key[:2]]
    sizes_max = max(size for size, _ in sizes)
    for rows in (100, 1000):
        check_null(chance, rows, sizes_max)
    for (subset, control, variable), rows in groups.items():
        first, second = selection[subset], selection[control]
        n = (len(first), len(second))
        limit = chance.limit(n, max(most_of_a_problem(ledger, ids) for ids in (first, second)), sizes_max)
        apart = math.sqrt(1 - 2 * len(set(first) & set(second)) / sum(n))
        for row in rows:
            if row["smd"] is None:
                told = (None, None, None)
            else:
                variance = 1.0
                if row["level"] is not None:
                    variance = max(row["pool_sd"] ** 2, 5 / min(n)) / row["pool_sd"] ** 2
                known = (row["subset_known"], row["control_known"])
                far = None if limit is None else limit * apart * math.sqrt(variance * (1 / known[0] + 1 / known[1]))
                told = (far, None if far is None else abs(row["smd"]) > far, abs(row["smd"]) >= 0.1)
            if row["mix_distance"] is None:
                for key, value in zip(("chance", "beyond_chance", "large"), told):
                    compare(f"balance {key}", (subset, control, variable, row["level"]), row[key], value)
        for whole in (row for row in rows if row["mix_distance"] is not None):
            for key in ("beyond_chance", "large"):
                known = [row[key] for row in rows if row["level"] is not None and row[key] is not None]
                compare(f"balance {key}", (subset, control, variable), whole[key], any(known) if known else None)


def check_null(chance, rows, sizes_max, pairs=1000):
    """Of a thousand pairs of random sets, drawn here and in another way, 5 of 100 pass the limit."""
    random = numpy.random.default_rng(2)
    starts, counts = (numpy.array(part) for part in zip(*((start, end - start) for start, end in chance.problems)))
    rows = min(rows, len(starts) // 2)
    limit, passed = chance.limit((rows, rows), 1, sizes_max), 0
    for _ in range(pairs):
        sets = []
        for _ in range(2):
            chosen = random.choice(len(starts), rows, replace=False)
            sets.append(starts[chosen] + (random.random(rows) * counts[chosen]).astype(int))
        apart = math.sqrt(1 - len(numpy.intersect1d(*sets)) / rows)
        farthest = 0.0
        for far in chance.measured:
            if far is not None:
                a, b = (far[of].astype(float) for of in sets)
                a, b = a[~numpy.isnan(a)], b[~numpy.isnan(b)]
                farthest = max(farthest, abs(a.mean() - b.mean()) / math.sqrt(1 / len(a) + 1 / len(b)) / apart)
        for has, variance in chance.levels:
            gap = abs(has[sets[0]].mean() - has[sets[1]].mean())
            farthest = max(farthest, gap / math.sqrt(max(variance, 5 / rows) * 2 / rows) / apart)
        passed += farthest > limit
    counted["pairs of random sets"] += pairs
    print(f"{passed} of {pairs} pairs of random sets of {rows} rows are beyond chance; 50 are expected")
    if not 25 <= passed * 1000 / pairs <= 78:
        wrong.append(f"chance: {passed} of {pairs} pairs of random sets are beyond it")


def check_problem_bytes(ledger, folders):
    """Counts the lengths of problems again in the sources' texts."""
    texts = {}
    for name, folder in folders:
        for file in os.listdir(folder):
            path = os.path.join(folder, file)
            if file.endswith(".parquet"):
                texts[name, file] = parquet.read_table(path).to_pylist()
            elif file.endswith(".jsonl.gz"):
                with gzip.open(path, "rb") as lines:
                    texts[name, file] = [line for line in lines]
    for row in ledger.rows:
        source = texts.get((row["source"], row["file"]))
        if source is None:
            continue
        source = source[row["row"]]
        source = json.loads(source) if isinstance(source, bytes) else source
        text = source.get("problem") or source.get("question")
        # Unicode's white space; Python's own counts four controls as well.
        words = re.split("[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+", text)
        expected = len(unicodedata.normalize("NFC", " ".join(filter(None, words))).encode())
        compare("ledger problem_bytes", (row["file"], row["row"]), row["problem_bytes"], expected)


def check_balance(ledger, selection, run):
    groups = collections.defaultdict(list)
    for row in parquet.read_table(os.path.join(run, "balance.parquet")).to_pylist():
        groups[row["subset"], row["control"], row["variable"]].append(row)
    for (subset, control, variable), rows in groups.items():
        first, second = selection[subset], selection[control]
        named = variable in NAMED
        expected = list(mixes(ledger, variable, first, second)) if named else [measured(ledger, variable, first, second)]
        compare("balance rows", (subset, control, variable), len(rows), len(expected))
        for row, told in zip(rows, expected):
            for key, value in told.items():
                compare(f"balance {key}", (subset, control, variable, told["level"]), row[key], value)
            for key, part in (("rows_shared", lambda one: one), ("problems_shared", lambda one: ledger.kept[one]["problem"])):
                shared = len({part(one) for one in first} & {part(one) for one in second})
                compare(f"balance {key}", (subset, control), row[key], shared)
    with open(os.path.join(run, "manifest.json")) as manifest:
        check_chance(ledger, selection, groups, json.load(manifest)["seed"])
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
    critical = scipy.special.stdtrit(freedom, 1 - alpha / 2)
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


def simulated_power(design, difference, alpha, experiments=20_000, seed=1):
    """How often Welch's test of two arms finds a difference, in experiments that are played out question by question."""
    random = numpy.random.default_rng(seed)
    d, t, q, a = (design[key] for key in ("draws", "seeds", "questions", "attempts"))
    p, between = design["accuracy"] / 100, design["between_questions"]
    found = 0
    for _ in range(experiments):
        # Beta with this mean has this share of p (1 - p) as its variance.
        easy = numpy.full(q, p) if between == 0 else random.beta(p * (1 / between - 1), (1 - p) * (1 / between - 1), q)
        effect = numpy.full(q, difference / 100)
        if design["question_sd"]:
            effect = random.normal(difference / 100, design["question_sd"] / 100, q)
        arms = []
        for arm in range(2):
            draws = random.normal(0, design["draw_sd"] / 100, (d, 1)) + random.normal(0, design["seed_sd"] / 100, (d, t))
            right = easy + arm * effect + draws[:, :, None]
            # Between 0 and 1 a chance is a chance; outside of it the model of points has no meaning.
            arms.append(100 * random.binomial(a, numpy.clip(right, 0, 1)) / a)
        means = [arm.mean(axis=(1, 2)) for arm in arms]
        within = sum(mean.var(ddof=1) / d for mean in means)
        freedom, whole = 2 * (d - 1), within
        if design["question_sd"]:
            gaps = arms[1].mean(axis=(0, 1)) - arms[0].mean(axis=(0, 1))
            attempts = sum((arm / 100 * (1 - arm / 100)).mean() * 1e4 / max(a - 1, 1) / (d * t) for arm in arms)
            across = max(0.0, gaps.var(ddof=1) - attempts) / q
            whole = within + across
            freedom = whole ** 2 / (within ** 2 / freedom + across ** 2 / (q - 1))
        error = math.sqrt(whole)
        # Without a spread nothing can be tested, and nothing is found.
        gap = means[1].mean() - means[0].mean()
        found += error > 0 and abs(gap) / error > scipy.special.stdtrit(freedom, 1 - alpha / 2)
    return found / experiments


def check_simulation(gradatim, experiments):
    """The power of ten designs against how often simulated experiments find the difference."""
    designs = [
        (["--draws", 4, "--questions", 100, "--draw-sd", 2], 6),
        (["--draws", 3, "--questions", 60, "--draw-sd", 1, "--accuracy", 40], 8),
        (["--draws", 8, "--questions", 30, "--draw-sd", 3, "--accuracy", 60], 6),
        (["--draws", 4, "--seeds", 3, "--questions", 50, "--draw-sd", 2, "--seed-sd", 2], 6),
        (["--draws", 6, "--seeds", 2, "--questions", 40, "--draw-sd", 0, "--seed-sd", 3], 5),
        (["--draws", 5, "--questions", 100, "--attempts", 4, "--between-questions", 0.2, "--draw-sd", 2], 6),
        (["--draws", 4, "--questions", 200, "--attempts", 16, "--between-questions", 0.3, "--draw-sd", 1], 3),
        (["--draws", 16, "--questions", 30, "--attempts", 1, "--draw-sd", 2], 8),
        (["--draws", 6, "--questions", 100, "--draw-sd", 1, "--question-sd", 15], 6),
        (["--draws", 4, "--questions", 40, "--attempts", 32, "--draw-sd", 1, "--question-sd", 10], 6),
    ]
    for arguments, difference in designs:
        asked = [gradatim, "power", "--json", "--observed", str(difference), *map(str, arguments)]
        told = json.loads(subprocess.run(asked, check=True, capture_output=True).stdout)
        power = told["observed"]["power"]
        played = simulated_power(told["design"], difference, told["test"]["alpha"], experiments)
        counted["power by simulation"] += 1
        worst["power by simulation"] = max(worst["power by simulation"], abs(power - played))
        print(f"power {power:.3f}, played out {played:.3f}: {' '.join(map(str, arguments))}, {difference} points")
        # Three standard deviations of so many experiments, and what is not normal in a few attempts.
        if abs(power - played) > 3 * math.sqrt(0.25 / experiments) + 0.01:
            wrong.append(f"power of {arguments}: gradatim has {power}, {played} of the experiments found it")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out")
    parser.add_argument("--gradatim", default="target/release/gradatim")
    parser.add_argument("--source", action="append", default=[], metavar="NAME=FOLDER")
    parser.add_argument("--experiments", type=int, default=10_000)
    arguments = parser.parse_args()
    run = os.path.join(arguments.out, "__run__")
    ledger, selection = Ledger(run), collections.OrderedDict()
    for row in parquet.read_table(os.path.join(run, "selection.parquet")).to_pylist():
        selection.setdefault(row["subset"], []).append(row["trajectory_id"])
    pairs = check_balance(ledger, selection, run)
    check_problem_bytes(ledger, [source.split("=", 1) for source in arguments.source])
    shared = check_overlap(ledger, selection, run)
    designs = check_power(arguments.gradatim)
    if arguments.experiments:
        check_simulation(arguments.gradatim, arguments.experiments)
    print(f"{len(selection)} subsets and controls, {pairs} pairs, {shared} overlaps, {designs} designs")
    for kind in sorted(counted):
        print(f"{kind:36} {counted[kind]:9} compared, largest error {worst[kind]:.1e}")
    for line in wrong[:20]:
        print("DIFFERS", line)
    print("agrees to 1e-9" if not wrong else f"{len(wrong)} figures differ")
    sys.exit(bool(wrong))


main()
