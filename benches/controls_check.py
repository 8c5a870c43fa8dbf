#!/usr/bin/env python3
"""Wrong and derived controls, made again from an output folder's ledger, selection and subsets, and compared with what
gradatim wrote: which trajectories, in which order, which texts and ids.

    pip install blake3 pyarrow
    benches/controls_check.py OUT

Nothing of gradatim is used but its output. A derived control is made of its subset's rows, which must be written. Tokens
are compared where `--tokenizer tokenizer.json` is given (and `tokenizers` is installed). Ends with 1 where something
differs.
"""
import argparse, collections, json, os, re, sys, tomllib
import blake3, pyarrow.parquet as parquet

SPACE = "\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
counted = collections.Counter()
wrong = []


def compare(kind, place, ours, theirs):
    counted[kind] += 1
    if ours != theirs:
        wrong.append(f"{kind} {place}: gradatim has {str(ours)[:120]}, expected {str(theirs)[:120]}")


def name_of(context, *parts):
    """A hash under a context: each part behind its length."""
    hasher = blake3.blake3(derive_key_context=context)
    for part in parts:
        part = part.encode() if isinstance(part, str) else part
        hasher.update(len(part).to_bytes(8, "little") + part)
    return hasher.digest(16)


def trajectory_id(problem, reply):
    return name_of("gradatim trajectory_id v1", bytes.fromhex(problem), reply).hex()


class Run:
    def __init__(self, out):
        self.out = out
        run = os.path.join(out, "__run__")
        with open(os.path.join(run, "manifest.json")) as file:
            self.manifest = json.load(file)
        with open(os.path.join(run, "pipeline.lock.toml"), "rb") as file:
            self.screen = tomllib.load(file).get("screen", {})
        columns = ["trajectory_id", "problem_id", "fate", "reason", "verdict", "recorded_rule", "recorded_judge",
                   "tokens", "repeated_share", "style"]
        ledger = parquet.read_table(os.path.join(run, "ledger.parquet"), columns=columns).to_pylist()
        self.ledger = [row for row in ledger if row["trajectory_id"]]
        self.chosen = collections.defaultdict(list)
        for row in parquet.read_table(os.path.join(run, "selection.parquet")).to_pylist():
            self.chosen[row["subset"]].append((row["trajectory_id"], row["problem_id"]))
        self.records = {record["name"]: record for record in self.manifest["subsets"]}
        self.seed = self.manifest["seed"].to_bytes(8, "little")
        self.texts = {}

    def wrong_of(self, style):
        """Wrong trajectories by problem: dropped as such, right by no verdict, no copy of a kept one, in bounds."""
        kept = {row["trajectory_id"] for row in self.ledger if row["fate"] == "kept"}
        found = collections.defaultdict(set)
        for row in self.ledger:
            is_wrong = row["reason"] in ("wrong", "recorded_wrong")
            is_right = row["verdict"] == "correct" or row["recorded_rule"] or row["recorded_judge"]
            bounds = (self.screen.get("tokens_min", 0) <= row["tokens"] <= self.screen.get("tokens_max", 1 << 40)
                      and row["repeated_share"] <= self.screen.get("repeated_share_max", 2))
            if is_wrong and not is_right and bounds and row["trajectory_id"] not in kept and style in (None, row["style"]):
                found[row["problem_id"]].add(row["trajectory_id"])
        return found

    def rows(self, name):
        path = self.records[name]["path"]
        return parquet.read_table(os.path.join(self.out, path)).to_pylist()

    def text_of(self, name):
        if name not in self.texts:
            self.texts[name] = {row["id"]: row for row in self.rows(name)}
        return self.texts[name]


