"""Kills and stops executors, the scheduler and the run itself at random moments of runs that a cluster measures.

    cargo build --release --features cluster
    python3 tests/attacks/cluster.py target/release/gradatim --trials 50 [--shards 'OPENR1/*.parquet']

A scheduler and three executors that do one task at a time, on this machine. What was killed is started anew, as whoever
deploys it does; a run that ends with 3 is given again. Then the folder and the parts of the pool are those of a run on
one machine, `check` and `pool check` end with 0. In every tenth trial one unit kills whoever measures it: the run names
it and ends with 4, the rest is in the pool, and one machine finishes it.
"""
import os
import signal
import socket
import time
from pathlib import Path

from arena import Arena, Table, arguments, difference, finished, tree

COLUMNS = ["trials", "same", "again", "failed", "differs", "hung"]
EXECUTORS = 3
LIMIT_SECONDS = 400

PIPELINE = """\
on_shortfall = "short"
[sources.all]
layout = "openr1"
license = "mit"
path = "{path}"
[[grid]]
category = ["all", "diverse"]
style = ["r1"]
size = [10, 100]
[grid.length]
rule = ["short", "normal", "long"]
[grid.control]
random = 1
matched = true
"""


def main():
    parser = arguments("SIGKILL and SIGSTOP over a cluster at random moments.", 50)
    parser.add_argument("--shards", help="a glob of OpenR1-shaped files; by default small ones are made")
    options = parser.parse_args()
    table = Table(COLUMNS)
    with Arena(options) as arena:
        path = options.shards and str(Path(options.shards).resolve())
        if not path:
            arena.sources(files=24, problems=60, padding=4000)
            path = "data/*"
        arena.write("pipeline.toml", PIPELINE.format(path=path))
        begun = time.monotonic()
        done = arena.run(*RUN, "expected", "--pool", "expected-pool")
        assert done.code == 0, done.text
        cluster = Cluster(arena)
        try:
            span = 2 * (time.monotonic() - begun)
            scenes = [Executor, Stopped, Executor, Scheduler, Executor, Driver, Executor, Stopped, Executor, Poison]
            for trial in range(options.trials):
                scene = scenes[trial % len(scenes)](arena, cluster)
                column, why = scene.tried(span)
                span = 0.7 * span + 0.3 * max(scene.seconds, 0.5)
                table.add(scene.name, "trials")
                table.add(scene.name, column, why and f"trial {trial}: {why}")
                for _ in range(scene.again):
                    table.add(scene.name, "again")
        finally:
            cluster.end()
    table.end()


RUN = ["run", "pipeline.toml", "--on-shortfall", "short", "--out"]


class Cluster:
    """The processes, each started anew where it is gone."""

    def __init__(self, arena):
        self.arena = arena
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"df://127.0.0.1:{self.port}"
        self.processes = [None] * (1 + EXECUTORS)
        self.stopped = []
        self.keep()
        self.wait()

    def keep(self):
        for at, process in enumerate(self.processes):
            if process is None or process.poll() is not None:
                words = ["scheduler", "--port", self.port, "--no-executors", "20"] if at == 0 else [
                    "executor", "--scheduler", self.address, "--port", "0", "--grpc-port", "0", "--tasks", "1",
                    "--heartbeat", "1", "--memory", "1GB"]
                process = self.arena.start("cluster", *words)
                # What is said is not read: a pipe would fill.
                os.set_blocking(process.stdout.fileno(), False)
                self.processes[at] = process
            process.stdout.read()
        for process, until in list(self.stopped):
            if time.monotonic() > until:
                self.stopped.remove((process, until))
                if process.poll() is None:
                    process.send_signal(signal.SIGCONT)

    def wait(self):
        end = time.monotonic() + 60
        while self.arena.run("cluster", "health", self.address, "--executors", EXECUTORS).code != 0:
            assert time.monotonic() < end, "the cluster does not begin"
            time.sleep(0.1)
            self.keep()

    def end(self):
        for process in filter(None, self.processes):
            process.kill()
            process.wait()


