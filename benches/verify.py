#!/usr/bin/env python3
"""Our verifier and Math-Verify on the same pairs, in the same run, one core each, as a ratio.

    pip install math-verify
    cargo build --release && benches/verify.py [--runs 5] [--source pairs.jsonl]

Two kinds of pairs are made here (or given by --source: objects with `gold` and `response`):

- long: gold answers of the kinds that data sets have, and some 15,000 characters of reasoning before each answer;
- short: 1 to 2 kB that end in an integer, for which the peer has a fast way.

Each is judged by the library, with the texts in memory as the peer has them, and by `gradatim verify` as a process:
it is started, reads JSON, writes JSON and ends, and all of that counts. The peer's parsing and comparing is timed
within its process. Machines are noisy: the runs take turns, and rates are min, median and max of them.
"""
import argparse, json, os, random, statistics, subprocess, tempfile, time

from built import BINARY, RELEASE, ROOT
from figures import head, row
from peak import peak_mb

TIMED = os.path.join(RELEASE, "examples", "timed")


def long_pairs(count):
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


def short_pairs(count):
    rng = random.Random(1)
    steps = [
        "First, we note that {} times {} gives {}.",
        "Then the remaining amount is {} minus {}, which is {}.",
        "Adding {} and {} we get {} in total.",
        "So each of the {} groups has {} of the {} items.",
    ]
    ends = [
        "The answer is $\\boxed{{{}}}$.",
        "#### {}",
        "The final answer is {}.",
        "Therefore, the total is \\boxed{{{}}}.",
        "**Answer:** {}",
    ]
    for _ in range(count):
        gold, length, text = rng.randint(1, 9999), rng.randint(1000, 2000), ""
        while len(text) < length:
            text += rng.choice(steps).format(rng.randint(1, 99), rng.randint(1, 99), rng.randint(1, 9999)) + "\n"
        answer = gold if rng.random() < 0.8 else gold + 1
        yield {"gold": str(gold), "response": text + rng.choice(ends).format(answer)}


def library(path):
    done = subprocess.run([TIMED, path, "1"], check=True, capture_output=True)
    return json.loads(done.stdout)


def process(path, count):
    start = time.perf_counter()
    done = subprocess.run([BINARY, "verify", path, "--threads", "1"], check=True, capture_output=True)
    rate = count / (time.perf_counter() - start)
    return rate, [json.loads(line)["verdict"] == "correct" for line in done.stdout.splitlines()]


def peer(pairs):
    from math_verify import parse, verify
    verify(parse("$1$"), parse("$1$"))
    start = time.perf_counter()
    judged = [verify(parse("$" + pair["gold"] + "$"), parse(pair["response"])) for pair in pairs]
    return len(pairs) / (time.perf_counter() - start), judged


def measure(name, pairs, peer_count, runs, work):
    path = os.path.join(work, name + ".jsonl")
    with open(path, "w") as out:
        out.writelines(json.dumps(pair) + "\n" for pair in pairs)
    timed, rates, peers = [], [], []
    for _ in range(runs):
        timed.append(library(path))
        rate, ours = process(path, len(pairs))
        rates.append(rate)
        rate, theirs = peer(pairs[:peer_count])
        peers.append(rate)
    length = sum(len(pair["response"]) for pair in pairs) / len(pairs)
    print(f"{name}: {len(pairs)} pairs, {length:.0f} characters a response")
    head()
    over = lambda rates: [rate / peer for rate, peer in zip(rates, peers)]
    row(f"{name}, the library: verdicts a second", library_rates := [run["rate"] for run in timed])
    row(f"{name}, `gradatim verify`: verdicts a second", rates)
    row(f"{name}, Math-Verify: verdicts a second", peers)
    row(f"{name}, the library over Math-Verify", over(library_rates))
    row(f"{name}, `gradatim verify` over Math-Verify", over(rates))
    for share in ("p50", "p99"):
        row(f"{name}, a verdict of the library, {share}", [run[share] for run in timed], "µs", 1)
    row(f"{name}, peak memory", [peak_mb([BINARY, "verify", path, "--threads", "1"])], "MB")
    same = sum(one == other for one, other in zip(ours, theirs))
    print(f"the same answer on {same} of {len(theirs)}")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--pairs", type=int, default=2000)
    arguments.add_argument("--short-pairs", type=int, default=20000)
    arguments.add_argument("--peer-pairs", type=int, default=100)
    arguments.add_argument("--runs", type=int, default=5)
    arguments.add_argument("--source")
    given = arguments.parse_args()
    build = ["cargo", "build", "--quiet", "--release", "--package", "gradatim-verify", "--example", "timed"]
    subprocess.run(build, check=True, cwd=ROOT)
    with tempfile.TemporaryDirectory() as work:
        if given.source:
            pairs = [json.loads(row) for row in open(given.source)][: given.pairs]
            measure("given", pairs, given.peer_pairs, given.runs, work)
            return
        measure("long", list(long_pairs(given.pairs)), given.peer_pairs, given.runs, work)
        measure("short", list(short_pairs(given.short_pairs)), given.peer_pairs * 10, given.runs, work)


if __name__ == "__main__":
    main()
