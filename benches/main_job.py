#!/usr/bin/env python3
"""The whole main job beside the same job in Python and beside its floor, in the same run, as ratios.

    pip install pyarrow math-verify tokenizers
    cargo build --release && cargo bench --no-run --bench floor
    benches/main_job.py SHARDS [--runs 5] [--peer-rows 300] [--tokenizer tokenizer.json]

SHARDS is a folder of Parquet files in OpenR1's layout. gradatim runs `pipelines/bench.toml` over all of it with
a fresh pool each time (read, verify, measure, select, write). The peer reads the same columns with pyarrow,
judges with Math-Verify and counts tokens with Hugging Face tokenizers, in as many processes as there are cores,
over the first rows of each shard (it would take hours for all of them); it selects and writes nothing. The floor
is what no program can do without: decoding the needed columns and tokenising the responses, by the same code on
the same cores, without verifying, hashing, describing or writing; beside it stands the floor with the ids of the
tokenizers library, as it was before tokens were counted without them. All take turns, and a ratio is made of
neighbours, since machines are noisy; rates and ratios are given as min, median and max.
"""
import argparse, glob, json, multiprocessing, os, statistics, subprocess, sys, tempfile, time

from built import BINARY, ROOT
from figures import head, row



def ours(shards):
    """Trajectories a second of the whole job, and the timings."""
    with tempfile.TemporaryDirectory() as work:
        timings = os.path.join(work, "timings.json")
        command = [BINARY, "run", os.path.join(ROOT, "pipelines", "bench.toml"),
                   "--source", f"openr1={shards}/*.parquet", "--on-shortfall", "short",
                   "--pool", os.path.join(work, "pool"), "--out", os.path.join(work, "out"),
                   "--timings", timings]
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wall = time.perf_counter() - start
        read = json.load(open(timings))
    return read["entries"] / wall, read


def floor(shards, *more):
    """Seconds that decoding and tokenising alone take."""
    command = ["cargo", "bench", "--quiet", "--bench", "floor", "--", f"{shards}/*.parquet", *more]
    done = subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return json.loads(done.stdout)


def peer_shard(job):
    path, rows, tokenizer = job
    import pyarrow.parquet
    from math_verify import parse, verify
    from tokenizers import Tokenizer
    counter = Tokenizer.from_file(tokenizer)
    columns = ["problem", "answer", "problem_type", "generations", "correctness_math_verify", "finish_reasons"]
    done = 0
    for batch in pyarrow.parquet.ParquetFile(path).iter_batches(batch_size=100, columns=columns):
        for row in batch.to_pylist():
            gold = parse("$" + (row["answer"] or "") + "$")
            for response in row["generations"] or []:
                verify(gold, parse(response))
                len(counter.encode(response).ids)
                done += 1
            rows -= 1
            if rows == 0:
                return done
    return done


def peer(shards, rows, tokenizer):
    """Trajectories a second of the same work in Python."""
    paths = sorted(glob.glob(f"{shards}/*.parquet"))
    jobs = [(path, max(1, rows // len(paths)), tokenizer) for path in paths]
    start = time.perf_counter()
    with multiprocessing.Pool(os.cpu_count()) as pool:
        done = sum(pool.map(peer_shard, jobs))
    return done / (time.perf_counter() - start)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("shards")
    arguments.add_argument("--runs", type=int, default=5)
    arguments.add_argument("--peer-rows", type=int, default=300)
    arguments.add_argument("--tokenizer", help="a tokenizer.json; without it the peer is not run")
    given = arguments.parse_args()
    rates, peers, ratios, floors, shares, library_shares, stages = [], [], [], [], [], [], []
    for _ in range(given.runs):
        rate, timings = ours(given.shards)
        lowest = floor(given.shards)
        rates.append(rate)
        stages.append(timings["wall_s"])
        floors.append(lowest["wall_s"] * lowest["threads"] / lowest["trajectories"] * 1e6)
        shares.append(lowest["wall_s"] / timings["wall_s"]["measure"])
        library_shares.append(floor(given.shards, "--library")["wall_s"] / timings["wall_s"]["measure"])
        if given.tokenizer:
            peers.append(peer(given.shards, given.peer_rows, given.tokenizer))
            ratios.append(rate / peers[-1])
    head()
    row("gradatim, whole job: trajectories a second", rates)
    for stage in stages[0]:
        row(f"  {stage}", [times[stage] for times in stages], "s", 2)
    row("decoding and tokenising: times cores", floors, "µs", 1)
    row("floor over measuring (1 would be no other work)", shares, digits=2)
    row("floor with the library's ids over measuring", library_shares, digits=2)
    if peers:
        row(f"Python, {os.cpu_count()} processes: trajectories a second", peers)
        row("gradatim over Python", ratios)
    return 0


if __name__ == "__main__":
    sys.exit(main())
