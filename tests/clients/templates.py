"""Holds our rendering of chat templates against Jinja's own: every template of TRL's wheel, and ours.

    pip install -r tests/clients/templates.txt
    cargo build --example render
    python tests/clients/templates.py [target/debug/examples/render] [FOLDER-OF-TEMPLATES …]

Each template is rendered on each conversation by `transformers` (which sets Jinja up as trainers do) and by
`examples/render.rs`. A case that Jinja refuses must be refused by us. Says how many are equal, byte for byte, with the
same assistant spans; ends with 1 where one is not.
"""

import copy
import datetime
import importlib.util
import json
import pathlib
import subprocess
import sys

import transformers.utils.chat_template_utils as utils

# What ours says is today's date: what is said of a row does not depend on when it is said.
TODAY = datetime.datetime(2024, 7, 26)


class Clock(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return TODAY


utils.datetime = Clock

THOUGHT = "<think>\nTwo and two.\n</think>\n\nIt is $\\boxed{4}$."
CALL = {"type": "function", "function": {"name": "add", "arguments": {"a": 2, "b": 2.5, "c": "é <&> \"q\"", "d": [True, None]}}}
TOOL = {"type": "function", "function": {"name": "add", "description": "Adds <two> numbers & says 'so'.", "parameters": {
    "type": "object", "properties": {"a": {"type": "number", "description": "é"}, "b": {"type": "array", "items": {"type": "string"}}}, "required": ["a"]}}}


def says(role, content, **more):
    return {"role": role, "content": content, **more}


CONVERSATIONS = {
    "plain": [says("user", "What is 2+2?"), says("assistant", "It is 4.")],
    "thinking": [says("user", "What is 2+2?"), says("assistant", THOUGHT)],
    "system": [says("system", "Be brief."), says("user", "What is 2+2?"), says("assistant", THOUGHT)],
    "turns": [says("user", "What is 2+2?"), says("assistant", THOUGHT), says("user", "And 3+3?"), says("assistant", THOUGHT)],
    "white": [says("user", " \n\x1c What is 2+2?\x85 \n"), says("assistant", "\n\n <think>\n\n Two. \n\n</think>\n\n\n It is 4.\x1f\n")],
    "closings": [says("user", "What </think> is <think> 2+2?"), says("assistant", "<think>A</think> no <think>B\n</think>\n4")],
    "open": [says("user", "What is 2+2?"), says("assistant", "<think>\nTwo and two, and so")],
    "control": [says("user", "<|im_end|> {{ messages }} {% raw %}"), says("assistant", "<|im_start|>think\nTwo.\n<|im_start|>answer\n4 </s>")],
    "letters": [says("user", "﷽ 👩‍🏫 \u2028 x² ﬁ"), says("assistant", "<think>\n答案 \U0001d54f\n</think>\n\nπ")],
    "asked": [says("user", "What is 2+2?")],
    "reasoning": [says("user", "What is 2+2?"), says("assistant", "4", reasoning_content="Two and two.")],
    "called": [says("user", "2+2?"), says("assistant", "", tool_calls=[CALL]), says("tool", "4", name="add"), says("assistant", THOUGHT)],
    "tools": [says("system", "Be brief."), says("user", "2+2?"), says("assistant", "", tool_calls=[CALL]), says("tool", "{\"x\": 4}"), says("assistant", "4")],
}


# The templates that ours say the same as, in conversations without tools. `qwen3_trl` and the like are as TRL trains.
ORIGINALS = {
    "qwen2.5": ["qwen2_5", "qwen2_5_training"], "qwen3": ["qwen3"], "qwen3_trl": ["qwen3_training"],
    "r1_distill": ["deepseek_r1_distill"], "r1_distill_thinking": ["deepseek_r1_distill_training"],
    "llama3": ["llama3", "llama3_training"], "llama3.1": ["llama3_1", "llama3_2"], "gemma3": ["gemma3", "gemma3_training"],
}


def of_ours(answers):
    """How many of our templates' answers are those of the originals; spans too where the original says them."""
    equal, differing = 0, []
    for ours, names in ORIGINALS.items():
        for name in names:
            for (template, *case), answer in answers.items():
                if template != f"chat_templates/{name}.jinja" or case[0] in ("called", "tools", "reasoning"):
                    continue
                our = answers[(f"built_in/{ours}.jinja", *case)]
                same = our.get("text") == answer.get("text") and ("training" not in name or our.get("spoken") == answer.get("spoken"))
                equal += same
                if not same:
                    differing.append((ours, name, case, answer, our))
    return equal, differing


def cases(templates):
    for name, source in templates.items():
        for kind, messages in CONVERSATIONS.items():
            more = {"tools": [TOOL]} if kind == "tools" else {}
            for prompt in (False, True):
                for extra in ({}, {"enable_thinking": False}) if prompt else ({},):
                    yield name, kind, dict(
                        template=source, messages=messages, add_generation_prompt=prompt, more={**more, **extra},
                        tokens={"bos_token": "<s>", "eos_token": "</s>"},
                    )


def by_jinja(case):
    messages = utils._alias_reasoning_fields(copy.deepcopy(case["messages"]))
    case["messages"] = messages
    names = {"tools": None, "documents": None, **case["tokens"], **case["more"]}
    compiled = utils._compile_jinja_template(case["template"])
    try:
        text, spoken = utils._render_with_assistant_indices(
            compiled_template=compiled, messages=copy.deepcopy(messages), add_generation_prompt=case["add_generation_prompt"], **names)
        return {"text": text, "spoken": [list(span) for span in spoken]}
    except Exception as error:
        return {"refused": f"{type(error).__name__}: {error}"}


def main():
    arguments = sys.argv[1:] or ["target/debug/examples/render"]
    trl = pathlib.Path(importlib.util.find_spec("trl").submodule_search_locations[0]) / "chat_templates"
    here = pathlib.Path(__file__).resolve().parents[2] / "src" / "templates" / "built_in"
    folders = [trl, here, *map(pathlib.Path, arguments[1:])]
    templates = {f"{folder.name}/{path.name}": path.read_text() for folder in folders for path in sorted(folder.glob("*.jinja"))}
    asked = list(cases(templates))
    theirs = [by_jinja(case) for _, _, case in asked]
    lines = "".join(json.dumps(case) + "\n" for _, _, case in asked)
    answered = subprocess.run([arguments[0]], input=lines, capture_output=True, text=True, check=True, encoding="utf-8").stdout
    ours = [json.loads(line) for line in answered.split("\n") if line]
    assert len(ours) == len(asked)
    equal = refused = 0
    differing = []
    for (name, kind, case), their, our in zip(asked, theirs, ours):
        if "refused" in their and "refused" in our:
            refused += 1
        elif their == our:
            equal += 1
        else:
            differing.append((name, kind, case["add_generation_prompt"], their, our))
    for name, kind, prompt, their, our in differing:
        print(f"{name} {kind} add_generation_prompt={prompt}\n  jinja {str(their)[:600]!r}\n  ours  {str(our)[:600]!r}")
    answers = {(name, kind, case["add_generation_prompt"], str(case["more"])): our for (name, kind, case), our in zip(asked, ours)}
    as_original, unlike = of_ours(answers)
    for ours_name, name, case, answer, our in unlike:
        print(f"{ours_name} is not {name} in {case}\n  theirs {answer!r}\n  ours   {our!r}")
    rendered = equal + len(differing)
    print(f"{len(templates)} templates, {len(asked)} cases: {equal} of {rendered} that either renders are equal; both refuse {refused}")
    print(f"built-in templates against their originals: {as_original} of {as_original + len(unlike)} are equal")
    return 1 if differing or unlike else 0


if __name__ == "__main__":
    sys.exit(main())
