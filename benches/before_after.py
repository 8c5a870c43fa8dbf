#!/usr/bin/env python3
"""Two builds of gradatim over the same rows, in turn: what a change costs, as ratios of neighbours.

    benches/before_after.py BEFORE AFTER SHARDS [--jobs cold,warm,audit,why,sql] [--pairs 10] [--fail-above 5]
                            [--pipeline pipelines/bench.toml] [--source NAME=FILE ...]

BEFORE and AFTER are binaries, SHARDS a folder of Parquet files in OpenR1's layout. The jobs: `cold` is a run with a fresh
pool, `warm` one over a standing pool, `audit` a second audit of the shards, `why` and `sql` ask the run's folder for one
trajectory. Each build has a pool and a folder of its own; which goes first changes from pair to pair, since machines
drift. Of wall time, CPU time and peak memory the ratios after by before are told as min, median and max.

With `--fail-above PERCENT` it ends with 1 where the median ratio of CPU time or of memory lies so far above 1: CPU time,
since what else a machine does lengthens it least. For people before they commit, and no test.
"""
import argparse, json, os, shutil, statistics, subprocess, sys, tempfile

from built import ROOT
from figures import head, row

# Started by a Python that holds nothing: its own memory would count.
MEASURED = """
import json, resource, subprocess, sys, time
start = time.perf_counter()
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
wall = time.perf_counter() - start
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({"code": done.returncode, "said": done.stderr.decode(errors="replace")[-2000:], "wall": wall,
                  "CPU": used.ru_utime + used.ru_stime, "memory": used.ru_maxrss / 1024}))
"""
JOBS = ["cold", "warm", "audit", "why", "sql"]


class Build:
    """A binary with what it made."""

    def __init__(self, binary, work, given):
        self.binary, self.work, self.given = binary, work, given
        self.asked = None

    def at(self, name):
        return os.path.join(self.work, name)

    def measured(self, *words):
        command = [sys.executable, "-c", MEASURED, self.binary, *words]
        told = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
        if told["code"] != 0:
            sys.exit(f"{self.binary} {words[0]} ended with {told['code']}:\n{told['said']}")
        return told

    def run(self, out, pool):
        shutil.rmtree(self.at(out), ignore_errors=True)
        sources = [word for source in self.given.source for word in ("--source", source)]
        return self.measured("run", self.given.pipeline, "--source", f"openr1={self.given.shards}/*.parquet", *sources,
                             "--on-shortfall", "short", "--pool", self.at(pool), "--out", self.at(out))

    def audit(self):
        shutil.rmtree(self.at("audited"), ignore_errors=True)
        return self.measured("audit", self.given.shards, "--pool", self.at("audit-pool"), "--out", self.at("audited"))

    def trajectory(self):
        """The id of one that was kept."""
        if self.asked is None:
            query = "SELECT trajectory_id FROM ledger WHERE fate = 'kept' ORDER BY trajectory_id LIMIT 1"
            command = [self.binary, "sql", query, "--in", self.at("out"), "--json"]
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
            self.asked = json.loads(done.stdout)[0]["trajectory_id"]
        return self.asked

    def begin(self, job):
        """What the job needs, outside of what is measured."""
        if job == "audit":
            self.audit()
        elif job != "cold" and not os.path.exists(self.at("out")):
            self.run("out", "pool")
        if job in ("why", "sql"):
            self.trajectory()

    def do(self, job):
        if job == "cold":
            shutil.rmtree(self.at("fresh-pool"), ignore_errors=True)
            return self.run("fresh", "fresh-pool")
        if job == "warm":
            return self.run("out", "pool")
        if job == "audit":
            return self.audit()
        if job == "why":
            return self.measured("why", self.trajectory(), "--in", self.at("out"))
        query = f"SELECT fate, reason FROM ledger WHERE trajectory_id = '{self.trajectory()}'"
        return self.measured("sql", query, "--in", self.at("out"))


def compared(job, builds, pairs):
    """The median ratio of each figure."""
    for build in builds:
        build.begin(job)
    done = []
    for at in range(pairs):
        first, second = (build.do(job) for build in (builds if at % 2 == 0 else builds[::-1]))
        done.append((first, second) if at % 2 == 0 else (second, first))
    middle = {}
    for figure, unit, digits in (("wall", "s", 2), ("CPU", "s", 2), ("memory", "MB", 0)):
        before, after = ([pair[at][figure] for pair in done] for at in (0, 1))
        row(f"{job}, {figure}, before", before, unit, digits)
        row(f"{job}, {figure}, after", after, unit, digits)
        ratios = [new / old for old, new in zip(before, after)]
        row(f"{job}, {figure}, after by before", ratios, digits=3)
        middle[figure] = statistics.median(ratios)
    return middle


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before")
    parser.add_argument("after")
    parser.add_argument("shards")
    parser.add_argument("--jobs", default=",".join(JOBS))
    parser.add_argument("--pipeline", default=os.path.join(ROOT, "pipelines", "bench.toml"))
    parser.add_argument("--source", action="append", default=[], help="another source or benchmark of the pipeline")
    parser.add_argument("--pairs", type=int, default=10)
    parser.add_argument("--fail-above", type=float, metavar="PERCENT")
    given = parser.parse_args()
    jobs = given.jobs.split(",")
    if unknown := [job for job in jobs if job not in JOBS]:
        parser.error(f"no job is called {', '.join(unknown)}: there are {', '.join(JOBS)}")
    slower = []
    with tempfile.TemporaryDirectory() as before, tempfile.TemporaryDirectory() as after:
        builds = [Build(given.before, before, given), Build(given.after, after, given)]
        head()
        for job in jobs:
            middle = compared(job, builds, given.pairs)
            for figure in ("CPU", "memory"):
                if given.fail_above is not None and middle[figure] > 1 + given.fail_above / 100:
                    slower.append(f"{job}: {figure} {middle[figure]:.3f} times")
    if slower:
        sys.exit(f"more than {given.fail_above:g} % above before: {'; '.join(slower)}")


if __name__ == "__main__":
    main()
