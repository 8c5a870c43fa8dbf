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

from built import BINARY, ROOT
from figures import head, row
from peak import peak_mb



def run(shards, work, out, seed):
    """Seconds, peak megabytes and timings of one run."""
    timings = os.path.join(work, "timings.json")
    command = [BINARY, "run",
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
    head()
    points, peaks = [], []
    for shards in given.shards:
        walls, memory, again = [], [], []
        for _ in range(given.runs):
            with tempfile.TemporaryDirectory() as work:
                wall, peak, timings = run(shards, work, "out", 0)
                walls.append(wall - timings["wall_s"].get("tokenizer", 0))
                memory.append(peak)
                again.append(run(shards, work, "again", 1)[0])
        of = f"of {timings['entries']:,} entries"
        row(f"the job {of}", walls, "s", 2)
        row("  its peak memory", memory, "MB")
        row("  a second experiment", again, "s", 2)
        points.append((math.log(timings["entries"]), math.log(min(walls))))
        peaks.append(statistics.median(memory))
    if len(points) > 1:
        mean_x, mean_y = (statistics.mean(axis) for axis in zip(*points))
        slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _ in points)
        row("exponent of time over entries", [slope], digits=3)
        row("largest peak over smallest", [max(peaks) / min(peaks)], digits=2)
    return 0


if __name__ == "__main__":
    sys.exit(main())
