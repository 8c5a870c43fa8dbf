"""Bytes and bits flipped in everything that gradatim stores: is each found, or harmless, or missed?

    python3 tests/attacks/flips.py target/release/gradatim --trials 1000

| place | the flip is | found when |
|---|---|---|
| pool table, pool seal | in a file of a part | `pool check` ends with 1; the next run measures again: 0 and the same bytes |
| hub blob | in a file of the hub's cache | the next run fetches it again (0, the same bytes, the blob mended); offline it refuses |
| hub range | in what was kept of a stream | the next run gives the same bytes |
| scratch | in the texts that a run keeps aside, while it is stopped | it ends with 3 or 4, or what it wrote is the same |
| output | in a file of an output folder | `check` ends with 1 |
| output, sums | the same, with SHA256SUMS made to fit | `check` ends with 1, or every table holds the same rows |
| output, manifest | the same, with the manifest's own hashes made to fit as well | `check` or `check --sources` ends with 1; else only `--expect` |
| source page | in a Parquet source with page checksums (where pyarrow is at hand) | the run says so |

A panic is a miss, whatever else is right.
"""
import hashlib
import json
import os
import shutil
import signal
import time
from pathlib import Path

from arena import Arena, Table, arguments, difference, finished, jsonl, rows, sha256, tree
from hub import Hub, sum_of

COLUMNS = ["trials", "found", "harmless", "published", "missed"]

HUB = '[sources.math]\nlayout = "openr1"\nhub = "open/set"\nlicense = "mit"\n'


def main():
    parser = arguments("Bytes flipped in what gradatim stores.", 1000)
    parser.add_argument("--only", help="one place alone")
    options = parser.parse_args()
    table = Table(COLUMNS)
    with Arena(options) as arena:
        arena.sources(files=3, problems=60)
        kinds = [PoolTable, PoolSeal, Blob, BlobOffline, Range, Scratch, Output, OutputSums, OutputManifest, SourcePage]
        places = [kind(arena) for kind in kinds if options.only in (None, kind.name) and kind.is_possible(arena)]
        shares = [place for place in places for _ in range(place.share)]
        for trial in range(options.trials):
            place = shares[trial % len(shares)]
            column, why = place.trial()
            table.add(place.name, "trials")
            told = None if column != "missed" else f"trial {trial}: {why}"
            table.add(place.name, column, told)
            if column in ("harmless", "published"):
                table.why[place.name, column, why.split(": ", 1)[-1]] += 1
        for place in places:
            place.end()
    table.end()


def flip(dice, path, region=None):
    """Flips a bit, or changes a byte, somewhere in a file (or in that region of it); says where."""
    content = bytearray(path.read_bytes())
    start, end = region or (0, len(content))
    at = dice.randrange(start, end)
    change = 1 << dice.randrange(8) if dice.random() < 0.5 else dice.randrange(1, 256)
    content[at] ^= change
    # In place: a hard link, an open file and a link all see it.
    with open(path, "r+b") as file:
        file.seek(at)
        file.write(content[at:at + 1])
    return f"{path.name} at {at} ^ {change:#04x}"


class Place:
    """A place where bytes are stored, made once and flipped many times."""
    share = 2

    def __init__(self, arena):
        self.arena, self.dice = arena, arena.dice
        self.prepare()

    @staticmethod
    def is_possible(_arena):
        return True

    def end(self):
        pass

    def make(self, out, pool, *more, pipeline="pipeline.toml", environment=None):
        words = ["run", pipeline, "--out", out, "--pool", pool, *more]
        return self.arena.run(*words, environment=environment)

    def must(self, *words, **more):
        done = self.make(*words, **more)
        assert done.code == 0, done.text
        return tree(self.arena / words[0])

    def same(self, done, what, out="out"):
        """How a run that should give the same bytes ended."""
        if done.panicked:
            return "missed", f"{what}: panic: {done.last()}"
        if done.code != 0:
            return "missed", f"{what}: it ended with {done.code}, and not with the same bytes: {done.last()}"
        name = difference(tree(self.arena / out), self.expected)
        return ("missed", f"{what}: {name} differs") if name else ("found", what)


