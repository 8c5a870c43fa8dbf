"""The scores, by verl's own reward managers, which its own configuration makes."""

from __future__ import annotations

import asyncio
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from support import package

from gradatim.rewards import verl as ours

package("torch")
package("verl")
pytestmark = pytest.mark.filterwarnings("ignore")

SAID = [
    ("1/2", r"<think> Half. </think> So it is \boxed{0.5} ."),
    ("1/2", r"\boxed{2}"),
    ("the whole plane", r"\boxed{a plane}"),
    ("1/2", "<think> It is 1/2"),
]
NAMES = ["correct", "wrong", "undecided", "no_answer"]


def tokenizer() -> Any:
    """One of a word a token, for these texts."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    words = sorted({word for _, text in SAID for word in text.split()})
    model = models.WordLevel({word: at for at, word in enumerate(["<pad>", "<unk>", *words])}, unk_token="<unk>")
    made = Tokenizer(model)
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return PreTrainedTokenizerFast(tokenizer_object=made, pad_token="<pad>", unk_token="<unk>")


def batch(*, golds: list[Any] | None = None) -> Any:
    """What a rollout hands over: a prompt of two tokens, and responses that are padded behind."""
    import numpy
    import torch
    from verl import DataProto

    words = tokenizer()
    ids = [words.encode(text) for _, text in SAID]
    longest = max(map(len, ids))
    responses = torch.tensor([one + [0] * (longest - len(one)) for one in ids])
    prompts = torch.ones(len(SAID), 2, dtype=torch.long)
    mask = torch.tensor([[1, 1] + [1] * len(one) + [0] * (longest - len(one)) for one in ids])
    held = golds if golds is not None else [gold for gold, _ in SAID]
    return DataProto.from_dict(
        tensors={"prompts": prompts, "responses": responses, "attention_mask": mask},
        non_tensors={
            "data_source": numpy.array(["math"] * len(SAID), dtype=object),
            "reward_model": numpy.array([{"ground_truth": gold} for gold in held], dtype=object),
            "extra_info": numpy.array([{} for _ in SAID], dtype=object),
        },
    )


def settings(manager: str, *, path: str = "pkg://gradatim.rewards.verl", **reward_kwargs: Any) -> Any:
    """verl's own configuration, with what the docs tell to set."""
    from hydra import compose, initialize_config_module

    prefix = "+reward.custom_reward_function.reward_kwargs"
    with initialize_config_module("verl.trainer.config", version_base=None):
        return compose(
            "ppo_trainer",
            overrides=[
                f"reward.reward_manager.name={manager}",
                f"reward.custom_reward_function.path={path}",
                "reward.custom_reward_function.name=compute_score",
                *(f"{prefix}.{key}={value}" for key, value in reward_kwargs.items()),
            ],
        )


def managed(config: Any, data: Any) -> list[dict[str, Any]]:
    """What the manager makes of each row, all at once in its executor threads."""
    from verl.trainer.ppo.reward import load_reward_manager

    async def all_of_them() -> list[dict[str, Any]]:
        manager: Any = load_reward_manager(config, tokenizer())
        return list(await asyncio.gather(*(manager.run_single(data[at : at + 1]) for at in range(len(data)))))

    return asyncio.run(all_of_them())


@pytest.mark.parametrize("manager", ["naive", "dapo", "gdpo"])
def test_a_manager_scores_a_rollout(manager: str) -> None:
    ours.tally.clear()
    told = managed(settings(manager), batch())
    assert [one["reward_score"] for one in told] == [1.0, 0.0, 0.0, 0.0]
    extra = [one["reward_extra_info"] for one in told]
    assert [one["verdict"] for one in extra] == NAMES
    assert [one["pred"] for one in extra] == ["0.5", "2", "a plane", ""]
    assert [one["undecided"] for one in extra] == [0, 0, 1, 0]
    assert ours.tally.counts == dict.fromkeys(NAMES, 1) | {"no_gold": 0}


def test_options_come_from_the_configuration() -> None:
    told = managed(settings("naive", undecided=0.25, rel_tol=1e-4, profile="math_verify"), batch())
    assert [one["reward_score"] for one in told] == [1.0, 0.0, 0.25, 0.0]
    with pytest.raises(TypeError, match="no option is called `strictly`"):
        managed(settings("naive", strictly=True), batch())


def test_the_function_may_be_named_by_its_file() -> None:
    file = Path(ours.__file__)
    told = managed(settings("naive", path=str(file)), batch())
    assert [one["reward_score"] for one in told] == [1.0, 0.0, 0.0, 0.0]


def test_a_row_without_a_gold_answer_is_an_error_unless_it_is_told_what_it_scores() -> None:
    data = batch(golds=["1/2", "1/2", None, "1/2"])
    with pytest.raises(Exception, match="`no_gold`"):
        managed(settings("naive"), data)
    told = managed(settings("naive", no_gold=0.0), data)
    assert [one["reward_score"] for one in told] == [1.0, 0.0, 0.0, 0.0]
    assert told[2]["reward_extra_info"]["verdict"] == "no_gold"


def test_the_manager_that_limits_rates_hides_errors_as_the_docs_say() -> None:
    told = managed(settings("rate_limited"), batch(golds=["1/2", "1/2", None, "1/2"]))
    assert told[2]["reward_score"] == 0.0
    assert "`no_gold`" in told[2]["reward_extra_info"]["error"]


def test_the_manager_of_batches_scores_a_rollout() -> None:
    from verl.workers.reward_manager import get_reward_manager_cls

    manager = get_reward_manager_cls("batch")(
        tokenizer=tokenizer(), num_examine=0, compute_score=ours.compute_score_batched, undecided=0.25
    )
    data = batch()
    told = manager(data, return_dict=True)
    lengths = data.batch["attention_mask"][:, 2:].sum(dim=1)
    last = [told["reward_tensor"][at, length - 1].item() for at, length in enumerate(lengths)]
    assert last == [1.0, 0.0, 0.25, 0.0]
    assert told["reward_tensor"].sum().item() == 1.25
    assert told["reward_extra_info"]["verdict"] == NAMES


def test_validation_shows_the_means() -> None:
    from verl.trainer.ppo.metric_utils import process_validation_metrics

    scores = ours.compute_score_batched(["math"] * 4, [text for _, text in SAID], [gold for gold, _ in SAID])
    infos = {key: [one[key] for one in scores] for key in scores[0]}
    shown = process_validation_metrics(["math"] * 4, ["a", "a", "b", "b"], infos)["math"]
    assert shown["acc"]["mean@2"] == shown["undecided"]["mean@2"] == shown["no_answer"]["mean@2"] == 0.25


def scored_there(pickled: bytes) -> list[float]:
    import ray.cloudpickle

    score = ray.cloudpickle.loads(pickled)
    return [
        score(data_source="math", solution_str=text, ground_truth=gold, extra_info={})["score"] for gold, text in SAID
    ]


def test_what_verl_makes_of_it_goes_to_a_worker_of_rays() -> None:
    cloudpickle = package("ray.cloudpickle")
    from verl.trainer.ppo.reward import get_custom_reward_fn

    pickled = cloudpickle.dumps(get_custom_reward_fn(settings("remote", undecided=0.25)))
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as workers:
        assert workers.submit(scored_there, pickled).result(timeout=300) == [1.0, 0.0, 0.25, 0.0]
