"""The reward, in TRL's own trainer: three steps of a tiny random model on the CPU."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support import package

import gradatim
from gradatim.rewards.trl import AccuracyReward

package("torch")
package("trl")
pytestmark = pytest.mark.filterwarnings("ignore")

# What the model can say: a random one says each verdict often enough.
WORDS = [r"\boxed{1/2}", r"\boxed{0.5}", r"\boxed{3}", r"\boxed{a plane}", "<think>", "</think>"]
WORDS += ["so", "half", "it", "is"]
MARKS = ["<pad>", "<end>", "<unk>", "user", "assistant"]
TEMPLATE = (
    "{% for message in messages %}{{ message['role'] }} {{ message['content'] }} {% endfor %}"
    "{% if add_generation_prompt %}assistant {% endif %}"
)


def tiny() -> tuple[Any, Any]:
    """A model of some thousand weights and its tokenizer, of a word a token."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM, set_seed

    set_seed(7)
    words = Tokenizer(models.WordLevel({word: at for at, word in enumerate(MARKS + WORDS)}, unk_token="<unk>"))
    words.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=words, pad_token="<pad>", eos_token="<end>", unk_token="<unk>", padding_side="left"
    )
    tokenizer.chat_template = TEMPLATE
    config = Qwen2Config(
        vocab_size=len(MARKS + WORDS),
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=2,
        pad_token_id=0,
        eos_token_id=1,
        bos_token_id=None,
    )
    return Qwen2ForCausalLM(config), tokenizer


def trained(where: Path, trainer: str, reward: AccuracyReward, *, chat: bool) -> Any:
    import trl
    from datasets import Dataset

    model, tokenizer = tiny()
    golds = ["1/2", "the whole plane", None, "1/2"] * 3
    prompts = ["half", "it is", "so", "is half"] * 3
    rows: dict[str, Any] = {"prompt": prompts, reward.gold: golds, "strict": [True] * 12}
    if chat:
        rows["prompt"] = [[{"role": "user", "content": prompt}] for prompt in prompts]
    settings = getattr(trl, f"{trainer}Config")(
        output_dir=str(where),
        max_steps=3,
        per_device_train_batch_size=16,
        num_generations=4,
        max_completion_length=4,
        logging_steps=1,
        report_to=[],
        save_strategy="no",
        use_cpu=True,
        bf16=False,
        gradient_checkpointing=False,
        log_completions=True,
        disable_tqdm=True,
        # With a penalty RLOO loads the model once more, by its name.
        beta=0.0,
    )
    done = getattr(trl, f"{trainer}Trainer")(
        model=model,
        reward_funcs=reward,
        args=settings,
        train_dataset=Dataset.from_dict(rows),
        processing_class=tokenizer,
    )
    done.train()
    return done


@pytest.mark.parametrize("chat", [False, True])
@pytest.mark.parametrize("undecided", [0.0, None])
def test_grpo_trains_on_it_and_shows_what_was_judged(tmp_path: Path, chat: bool, undecided: float | None) -> None:
    import pandas

    reward = AccuracyReward(gold="answer", undecided=undecided)
    done = trained(tmp_path, "GRPO", reward, chat=chat)
    steps = [row for row in done.state.log_history if "rewards/accuracy_reward/mean" in row]
    assert len(steps) == done.state.global_step == 3
    assert reward.tally.total == 3 * 16
    told = {name: 0.0 for name in reward.tally.counts}
    for row in steps:
        told = {name: told[name] + 16 * row[f"verdict/{name}"] for name in told}
    assert {name: round(count) for name, count in told.items()} == reward.tally.counts
    assert all(count for count in reward.tally.counts.values()), "each verdict is met"

    tables = [pandas.read_parquet(file) for file in sorted((tmp_path / "completions").glob("*.parquet"))]
    assert len(tables) == 3
    golds = dict(zip(["half", "it is", "so", "is half"], ["1/2", "the whole plane", None, "1/2"]))
    rows = pandas.concat(tables[-1:] if len(tables[-1]) > 16 else tables)
    assert len(rows) == 48
    for row in rows.to_dict("records"):
        prompt = row["prompt"][0]["content"] if chat else row["prompt"]
        said = row["completion"][0]["content"] if chat else row["completion"]
        verdict = gradatim.verify(golds[prompt.strip()], said)
        assert (row["verdict"], row["verdict_reason"]) == (verdict.verdict, verdict.reason)
        score = undecided if verdict.verdict == "undecided" else float(bool(verdict))
        if verdict.verdict == "no_gold" or score is None:
            assert pandas.isna(row["accuracy_reward"]) and row["advantage"] == 0.0
        else:
            assert row["accuracy_reward"] == score


def test_rloo_takes_it(tmp_path: Path) -> None:
    reward = AccuracyReward()
    done = trained(tmp_path, "RLOO", reward, chat=True)
    assert done.state.global_step == 3
    assert reward.tally.total == 3 * 16


def test_it_stands_in_the_place_of_their_own() -> None:
    pytest.importorskip("math_verify", reason="math_verify is not installed")
    from trl.rewards import accuracy_reward as theirs

    from gradatim.rewards.trl import accuracy_reward as ours

    said = [r"My answer is $\boxed{\frac{1}{3}}$", r"My answer is $\boxed{\frac{1}{2}}$", r"$\boxed{0.5}$"]
    golds = [r"$\frac{1}{3}$", r"$\frac{1}{3}$", r"$\frac{1}{2}$"]
    chats = [[{"role": "assistant", "content": text}] for text in said]
    assert theirs(chats, golds) == ours(chats, golds) == [1.0, 0.0, 1.0]


def test_it_is_called_as_theirs_is() -> None:
    from trl.rewards import accuracy_reward as theirs
    from trl.trainer.utils import get_callable_name, is_async_callable

    from gradatim.rewards.trl import accuracy_reward as ours

    assert get_callable_name(ours) == get_callable_name(theirs) == "accuracy_reward"
    assert not is_async_callable(ours)
