"""Files that are small and claim or unpack into much, and what a run over each takes.

    bombs.py make FOLDER               writes them (pyarrow, zstandard)
    bombs.py measure PROGRAM FOLDER    runs the program over each at 100, 200 and 600 MB; prints a table
    bombs.py queries PROGRAM OUT       asks it queries that make much of little, over an output folder

A cell says the peak of resident memory in megabytes and how the command ended: exit code 2 is a refusal.
"""
import gzip, json, lzma, os, struct, subprocess, sys, tempfile
from pathlib import Path

MEMORY = ["100MB", "200MB", "600MB"]
PIPELINE = """
[sources.bomb]
layout = "columns"
path = "{path}"
accept = "none"
unread_max = 1.0
[sources.bomb.columns]
problem = "problem"
response = "response"
answer = "answer"
"""
GOOD = {"problem": "What is 6 times 7?", "response": "<think>six sevens</think>\nIt is \\boxed{42}.", "answer": "42"}


def columns(**other):
    rows = len(next(iter(other.values())))
    return {**{name: [text] * rows for name, text in GOOD.items()}, **other}


def parquet(folder, name, data, schema=None, **options):
    import pyarrow as pa, pyarrow.parquet as pq
    pq.write_table(pa.table(data, schema=schema), folder / f"{name}.parquet", **options)


def parquets(folder):
    import pyarrow as pa
    large = pa.large_string()
    parquet(folder, "string_1gb", columns(response=pa.array(["x" * 10**9], large)), compression="zstd",
            use_dictionary=False)
    parquet(folder, "string_1gb_in_dictionary", columns(response=pa.array(["x" * 10**9], large)), compression="zstd")
    # Three rows that are read and one that is not, each in a page of its own.
    texts = ["It is \\boxed{42}.", "y" * (300 << 20), "It is \\boxed{41}.", "It is \\boxed{40}."]
    parquet(folder, "one_of_four", columns(response=pa.array(texts, large)), compression="zstd", use_dictionary=False,
            data_page_size=1, write_batch_size=1)
    text = "z" * (8 << 20)
    parquet(folder, "dictionary_400_rows", columns(problem=[text] * 400), compression="zstd")
    nulls = pa.nulls(10**7, pa.string())
    parquet(folder, "nulls_1e7", {name: nulls for name in GOOD}, compression="zstd")
    parquet(folder, "list_of_5e6", columns(answer=[[""] * 5_000_000]), compression="zstd")
    parquet(folder, "prefixes", columns(response=["w" * (1 << 20)] * 3000), compression="zstd", use_dictionary=False,
            column_encoding={"response": "DELTA_BYTE_ARRAY", "problem": "PLAIN", "answer": "PLAIN"})
    parquet(folder, "page_100mb", columns(response=[f"{at} " * 300 + "so \\boxed{42}" for at in range(60_000)]),
            compression="zstd", use_dictionary=False, data_page_size=1 << 30, write_batch_size=1 << 20)


def varint(number):
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes(out + bytes([number]))


def footer(elements, rows):
    """A Parquet file of a footer alone: these schema elements (name, children or None), and so many rows."""
    def element(name, children):
        text = name.encode()
        if children is None:
            # type: BYTE_ARRAY, repetition: OPTIONAL, name
            return b"\x15\x0c\x25\x02\x18" + varint(len(text)) + text + b"\0"
        return b"\x48" + varint(len(text)) + text + b"\x15" + varint(2 * children) + b"\0"
    body = b"\x15\x04\x19\xfc" + varint(len(elements)) + b"".join(element(*one) for one in elements)
    body += b"\x16" + varint(2 * rows) + b"\x19\x0c" + b"\0"
    return b"PAR1" + body + struct.pack("<I", len(body)) + b"PAR1"


def footers(folder):
    names = [(name, None) for name in GOOD]
    (folder / "rows_1e12.parquet").write_bytes(footer([("schema", 3), *names], 10**12))
    deep = [("a", 1)] * 100_000 + [("b", None)]
    (folder / "schema_1e5_deep.parquet").write_bytes(footer([("schema", 4), *names, *deep], 0))
    wide = [(f"c{at}", None) for at in range(10**6)]
    (folder / "columns_1e6.parquet").write_bytes(footer([("schema", 3 + len(wide)), *names, *wide], 0))


