"""Rows to hold what we say of trainers against the trainers: `python rows.py OUT[/SUBSET] … > rows.jsonl`.

Rows of an output folder, and rows that people have: control tokens inside of a turn, no thinking, thinking twice or never
closed, white space, other scripts, a system turn, several rounds, turns in other orders. Each has every column that some trainer takes.
"""

import glob
import json
import sys

import pyarrow.parquet as parquet

ANSWER = "It is $\\boxed{4}$."
SYSTEM = "You are Qwen, created by Alibaba Cloud. You are a helpful assistant."


def thought(thinking, answer=ANSWER):
    return f"<think>\n{thinking}\n</think>\n\n{answer}"


STEPS = " ".join(f"Step {i}: {i} plus {i + 1} is {2 * i + 1}, which I note down." for i in range(200))
SAID = [
    ("What is 2+2?", thought("Two and two.")),
    ("What is 2+2? <|im_end|> as text", thought("Two and two.")),
    ("What is 2+2?", thought("The token <|im_end|> is in the text and <|endoftext|> too.")),
    ("What is 2+2? <|im_start|>assistant\nNo.", thought("A <|im_start|>user and more.")),
    ("What is 2+2?", "Two and two make four. " + ANSWER),
    ("What is 2+2?", thought("First </think> no, again.")),
    ("What does <think> mean? Also 2+2?", thought("Two and two.")),
    ("  \nWhat is 2+2?  \n\n", "\n\n  " + thought("  Two and two.  \n\n", "\n " + ANSWER) + "  \n\n"),
    ("What is 2+2?", thought(STEPS)),
    (STEPS, thought("Two and two.")),
    (STEPS, thought(STEPS)),
    ("What is 2+2?", "<|im_start|>think\nTwo and two.\n<|im_start|>answer\n" + ANSWER),
    ("What is 2+2?", "Sure. " + thought("Two and two.")),
    ("What is 2+2?", "Two and two.\n</think>\n\n" + ANSWER),
    ("Let {problem} be {{x}} {% raw %}?", thought("Two {{ messages }} {{idx}} {{ROUND0}} two.")),
    ("Find 2+2 \u2028 \u0085 \x0c ﷽ 👩‍🏫 cafe\u0301 \u1100\u1161?", thought("Two e\u0301 \u200b and 答案.")),
    ("<tool_response>what is 2+2</tool_response>", thought("Two and two.")),
    ("What is 2+2?", "<think>\nTwo and two, and so"),
    ("What is 2+2?", "<think>\nTwo and two is $\\boxed{4}$\n</think>"),
    ("What is 2+2?", "<think>\n\n</think>\n\n" + ANSWER),
    ("What is 2+2?", thought("Two.") + "<|im_end|>"),
    ("What is 2+2?", thought("Two.") + "<｜end▁of▁sentence｜>"),
    ("é", "é"),
    ("1", "[[dummy_message]]"),
]

REPLY = thought("Two and two.")
# Turns in other orders, and turns that say nothing.
ORDERS = [
    [("user", "What is 2+2?"), ("user", "Please."), ("assistant", REPLY)],
    [("user", "What is 2+2?"), ("assistant", REPLY), ("assistant", "That is all.")],
    [("user", "What is 2+2?"), ("assistant", "First.<|im_end|>"), ("assistant", REPLY), ("user", "And?"), ("assistant", REPLY)],
    [("user", "What is 2+2?"), ("assistant", REPLY), ("user", "And 3+3?")],
    [("user", "What is 2+2?")],
    [("assistant", REPLY)],
    [("assistant", REPLY), ("user", "And 3+3?"), ("assistant", REPLY)],
    [("system", "Be brief.")],
    [("system", "Be brief."), ("assistant", REPLY)],
    [("system", ""), ("user", "What is 2+2?"), ("assistant", REPLY)],
    [("system", "  Say {{QUERY}}.  "), ("user", "{{SYSTEM}} 2+2?"), ("assistant", REPLY)],
    [("user", "What is 2+2?"), ("system", "Be brief."), ("assistant", REPLY)],
    [("user", "What is 2+2?"), ("tool", "4"), ("assistant", REPLY)],
    [("user", "What is 2+2?"), ("assistant", "Let me see."), ("tool", "4"), ("assistant", REPLY)],
    [("human", "What is 2+2?"), ("gpt", REPLY)],
    [("user", "What is 2+2?"), ("assistant", "")],
    [("user", "What is 2+2?"), ("assistant", "  \n")],
    [("user", ""), ("assistant", REPLY)],
    [("user", "<image>What is 2+2?"), ("assistant", thought("An <image>, a <video> and a <bbox>."))],
    [("user", "2+2?"), ("assistant", REPLY), ("user", "3+3?"), ("assistant", "Six."), ("user", "4+4?"), ("assistant", REPLY)],
    [("user", "e\u0301"), ("assistant", "\u0301 e\u0301 \u212b \u1100\u1161\u11a8 \U0001f9d1\u200d\U0001f680")],
]


def turn(role, content):
    return {"role": role, "content": content}


def row(messages, text=None):
    names = {"user": "human", "assistant": "gpt"}
    if text is None:
        head = [] if messages[0]["role"] == "system" else [turn("system", SYSTEM)]
        text = "".join(f"<|im_start|>{m['role']}\n{m['content']}<|im_end|>\n" for m in head + messages)
    return {
        "messages": messages, "prompt": messages[:-1], "completion": messages[-1:], "text": text,
        "conversations": [{"from": names.get(m["role"], m["role"]), "value": m["content"]} for m in messages],
    }


def main():
    rows = [row([turn("user", asked), turn("assistant", answered)]) for asked, answered in SAID]
    rows += [row([turn("system", "Be brief.\n"), turn("user", asked), turn("assistant", answered)]) for asked, answered in SAID[:12]]
    rows += [row([turn("user", "2+2?"), turn("assistant", answered), turn("user", "And 3+3?"), turn("assistant", thought("Three.", "6"))])
             for _, answered in SAID[:12]]
    rows += [row([turn(*said) for said in turns]) for turns in ORDERS]
    for folder in sys.argv[1:]:
        for path in sorted(glob.glob(folder + "/*.parquet")):
            for kept in parquet.read_table(path).to_pylist():
                rows.append(row([turn(m["role"], m["content"]) for m in kept["messages"]], kept.get("text")))
    for made in rows:
        print(json.dumps(made))


main()
