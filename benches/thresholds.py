#!/usr/bin/env python3
"""The contamination detector's thresholds learned on one half of the data, and what they find in the other.

    cargo bench --bench detectors -- --evidence evidence.jsonl
    benches/thresholds.py evidence.jsonl

The evidence is that of other people's rewritings of 20 items (`decontamination/attacks.jsonl`) and of real problems,
against the benchmarks that come with the program. Both are parted in halves: rewritings by the hash of their item, real
problems by their id. Every threshold is learned on one half alone, from a random start, by changing one at a time: as
many rewritings as possible are found, and of 10,000 real problems at most one is falsely contaminated and 30 are
falsely suspect. What is no false alarm stands in `benches/relatives.csv`: the problems that the program flags, but for
those that were read and are no relatives of the item. A problem that is not listed counts as false, so that thresholds
which flag more are not flattered.

Each half is then judged by the thresholds of the other; the table adds both up, beside the program's own thresholds,
of which it first shows that the rules here are the program's.
"""
import argparse, collections, csv, hashlib, json, pathlib
import numpy as np

# The program's, by the names that `src/screen/contamination/evidence.rs` has for them.
OWN = dict(
    shuffled_formulas=0.9, shuffled_words=0.6, figures_full=15.0, words_alone=0.88, disagreeing_words=0.9,
    extra_numbers=0.15, words_known=8.0, evidence=20.0, nameless_grams=12.0, spelled_alone=0.68, alike_formulas=0.3,
    alike_length=1.4, numbers_ratio=1.3, part=0.95, part_grams=5.0, template_words=0.8, template_known=10.0,
    template_part=0.3, reworded_part=0.24, reworded_part_few=0.32, few_figures=6.0, both_part=0.38, both_numbers=0.4,
    reworded_words=0.4, figures=12.0, figures_part=0.12, figures_alone=24.0, figures_share=0.75, half=0.5,
)
SHARES = {name for name, value in OWN.items() if value < 1.0}
# Rewritings that keep words and numbers, which are to be contaminated; of the others to be found is enough.
KEPT = ("verbatim", "cosmetic", "HTML", "markdown", "zero-width", "homoglyphs", "full-width", "number words", "embedded",
        "few-shot", "unicode", "ascii", "question first", "sentences", "variables")
ALL, LENGTH_MAX, LONG, SIZES_MIN, PART_LENGTH_MAX = 0.999, 2.0, 2.5, 0.4, 0.98
CONTAMINATED_MAX, SUSPECT_MAX = 1e-4, 30e-4


