"""A log of inspect_ai as the converter of Every Eval Ever makes a record of it."""

import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

from inspect_ai.log import read_eval_log, write_eval_log


def main():
    source, folder = sys.argv[1], Path(sys.argv[2]).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    log = read_eval_log(source)
    # The converter knows no mock models.
    log.eval.model = "openai/gpt-oss"
    for sample in log.samples:
        sample.output.model = "gpt-oss"
        # What was cut off and has no verdict of its own would be unknown.
        sample.output.choices[0].stop_reason = "stop"
    renamed = folder / "log.eval"
    write_eval_log(log, str(renamed))
    command = Path(sys.executable).with_name("every_eval_ever")
    subprocess.run([
        command, "convert", "inspect", "--log-path", renamed, "--output-dir", folder / "data",
        "--source-organization-name", "acme", "--evaluator-relationship", "first_party",
    ], check=True, stdout=sys.stderr)
    path = next((folder / "data").rglob("*_samples.jsonl"))
    by = defaultdict(list)
    for sample in log.samples:
        by[sample.id].append(sample.scores["boxed"].value == "C")
    rights = [right for of in by.values() for right in of]
    run = {"questions": len(by), "attempts": len(rights), "avg": sum(rights) / len(rights),
           "cov": sum(map(any, by.values())) / len(by)}
    print(json.dumps([{"paths": [str(path)], "runs": [run]}]))


main()