class PoolTable(Place):
    name, share, pattern = "pool table", 3, "*.parquet"

    def prepare(self):
        self.arena.clear("flips-pool")
        self.expected = self.must("flips-expected-" + self.name.replace(" ", "-"), "flips-pool")

    def trial(self):
        arena = self.arena
        arena.clear("pool", "out")
        shutil.copytree(arena / "flips-pool", arena / "pool")
        path = self.dice.choice(sorted((arena / "pool").rglob(self.pattern)))
        what = f"{path.parent.name}/{flip(self.dice, path)}"
        checked = arena.run("pool", "check", "--pool", "pool")
        if checked.panicked or checked.code not in (0, 1):
            return "missed", f"{what}: `pool check` ended with {checked.code}: {checked.last()}"
        column, why = self.same(self.make("out", "pool"), what)
        if column == "missed":
            return column, why
        # Damaged or not, after a run that used it the pool is whole.
        again = arena.run("pool", "check", "--pool", "pool")
        if again.code != 0:
            return "missed", f"{what}: the run left the damage: {again.text.strip()[:120]}"
        return column if checked.code == 1 else "harmless", f"{what}: `pool check` finds nothing"


class PoolSeal(PoolTable):
    name, share, pattern = "pool seal", 3, "part.json"


class Blob(Place):
    """A file of the cache that Python's tools share; every second trial over an empty pool."""
    name, share, offline, mode = "hub blob", 2, "0", "cache"

    def prepare(self):
        arena = self.arena
        arena.clear("cache", "hf", "flips-hub-pool", "flips-hub")
        files = {f"data/train-{at:05}-of-00002.jsonl": jsonl(rows(60, 1000 * at)) for at in range(2)}
        self.hub = Hub("open/set", files | {"README.md": b"# Set\n"})
        arena.environment["HF_ENDPOINT"] = self.hub.endpoint
        pipeline = (arena / "pipeline.toml").read_text()
        start, end = pipeline.index("[sources"), pipeline.index("[measure]")
        arena.write("hub.toml", pipeline[:start] + HUB + pipeline[end:])
        out = "flips-expected-" + self.name.replace(" ", "-")
        self.expected = self.must(out, "flips-hub-pool", "--hub", self.mode, pipeline="hub.toml")
        kept = arena / f"kept-{self.name.replace(' ', '-')}"
        for name in ("cache", "hf", "flips-hub-pool"):
            if (arena / name).exists():
                shutil.move(arena / name, kept / name)
        self.kept = kept

    def end(self):
        self.hub.end()

    def restore(self):
        self.arena.clear("cache", "hf", "pool", "out")
        self.arena.environment["HF_ENDPOINT"] = self.hub.endpoint
        for name, target in (("cache", "cache"), ("hf", "hf"), ("flips-hub-pool", "pool")):
            if (self.kept / name).exists():
                shutil.copytree(self.kept / name, self.arena / target, symlinks=True)
        if self.dice.random() < 0.5:
            self.arena.clear("pool")

    def files(self):
        return [path for path in (self.arena / "hf").rglob("blobs/*") if path.stat().st_size > 100]

    def trial(self):
        self.restore()
        path = self.dice.choice(sorted(self.files()))
        what = flip(self.dice, path)
        done = self.make("out", "pool", "--hub", self.mode, pipeline="hub.toml",
                         environment={"HF_HUB_OFFLINE": self.offline})
        if self.offline == "1" and done.code in (3, 4) and not done.panicked:
            return "found", what
        column, why = self.same(done, what)
        if column == "found" and self.is_bad(path):
            return "missed", f"{what}: it ended with 0 and the blob is no longer what its name says"
        return column, why

    def is_bad(self, path):
        return path.exists() and sum_of(path.read_bytes()) != path.name


class BlobOffline(Blob):
    name, share, offline = "hub blob, offline", 1, "1"


class Range(Blob):
    """What was kept of a stream, in our own folder: ranges, listings, what a branch meant."""
    name, share, mode = "hub range", 2, "stream"

    def files(self):
        return [path for path in (self.arena / "cache").rglob("*") if path.is_file() and path.stat().st_size]

    def is_bad(self, _path):
        return False


