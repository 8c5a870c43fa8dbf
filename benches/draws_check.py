#!/usr/bin/env python3
"""Every draw of an output folder, made again from its ledger and its lock file by other code, and compared row by row
with what gradatim selected: subsets that the draw's hash orders, style pairs, random, matched and paired controls, at
equal rows and at equal tokens. Beside them what manifest, ledger and runs.csv say of draws: names in keys, kinds, shares
of buckets and pools, expected overlaps, what is paired and what is shared, categories that conflict, pass rates, runs.

    pip install pyarrow blake3
    benches/draws_check.py OUT

Nothing of gradatim is used but its output. What a recipe other than `random`, a rule of acceptance on top of the
pipeline's or a difficulty selects is taken as it stands, and counted as such. With `[validation]` all problems of a
template are set aside, which the ledger names only where `[screen] near_duplicates` is given: leave `[validation]` out
otherwise. Ends with 1 where anything differs.
"""
import collections, csv, itertools, json, math, os, sys, tomllib
import pyarrow.parquet as parquet
from blake3 import blake3

MAX = (1 << 128) - 1
compared, taken, wrong = collections.Counter(), collections.Counter(), []


def compare(kind, place, ours, theirs):
    compared[kind] += 1
    same = abs(ours - theirs) <= 5.1e-7 if isinstance(ours, float) and isinstance(theirs, float) else ours == theirs
    if not same:
        wrong.append(f"{kind} {place}: gradatim has {str(ours)[:200]}, expected {str(theirs)[:200]}")


def key(context, seed, role, number, name, what):
    """H(seed, role, draw, name, what) as `select/draw.rs` documents it: each part behind its length."""
    hasher = blake3(derive_key_context=f"gradatim draw of a {context} v2")
    for part in (seed.to_bytes(8, "little"), role.encode(), number.to_bytes(4, "little"), name.encode(), what):
        hasher.update(len(part).to_bytes(8, "little") + part)
    return hasher.digest(16)


class Draw:
    def __init__(self, seed, role, number, family, standing):
        self.seed, self.role, self.number, self.family, self.standing = seed, role, number, family, standing

    def problem(self, problem):
        return key("problem", self.seed, self.role, self.number, self.family, bytes.fromhex(problem))

    def trajectory(self, row):
        return key("trajectory", self.seed, self.role, self.number, self.standing, bytes.fromhex(row["trajectory_id"]))

    def turn(self, category):
        return key("turn", self.seed, self.role, self.number, self.family, (category or "").encode())