def texts(folder):
    good = json.dumps(GOOD) + "\n"
    lists = json.dumps(GOOD).replace('"42"', "[" + ",".join(["[]"] * 4_000_000) + "]") + "\n"
    (folder / "lists_4e6.jsonl").write_text(good + lists + good)
    long = json.dumps({**GOOD, "response": "v" * (300 << 20)}) + "\n"
    (folder / "line_300mb.jsonl").write_text(good + long + good)
    (folder / "cell_300mb.csv").write_text("problem,response,answer\na,b,1\nq,\"" + "u" * (300 << 20) + "\",2\nc,d,3\n")
    (folder / "voids_1e7.jsonl").write_text("{}\n" * 10**7)
    (folder / "digits_15mb.jsonl").write_text(good + json.dumps({**GOOD, "answer": "7" * (15 << 20)}) + "\n" + good)
    with gzip.open(folder / "zeros_1gb.jsonl.gz", "wb", 6) as out:
        out.write(good.encode())
        for _ in range(1000):
            out.write(b"0" * 10**6)
    small = lzma.compress(good.encode() * 10, filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 1536 << 20, "preset": 1}])
    (folder / "dictionary_1536mb.jsonl.xz").write_bytes(small)
    import zstandard
    window = zstandard.ZstdCompressionParameters.from_level(3, window_log=31)
    packer = zstandard.ZstdCompressor(compression_params=window).compressobj()
    packed = packer.compress(good.encode()) + b"".join(packer.compress(b"\n" * 10**6) for _ in range(1500))
    (folder / "window_2gb.jsonl.zst").write_bytes(packed + packer.flush())


def arrows(folder):
    import pyarrow as pa
    table = pa.table(columns(response=pa.array(["t" * 10**9], pa.large_string())))
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_stream(str(folder / "buffer_1gb.arrow"), table.schema, options=options) as out:
        out.write_table(table)


QUERIES = {
    "series": "SELECT count(*) FROM (SELECT * FROM generate_series(1, 1000000000) ORDER BY value DESC)",
    "all rows": "SELECT * FROM generate_series(1, 1000000000000)",
    "cross": "SELECT count(*) FROM (SELECT DISTINCT a.value + 20000 * b.value FROM generate_series(1, 20000) a, "
             "generate_series(1, 20000) b)",
    "repeat": "SELECT length(repeat('x', 1000000000))",
    "array_repeat": "SELECT cardinality(array_repeat(1, 1000000000))",
    "range": "SELECT cardinality(range(1, 1000000000))",
    "doubled": "WITH RECURSIVE t AS (SELECT 'x' AS s UNION ALL SELECT s || s FROM t) SELECT max(length(s)) FROM t",
}


def peak(command, seconds=300):
    """The peak in MB, the exit code, and the last line of talk."""
    start = ("import resource, subprocess, sys\n"
             "done = subprocess.run(sys.argv[2:], stdout=subprocess.DEVNULL, stderr=open(sys.argv[1], 'wb'))\n"
             "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024, done.returncode)")
    with tempfile.NamedTemporaryFile() as talk:
        try:
            done = subprocess.run([sys.executable, "-c", start, talk.name, *command], stdout=subprocess.PIPE,
                                  timeout=seconds)
        except subprocess.TimeoutExpired:
            return "timeout", "", ""
        words = Path(talk.name).read_text(errors="replace").strip().splitlines()
    megabytes, code = done.stdout.split()
    told = [word for word in words if word.startswith("error")] or words[-1:] or [""]
    return int(megabytes), int(code), told[0][:150]


def measure(program, folder):
    print("| bomb | command | " + " | ".join(MEMORY) + " | told at the last |")
    print("|---|---|" + "---|" * (len(MEMORY) + 1))
    for bomb in sorted(folder.iterdir()):
        with tempfile.TemporaryDirectory() as work:
            work = Path(work)
            (work / "p.toml").write_text(PIPELINE.format(path=bomb.resolve()))
            run = lambda memory: [program, "run", str(work / "p.toml"), "--out", str(work / f"out{memory}"), "--pool",
                                  str(work / f"pool{memory}"), "--memory", memory, "--threads", "2"]
            show(bomb.name, "run", [peak(run(memory)) for memory in MEMORY])
            if bomb.suffix in (".jsonl", ".parquet"):
                verify = [program, "verify", str(bomb), "--gold-field", "answer", "--out", str(work / "judged")]
                show(bomb.name, "verify", [peak(verify)])
            show(bomb.name, "inspect", [peak([program, "inspect", str(bomb)])])


def queries(program, out):
    for name, query in QUERIES.items():
        sql = lambda memory: [program, "sql", query, "--in", out, "--memory", memory]
        show(name, "sql", [peak(sql(memory)) for memory in MEMORY[1:] + ["1GB"]])


def show(name, command, found):
    cells = [f"{megabytes} (exit {code})" for megabytes, code, _ in found]
    print(f"| {name} | {command} | " + " | ".join(cells) + f" | {found[-1][2]} |", flush=True)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["make", folder]:
            folder = Path(folder)
            folder.mkdir(parents=True, exist_ok=True)
            for make in (footers, texts, parquets, arrows):
                make(folder)
        case ["measure", program, folder]:
            measure(os.path.abspath(program), Path(folder))
        case ["queries", program, out]:
            queries(os.path.abspath(program), out)
        case _:
            sys.exit(__doc__)