class Scratch(Place):
    """The texts between fetch and emit: the run is stopped as soon as they are there."""
    name, share = "scratch", 2
    KNOWN = {".parquet", ".json", ".toml", ".md", ".csv", ".tex", ".svg", ".lock"}

    def prepare(self):
        self.arena.sources(files=3, problems=80, padding=60, name="scratch.toml")
        shutil.copytree(self.arena / "data", self.arena / "scratch-data", dirs_exist_ok=True)
        text = (self.arena / "scratch.toml").read_text().replace('"data/', '"scratch-data/')
        self.arena.write("scratch.toml", text)
        self.arena.sources(files=3, problems=60)
        self.expected = self.must("flips-expected-scratch", "flips-scratch-pool", pipeline="scratch.toml")
        self.pool = "flips-scratch-pool"

    def found(self):
        """The scratch file, once something is in it."""
        for folder in self.arena.root.glob("out.partial*"):
            for path in folder.rglob("*"):
                try:
                    if path.is_file() and path.suffix not in self.KNOWN and "text" in path.name and path.stat().st_size:
                        return path
                except FileNotFoundError:
                    pass
        return None

    def trial(self):
        for _ in range(50):
            self.arena.clear("out", "out.partial")
            process = self.arena.start("run", "scratch.toml", "--out", "out", "--pool", self.pool)
            what = self.flipped(process)
            done = finished(process)
            if what is not None:
                return self.verdict(done, what)
        return "missed", "the scratch file was never met"

    def flipped(self, process):
        """Stops the process over its scratch file and flips a byte of it; none where it was too late."""
        while process.poll() is None:
            path = self.found()
            if path is None:
                time.sleep(0.0005)
                continue
            process.send_signal(signal.SIGSTOP)
            try:
                return flip(self.dice, path) + f" of {path.stat().st_size}"
            except (FileNotFoundError, ValueError):
                return None
            finally:
                process.send_signal(signal.SIGCONT)
        return None

    def verdict(self, done, what):
        if done.panicked:
            return "missed", f"{what}: panic: {done.last()}"
        if done.code != 0:
            out = (self.arena / "out").exists()
            return ("found", what) if done.code in (3, 4) and not out else ("missed", f"{what}: {done.code} {done.last()}")
        name = difference(tree(self.arena / "out"), self.expected)
        return ("missed", f"{what}: {name} differs") if name else ("harmless", f"{what}: it was read already, or over-written")


class Output(Place):
    name, share, level = "output", 3, 0

    def prepare(self):
        if not (self.arena / "flips-folder").exists():
            self.must("flips-folder", "flips-folder-pool")
            (self.arena / "flips-pin").write_text(self.digest("flips-folder"))
        help_text = self.arena.run("check", "--help").text
        self.with_sources = "--sources" in help_text
        self.pinned = (self.arena / "flips-pin").read_text()

    def digest(self, out):
        done = self.arena.run("check", out, "--digest")
        words = [word for word in done.text.split() if len(word) == 64]
        return words[-1] if done.code == 0 and words else ""

    def trial(self):
        arena = self.arena
        arena.clear("folder")
        shutil.copytree(arena / "flips-folder", arena / "folder")
        files = [path for path in sorted((arena / "folder").rglob("*")) if path.is_file()]
        if self.level:
            files = [path for path in files if path.name != "SHA256SUMS"]
        # Every kind of file as often as the many subsets.
        subsets = [path for path in files if path.parent.name != "__run__" and path.suffix == ".parquet"]
        others = [path for path in files if path not in subsets]
        path = self.dice.choice(self.dice.choice([subsets, others]))
        before = sha256(path)
        what = f"{path.relative_to(arena / 'folder')}: {flip(self.dice, path)}"
        self.make_fit(path, before)
        return self.verdict(path, what)

    def make_fit(self, path, before):
        """Rewrites the hashes that name the file, as far as this attacker goes."""
        folder = self.arena / "folder"
        changed = {before: sha256(path)}
        manifest = folder / "__run__/manifest.json"
        if self.level == 2 and path != manifest:
            old = sha256(manifest)
            manifest.write_text(manifest.read_text().replace(before, changed[before]))
            changed[old] = sha256(manifest)
        sums = folder / "__run__/SHA256SUMS"
        if self.level:
            text = sums.read_text()
            for old, new in changed.items():
                text = text.replace(old, new)
            sums.write_text(text)

    def verdict(self, path, what):
        done = self.arena.run("check", "folder")
        if done.panicked or done.code not in (0, 1):
            return "missed", f"{what}: `check` ended with {done.code}: {done.last()}"
        if done.code == 1:
            return "found", what
        if self.level == 0:
            return "missed", what
        if self.is_same(path):
            return "harmless", f"{what}: {path.suffix}: the same rows are read"
        if self.level == 2 and self.with_sources:
            again = self.arena.run("check", "folder", "--sources")
            if again.code == 1 and not again.panicked:
                return "found", what
        if self.level == 2 and self.pinned and self.arena.run("check", "folder", "--expect", self.pinned).code == 1:
            return "published", f"{what}: {path.suffix} of {path.parent.name if path.parent.name == '__run__' else 'out'}"
        return "missed", what

    def is_same(self, path):
        """Whether a Parquet file still gives the same rows: a flip in what no reader asks for."""
        if path.suffix != ".parquet":
            return False
        there = self.arena / "flips-folder" / path.relative_to(self.arena / "folder")
        read = [self.arena.run("sql", "SELECT * FROM t", "--with", f"t={file}", "--in", "flips-folder", "--csv")
                for file in (path, there)]
        return read[0].code == 0 and read[0].text == read[1].text


