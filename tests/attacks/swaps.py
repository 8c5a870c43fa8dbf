"""Sources that change under a run: what is hashed must be what is measured, and what was measured what is emitted.

    python3 tests/attacks/swaps.py target/release/gradatim --trials 300

The run is stopped at a random moment, one of its files becomes another of the same size, and it goes on; in some
trials the old file comes back at a second moment. The run must end with 0 and the folder of one content or the other,
or say that the file changed (3, 4) and leave nothing. Afterwards the same pool serves both contents: a run over each
must write what a run over an empty pool writes, or something was filed under a content that it is not of.
"""
import json
import os
import signal

from arena import Arena, Table, arguments, difference, finished, jsonl, rows, tree, waited
from hub import Hub

FILES = 4
COLUMNS = ["trials", "old", "new", "told", "mixed", "misfiled", "wrong end"]
HUB = '[sources.math]\nlayout = "openr1"\nhub = "open/set"\nlicense = "mit"\n'


def main():
    options = arguments("Sources that change under a run of gradatim.", 300).parse_args()
    table = Table(COLUMNS)
    with Arena(options) as arena:
        arena.sources(files=FILES, problems=80)
        plain_files(arena)
        kinds = [Renamed, Written, WrittenSameTime, RenamedSameTime, Linked, ThereAndBack, WrittenAndBack,
                 LinkedAndBack, Gold, Space, Deleted, BlobWritten, BlobRenamed]
        kinds = [kind(arena) for kind in kinds]
        for trial in range(options.trials):
            kind = kinds[trial % len(kinds)]
            column, why = kind.trial()
            table.add(kind.name, "trials")
            table.add(kind.name, column, None if column in COLUMNS[1:4] else f"trial {trial}: {column}: {why}")
    table.end()


def plain_files(arena):
    """All sources as plain lines: a byte of them can be changed in place, and their size stays."""
    arena.clear("data")
    for at in range(FILES):
        arena.write(f"data/s{at}.jsonl", jsonl(rows(80, at * 80)))
    text = (arena / "pipeline.toml").read_text()
    arena.write("pipeline.toml", text.replace(".jsonl.gz", ".jsonl"))


def other_replies(row):
    """Other thinking, as long: the same answer, so that the row stays accepted."""
    row["generations"] = [reply.replace("step", "wits") for reply in row["generations"]]


def other_gold(row):
    row["answer"] = "7" * len(row["answer"])


def other_space(row):
    """The same problem to its id, which folds white space; not the same text."""
    row["problem"] = row["problem"].replace("is ", "is\t", 1)


def changed(content, change):
    made = [json.loads(line) for line in content.splitlines()]
    for row in made:
        change(row)
    return jsonl(made)


class Swap:
    """One way in which a file becomes another."""
    environment, pipeline, more, change = {}, "pipeline.toml", [], staticmethod(other_replies)

    def __init__(self, arena):
        self.arena, self.dice, self.known = arena, arena.dice, {}
        self.prepare()
        self.span = None

    def prepare(self):
        self.paths = [self.arena / f"data/s{at}.jsonl" for at in range(FILES)]
        self.old = [path.read_bytes() for path in self.paths]

    def run(self, out, pool):
        words = ["run", self.pipeline, "--out", out, "--pool", pool, *self.more]
        return self.arena.start(*words, environment=self.environment)

    def expected(self, at, content):
        """What a run over an empty pool writes where one file has that content."""
        key = (at, content) if content != self.old[at] else None
        if key not in self.known:
            self.restore(at, content)
            self.arena.clear("expected", "expected-pool")
            done = finished(self.run("expected", "expected-pool"))
            assert done.code == 0, done.text
            self.known[key] = tree(self.arena / "expected")
        return self.known[key]

    def restore(self, at, content):
        """Every file as it was, and one with that content."""
        for path, old in zip(self.paths, self.old):
            put(path, old)
        put(self.paths[at], content)

    def trial(self):
        at = self.dice.randrange(len(self.paths))
        old = self.old[at]
        new = self.new(at)
        expected = {"old": self.expected(at, old), "new": self.expected(at, new)}
        self.restore(at, old)
        self.begin_pool()
        done = self.disturbed(at, new)
        self.arena.clear("out.partial")
        column, why = self.judged(done, expected)
        if column in COLUMNS[1:4] and (misfiled := self.filed(at, {"old": old, "new": new}, expected)):
            return "misfiled", f"{misfiled}; before it: {column}, {done.last()}"
        return column, why

    def new(self, at):
        return changed(self.old[at], self.change)

    def begin_pool(self):
        """Empty, or full of what the old files hold."""
        self.arena.clear("out", "pool")
        if self.dice.random() < 0.4:
            assert finished(self.run("out", "pool")).code == 0
            self.arena.clear("out")

    def disturbed(self, at, new):
        process = self.run("out", "pool")
        if self.span is None:
            self.span = 0.3
        if self.stopped(process, self.dice.random() * self.span):
            self.swap(self.paths[at], new)
            process.send_signal(signal.SIGCONT)
            self.back(process, self.paths[at])
            self.span *= 1.03
        else:
            self.span *= 0.93
        return finished(process)

    def stopped(self, process, seconds):
        if not waited(process, seconds):
            return False
        process.send_signal(signal.SIGSTOP)
        return True

    def back(self, process, path):
        pass

    def judged(self, done, expected):
        out = self.arena / "out"
        if done.panicked:
            return "wrong end", f"panic: {done.last()}"
        if done.code in (3, 4):
            return ("wrong end", "it failed and left a folder") if out.exists() else ("told", done.last())
        if done.code != 0:
            return "wrong end", f"{done.code}: {done.last()}"
        found = tree(out)
        for column, one in expected.items():
            if difference(found, one) is None:
                return column, ""
        return "mixed", f"{difference(found, expected['old'])} is neither's"

    def filed(self, at, contents, expected):
        """Runs over both contents with the pool that is left; what they show, or none."""
        for column, content in contents.items():
            self.restore(at, content)
            self.arena.clear("out")
            done = finished(self.run("out", "pool"))
            if done.code != 0:
                return f"a run over the {column} file ends with {done.code}: {done.last()}"
            if name := difference(tree(self.arena / "out"), expected[column]):
                return f"a run over the {column} file with this pool differs in {name}"
        return None