def outcomes(e, t):
    """2 where a pair is contaminated, 1 where it is suspect, 0 elsewhere: the rules of `evidence.rs`."""
    f = np.float32
    known = e["number_bits"] + e["formula_bytes"] / f(2)
    found = e["number_bits"] * e["numbers"] + e["formula_bytes"] * e["formulas"] / f(2)
    full = np.minimum(known / f(t["figures_full"]), f(1))
    alike = (e["length"] >= 1 / t["alike_length"]) & (e["length"] < t["alike_length"]) & (
        e["numbers_ratio"] <= f(t["numbers_ratio"]))
    shuffled = (e["formulas"] >= f(t["shuffled_formulas"])) & (e["words"] >= f(t["shuffled_words"]))
    exchanged = e["numberless"] & (e["order"] < f(ALL))
    has_numbers = (e["numbers"] >= f(ALL)) & ((e["order"] >= f(t["half"])) | shuffled) & ~exchanged
    wanted = f(t["words_alone"]) - f(t["words_alone"] - t["half"]) * full
    wanted = wanted + f(t["extra_numbers"]) * ((e["numbers_ratio"] > f(t["numbers_ratio"])) & (e["length"] < LONG))
    evident = e["words"] * e["words_known"] + found >= f(t["evidence"])
    has_words = (e["words"] >= wanted) & (e["formulas"] >= f(t["half"])) & (e["words_known"] >= f(t["words_known"])) & evident
    spelled = alike & (e["part"] >= f(t["spelled_alone"]) - f(t["spelled_alone"] - t["half"]) * full) & (
        e["formulas"] >= f(t["alike_formulas"])) & (e["part"] * e["part_grams"] >= f(t["nameless_grams"]))
    differs = (e["answer"] == 0) & (e["words"] < f(t["disagreeing_words"]))
    same = e["nameless"] & (e["part_grams"] >= f(t["nameless_grams"])) | has_numbers & ~differs & (has_words | spelled)
    is_part = (e["part"] >= f(t["part"])) & (e["part_grams"] >= f(t["part_grams"])) & (e["length"] <= f(PART_LENGTH_MAX))
    template = e["numberless"] | (e["words"] >= f(t["template_words"])) & (e["words_known"] >= f(t["template_known"])) & (
        e["part"] >= f(t["template_part"])) & (e["length"] <= LENGTH_MAX) | alike & (e["part"] >= f(t["half"])) & ~has_numbers
    few = e["numbers_ratio"] >= f(1) / f(t["numbers_ratio"])
    least = np.where(found >= f(t["few_figures"]), f(t["reworded_part"]), f(t["reworded_part_few"]))
    some = alike & few & (e["part"] >= least)
    half = (e["words"] >= f(t["reworded_words"])) & evident & (e["length"] <= LENGTH_MAX) & (e["numbers_ratio"] <= f(t["numbers_ratio"]))
    both = alike & (e["part"] >= f(t["both_part"])) & (e["numbers"] >= f(t["both_numbers"]))
    enough = (found >= f(t["figures_alone"])) | (found >= f(t["figures"])) & (e["part"] >= f(t["figures_part"]))
    figures = enough & (found >= f(t["figures_share"]) * known) & (e["length"] >= f(SIZES_MIN)) & (
        e["length"] < LENGTH_MAX) & few & (e["numbers_ratio"] <= f(t["numbers_ratio"]))
    reworded = has_numbers & (some | half) | both | figures
    contaminated = e["exact"] | same | reworded & (e["answer"] == 1)
    return np.where(contaminated, 2, np.where(is_part | template | reworded, 1, 0))


def half_of(text):
    return hashlib.sha256(text.encode()).digest()[0] & 1


class Data:
    def __init__(self, lines, relatives):
        pairs = [line for line in lines if "evidence" in line]
        evidence = [pair["evidence"] for pair in pairs]
        self.e = {}
        for name in evidence[0]:
            column = [one[name] for one in evidence]
            if name == "answer":
                self.e[name] = np.array([-1 if one is None else int(one) for one in column])
            else:
                self.e[name] = np.array(column, dtype=bool if isinstance(column[0], bool) else np.float32)
        told = {"exact": 2, "near": 2, None: 0}
        self.told = np.array([told.get(pair["verdict"], 1) for pair in pairs])
        self.attacks = [line for line in lines if line["kind"] == "attack" and "evidence" not in line]
        self.attack_half = np.array([half_of(f"{row['benchmark']}/{row['item']}") for row in self.attacks])
        self.kept = np.array([row["class"].startswith(KEPT) for row in self.attacks])
        at = {row["row"]: index for index, row in enumerate(self.attacks)}
        own = [(index, at[pair["row"]]) for index, pair in enumerate(pairs) if pair["kind"] == "attack" and pair["own"]]
        self.own = np.array(own)
        real = [index for index, pair in enumerate(pairs) if pair["kind"] == "real"]
        self.real = np.array(real)
        self.real_half = np.array([half_of(pairs[index]["problem"]) for index in real])
        self.problems = [line["problems"] for line in lines if line["kind"] == "total"][0]
        names = {}
        self.problem = np.array([names.setdefault(pairs[index]["problem"], len(names)) for index in real])
        self.relative = np.array([relatives.get(name, 0) for name in names])

    def found(self, outcome):
        """What becomes of each rewriting."""
        best = np.zeros(len(self.attacks), dtype=int)
        np.maximum.at(best, self.own[:, 1], outcome[self.own[:, 0]])
        return best

    def false(self, outcome, half):
        """False alarms of a half's real problems: contaminated, suspect."""
        worst = np.zeros(len(self.relative), dtype=int)
        np.maximum.at(worst, self.problem, outcome[self.real] * (self.real_half == half))
        wrong = worst[worst > self.relative]
        return int((wrong == 2).sum()), int((wrong == 1).sum())

    def worth(self, thresholds, half):
        outcome = outcomes(self.e, thresholds)
        contaminated, suspect = self.false(outcome, half)
        problems = self.problems / 2
        over = max(0, contaminated - CONTAMINATED_MAX * problems) + max(0, suspect - SUSPECT_MAX * problems)
        best = self.found(outcome)
        here = self.attack_half == half
        wanted = np.where(self.kept, best == 2, best >= 1)
        # A number that was changed makes another problem.
        changed = np.array([row["class"] == "numbers changed" for row in self.attacks])
        wrong = (best == 2) & changed
        # Of thresholds that find as many, those that flag fewer.
        return (-over, int((wanted & here).sum() - (wrong & here).sum()), -(30 * contaminated + suspect))