class OutputSums(Output):
    name, share, level = "output, sums", 3, 1


class OutputManifest(Output):
    name, share, level = "output, manifest", 2, 2


class SourcePage(Place):
    """A page of a source's Parquet file that carries checksums; written by pyarrow, where it is."""
    name, share = "source page", 2

    @staticmethod
    def is_possible(_arena):
        try:
            import pyarrow.parquet
        except ImportError:
            return False
        return pyarrow is not None

    def prepare(self):
        import pyarrow
        import pyarrow.parquet
        made = pyarrow.Table.from_pylist(rows(150, 5000))
        path = self.arena.write("pages/s.parquet", b"")
        # No dictionary pages: what they hold may be read by no row.
        pyarrow.parquet.write_table(made, path, write_page_checksum=True, row_group_size=50, compression="zstd",
                                    use_dictionary=False)
        self.whole = path.read_bytes()
        metadata = pyarrow.parquet.ParquetFile(path).metadata
        self.regions = []
        for group in range(metadata.num_row_groups):
            for at in range(metadata.num_columns):
                column = metadata.row_group(group).column(at)
                self.regions.append((column.data_page_offset, column.data_page_offset + column.total_compressed_size))
        pipeline = (self.arena / "pipeline.toml").read_text()
        start, end = pipeline.index("[sources"), pipeline.index("[measure]")
        table = '[sources.s]\nlayout = "openr1"\nlicense = "mit"\npath = "pages/s.parquet"\n'
        self.arena.write("pages.toml", pipeline[:start] + table + pipeline[end:])
        self.expected = self.must("flips-expected-pages", "flips-pages-pool", pipeline="pages.toml")

    def trial(self):
        path = self.arena / "pages/s.parquet"
        path.write_bytes(self.whole)
        what = flip(self.dice, path, self.dice.choice(self.regions))
        self.arena.clear("out", "pool")
        done = self.make("out", "pool", pipeline="pages.toml")
        path.write_bytes(self.whole)
        if done.panicked:
            return "missed", f"{what}: panic: {done.last()}"
        if done.code in (3, 4):
            return "found", what
        if done.code != 0:
            return "missed", f"{what}: it ended with {done.code}: {done.last()}"
        return self.read(what)

    def read(self, what):
        """It ended well: then its ledger says what could not be read, or its rows are the same."""
        manifest = json.loads((self.arena / "out/__run__/manifest.json").read_text())
        if "unreadable_file" in json.dumps(manifest["ledger"]):
            return "found", what
        now = {name: at for name, at in tree(self.arena / "out").items() if not name.startswith("__run__")}
        then = {name: at for name, at in self.expected.items() if not name.startswith("__run__")}
        now.pop("README.md"), then.pop("README.md")
        name = difference(now, then)
        return ("missed", f"{what}: {name} differs") if name else ("harmless", f"{what}: no column that is read")


if __name__ == "__main__":
    main()
