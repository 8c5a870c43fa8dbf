#!/usr/bin/env python3
"""Our verifier and Math-Verify on the same pairs, in the same run, one core each, as a ratio.

    pip install math-verify
    benches/verify.py [--pairs 2000] [--peer-pairs 200] [--runs 5] [--source pairs.jsonl]

Without --source (objects with `gold` and `response`) the pairs are made here: gold answers of the kinds that data
sets have, before each answer some 15,000 characters of reasoning. Reading and writing JSON counts for us, not for
the peer. Machines are noisy: rates are min, median and max of the runs.
"""
import argparse, json, os, random, statistics, subprocess, tempfile, time

from peak import peak_mb

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BINARY = os.path.join(ROOT, "target", "release", "gradatim")


def made(count):
    rng = random.Random(0)
    kinds = [
        lambda: (str(n := rng.randint(-9999, 9999)), str(n)),
        lambda: (str(n := rng.randint(1000, 999999)), f"{n:,}"),
        lambda: (rf"\frac{{{(a := rng.randint(1, 9))}}}{{{(b := rng.choice([2, 4, 5, 8]))}}}", str(a / b)),
        lambda: (rf"{(a := rng.randint(2, 9))}\sqrt{{3}}", rf"\sqrt{{{3 * a * a}}}"),
        lambda: (f"({(a := rng.randint(1, 9))}, {(b := rng.randint(1, 9))})", rf"\left({a},{b}\right)"),
        lambda: (f"x^2-{(a := rng.randint(2, 9)) ** 2}", f"(x-{a})(x+{a})"),
        lambda: (str(n := rng.randint(1, 999)), str(n + 1)),
    ]
    step = "Wait, let me check: with $a = {}$ and $b = {}$ we have $a^2 + b^2 = {}$, which I need below. "
    for _ in range(count):
        gold, answer = rng.choice(kinds)()
        text = ""
        while len(text) < 15000:
            text += step.format(rng.randint(1, 99), rng.randint(1, 99), rng.randint(1, 9999))
        yield {"gold": gold, "response": f"<think>\n{text}\n</think>\n\nThe answer is $\\boxed{{{answer}}}$."}


def ours(path, count, runs):
    rates, verdicts = [], []
    for _ in range(runs):
        start = time.perf_counter()
        done = subprocess.run([BINARY, "verify", path, "--threads", "1"], check=True, capture_output=True)
        rates.append(count / (time.perf_counter() - start))
        verdicts = [json.loads(line)["verdict"] for line in done.stdout.splitlines()]
    return rates, verdicts, peak_mb([BINARY, "verify", path, "--threads", "1"])


def peer(pairs, runs):
    from math_verify import parse, verify
    verify(parse("$1$"), parse("$1$"))
    rates, verdicts = [], []
    for _ in range(runs):
        start = time.perf_counter()
        verdicts = [verify(parse("$" + pair["gold"] + "$"), parse(pair["response"])) for pair in pairs]
        rates.append(len(pairs) / (time.perf_counter() - start))
    return rates, verdicts


def line(name, rates):
    print(f"{name:14} {min(rates):10.0f} {statistics.median(rates):10.0f} {max(rates):10.0f}")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--pairs", type=int, default=2000)
    arguments.add_argument("--peer-pairs", type=int, default=200)
    arguments.add_argument("--runs", type=int, default=5)
    arguments.add_argument("--source")
    given = arguments.parse_args()
    if given.source:
        pairs = [json.loads(row) for row in open(given.source)][: given.pairs]
    else:
        pairs = list(made(given.pairs))
    with tempfile.TemporaryDirectory() as work:
        path = os.path.join(work, "pairs.jsonl")
        with open(path, "w") as out:
            out.writelines(json.dumps(pair) + "\n" for pair in pairs)
        rates, verdicts, memory = ours(path, len(pairs), given.runs)
    length = sum(len(pair["response"]) for pair in pairs) / len(pairs)
    print(f"{len(pairs)} pairs, {length:.0f} characters a response")
    print(f"{'pairs a second':14} {'min':>10} {'median':>10} {'max':>10}")
    line("gradatim", rates)
    peers, judged = peer(pairs[: given.peer_pairs], min(3, given.runs))
    line("Math-Verify", peers)
    print(f"ratio of medians: {statistics.median(rates) / statistics.median(peers):.0f}; peak memory {memory:.0f} MB")
    same = sum((ours == "correct") == theirs for ours, theirs in zip(verdicts, judged))
    print(f"the same answer on {same} of {len(judged)}")


if __name__ == "__main__":
    main()
