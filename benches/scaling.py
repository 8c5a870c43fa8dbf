#!/usr/bin/env python3
"""Time and memory of the main job against the number of rows, and the cost of a second experiment.

    pip install pyarrow
    cargo build --release
    benches/scaling.py SHARDS... [--runs 3]

Each SHARDS is a folder of Parquet files in OpenR1's layout, as `openr1_like.py` makes them; name at least two of
different size. Each run starts with a fresh pool. Time is that of the whole job without what it costs at any size
(loading the tokenizer); the exponent is the slope of log time over log trajectories. Memory is the peak resident
set that the system reports. The second experiment is another seed over the pool that the first left.
"""
import argparse, json, math, os, statistics, sys, tempfile, time

from peak import peak_mb

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def run(shards, work, out, seed):
    """Seconds, peak megabytes and timings of one run."""
    timings = os.path.join(work, "timings.json")
    command = [os.path.join(ROOT, "target", "release", "gradatim"), "run",
               os.path.join(ROOT, "pipelines", "bench.toml"), "--source", f"openr1={shards}/*.parquet",
               "--on-shortfall", "short", "--pool", os.path.join(work, "pool"), "--out", os.path.join(work, out),
               "--timings", timings, "--seed", str(seed)]
    start = time.perf_counter()
    peak = peak_mb(command)
    return time.perf_counter() - start, peak, json.load(open(timings))


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("shards", nargs="+")
    arguments.add_argument("--runs", type=int, default=3)
    given = arguments.parse_args()
    print(f"{'trajectories':>12} {'seconds (min med max)':>24} {'peak MB (min med max)':>24} {'second run, s':>24}")
    points, peaks = [], []
    for shards in given.shards:
        walls, memory, again = [], [], []
        for _ in range(given.runs):
            with tempfile.TemporaryDirectory() as work:
                wall, peak, timings = run(shards, work, "out", 0)
                walls.append(wall - timings["wall_s"].get("tokenizer", 0))
                memory.append(peak)
                again.append(run(shards, work, "again", 1)[0])
        show = lambda values, digits: " ".join(
            f"{value:7.{digits}f}" for value in (min(values), statistics.median(values), max(values)))
        print(f"{timings['entries']:12,} {show(walls, 2):>24} {show(memory, 0):>24} {show(again, 2):>24}")
        points.append((math.log(timings["entries"]), math.log(min(walls))))
        peaks.append(statistics.median(memory))
    if len(points) > 1:
        mean_x, mean_y = (statistics.mean(axis) for axis in zip(*points))
        slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _ in points)
        print(f"exponent of time over trajectories: {slope:.3f}")
        print(f"largest peak over smallest: {max(peaks) / min(peaks):.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