def learned(data, half, rng, starts, rounds):
    best = None
    for _ in range(starts):
        thresholds = {name: min(value * rng.uniform(0.5, 1.6), 1.0 if name in SHARES else 99.0) for name, value in OWN.items()}
        worth = data.worth(thresholds, half)
        for _ in range(rounds):
            before = worth
            for name in rng.permutation(list(OWN)):
                for factor in (0.6, 0.75, 0.9, 0.97, 1.03, 1.1, 1.3, 1.6):
                    value = thresholds[name] * factor
                    if name in SHARES:
                        value = min(value, 1.0)
                    changed = {**thresholds, name: value}
                    now = data.worth(changed, half)
                    if now > worth:
                        thresholds, worth = changed, now
            if worth == before:
                break
        if best is None or worth > best[0]:
            best = worth, thresholds
    return best


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("evidence")
    parser.add_argument("--relatives", default=pathlib.Path(__file__).with_name("relatives.csv"))
    parser.add_argument("--starts", type=int, default=12)
    parser.add_argument("--rounds", type=int, default=8)
    options = parser.parse_args()
    kinds = {"kin": 1, "copy": 2}
    with open(options.relatives, encoding="utf-8", newline="") as file:
        relatives = {row["problem_id"]: kinds[row["kind"]] for row in csv.DictReader(file)}
    with open(options.evidence, encoding="utf-8") as file:
        data = Data([json.loads(line) for line in file], relatives)
    own = outcomes(data.e, OWN)
    differ = int((own != data.told).sum())
    print(f"{len(own)} pairs; the rules here and the program differ in {differ}")
    assert differ == 0
    rng = np.random.default_rng(15)
    best = data.found(own)
    crossed = np.zeros_like(best)
    for half in (0, 1):
        worth, thresholds = learned(data, half, rng, options.starts, options.rounds)
        outcome = outcomes(data.e, thresholds)
        other = data.attack_half == 1 - half
        crossed[other] = data.found(outcome)[other]
        print(f"\nlearned on half {half} ({worth}): in the other half of the real problems"
              f" {data.false(outcome, 1 - half)} falsely contaminated, suspect; the program's {data.false(own, 1 - half)}")
        print(" ".join(f"{name}={value:.3g}" for name, value in thresholds.items()))
    print(f"\n{'':42} {'items':>5} {'the program':>14} {'the other half':>15}   contaminated, or suspect, in %")
    counts = collections.defaultdict(list)
    for index, row in enumerate(data.attacks):
        counts[row["class"]].append(index)
    for name, rows in counts.items():
        share = lambda of, least: 100 * float((of[rows] >= least).mean())
        print(f"{name:42} {len(rows):5} {share(best, 2):7.0f} {share(best, 1):6.0f} {share(crossed, 2):8.0f} {share(crossed, 1):6.0f}")


main()