def put(path, content):
    """A new file of that content under that name, whatever stood there."""
    aside = path.with_name(path.name + ".new")
    aside.write_bytes(content)
    os.replace(aside, path)


def write_in_place(path, content):
    with open(path, "r+b") as file:
        file.write(content)


def times(path):
    found = os.stat(path)
    return found.st_atime_ns, found.st_mtime_ns


class Renamed(Swap):
    name = "renamed over"

    def swap(self, path, new):
        put(path, new)


class Written(Swap):
    name = "written in place"

    def swap(self, path, new):
        write_in_place(path, new)


class WrittenSameTime(Swap):
    name = "in place, same time"

    def swap(self, path, new):
        before = times(path)
        write_in_place(path, new)
        os.utime(path, ns=before)


class RenamedSameTime(Swap):
    name = "renamed, same time"

    def swap(self, path, new):
        aside = path.with_name("aside")
        aside.write_bytes(new)
        os.utime(aside, ns=times(path))
        os.replace(aside, path)


class Linked(Swap):
    """The source is a link, which is turned to another file."""
    name = "link turned"

    def restore(self, at, content):
        super().restore(at, content)
        path = self.paths[at]
        target = self.arena / "targets" / path.name
        target.parent.mkdir(exist_ok=True)
        os.replace(path, target)
        os.symlink(target, path)

    def swap(self, path, new):
        other = self.arena / "targets" / f"other-{path.name}"
        other.write_bytes(new)
        turn(path, other)


def turn(path, target):
    aside = path.with_name("link")
    os.symlink(target, aside)
    os.replace(aside, path)


class Back(Swap):
    """The old file comes back at a second moment."""

    def back(self, process, path):
        if self.stopped(process, self.dice.random() * self.span * 0.5):
            self.swap_back(path)
            process.send_signal(signal.SIGCONT)


class ThereAndBack(Back):
    name = "renamed, and back"

    def swap(self, path, new):
        os.rename(path, path.with_name("kept"))
        put(path, new)

    def swap_back(self, path):
        os.replace(path.with_name("kept"), path)


class WrittenAndBack(Back):
    name = "in place, and back"

    def swap(self, path, new):
        self.kept, self.time = path.read_bytes(), times(path)
        write_in_place(path, new)
        os.utime(path, ns=self.time)

    def swap_back(self, path):
        write_in_place(path, self.kept)
        os.utime(path, ns=self.time)


class LinkedAndBack(Back, Linked):
    name = "link turned, and back"

    def swap_back(self, path):
        turn(path, self.arena / "targets" / path.name)


class Gold(WrittenSameTime):
    name, change = "answers changed", staticmethod(other_gold)


class Space(WrittenSameTime):
    name, change = "white space changed", staticmethod(other_space)


class Deleted(Swap):
    name = "deleted"

    def swap(self, path, _new):
        path.unlink()

    def judged(self, done, expected):
        if done.code == 2 and not done.panicked and not (self.arena / "out").exists():
            # Gone before it was looked for: a path that leads nowhere.
            return "told", done.last()
        column, why = super().judged(done, expected)
        # What is gone can come back: worth trying again.
        return ("wrong end", f"4, not 3: {why}") if done.code == 4 else (column, why)


class Blob(Swap):
    """A file of the hub's cache."""
    pipeline, more, environment = "hub.toml", ["--hub", "cache"], {"HF_HUB_OFFLINE": "1"}

    def prepare(self):
        arena = self.arena
        arena.clear("hf", "cache")
        self.old = [jsonl(rows(100, 1000 * at)) for at in range(2)]
        files = {f"data/train-{at:05}-of-00002.jsonl": old for at, old in enumerate(self.old)}
        hub = Hub("open/set", files | {"README.md": b"# Set\n"})
        self.environment = {"HF_ENDPOINT": hub.endpoint}
        pipeline = (arena / "pipeline.toml").read_text()
        start, end = pipeline.index("[sources"), pipeline.index("[measure]")
        arena.write("hub.toml", pipeline[:start] + HUB + pipeline[end:])
        done = finished(self.run("first", "first-pool"))
        assert done.code == 0, done.text
        self.hub = hub
        blobs = {path.read_bytes(): path for path in (arena / "hf").rglob("blobs/*")}
        self.paths = [blobs[old] for old in self.old]
        arena.clear("first", "first-pool")

    def expected(self, at, content):
        # A blob of other content is no content of that name: there is one right folder.
        return super().expected(at, self.old[at])

    def filed(self, at, contents, expected):
        return super().filed(at, {"old": contents["old"]}, expected)


class BlobWritten(Blob):
    name = "hub blob in place"

    def swap(self, path, new):
        before = times(path)
        write_in_place(path, new)
        os.utime(path, ns=before)


class BlobRenamed(Blob):
    name = "hub blob renamed over"

    def swap(self, path, new):
        put(path, new)


if __name__ == "__main__":
    main()
