"""How often the intervals of `gradatim eval --experiment` hold the truth that attempts were made with.

    cargo build --release --example make_sample
    python benches/eval_loop.py OUT [--seeds 200] [--gradatim target/release/gradatim]
                                    [--make target/release/examples/make_sample]

For each seed it makes attempts of models that might have been trained on the lines of `OUT`, whose chances stand in the truth
beside them, asks the program what they say, and counts which of its intervals hold these chances: each for what it is about,
so that an interval of the very sets is held against those sets, and one of their kind against all draws. Then a table:
what, how often, of how many. Effects called by mistake do not occur where every effect is planted; `eval_size` counts them.
"""

import argparse
import collections
import json
import pathlib
import subprocess
import tempfile

ESTIMANDS = ["this_run", "this_set", "this_kind", "questions_like_these"]


def true_rate(truth, arm, estimand, part, of):
    """The mean over an arm's subsets, or runs, of the chance that the estimand is about. On questions like these, what varies beside
    them is `of`: where that is `this_set`, draws do not."""
    if estimand == "questions_like_these":
        estimand = of + "_on_questions_like_these"
    if estimand == "this_run":
        rates = [truth["runs"][run][part] for run in truth["runs"] if run.rsplit("-t", 1)[0] in arm["subsets"]]
    elif estimand.startswith("this_set"):
        rates = [truth["subsets"][name][estimand][part] for name in arm["subsets"]]
    else:
        rates = [truth["subsets"][arm["subsets"][0]][estimand][part]]
    return sum(rates) / len(rates)


def held_by(answer, truth):
    """Pairs of what an interval is of and whether it holds the truth."""
    arms = {arm["name"]: arm for arm in answer["arms"]}

    def hold(what, intervals, of):
        for estimand in ESTIMANDS:
            if intervals[estimand] is not None:
                low, high = intervals[estimand]
                yield f"{what}, {estimand}", low <= of(estimand) <= high

    for arm in answer["arms"]:
        yield from hold("arm", arm["whole"]["intervals"], lambda estimand: true_rate(truth, arm, estimand, "whole", arm["estimand"]))
        for tier, part in arm["tiers"].items():
            yield from hold("arm by tier", part["intervals"], lambda estimand: true_rate(truth, arm, estimand, tier, arm["estimand"]))
    for what in ["effects", "contrasts"]:
        for one in answer[what]:

            def difference(estimand, part):
                def rate(name):
                    return true_rate(truth, arms[name], estimand, part, one["estimand"])

                cells = [[rate(name) for name in cell] for cell in one["cells"]]
                return sum(first - second for first, second in cells) / len(cells)

            yield from hold(f"{what} {one['family']}", one["intervals"], lambda estimand: difference(estimand, "whole"))
            for tier, part in one["tiers"].items():
                yield from hold(f"{what} by tier", part["intervals"], lambda estimand: difference(estimand, tier))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("out")
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--gradatim", default="target/release/gradatim")
    parser.add_argument("--make", default="target/release/examples/make_sample")
    arguments = parser.parse_args()
    counts = collections.defaultdict(lambda: [0, 0])
    for seed in range(arguments.seeds):
        with tempfile.TemporaryDirectory() as folder:
            logs = pathlib.Path(folder) / "logs"
            subprocess.run([arguments.make, "attempts", arguments.out, logs, str(seed)], check=True)
            command = [arguments.gradatim, "eval", logs, "--experiment", arguments.out, "--json"]
            answer = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
            truth = json.loads((logs.parent / "logs.truth.json").read_text())
        for what, is_held in held_by(answer, truth):
            counts[what][0] += is_held
            counts[what][1] += 1
    for what, (held, of) in sorted(counts.items()):
        print(f"{what:50} {held / of:.3f} of {of}")


if __name__ == "__main__":
    main()
