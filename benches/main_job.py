#!/usr/bin/env python3
"""The whole main job beside the same job in Python, in the same run, as a ratio.

    pip install pyarrow math-verify tokenizers
    benches/main_job.py SHARDS [--runs 5] [--peer-rows 300] [--tokenizer tokenizer.json]

SHARDS is a folder of Parquet files in OpenR1's layout. gradatim runs `pipelines/bench.toml` over all of it with
a fresh pool each time (read, verify, measure, select, write). The peer reads the same columns with pyarrow,
judges with Math-Verify and counts tokens with Hugging Face tokenizers, in as many processes as there are cores,
over the first rows of each shard (it would take hours for all of them); it selects and writes nothing. Machines
are noisy: rates are given as min, median and max.
"""
import argparse, glob, json, multiprocessing, os, statistics, subprocess, sys, tempfile, time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def ours(shards, runs):
    binary = os.path.join(ROOT, "target", "release", "gradatim")
    rates, measuring = [], []
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as work:
            timings = os.path.join(work, "timings.json")
            command = [binary, "run", os.path.join(ROOT, "pipelines", "bench.toml"),
                       "--source", f"openr1={shards}/*.parquet", "--on-shortfall", "short",
                       "--pool", os.path.join(work, "pool"), "--out", os.path.join(work, "out"),
                       "--timings", timings]
            start = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            wall = time.perf_counter() - start
            read = json.load(open(timings))
            rates.append(read["entries"] / wall)
            measuring.append(read["entries"] / read["wall_s"]["measure"])
    return rates, measuring


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


def peer(shards, rows, tokenizer, runs):
    paths = sorted(glob.glob(f"{shards}/*.parquet"))
    jobs = [(path, max(1, rows // len(paths)), tokenizer) for path in paths]
    rates = []
    for _ in range(runs):
        start = time.perf_counter()
        with multiprocessing.Pool(os.cpu_count()) as pool:
            done = sum(pool.map(peer_shard, jobs))
        rates.append(done / (time.perf_counter() - start))
    return rates


def line(name, rates):
    print(f"{name:36} {min(rates):10.0f} {statistics.median(rates):10.0f} {max(rates):10.0f}")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("shards")
    arguments.add_argument("--runs", type=int, default=5)
    arguments.add_argument("--peer-rows", type=int, default=300)
    arguments.add_argument("--tokenizer", help="a tokenizer.json; without it the peer is not run")
    given = arguments.parse_args()
    rates, measuring = ours(given.shards, given.runs)
    print(f"{'trajectories a second':36} {'min':>10} {'median':>10} {'max':>10}")
    line("gradatim, whole job", rates)
    line("gradatim, measuring alone", measuring)
    if given.tokenizer:
        peers = peer(given.shards, given.peer_rows, given.tokenizer, min(3, given.runs))
        line(f"Python, {os.cpu_count()} processes, no selection", peers)
        print(f"ratio of medians: {statistics.median(rates) / statistics.median(peers):.0f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
