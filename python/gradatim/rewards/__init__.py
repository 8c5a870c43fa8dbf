r"""Verdicts as training loops and harnesses take them: a module for each, of the package's own name.

=================================  ======================================================================
``gradatim.rewards.trl``           ``accuracy_reward``, and ``AccuracyReward(...)`` with other options
``gradatim.rewards.verl``          ``compute_score`` and ``compute_score_batched``
``gradatim.rewards.verifiers``     ``correct``, and ``Correct(...)``
``gradatim.rewards.lighteval``     ``accuracy``, and ``metric(...)``
``gradatim.rewards.inspect_ai``    the scorer ``math(...)``
``gradatim.rewards.lm_eval``       ``process_results``, ``ProcessResults(...)``, ``keep_answers``, ``TASK``
=================================  ======================================================================

Each takes ``undecided``, ``profile`` and the verifier's options (:class:`gradatim.verifier.Options`); an option that
there is not is refused when the reward is made. ``correct`` scores 1; ``wrong`` and ``no_answer`` score 0.

**What ``undecided`` scores** is 0 unless it is told: an answer was given, and nobody knows whether it is right. As 1 it
would pay a model for answers that cannot be read. To leave it out (``None``, where the trainer can) pays, too: in a
group whose others are wrong, who is left out fares better than they. So 0 is what cannot be exploited, and in an
evaluation the lower bound; the upper one is by the share of ``undecided`` higher. ``None`` is for data whose gold
answers are what cannot be read.

**What is without a gold answer** scores nothing where a trainer has a word for that, and is an error where it has none.

Bad input is an exception, never a 0: a column that there is not, a completion that is no text, a gold answer of another
type. Gold answers are texts or numbers, or a list of them of which each would do.

All of it may be called from any thread, and what a trainer pickles can be pickled. What was judged is counted
(:class:`Tally`), by each process for itself.
"""

from __future__ import annotations

from .scoring import Judge, Tally

__all__ = ["Judge", "Tally"]