class Ledger:
    def __init__(self, run, manifest, selection):
        names = ("trajectory_id problem_id category origin style tokens thinking_tokens verdict recorded_rule recorded_judge "
                 "finished fate cluster problem_category categories_conflict").split()
        rows = parquet.read_table(os.path.join(run, "ledger.parquet"), columns=names).to_pylist()
        for row in rows:
            for name in ("trajectory_id", "problem_id", "cluster"):
                if isinstance(row[name], bytes):
                    row[name] = row[name].hex()
        self.rows = [row for row in rows if row["trajectory_id"] is not None]
        votes, verdicts, copies = (collections.defaultdict(lambda: collections.defaultdict(set)) for _ in range(3))
        for row in self.rows:
            if row["category"] is not None:
                votes[row["problem_id"]][row["category"]].add(row["trajectory_id"])
            verdicts[row["problem_id"]][row["trajectory_id"]].add(row["verdict"])
            copies[row["trajectory_id"]]["finished"].add((row["verdict"], row["finished"]))
        self.category = {problem: min(having, key=lambda name: (-len(having[name]), name)) for problem, having in votes.items()}
        self.right, self.decided = collections.Counter(), collections.Counter()
        for problem, of_problem in verdicts.items():
            for said in of_problem.values():
                self.right[problem] += "correct" in said and "wrong" not in said
                self.decided[problem] += ("correct" in said) != ("wrong" in said)
        for row in self.rows:
            having = votes.get(row["problem_id"], {})
            compare("ledger problem_category", row["problem_id"], row["problem_category"], self.category.get(row["problem_id"]))
            compare("ledger categories_conflict", row["problem_id"], row["categories_conflict"], len(having) > 1)
        rates = manifest["pass_rates"]
        expected = {"used": "decided", "right": sum(self.right.values()), "decided": sum(self.decided.values()),
                    "all": len(copies), "problems": len(verdicts),
                    "problems_known": sum(self.decided[problem] >= 2 for problem in verdicts)}
        if all(len(said["finished"]) == 1 for said in copies.values()):
            expected["finished"] = sum(next(iter(said["finished"]))[1] is not False for said in copies.values())
        for name, value in expected.items():
            compare(f"pass_rates {name}", "", rates[name], value)
        aside = {name for one in manifest["subsets"] if one["role"] == "validation" for name in selection[one["name"]]}
        cluster = lambda row: row["cluster"] or row["problem_id"]
        aside = {cluster(row) for row in self.rows if row["trajectory_id"] in aside}
        self.kept = collections.defaultdict(list)
        for row in self.rows:
            if row["fate"] == "kept" and cluster(row) not in aside:
                self.kept[row["problem_id"]].append(row)
        self.by_id = {row["trajectory_id"]: row for rows in self.kept.values() for row in rows}
        tokens = sorted(row["tokens"] for rows in self.kept.values() for row in rows)
        self.edges = [tokens[len(tokens) * tenth // 10] for tenth in range(1, 10)] if tokens else []

    def of(self, problem, style):
        return [row for row in self.kept[problem] if style is None or row["style"] == style]

    def stratum(self, name, row, style):
        problem = row["problem_id"]
        return {"category": lambda: self.category.get(problem), "origin": lambda: row["origin"],
                "length": lambda: sum(edge <= row["tokens"] for edge in self.edges),
                "pass_rate": lambda: 4 * self.right[problem] // self.decided[problem] if self.decided[problem] >= 2 else None,
                "accepted": lambda: len(self.of(problem, style))}[name]()


def right(row):
    said = [row[name] for name in ("recorded_rule", "recorded_judge") if row[name] is not None]
    return any(said) if said else {"correct": True, "wrong": False}.get(row["verdict"])


def standing(ledger, draw, style, problems=None):
    """For each problem the trajectory with the smallest hash."""
    chosen = {}
    for problem in ledger.kept if problems is None else problems:
        rows = ledger.of(problem, style)
        if rows:
            chosen[problem] = rows[0] if len(rows) == 1 else min(rows, key=draw.trajectory)
    return chosen


def in_turn(lists):
    lists, order = [iter(one) for _, one in sorted(lists, key=lambda keyed: keyed[0])], []
    while lists:
        for one in lists:
            item = next(one, None)
            if item is None:
                return order
            order.append(item)
    return order


def in_proportion(lists):
    """Tijdeman's rule, in whole numbers."""
    lists = [one for _, one in sorted(((key, one) for key, one in lists if one), key=lambda keyed: keyed[0])]
    if len(lists) < 2:
        return lists[0] if lists else []
    lengths, counts, order = [len(one) for one in lists], [0] * len(lists), []
    total, slack = sum(lengths), 2 * len(lists) - 2
    for step in range(1, total + 1):
        behind = [(length * step - count * total) * slack for length, count in zip(lengths, counts)]
        due = [at for at in range(len(lists)) if behind[at] >= total]
        best = due[0]
        for at in due[1:]:
            if (total * (slack - 1) - behind[at]) * lengths[best] < (total * (slack - 1) - behind[best]) * lengths[at]:
                best = at
        order.append(lists[best][counts[best]])
        counts[best] += 1
    return order


def rows_of(unit, asked, order):
    if unit == "rows":
        return min(asked, len(order))
    spent = list(itertools.accumulate(row["tokens"] for row in order))
    if unit == "tokens":
        return sum(total <= asked for total in spent)
    return next((at + 1 for at, total in enumerate(spent) if total >= asked), len(order))


class Experiment:
    def __init__(self, out):
        run = os.path.join(out, "__run__")
        with open(os.path.join(run, "manifest.json")) as file:
            self.manifest = json.load(file)
        with open(os.path.join(run, "pipeline.lock.toml"), "rb") as file:
            self.pipeline = tomllib.load(file)
        self.run, self.seed, self.short = run, self.manifest["seed"], self.pipeline.get("on_shortfall") == "short"
        self.selection = collections.OrderedDict()
        for row in parquet.read_table(os.path.join(run, "selection.parquet")).to_pylist():
            one = row["trajectory_id"]
            self.selection.setdefault(row["subset"], []).append(one.hex() if isinstance(one, bytes) else one)
        self.records = {one["name"]: one for one in self.manifest["subsets"]}
        self.ledger = Ledger(run, self.manifest, self.selection)
        self.grid_of, self.cuts = {}, collections.defaultdict(list)

    def chosen(self, name):
        return [self.ledger.by_id[one] for one in self.selection[name]]

    def check(self):
        times = collections.Counter()
        for grid in self.pipeline.get("grid", []):
            families, names = list(self.families(grid)), set()
            names = {name for family in families for name in (family["drawn_as"], family["stands_as"])}
            times.update(names)
            numbered = {name: f"{name}#{times[name]}" if times[name] > 1 else name for name in names}
            for family in families:
                family["drawn_as"], family["stands_as"] = numbered[family["drawn_as"]], numbered[family["stands_as"]]
                self.family(grid, family)
        self.matched()
        self.random()
        self.comparisons()
        self.runs()

    def families(self, grid):
        length_axis = grid["length"].get("rule") or self.axis(grid["length"])
        for recipe in grid["recipe"]:
            for category in grid["category"]:
                for length in length_axis:
                    for style in grid["style"] or [None]:
                        for accept in grid.get("accept") or [None]:
                            word = length[:-2] + "up" if length.endswith("..") else length.replace("..", "to")
                            drawn_style = None if grid.get("pair") else style

                            def stem(*parts):
                                return "-".join(part for part in (grid.get("name"), None if recipe == "random" else recipe, category, *parts, accept) if part)
                            for draw in range(grid["draws"]):
                                yield {"recipe": recipe, "category": category, "length": length, "style": style, "accept": accept,
                                       "draw": draw, "stem": stem(word, style), "drawn_as": stem(word, drawn_style),
                                       "stands_as": stem(drawn_style), "tail": f"-d{draw}" if grid["draws"] > 1 else ""}

    @staticmethod
    def axis(rules):
        if "edges" in rules:
            ends = [0, *rules["edges"]]
            return [f"{a}..{b}" for a, b in zip(ends, ends[1:])] + [f"{ends[-1]}.."]
        if "quantiles" in rules:
            return [f"q{at + 1}" for at in range(len(rules["quantiles"]) + 1)]
        return ["normal"]

    def groups(self, grid, category):
        if category == "diverse":
            return grid["diverse_of"]
        if category == "proportional":
            known = {self.ledger.category.get(row["problem_id"]) for row in self.ledger.rows}
            return sorted(known, key=lambda name: (name is not None, name or ""))
        return [category]

    def holds(self, group, category, problem):
        return category == "all" or self.ledger.category.get(problem) == group

    def family(self, grid, family):
        sizes = grid["size"] if isinstance(grid["size"], list) else grid["size"]["tokens"]
        unit = "rows" if isinstance(grid["size"], list) else "tokens"
        records = []
        for size in sorted(sizes):
            record = self.records.get(f"{family['stem']}-{size}{'' if unit == 'rows' else 'tok'}{family['tail']}")
            if record:
                records.append(record)
        for record in records:
            self.grid_of[record["name"]] = grid
            compare("subset drawn_as", record["name"], record["drawn_as"], family["drawn_as"])
            compare("subset stands_as", record["name"], record["stands_as"], family["stands_as"])
        if not records:
            return
        if family["recipe"] != "random" or family["accept"] or grid.get("difficulty"):
            taken["subsets of a recipe, a rule or a difficulty"] += len(records)
            return
        draw = Draw(self.seed, "subset", family["draw"], family["drawn_as"], family["stands_as"])
        if grid.get("pair"):
            return self.pair(grid, family, draw, records)
        lists, share, pool = self.buckets(grid, family, draw)
        by_key = grid["length"]["nested"] == "by_key" and family["length"] in ("short", "long")
        if not by_key:
            lists = [sorted(one, key=lambda row: draw.problem(row["problem_id"])) for one in lists]
        order, whole = self.joined(grid, family, draw, lists), sum(map(len, lists))
        heads = order
        if grid.get("per_problem", 1) > 1:
            order = [row for head in heads for row in self.with_more(grid, family, draw, head)]
        ranks = family["length"] in ("short", "long")
        several = any(len(self.ledger.of(problem, family["style"])) > 1 for problem in pool)
        fixed = (ranks and grid["length"]["choose"] == "extreme") or not several
        for record in records:
            name, size = record["name"], rows_of(unit, record["asked"], order)
            compare("rows of a subset", name, self.selection[name], [row["trajectory_id"] for row in order[:size]])
            replicate = (by_key and fixed) or (fixed and len(heads) == whole and size == len(order))
            compare("subset draw_kind", name, record["draw_kind"], "replicate" if replicate else "independent")
            compare("subset bucket", name, record["bucket"], whole)
            compare("subset bucket_share", name, record["bucket_share"], share)
            problems = len({row["problem_id"] for row in order[:size]})
            compare("subset bucket_taken", name, record["bucket_taken"], problems / whole)
            overlap = problems / whole
            if family["category"] == "diverse":
                overlap = sum(problems / len(lists) / len(one) for one in lists) / len(lists)
            overlap = 1.0 if replicate else None if by_key or (ranks and grid["length"]["choose"] == "hash") else overlap
            compare("subset draws_overlap", name, record["draws_overlap"], overlap)
        paired = [self.records.get(f"{record['name']}-paired") for record in records]
        for record in filter(None, paired):
            short = family["length"] == "long"
            other = [self.extreme(grid, row["problem_id"], family["style"], not short) for row in order[:record["size"]]]
            compare("rows of a paired control", record["name"], self.selection[record["name"]], [row["trajectory_id"] for row in other])
        self.cuts[family["stem"], family["draw"]] = records

    def length_of(self, grid, row):
        return row["tokens"] if grid["length"]["of"] == "reply" else row["thinking_tokens"]

    def extreme(self, grid, problem, style, longest):
        sign = -1 if longest else 1
        return min(self.ledger.of(problem, style), key=lambda row: (sign * self.length_of(grid, row), row["trajectory_id"]))

    def buckets(self, grid, family, draw):
        rules, length, style = grid["length"], family["length"], family["style"]
        groups = self.groups(grid, family["category"])
        inside = lambda group: [one for one in self.ledger.kept if self.holds(group, family["category"], one) and self.ledger.of(one, style)]

        def candidates(problems):
            if length in ("short", "long"):
                if grid["control"]["paired"]:
                    problems = [one for one in problems if len({self.length_of(grid, row) for row in self.ledger.of(one, style)}) > 1]
                if rules["choose"] == "extreme":
                    return [self.extreme(grid, one, style, length == "long") for one in problems]
            low, high = 0, math.inf
            if ".." in length:
                low, high = int(length.split("..")[0]), float(length.split("..")[1] or "inf")
            if length.startswith("q"):
                lengths = sorted(self.length_of(grid, row) for one in problems for row in self.ledger.of(one, style))
                at = lambda cut: lengths[math.ceil(cut * len(lengths))] if math.ceil(cut * len(lengths)) < len(lengths) else math.inf
                ends = [0, *map(at, rules["quantiles"]), math.inf]
                low, high = ends[int(length[1:]) - 1], ends[int(length[1:])]
            ranged = ([row for row in self.ledger.of(one, style) if low <= self.length_of(grid, row) < high] for one in problems)
            return [rows[0] if len(rows) == 1 else min(rows, key=draw.trajectory) for rows in ranged if rows]

        shares = []

        def bucket(rows):
            if length not in ("short", "long"):
                return rows
            size, allowed = rules["bucket"], math.floor(rules.get("bucket_share_max", 1.0) * len(rows))
            size = min(size, len(rows) // 2, allowed) if self.short else size
            sign, tie = (1, lambda one: int(one, 16)) if length == "short" else (-1, lambda one: MAX - int(one, 16))
            cut = sorted(rows, key=lambda row: (sign * self.length_of(grid, row), tie(row["problem_id"])))[:size]
            if rows:
                shares.append(len(cut) / len(rows))
            return cut

        pool = [one for group in groups for one in inside(group)]
        if rules["within"] == "category" or len(groups) == 1:
            lists = [bucket(candidates(inside(group))) for group in groups]
        else:
            whole = bucket(candidates(pool))
            lists = [[row for row in whole if self.holds(group, family["category"], row["problem_id"])] for group in groups]
        return lists, max(shares, default=None), pool

    def joined(self, grid, family, draw, lists):
        if family["category"] not in ("diverse", "proportional"):
            return lists[0]
        keyed = [(draw.turn(group), one) for group, one in zip(self.groups(grid, family["category"]), lists)]
        return in_turn(keyed) if family["category"] == "diverse" else in_proportion(keyed)

    def with_more(self, grid, family, draw, head):
        low, high = 0, math.inf
        if ".." in family["length"]:
            low, high = int(family["length"].split("..")[0]), float(family["length"].split("..")[1] or "inf")
        others = [row for row in self.ledger.of(head["problem_id"], family["style"]) if row is not head and low <= self.length_of(grid, row) < high]
        return [head, *sorted(others, key=draw.trajectory)[:grid["per_problem"] - 1]]

    def pair(self, grid, family, draw, records):
        stands = [standing(self.ledger, draw, style) for style in grid["style"]]
        both = [problem for problem in stands[0] if all(problem in one for one in stands)]
        if grid["pair_accept"] == "both":
            both = [problem for problem in both if all(right(one[problem]) is True for one in stands)]
        lists = [[{"problem_id": one} for one in both if self.holds(group, family["category"], one)] for group in self.groups(grid, family["category"])]
        lists = [sorted(one, key=lambda row: draw.problem(row["problem_id"])) for one in lists]
        own = stands[grid["style"].index(family["style"])]
        order = [own[row["problem_id"]] for row in self.joined(grid, family, draw, lists)]
        for record in records:
            rows = [row["trajectory_id"] for row in order[:record["size"]]]
            compare("rows of a pair", record["name"], self.selection[record["name"]], rows)

    def matched(self):
        """Row by row the next problem of its stratum, or of a wider one, until there is enough."""
        ledger = self.ledger
        for record in (one for one in self.manifest["subsets"] if one["role"] == "matched"):
            name, subset = record["name"], self.records[record["control_of"][0]]
            if record["accept"] or "joined" in record["matched"]["strata"]:
                taken["matched controls of a rule or a joined column"] += 1
                continue
            grid = self.grid_of[subset["name"]]
            equal, budget = grid["control"].get("tokens") == "equal", subset["unit"] == "tokens"
            unit = "tokens_reached" if equal else "tokens" if budget else "rows"
            compare("matched unit", name, record["unit"], unit)
            if equal or not budget:
                compare("matched asked", name, record["asked"], subset["tokens"] if equal else subset["size"])
            largest = subset
            while largest["prefix_of"]:
                largest = self.records[largest["prefix_of"]]
            wanted, strata, style = self.chosen(largest["name"]), record["matched"]["strata"], record["style"]
            draw = Draw(self.seed, "matched", record["draw"], record["drawn_as"], record["stands_as"])
            compare("matched drawn_as", name, record["drawn_as"], subset["drawn_as"])
            used = {row["problem_id"] for row in wanted}
            chosen = standing(ledger, draw, style, [one for one in ledger.kept if one not in used])
            free = sorted(chosen.values(), key=lambda row: draw.problem(row["problem_id"]))
            gone = [one for one in ("pass_rate", "origin", "length", "accepted") if one in strata]
            widths = [[one for one in strata if one not in gone[:count]] for count in range(len(gone) + 1)]
            place = lambda row, width: tuple(ledger.stratum(one, row, style) for one in width)
            lists = [collections.defaultdict(collections.deque) for _ in widths]
            for row in free:
                for width, of_width in zip(widths, lists):
                    of_width[place(row, width)].append(row)
            order, spent, thin = [], 0, 0
            enough = {"rows": lambda: len(order) >= record["asked"], "tokens": lambda: spent > record["asked"],
                      "tokens_reached": lambda: order and spent >= record["asked"]}[unit]
            for row in itertools.cycle(wanted):
                if enough():
                    break
                found = None
                for at, width in enumerate(widths):
                    line = lists[at][place(row, width)]
                    while line and line[0]["problem_id"] in used:
                        line.popleft()
                    if line:
                        found, thin = line.popleft(), thin + (at > 0)
                        break
                if found is None:
                    break
                used.add(found["problem_id"])
                order.append(found)
                spent += found["tokens"]
            size = rows_of(unit, record["asked"], order)
            compare("rows of a matched control", name, self.selection[name], [row["trajectory_id"] for row in order[:size]])
            if size == len(order):
                compare("matched thin rows", name, sum(one["rows"] for one in record["matched"]["thin"]), thin)

    def numbers(self, subset):
        grid = self.grid_of[subset["name"]]
        controls, draws = grid["control"]["random"], 1 if subset["draw_kind"] == "replicate" else grid["draws"]
        if controls and grid["control"].get("tokens") and controls < draws:
            return [subset["draw"]]
        return [one for one in range(controls) if one % draws == subset["draw"] % min(draws, controls)]

    def random(self):
        expected = collections.defaultdict(list)
        several = max((self.grid_of[one["name"]]["control"]["random"] for one in self.manifest["subsets"]
                       if one["role"] == "subset" and not self.grid_of[one["name"]]["control"].get("tokens")), default=0) > 1
        for subset in (one for one in self.manifest["subsets"] if one["role"] == "subset"):
            parts = ["random", subset["style"], subset["accept"], f"p{subset['per_problem']}" if subset["per_problem"] > 1 else None]
            stem, numbers = "-".join(filter(None, parts)), self.numbers(subset)
            equal = bool(self.grid_of[subset["name"]]["control"].get("tokens"))
            for number in numbers:
                if equal:
                    tail = f"-c{number}" if len(numbers) > 1 else ""
                    what = (f"{subset['name']}-random{tail}", f"{subset['drawn_as']}#{stem}", "tokens_reached", subset["tokens"])
                else:
                    tail = f"-c{number}" if several else ""
                    size = subset["size"] if subset["unit"] == "rows" else subset["asked"]
                    word = size if subset["unit"] == "rows" else f"{size}tok"
                    what = (f"{stem}-{word}{tail}", f"{stem}#{subset['unit']}", subset["unit"], size)
                expected[(*what, number, subset["style"], subset["accept"], subset["per_problem"])].append(subset["name"])
        shortened = {one["name"] for one in self.manifest["shortfalls"]}
        made = {one["name"] for one in self.manifest["subsets"] if one["role"] == "random"}
        compare("random controls", "names", made, {what[0] for what in expected} & (made | {what[0] for what in expected} - shortened))
        orders = {}
        for (name, family, unit, asked, number, style, accept, per_problem), of in expected.items():
            record = self.records.get(name)
            if record is None:
                continue
            compare("random control_of", name, record["control_of"], of)
            compare("random drawn_as", name, (record["drawn_as"], record["draw"]), (family, number))
            compare("random asked", name, (record["unit"], record["asked"]), (unit, asked))
            if accept:
                taken["random controls of a rule"] += 1
                continue
            if (family, number) not in orders:
                draw = Draw(self.seed, "random", number, family, family)
                chosen = sorted(standing(self.ledger, draw, style).values(), key=lambda row: draw.problem(row["problem_id"]))
                heads = len(chosen)
                if per_problem > 1:
                    more = lambda head: sorted((row for row in self.ledger.of(head["problem_id"], style) if row is not head), key=draw.trajectory)
                    chosen = [row for head in chosen for row in (head, *more(head)[:per_problem - 1])]
                orders[family, number] = chosen, heads
            order, heads = orders[family, number]
            rows = order[:rows_of(unit, asked, order)]
            compare("rows of a random control", name, self.selection[name], [row["trajectory_id"] for row in rows])
            share = len({row["problem_id"] for row in rows}) / heads
            compare("random draws_overlap", name, (record["draws_overlap"], record["bucket_taken"]), (round(share, 6), round(share, 6)))

    def comparisons(self):
        names = list(self.records)
        paired, families = [], []
        for record in self.manifest["subsets"]:
            if families and self.records[families[-1][-1]]["prefix_of"] == record["name"]:
                families[-1].append(record["name"])
            else:
                families.append([record["name"]])
        paired += [{"by": "size", "subsets": one} for one in families if len(one) > 1]
        for record in self.manifest["subsets"]:
            others = [one for one in record["pair_of"] if one in self.records]
            if others and all(names.index(one) > names.index(record["name"]) for one in others):
                paired.append({"by": "style", "subsets": [record["name"], *others]})
            if record["role"] in ("matched", "paired", "wrong", "derived"):
                paired.append({"by": record["role"], "subsets": [*record["control_of"], record["name"]]})
        compare("paired_draws", "", self.manifest["paired_draws"], paired)
        beside = {name: set() for name in names}
        for record in self.manifest["subsets"]:
            for other in (one for one in record["control_of"] + record["pair_of"] if one in self.records):
                beside[record["name"]].add(other)
                beside[other].add(record["name"])
        place = {name: at for at, name in enumerate(names)}
        shared = [{"name": name, "compared_with": sorted(others, key=place.get)} for name, others in beside.items() if len(others) > 1]
        compare("shared", "", self.manifest["shared"], shared)

    def runs(self):
        runs, expected = self.pipeline["runs"], []
        batch, seeds = runs["batch_size"], runs["training_seeds"]
        an_epoch = lambda rows: -(-rows // batch)

        def epochs(rows):
            """One number, or by the least rows that each holds from."""
            told = runs["epochs"]
            return told if not isinstance(told, dict) else max((int(least), count) for least, count in told.items() if int(least) <= rows)[1]

        for record in (one for one in self.manifest["subsets"] if one["path"] and one["role"] != "validation"):
            grid, times = self.grid_of.get(record["name"]), 1
            if record["draw_kind"] == "replicate" and grid:
                times = max(grid["draws"], grid["control"]["random"])
            more = [max(seeds) + 1 + at for at in range((times - 1) * len(seeds))]
            for seed in seeds + more:
                if "epochs" in runs:
                    expected.append((record["name"], seed, "epochs", epochs(record["size"]) * an_epoch(record["size"]), float(epochs(record["size"]))))
                if "steps" in runs:
                    expected.append((record["name"], seed, "steps", runs["steps"], runs["steps"] / an_epoch(record["size"])))
                if "epochs" in runs and record["unit"] == "tokens_reached":
                    other = self.records[record["control_of"][0]]["size"]
                    steps = epochs(other) * an_epoch(other)
                    expected.append((record["name"], seed, "subset_steps", steps, steps / an_epoch(record["size"])))
        with open(os.path.join(self.run, "runs.csv")) as file:
            told = [(row["subset"], int(row["training_seed"]), row["budget"], int(row["steps"]), float(row["epochs"])) for row in csv.DictReader(file)]
        compare("runs.csv rows", "", len(told), len(expected))
        for ours, theirs in zip(told, expected):
            compare("runs.csv", theirs[:3], ours[:4], theirs[:4])
            compare("runs.csv epochs", theirs[:3], abs(ours[4] - theirs[4]) < 1e-4 * theirs[4] + 1e-9, True)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    experiment = Experiment(sys.argv[1])
    experiment.check()
    print(f"{len(experiment.records)} subsets and controls")
    for kind in sorted(compared):
        print(f"{kind:32} {compared[kind]:9} compared")
    for kind, count in taken.items():
        print(f"{kind}: {count} taken as they stand")
    for line in wrong[:20]:
        print("DIFFERS", line)
    print("differences: 0" if not wrong else f"{len(wrong)} differences")
    sys.exit(bool(wrong))


main()
