#!/usr/bin/env python3
"""Two builds of gradatim over the same rows, in turn: what a change costs, as ratios of neighbours.

    benches/before_after.py BEFORE AFTER SHARDS [--benchmark AIME24] [--pipeline pipelines/ladder.toml] [--pairs 10]

BEFORE and AFTER are binaries, SHARDS a folder of Parquet files in OpenR1's layout, AIME24 a file of the benchmark that
the pipeline names. Each run has a fresh pool; which build goes first changes from pair to pair, since machines drift.
Wall time, CPU time and peak memory are given for both, and their ratios (after by before) as min, median and max.
"""
import argparse, json, os, statistics, subprocess, sys, tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# Started by a Python that holds nothing: its own memory would count.
MEASURED = """
import json, resource, subprocess, sys, time
start = time.perf_counter()
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
wall = time.perf_counter() - start
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({"code": done.returncode, "said": done.stderr.decode(errors="replace")[-2000:], "wall s": wall,
                  "cpu s": used.ru_utime + used.ru_stime, "peak MB": used.ru_maxrss / 1024}))
"""


def run(binary, arguments):
    with tempfile.TemporaryDirectory() as work:
        command = [binary, "run", arguments.pipeline, "--source", f"openr1={arguments.shards}/*.parquet",
                   "--pool", os.path.join(work, "pool"), "--out", os.path.join(work, "out")]
        if arguments.benchmark:
            command += ["--source", f"aime24={arguments.benchmark}"]
        done = subprocess.run([sys.executable, "-c", MEASURED, *command], check=True, stdout=subprocess.PIPE)
    told = json.loads(done.stdout)
    if told["code"] != 0:
        sys.exit(f"{binary} ended with {told['code']}:\n{told['said']}")
    return told


def spread(values, digits):
    return " / ".join(f"{value:.{digits}f}" for value in (min(values), statistics.median(values), max(values)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("before")
    parser.add_argument("after")
    parser.add_argument("shards")
    parser.add_argument("--benchmark")
    parser.add_argument("--pipeline", default=os.path.join(ROOT, "pipelines", "ladder.toml"))
    parser.add_argument("--pairs", type=int, default=10)
    arguments = parser.parse_args()
    pairs = []
    for at in range(arguments.pairs):
        order = [arguments.before, arguments.after]
        first, second = (run(binary, arguments) for binary in (order if at % 2 == 0 else order[::-1]))
        pairs.append((first, second) if at % 2 == 0 else (second, first))
    print(f"{arguments.pairs} pairs; min / median / max")
    for figure, digits in (("wall s", 2), ("cpu s", 2), ("peak MB", 0)):
        before, after = ([pair[at][figure] for pair in pairs] for at in (0, 1))
        ratios = [new / old for old, new in zip(before, after)]
        print(f"{figure:8} before {spread(before, digits)}   after {spread(after, digits)}   "
              f"ratio {spread(ratios, 3)}")


if __name__ == "__main__":
    main()
