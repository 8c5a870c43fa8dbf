"""SIGKILLs at random moments of fresh and warm runs, of two runs at once, of prunes and of both ways to read a hub.

    python3 tests/attacks/kills.py target/release/gradatim --trials 500

After each: what stands under a final name is whole, the pool is sound, the same command goes on and writes the same
bytes as a run that nobody disturbed, `check` and `pool check` end with 0, and nothing stale is left.
"""
import signal
import time

from arena import Arena, Table, arguments, difference, finished, jsonl, rows, stale, tree, waited
from hub import Hub

COLUMNS = ["kills", "same", "not whole", "pool", "failed", "differs", "left over"]

HUB = """\
[sources.math]
layout = "openr1"
hub = "open/set"
license = "mit"
"""


def main():
    options = arguments("SIGKILLs over gradatim at random moments.", 500).parse_args()
    table = Table(COLUMNS)
    with Arena(options) as arena:
        arena.sources(files=4, problems=150)
        hub = begin_hub(arena)
        scenes = [Fresh, Warm, OnePool, OneOut, Prune, HubStream, HubCache, HubTwice]
        scenes = [scene(arena, hub) for scene in scenes]
        for trial in range(options.trials):
            scene = scenes[trial % len(scenes)]
            scene.until_killed()
            column, why = scene.judged()
            table.add(scene.name, "kills")
            table.add(scene.name, column, None if column == "same" else f"trial {trial}: {why}")
        hub.end()
    table.end()


def begin_hub(arena):
    files = {f"data/train-{at:05}-of-00003.jsonl": jsonl(rows(120, 1000 * at, 40)) for at in range(3)}
    hub = Hub("open/set", files | {"README.md": b"# Set\n"}, pause=0.002)
    pipeline = (arena / "pipeline.toml").read_text()
    start, end = pipeline.index("[sources"), pipeline.index("[measure]")
    arena.write("hub.toml", pipeline[:start] + HUB + pipeline[end:])
    arena.environment["HF_ENDPOINT"] = hub.endpoint
    return hub


class Scene:
    """One way to be killed; `out` is what is made, `pool` what is used."""
    pipeline, mode, environment = "pipeline.toml", [], {}

    def __init__(self, arena, _hub):
        self.arena, self.dice = arena, arena.dice
        self.expected_name = "expected-" + self.pipeline + "".join(self.mode)
        if not (arena / self.expected_name).exists():
            done = arena.run(*self.words(self.expected_name, "expected-pool"))
            assert done.code == 0, done.text
        self.expected = tree(arena / self.expected_name)
        self.prepare()
        self.span = self.undisturbed()

    def words(self, out, pool, *more):
        return ["run", self.pipeline, "--out", out, "--pool", pool, *self.mode, *more]

    def undisturbed(self):
        begun = time.monotonic()
        done = finished(self.begin())
        assert done.code == 0, done.text
        return time.monotonic() - begun

    def begin(self):
        return self.arena.start(*self.words("out", "pool"))

    def until_killed(self):
        """Tries until a process was there to be killed."""
        while True:
            self.prepare()
            process = self.begin()
            if waited(process, self.dice.random() * self.span):
                process.send_signal(signal.SIGKILL)
            killed = finished(process).code == -9
            self.span *= 1.05 if killed else 0.9
            self.after()
            if killed:
                return
            self.arena.clear("out")

    def prepare(self):
        self.arena.clear("out")

    def after(self):
        pass

    def judged(self):
        arena = self.arena
        stood = arena / "out"
        if stood.exists() and (name := difference(tree(stood), self.expected)):
            return "not whole", f"`out` stands and {name} differs"
        arena.clear("out")
        if (arena / "pool").exists() and (done := arena.run("pool", "check", "--pool", "pool")).code != 0:
            return "pool", f"the kill left {done.text.strip()[:200]}"
        done = arena.run(*self.words("out", "pool"), environment=self.environment)
        if done.code != 0 or done.panicked:
            return "failed", f"the next run ended with {done.code}: {done.last()}"
        return self.held(done)

    def held(self, done):
        """What the next run left, held against the undisturbed one."""
        arena = self.arena
        if name := difference(tree(arena / "out"), self.expected):
            return "differs", f"{name} differs"
        for words in (["check", "out"], ["pool", "check", "--pool", "pool"]):
            if (done := arena.run(*words)).code != 0:
                return "failed", f"`{' '.join(words)}` ended with {done.code}: {done.text.strip()[:200]}"
        left = stale(arena)
        arena.clear("out.partial")
        return ("left over", f"{left[:3]}") if left else ("same", "")


class Fresh(Scene):
    name = "fresh run"

    def prepare(self):
        self.arena.clear("out", "pool")


class Warm(Scene):
    name = "warm run"


class Beside:
    """Another run is at work in the same pool, and must not suffer."""
    other = None

    def prepare(self):
        super().prepare()
        self.arena.clear("other")

    def begin(self):
        self.other = self.arena.start(*self.words("other", "pool"))
        return super().begin()

    def after(self):
        done = finished(self.other)
        name = difference(tree(self.arena / "other"), self.expected) if done.code == 0 else "its end"
        self.hurt = None if name is None else f"the run that nobody killed: {name}, {done.last()}"

    def judged(self):
        return super().judged() if self.hurt is None else ("differs", self.hurt)

    def undisturbed(self):
        span = super().undisturbed()
        finished(self.other)
        return span


class OnePool(Beside, Fresh):
    name = "two runs, one pool"


class OneOut(OnePool):
    """Another run wants the same folder: it wins, or is told that it cannot have it, or takes over."""
    name = "two runs, one out"

    def begin(self):
        process = Scene.begin(self)
        self.other = self.arena.start(*self.words("out", "pool"))
        return process

    def undisturbed(self):
        begun = time.monotonic()
        assert finished(Scene.begin(self)).code == 0
        return time.monotonic() - begun

    def after(self):
        done = finished(self.other)
        said = done.code == 0 or (done.code == 2 and "os error" not in done.text)
        self.hurt = None if said else f"the run that nobody killed ended with {done.code}: {done.last()}"


class Prune(Scene):
    name = "prune"

    def prepare(self):
        self.arena.clear("out", "pool")
        done = self.arena.run(*self.words("out", "pool"))
        assert done.code == 0, done.text
        self.arena.clear("out")

    def begin(self):
        return self.arena.start("pool", "prune", "--all", "--pool", "pool")


class HubStream(Scene):
    name, pipeline, mode = "hub stream", "hub.toml", ["--hub", "stream"]

    def prepare(self):
        self.arena.clear("out", "pool", "cache", "hf")


class HubCache(HubStream):
    name, mode = "hub cache", ["--hub", "cache"]


class HubTwice(Beside, HubCache):
    """Another run fetches the same files."""
    name = "two runs, hub cache"


if __name__ == "__main__":
    main()
