"""The rows of a table of figures: least, median and most of each.

A script prints its rows as they come. Where the variable FIGURES names a file, as `all.py` has it, they are written there
too, a JSON object a line, from which one table is made of all scripts.
"""
import json, os, statistics


def head():
    print(f"{'':52} {'min':>10} {'median':>10} {'max':>10}")


def row(name, values, unit="", digits=0):
    """One figure of several runs; a ratio has no unit."""
    least, middle, most = min(values), statistics.median(values), max(values)
    print(f"{name:52} {least:10.{digits}f} {middle:10.{digits}f} {most:10.{digits}f}  {unit}".rstrip(), flush=True)
    if path := os.environ.get("FIGURES"):
        told = {"name": name, "unit": unit, "digits": digits, "min": least, "median": middle, "max": most}
        with open(path, "a") as file:
            file.write(json.dumps(told) + "\n")
