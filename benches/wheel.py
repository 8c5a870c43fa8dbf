#!/usr/bin/env python3
"""The Python module beside bare Python, Math-Verify and the Rust library, in the same run, as ratios.

    pip install math-verify WHEEL
    benches/wheel.py [--pairs 2000] [--peer-pairs 100] [--runs 5]

Run it by the interpreter that the wheel is installed in. Pairs are the long ones of `verify.py`: some 15,000 characters of
reasoning before each answer. Three things are told:

- how long a process takes that imports the module and judges a pair, and one that runs `gradatim --version`, beside a
  process of the same interpreter that does nothing; they take turns;
- pairs a second by `verify` on one thread and on as many as there are cores, and by `verify_many`, beside Math-Verify,
  which is in a process of its own, and beside the Rust library on one core (`timed`);
- whether 64 threads that judge 10,000 pairs each give the verdicts of one.
"""
import argparse, json, os, subprocess, sys, tempfile, time
from concurrent.futures import ThreadPoolExecutor

import gradatim

from built import RELEASE, ROOT
from figures import head, row
from verify import long_pairs

TIMED = os.path.join(RELEASE, "examples", "timed")
PEER = """
import json, sys, time
from math_verify import parse, verify
pairs = [json.loads(line) for line in open(sys.argv[1])]
verify(parse("$1$"), parse("$1$"))
start = time.perf_counter()
for pair in pairs:
    verify(parse("$" + pair["gold"] + "$"), parse(pair["response"]))
print(len(pairs) / (time.perf_counter() - start))
"""


def milliseconds(command):
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return (time.perf_counter() - start) * 1000


def starts(runs):
    """What a process pays before the first verdict, and before the program's first word."""
    script = os.path.join(os.path.dirname(sys.executable), "gradatim")
    assert os.path.exists(script), "the wheel is installed beside this interpreter"
    commands = {
        "bare": [sys.executable, "-c", "pass"],
        "pair": [sys.executable, "-c", "import gradatim; gradatim.verify('1', r'\\boxed{1}')"],
        "program": [script, "--version"],
    }
    taken = {name: [] for name in commands}
    for _ in range(runs * 4):
        for name, command in commands.items():
            taken[name].append(milliseconds(command))
    over = lambda name: [one - bare for one, bare in zip(taken[name], taken["bare"])]
    row("a process of Python that does nothing", taken["bare"], "ms", 1)
    row("  with the import and a pair: more", over("pair"), "ms", 1)
    row("  `gradatim --version`: more", over("program"), "ms", 1)


def rate(pairs, judge):
    start = time.perf_counter()
    judge()
    return len(pairs) / (time.perf_counter() - start)


def speeds(pairs, peer_pairs, runs):
    golds, responses = ([pair[key] for pair in pairs] for key in ("gold", "response"))
    cores = os.cpu_count()
    with tempfile.TemporaryDirectory() as work:
        path = os.path.join(work, "pairs.jsonl")
        few = os.path.join(work, "few.jsonl")
        for name, some in ((path, pairs), (few, pairs[:peer_pairs])):
            with open(name, "w") as out:
                out.writelines(json.dumps(pair) + "\n" for pair in some)
        one, every, many, many_every, library, peer = [], [], [], [], [], []
        with ThreadPoolExecutor(cores) as threads:
            for _ in range(runs):
                one.append(rate(pairs, lambda: list(map(gradatim.verify, golds, responses))))
                every.append(rate(pairs, lambda: list(threads.map(gradatim.verify, golds, responses))))
                many.append(rate(pairs, lambda: gradatim.verify_many(golds, responses, threads=1)))
                many_every.append(rate(pairs, lambda: gradatim.verify_many(golds, responses)))
                told = subprocess.run([TIMED, path, "1"], check=True, capture_output=True).stdout
                library.append(json.loads(told)["rate"])
                told = subprocess.run([sys.executable, "-c", PEER, few], check=True, capture_output=True).stdout
                peer.append(float(told))
    over = lambda these, those: [one / other for one, other in zip(these, those)]
    row("the Rust library, one core: pairs a second", library)
    row("Math-Verify, its own process", peer)
    row("`verify`, one thread", one)
    row(f"`verify`, {cores} threads", every)
    row("`verify_many`, one thread", many)
    row(f"`verify_many`, {cores} threads", many_every)
    row("`verify` over Math-Verify", over(one, peer))
    row("`verify_many`, one thread, over the Rust library", over(many, library), digits=2)
    row(f"`verify_many`, {cores} threads, over the library on one core", over(many_every, library), digits=2)


def threads_agree(pairs, threads=64, calls=10_000):
    """Each thread judges all pairs again and again, from a place of its own on."""
    alone = [gradatim.verify(pair["gold"], pair["response"]) for pair in pairs]

    def judged(thread):
        start = thread * len(pairs) // threads
        return sum(
            gradatim.verify(pairs[at]["gold"], pairs[at]["response"]) != alone[at]
            for at in ((start + call) % len(pairs) for call in range(calls))
        )

    start = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        differ = sum(pool.map(judged, range(threads)))
    seconds = time.perf_counter() - start
    gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    print(f"{threads} threads x {calls:,} calls, {'one lock' if gil else 'free threads'}: "
          f"{differ} verdicts differ from those of one thread")
    row("  calls a second", [threads * calls / seconds])
    return differ


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--pairs", type=int, default=2000)
    arguments.add_argument("--peer-pairs", type=int, default=100)
    arguments.add_argument("--runs", type=int, default=5)
    given = arguments.parse_args()
    build = ["cargo", "build", "--quiet", "--release", "--package", "gradatim-verify", "--example", "timed"]
    subprocess.run(build, check=True, cwd=ROOT)
    pairs = list(long_pairs(given.pairs))
    head()
    starts(given.runs)
    speeds(pairs, given.peer_pairs, given.runs)
    return int(threads_agree(pairs) > 0)


if __name__ == "__main__":
    sys.exit(main())
