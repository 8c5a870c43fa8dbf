"""What the attempts share: how a problem is put, and how lm-evaluation-harness counts them.

The words are those of training: `prompt.json` has them as the pipeline's `[emit]` says. Counting here is rough, for the
harness's own table alone; `gradatim eval` grades every attempt anew.
"""

import json
import re
import sys
from pathlib import Path

# Tokens that are left for the prompt where the model's positions are fewer than those of prompt and attempt.
PROMPT_TOKENS = 2048


def words():
    return json.loads(Path(__file__).with_name("prompt.json").read_text(encoding="utf-8"))


def put(problem):
    """What the user says, as `[emit] instruction` puts it."""
    instruction = words()["instruction"]
    if instruction is None:
        return problem
    if "{problem}" in instruction:
        return instruction.replace("{problem}", problem)
    return f"{problem}\n{instruction}"


def prompt(doc):
    return put(doc["problem"])


def boxed(text):
    """What stands in the last `\\boxed{...}`, braces and all; none where nothing does."""
    start = text.rfind("\\boxed{")
    if start < 0:
        return None
    depth, at = 1, start + len("\\boxed{")
    for end in range(at, len(text)):
        depth += {"{": 1, "}": -1}.get(text[end], 0)
        if depth == 0:
            return text[at:end]
    return None


def is_right(response, gold):
    """Answers of AIME are numbers from 0 to 999, which may begin with noughts."""
    said = re.sub(r"[\s,$]|\\!|\\,", "", boxed(response) or "")
    gold = str(gold).strip()
    return said.isdecimal() and gold.isdecimal() and int(said) == int(gold)


def kept(doc, results):
    """A grade for each of the attempts that were kept."""
    return {"right_of_kept": [int(is_right(response, doc["answer"])) for response in results[0]]}


def mean_of_kept(items):
    """avg@n over the questions."""
    return sum(sum(grades) / len(grades) for grades in items) / len(items)


def room(model, tokens):
    """Tokens that an attempt may have beside its prompt in the model's positions."""
    config = json.loads((Path(model) / "config.json").read_text(encoding="utf-8"))
    config = config.get("text_config", config)
    positions = config.get("max_position_embeddings")
    if positions is None or positions >= tokens + PROMPT_TOKENS:
        return tokens
    if positions <= PROMPT_TOKENS:
        sys.exit(f"{model} has {positions} positions, which leave no room for an attempt")
    print(f"attempts end at {positions - PROMPT_TOKENS} tokens: {model} has {positions} positions", file=sys.stderr)
    return positions - PROMPT_TOKENS


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["system"]:
            print(words()["system"] or "")
        case ["room", model, tokens]:
            print(room(model, int(tokens)))
        case _:
            sys.exit("usage: utils.py system | room MODEL TOKENS")
