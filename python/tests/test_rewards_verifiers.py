"""The reward, by the scoring of verifiers' own tasks."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from support import package

package("verifiers.v1")
pytestmark = pytest.mark.filterwarnings("ignore")

PLUGGED = "gradatim.rewards.verifiers:correct"


def scored(reply: str | None, answer: Any, *, plugged: str | None = PLUGGED, undecided: float = 0.0) -> Any:
    """A trace with this reply, scored by its task, by the config's reward or by the task's own."""
    import verifiers.v1 as vf
    from verifiers.v1.graph import MessageNode
    from verifiers.v1.trace import AgentInfo, TraceTask

    from gradatim.rewards.verifiers import Correct

    reward = Correct(undecided=undecided)

    class MathData(vf.TaskData):
        answer: Any = None

    class Plain(vf.Task[MathData]):
        pass

    class Own(vf.Task[MathData]):
        @vf.reward(weight=2.0)
        async def correct(self, trace: Any) -> float:
            return await reward(self.data, trace)

    rewards = {"correct": vf.RewardFunctionConfig(fn=plugged)} if plugged else {}
    task = (Plain if plugged else Own)(MathData(prompt="?", answer=answer), vf.TaskConfig(rewards=rewards))
    nodes = [MessageNode(message=vf.UserMessage(content="?"))]
    if reply is not None:
        nodes.append(MessageNode(parent=0, sampled=True, message=vf.AssistantMessage(content=reply)))
    trace = vf.Trace(
        task=TraceTask(type="Task", data=task.data), agent=AgentInfo(config=vf.AgentConfig()), nodes=nodes
    )
    try:
        asyncio.run(task.score(trace))
    except vf.TaskError as error:
        return trace, error
    return trace, None


def test_a_trace_is_scored_by_the_reward_that_a_config_names() -> None:
    for reply, answer, score, verdict in [
        (r"<think>Half.</think>So it is \boxed{0.5}.", "1/2", 1.0, "correct"),
        (r"\boxed{4}", 4, 1.0, "correct"),
        (r"\boxed{2}", "1/2", 0.0, "wrong"),
        (r"\boxed{a plane}", "the whole plane", 0.0, "undecided"),
        ("<think>It is 1/2", "1/2", 0.0, "no_answer"),
        (None, "1/2", 0.0, "no_answer"),
    ]:
        trace, error = scored(reply, answer)
        assert error is None and trace.reward == score
        assert {name for name, value in trace.metrics.items() if value} == {f"verdict_{verdict}"}
        assert len(trace.metrics) == 5
        assert trace.info["gradatim"]["verdict"] == verdict
        assert type(trace).model_validate_json(trace.model_dump_json()).metrics == trace.metrics


def test_a_task_has_a_reward_of_its_own_with_other_options() -> None:
    trace, error = scored(r"\boxed{a plane}", "the whole plane", plugged=None, undecided=0.25)
    assert error is None and trace.reward == 0.5
    assert trace.rewards["correct"].weight == 2.0


def test_a_task_without_a_gold_answer_is_an_error_and_has_no_reward() -> None:
    trace, error = scored("7", None)
    assert "`no_gold`" in str(error)
    assert trace.rewards == {"correct": None}
    assert trace.metrics["verdict_no_gold"] == 1.0