def check_wrong(run, record):
    [of] = record["control_of"]
    subset = run.records[of]
    left = {}
    pool = run.wrong_of(subset["style"])
    draw = subset["draw"].to_bytes(4, "little")

    def key(one):
        parts = run.seed, subset["drawn_as"], draw, bytes.fromhex(one)
        return name_of("gradatim draw of a wrong trajectory v1", *parts)

    expected = []
    for _, problem in run.chosen[of]:
        if problem not in left:
            left[problem] = sorted(pool.get(problem, ()), key=key)[::-1]
        if left[problem]:
            expected.append((left[problem].pop(), problem))
    compare("wrong rows", record["name"], run.chosen[record["name"]], expected)
    compare("wrong sizes", record["name"], (record["asked"], record["size"]), (subset["size"], len(expected)))


def shuffled(reply, trajectory, seed, percent):
    """The paragraphs of the thinking round in a circle of hashes; the reply itself where there are no two."""
    if "<think>" not in reply:
        return reply
    head, rest = reply.split("<think>", 1)
    thinking, mark, tail = rest.partition("</think>")
    parts = re.split(f"([{SPACE}]+)", thinking)
    # Words and white space in turn: a step goes on until white space with two line ends.
    steps, spaces, step = [], [], ""
    for at, part in enumerate(parts):
        if at % 2 == 0:
            step += part
        elif part.count("\n") >= 2 or not step:
            if step:
                steps.append(step)
            spaces.append((len(steps), part))
            step = ""
        else:
            step += part
    body = re.sub(f"[{SPACE}]+$", "", step)
    if body:
        steps.append(body)
    places = sorted(range(len(steps)), key=lambda place: name_of(
        "gradatim shuffled steps v1", seed, bytes.fromhex(trajectory), place.to_bytes(8, "little")))
    if len(steps) < 2:
        return reply
    places = places[:max(2, (len(steps) * percent + 50) // 100)]
    moved = list(steps)
    for at, place in enumerate(places):
        moved[places[(at + 1) % len(places)]] = steps[place]
    # Back into the thinking, place by place.
    text, end = "", 0
    for old, new in zip(steps, moved):
        at = thinking.index(old, end)
        text, end = text + thinking[end:at] + new, at + len(old)
    return head + "<think>" + text + thinking[end:] + mark + tail


def check_derived(run, record, tokenizer):
    [of] = record["control_of"]
    largest = of
    while run.records[largest]["prefix_of"]:
        largest = run.records[largest]["prefix_of"]
    texts = run.text_of(largest)
    compare("derived selection", record["name"], run.chosen[record["name"]], run.chosen[of])
    tokens = unchanged = 0
    for row, (trajectory, problem) in zip(run.rows(record["name"]), run.chosen[of], strict=True):
        own = texts[trajectory]
        reply = shuffled(own["messages"][-1]["content"], trajectory, run.seed, record["derived"]["percent"])
        place = f"{record['name']} {row['rank']}"
        compare("derived texts", place, row["messages"][-1]["content"], reply)
        compare("derived ids", place, row["id"], trajectory_id(problem, reply))
        compare("derived origins", place, row["derived_from"], trajectory)
        if tokenizer:
            compare("derived tokens", place, row["tokens"], len(tokenizer.encode(reply, add_special_tokens=False).ids))
        for same in "problem", "answer", "category", "style", "source", "rank":
            compare("derived columns", f"{place} {same}", row[same], own[same])
        tokens += row["tokens"]
        unchanged += row["id"] == trajectory
    compare("derived sums", record["name"], (record["tokens"], record["derived"]["unchanged"]), (tokens, unchanged))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out")
    parser.add_argument("--tokenizer")
    arguments = parser.parse_args()
    tokenizer = None
    if arguments.tokenizer:
        import tokenizers
        tokenizer = tokenizers.Tokenizer.from_file(arguments.tokenizer)
    run = Run(arguments.out)
    for record in run.manifest["subsets"]:
        if record["role"] == "wrong":
            check_wrong(run, record)
        elif record["role"] == "derived":
            check_derived(run, record, tokenizer)
    for kind, count in sorted(counted.items()):
        print(f"{kind:20} {count:9,} compared")
    for what in wrong[:20]:
        print(what)
    print(f"{len(wrong)} of {sum(counted.values()):,} differ")
    sys.exit(bool(wrong))


main()
