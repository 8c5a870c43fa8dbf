"""Two runs at once with one `--out`: one wins and leaves its own folder whole, the other says so and ends with 2.

    python3 tests/attacks/pairs.py target/release/gradatim --trials 200

Both are held at a barrier and begin together, or the second begins at a random moment of the first. They are of the
same pipeline or of two, over one pool or each over its own; in some pairs one is killed. Where the program knows
`--wait`, the second waits in some: then it finds a finished folder and ends with 2, or makes it where the first died.
"""
import random
import signal
import time

from arena import Arena, Table, arguments, difference, finished, release, stale, tree, waited

KINDS = ["same pipeline", "two pipelines", "two pipelines, own pools", "one killed", "one waits", "one waits, one killed"]
COLUMNS = ["one won", "none, then won", "mixed", "both won", "lost", "wrong end", "left over"]


def main():
    options = arguments("Runs of gradatim in pairs with one output folder.", 200).parse_args()
    table = Table(COLUMNS)
    with Arena(options) as arena:
        arena.sources(files=4, problems=120)
        expected = [undisturbed(arena, seed) for seed in (0, 1)]
        span = min(seconds for _, seconds in expected)
        kinds = [kind for kind in KINDS if "waits" not in kind or knows_wait(arena)]
        for trial in range(options.trials):
            kind = kinds[trial % len(kinds)]
            column, why = pair(arena, kind, [found for found, _ in expected], span)
            table.add(kind, column, None if column in COLUMNS[:2] else f"trial {trial}: {column}: {why}")
    table.end()


def knows_wait(arena):
    return "--wait" in arena.run("run", "--help").text


def words(seed, pool, *more):
    return ["run", "pipeline.toml", "--out", "out", "--seed", seed, "--pool", pool, *more]


def undisturbed(arena, seed):
    begun = time.monotonic()
    done = arena.run("run", "pipeline.toml", "--out", f"expected{seed}", "--seed", seed, "--pool", f"expected-pool{seed}")
    assert done.code == 0, done.text
    return tree(arena / f"expected{seed}"), time.monotonic() - begun


def pair(arena, kind, expected, span):
    dice = arena.dice
    if dice.random() < 0.5:
        arena.clear("pool", "pool0", "pool1")
    seeds = (0, 0) if kind == "same pipeline" else (0, 1)
    pools = ("pool0", "pool1") if "own" in kind else ("pool", "pool")
    more = ([], ["--wait"] if "waits" in kind else [])
    both = [arena.start(*words(seed, pool, *said), held=True) for seed, pool, said in zip(seeds, pools, more)]
    if dice.random() < 0.5 and "waits" not in kind:
        release(*both)
    else:
        release(both[0])
        time.sleep(dice.random() * span * 0.8)
        release(both[1])
    if "killed" in kind:
        # The first of those that wait is the one that is waited for.
        victim = both[0 if "waits" in kind else dice.randrange(2)]
        if waited(victim, dice.random() * span):
            victim.send_signal(signal.SIGKILL)
    ended = [finished(process) for process in both]
    verdict = judged(arena, kind, ended, [expected[seed] for seed in seeds])
    arena.clear("out", "out.partial")
    return verdict


def judged(arena, kind, ended, expected):
    """The column of a pair, and what is to be said of it."""
    codes = [done.code for done in ended]
    said = f"ended with {codes}: " + " | ".join(done.last() for done in ended)
    won = [at for at, code in enumerate(codes) if code == 0]
    if len(won) == 2:
        return "both won", said
    if not all(is_told(done) or (done.code == -9 and "killed" in kind) for done in ended):
        return "wrong end", said
    if not won:
        return rescued(arena, codes, expected, said)
    name = difference(tree(arena / "out"), expected[won[0]])
    if name is not None:
        return "mixed", f"{name} differs; {said}"
    if arena.run("check", "out").code != 0:
        return "mixed", f"check finds it broken; {said}"
    left = [name for name in stale(arena) if not name.startswith("expected")]
    if left and -9 not in codes:
        return "left over", f"{left[:3]}; {said}"
    return "one won", said


def is_told(done):
    """Whether it won, or says who did: not that some file was gone under it."""
    return done.code == 0 or (done.code == 2 and "os error" not in done.text)


def rescued(arena, codes, expected, said):
    """Nobody won: only where the winner was killed, and then the next run wins."""
    if -9 not in codes:
        return "lost", said
    if (arena / "out").exists():
        # Killed after its folder stood.
        same = any(difference(tree(arena / "out"), one) is None for one in expected)
        return ("none, then won", said) if same else ("mixed", f"what stood at the kill is not whole; {said}")
    again = arena.run(*words(0, "pool"))
    if again.code != 0:
        return "lost", f"the next run ended with {again.code}: {again.last()}; {said}"
    name = difference(tree(arena / "out"), expected[0])
    left = stale(arena)
    if name is not None:
        return "mixed", f"after another run {name} differs; {said}"
    return ("left over", f"{left[:3]}; {said}") if left else ("none, then won", said)


if __name__ == "__main__":
    main()
