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
the same cores, without verifying, hashing, describing or writing. The three take turns, and a ratio is made of
neighbours, since machines are noisy; rates and ratios are given as min, median and max.
"""
import argparse, glob, json, multiprocessing, os, statistics, subprocess, sys, tempfile, time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def ours(shards):
    """Trajectories a second of the whole job, and the timings."""
    binary = os.path.join(ROOT, "target", "release", "gradatim")
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
    return read["entries"] / wall, read


def floor(shards):
    """Seconds that decoding and tokenising alone take."""
    command = ["cargo", "bench", "--quiet", "--bench", "floor", "--", f"{shards}/*.parquet"]
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


def line(name, values, digits=0):
    shown = [f"{value:10.{digits}f}" for value in (min(values), statistics.median(values), max(values))]
    print(f"{name:52} {' '.join(shown)}")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("shards")
    arguments.add_argument("--runs", type=int, default=5)
    arguments.add_argument("--peer-rows", type=int, default=300)
    arguments.add_argument("--tokenizer", help="a tokenizer.json; without it the peer is not run")
    given = arguments.parse_args()
    rates, peers, ratios, floors, shares, stages = [], [], [], [], [], []
    for _ in range(given.runs):
        rate, timings = ours(given.shards)
        lowest = floor(given.shards)
        rates.append(rate)
        stages.append(timings["wall_s"])
        floors.append(lowest["wall_s"] * lowest["threads"] / lowest["trajectories"] * 1e6)
        shares.append(lowest["wall_s"] / timings["wall_s"]["measure"])
        if given.tokenizer:
            peers.append(peer(given.shards, given.peer_rows, given.tokenizer))
            ratios.append(rate / peers[-1])
    print(f"{'':52} {'min':>10} {'median':>10} {'max':>10}")
    line("gradatim, whole job: trajectories a second", rates)
    for stage in stages[0]:
        line(f"  {stage}: seconds", [times[stage] for times in stages], 2)
    line("decoding and tokenising: microseconds times cores", floors, 1)
    line("floor over measuring (1 would be no other work)", shares, 2)
    if peers:
        line(f"Python, {os.cpu_count()} processes: trajectories a second", peers)
        line("gradatim over Python", ratios)
    return 0


if __name__ == "__main__":
    sys.exit(main())