class Scene:
    """One thing that happens during a run."""

    def __init__(self, arena, cluster):
        self.arena, self.cluster, self.dice, self.again, self.seconds = arena, cluster, arena.dice, 0, 0.0

    def begin(self):
        return self.arena.start(*RUN, "out", "--pool", "pool", "--cluster", self.cluster.address)

    def tried(self, span):
        arena, cluster = self.arena, self.cluster
        cluster.wait()
        arena.clear("out", "out.partial", "pool")
        begun = time.monotonic()
        moment, happened = begun + self.dice.random() * span, False
        self.driver = self.begin()
        while True:
            now = time.monotonic()
            if now > begun + LIMIT_SECONDS:
                self.driver.kill()
                return "hung", finished(self.driver).last()
            if not happened and now > moment:
                self.happens()
                happened = True
            cluster.keep()
            if self.driver.poll() is None:
                time.sleep(0.02)
                continue
            done = finished(self.driver)
            if done.code == 0:
                break
            of_cluster = done.code != 3 or "scheduler" in done.text or "executors" in done.text
            if done.code not in self.codes or done.panicked or not of_cluster:
                return "failed", f"the run ended with {done.code}: {done.text.strip()[-300:]}"
            self.again += 1
            cluster.wait()
            self.driver = self.begin()
        self.seconds = time.monotonic() - begun
        return self.held()

    codes = (3,)

    def held(self):
        arena = self.arena
        for made, expected in [("out", "expected"), ("pool/parts", "expected-pool/parts")]:
            if name := difference(tree(arena / made), tree(arena / expected)):
                return "differs", f"{made}/{name}"
        for words in (["check", "out"], ["pool", "check", "--pool", "pool"]):
            if (done := arena.run(*words)).code != 0:
                return "failed", f"`{' '.join(words)}` ended with {done.code}: {done.text.strip()[:200]}"
        return "same", None


class Executor(Scene):
    name = "executor killed"

    def happens(self):
        self.cluster.processes[1 + self.dice.randrange(EXECUTORS)].kill()


class Stopped(Scene):
    name = "executor stopped"

    def happens(self):
        process = self.cluster.processes[1 + self.dice.randrange(EXECUTORS)]
        process.send_signal(signal.SIGSTOP)
        self.cluster.stopped.append((process, time.monotonic() + 1 + 14 * self.dice.random()))


class Scheduler(Scene):
    name = "scheduler killed"

    def happens(self):
        self.cluster.processes[0].kill()


class Driver(Scene):
    name = "run killed"
    codes = (3, -9)

    def happens(self):
        self.driver.kill()


class Poison(Scene):
    """Whoever notes that he begins one unit dies of it."""
    name = "unit that kills"

    def tried(self, span):
        arena, cluster = self.arena, self.cluster
        cluster.wait()
        arena.clear("out", "out.partial", "pool")
        parts = sorted(path.parent.name for path in (arena / "expected-pool").glob("parts/*/*/part.json"))
        part, begun, dead = self.dice.choice(parts), time.monotonic(), set()
        driver = self.begin()
        while driver.poll() is None:
            if time.monotonic() > begun + LIMIT_SECONDS:
                driver.kill()
                return "hung", finished(driver).last()
            cluster.keep()
            for note in set((arena / "pool").glob(f"partial/*/*/{part}-*")) - dead:
                try:
                    os.kill(int(note.read_text()), signal.SIGKILL)
                    dead.add(note)
                except (ValueError, OSError):
                    # Not written yet, or ended meanwhile.
                    pass
            time.sleep(0.002)
        done = finished(driver)
        if done.code != 4 or "1 unit was measured nowhere" not in done.text or "none came to its end" not in done.text:
            return "failed", f"the run ended with {done.code} after {len(dead)} deaths: {done.text.strip()[-300:]}"
        stand = [path.parent.name for path in (arena / "pool").glob("parts/*/*/part.json")]
        if sorted(stand + [part]) != parts:
            return "failed", f"{len(stand)} of {len(parts)} parts stand"
        done = arena.run(*RUN, "out", "--pool", "pool")
        return self.held() if done.code == 0 else ("failed", done.last())


if __name__ == "__main__":
    main()
