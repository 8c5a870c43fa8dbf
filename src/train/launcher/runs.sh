#!/usr/bin/env bash
# Trains every run of the experiment and makes the attempts of each trained model; written by `gradatim train-config
# --all`. What was done before is not done again, so that it goes on where it was stopped. A run that fails is told at
# the end and does not keep the others from being trained. Run it from where the trainer must be run from.
set -euo pipefail

usage() {
    cat <<'END'
Usage: runs.sh [OPTION...]
  --only RUN       this run of runs.csv; may be given several times
  --line NUMBER    the run of this line of runs.tsv, from 1 on (as a task of a Slurm array)
  --train          train, and make no attempts
  --attempts       make attempts of what is trained, and train nothing
  --list           say what is done of each run, and do nothing

Set by variables, with their defaults:
  ATTEMPTS=vllm    how attempts are made: vllm, lm-eval or none
  GPUS             that a model's attempts take (tensor parallel); as the configurations have it
  MAX_TOKENS=32768 that an attempt may have
  BENCHMARKS       of attempts, "aime24 aime25"
  VLLM_PYTHON      the Python that has vllm and datasets; python3
  LM_EVAL          the command of lm-evaluation-harness; lm_eval
  LM_EVAL_MODEL    its kind of model; vllm

Logs lie in logs/, what is done is marked in done/, attempts are attempts/logs/RUN…: a mark is made when the command has
ended well. To do a run again, delete its mark.
END
}

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
experiment=
default_gpus=1
: "${ATTEMPTS:=vllm}" "${GPUS:=$default_gpus}" "${MAX_TOKENS:=32768}" "${BENCHMARKS:=aime24 aime25}"
: "${VLLM_PYTHON:=python3}" "${LM_EVAL:=lm_eval}" "${LM_EVAL_MODEL:=vllm}"

wrong() {
    printf 'runs.sh: %s\n' "$1" >&2
    exit 2
}

only=()
line=
does_train=1
does_attempt=1
does_list=
while (($#)); do
    case $1 in
        --only | --line) (($# > 1)) || wrong "$1 needs a value" ;;&
        --only) only+=("$2") && shift ;;
        --line) line=$2 && shift ;;
        --train) does_attempt= ;;
        --attempts) does_train= ;;
        --list) does_list=1 ;;
        -h | --help) usage && exit ;;
        *) wrong "unknown option \`$1\`; see --help" ;;
    esac
    shift
done
case $ATTEMPTS in
    vllm | lm-eval) ;;
    none) does_attempt= ;;
    *) wrong "ATTEMPTS is vllm, lm-eval or none, not \`$ATTEMPTS\`" ;;
esac
[[ $line =~ ^([1-9][0-9]*)?$ ]] || wrong "--line is a number from 1 on, not \`$line\`"
mkdir -p "$here/logs" "$here/done" "$here/models" "$here/attempts/logs" "$here/attempts/partial"

say() { printf '%(%F %T)T  %s\n' -1 "$*"; }

# A command of ours ends when we are told to; what it has begun is begun anew, or gone on with by the trainer.
child=
stop() {
    trap '' INT TERM HUP
    if [[ -n $child ]]; then
        kill -TERM -- "-$child" 2>/dev/null || true
        wait "$child" 2>/dev/null || true
    fi
    say "stopped; run it again to go on"
    exit "$1"
}
trap 'stop 129' HUP
trap 'stop 130' INT
trap 'stop 143' TERM

# attend COMMAND...: as a group of its own, which ends with us.
attend() {
    local code=0
    set -m
    "$@" </dev/null &
    child=$!
    set +m
    wait "$child" || code=$?
    child=
    return "$code"
}

# What follows is called where a shell does not stop at a failure: it is asked of each command that may fail.

# What a run was trained by: another configuration is another run.
trained_by() {
    { cat -- "$1" && printf '%s\n' "$2"; } | cksum
}

# is_done RUN STAGE BY: 0 where it is, 1 where it is not, 2 where it was done by something else.
is_done() {
    local mark=$here/done/$1.$2
    [[ -e $mark ]] || return 1
    [[ $(<"$mark") == "$3" ]] || return 2
}

# stage RUN STAGE BY COMMAND...: the command, unless it is done; its mark when it ends well.
stage() {
    local run=$1 name=$2 by=$3 code=0 log=$here/logs/$1.$2.log mark=$here/done/$1.$2
    shift 3
    is_done "$run" "$name" "$by" || code=$?
    case $code in
        0) return 0 ;;
        2)
            say "$run: $name was done with other settings; to do it again delete $mark"
            return 1
            ;;
    esac
    say "$run: $name, log in $log"
    code=0
    attend "$@" >>"$log" 2>&1 || code=$?
    if ((code)); then
        say "$run: $name FAILED with $code; the last lines of $log:"
        tail -n 5 -- "$log" | sed 's/^/    /'
        return 1
    fi
    printf '%s\n' "$by" >"$mark.new"
    mv -f -- "$mark.new" "$mark"
}

train() {
    local command=$3
    config="$here/configs/$2" bash -c "$command"
}

attempts_by_vllm() {
    local run=$1 model=$2
    read -ra benchmarks <<<"$BENCHMARKS"
    "$VLLM_PYTHON" "$here/attempts/vllm_attempts.py" --model "$model" --run "$run" --gpus "$GPUS" \
        --max-tokens "$MAX_TOKENS" --partial "$here/attempts/partial/$run.jsonl" \
        --out "$here/attempts/logs/$run.jsonl" "${benchmarks[@]}"
}

# lm-evaluation-harness cuts the prompt, and not the attempt, where both are longer than the model's positions.
room() {
    "${VLLM_PYTHON}" "$here/attempts/utils.py" room "$1" "$MAX_TOKENS"
}

attempts_by_lm_eval() {
    local run=$1 model=$2 system tokens tasks arguments partial=$here/attempts/partial/$1
    system=$("$VLLM_PYTHON" "$here/attempts/utils.py" system) || return
    tokens=$(room "$model") || return
    tasks=$(printf '%s\n' "$BENCHMARKS" | tr -s ' ' '\n' | sed '/^$/d; s/$/_kept/' | paste -sd, -)
    arguments=pretrained=$model
    if [[ $LM_EVAL_MODEL == vllm ]]; then
        arguments+=,dtype=bfloat16,tensor_parallel_size=$GPUS,max_model_len=$((tokens + 2048))
    fi
    rm -rf -- "$partial"
    "$LM_EVAL" --model "$LM_EVAL_MODEL" --model_args "$arguments" --tasks "$tasks" \
        --include_path "$here/attempts" --apply_chat_template ${system:+--system_instruction "$system"} \
        --gen_kwargs "max_gen_toks=$tokens" --batch_size auto --log_samples --output_path "$partial" || return
    # Nothing stands there but what was moved when the mark could not be made any more.
    rm -rf -- "$here/attempts/logs/$run" || return
    # It holds one folder, which the harness names by the model.
    mv -- "$partial"/*/ "$here/attempts/logs/$run"
}

attempts() {
    [[ -d $2 ]] || {
        printf 'there is no trained model in %s\n' "$2"
        return 1
    }
    case $ATTEMPTS in
        vllm) attempts_by_vllm "$@" ;;
        lm-eval) attempts_by_lm_eval "$@" ;;
    esac
}

# one RUN CONFIG MODEL COMMAND: all that is to be done of a run that nobody else is at.
one() {
    local run=$1 config=$2 model=$3 command=$4 by code=0
    by=$(trained_by "$here/configs/$config" "$command")
    if [[ -n $does_train ]]; then
        stage "$run" train "$by" train "$run" "$config" "$command" || return 1
    fi
    [[ -n $does_attempt ]] || return 0
    is_done "$run" train "$by" || code=$?
    if ((code)); then
        say "$run: no attempts, since it is not trained"
        return 1
    fi
    stage "$run" attempts "$by $ATTEMPTS $BENCHMARKS $MAX_TOKENS" attempts "$run" "$model"
}

listed() {
    local run=$1 by train=no attempts=no code=0
    by=$(trained_by "$here/configs/$2" "$4")
    is_done "$run" train "$by" || code=$?
    case $code in 0) train=yes ;; 2) train=other ;; esac
    [[ -e $here/done/$run.attempts ]] && attempts=yes
    printf '%s\ttrained: %s\tattempts: %s\n' "$run" "$train" "$attempts"
}

is_wanted() {
    local name
    [[ -z $line || $line -eq $2 ]] || return 1
    ((${#only[@]})) || return 0
    for name in "${only[@]}"; do
        [[ $name != "$1" ]] || return 0
    done
    return 1
}

for name in ${only[@]+"${only[@]}"}; do
    grep -Fxq -- "$name" <(tail -n +2 -- "$here/runs.tsv" | cut -f 1) || wrong "runs.tsv has no run \`$name\`"
done

failed=()
busy=()
wanted=0
number=0
while IFS=$'\t' read -r -u 3 run config model command; do
    number=$((number + 1))
    is_wanted "$run" "$number" || continue
    wanted=$((wanted + 1))
    if [[ -n $does_list ]]; then
        listed "$run" "$config" "$model" "$command"
        continue
    fi
    # Held by the commands of the run too, so that what outlives this script is not begun a second time.
    exec 4>"$here/done/$run.lock"
    if command -v flock >/dev/null && ! flock -n 4; then
        say "$run: another is at it"
        busy+=("$run")
    elif ! one "$run" "$config" "$model" "$command"; then
        failed+=("$run")
    fi
    exec 4>&-
done 3< <(tail -n +2 -- "$here/runs.tsv")

((wanted)) || wrong "no run of runs.tsv is asked for"
[[ -z $does_list ]] || exit 0
if ((${#failed[@]})); then
    say "${#failed[@]} of $wanted runs failed: ${failed[*]}"
    exit 1
fi
if ((${#busy[@]})); then
    say "${#busy[@]} of $wanted runs are another's: ${busy[*]}"
    exit 1
fi
say "all $wanted runs are done"
if [[ -n $does_attempt ]]; then
    printf 'What they show:\n  gradatim eval %q/* --experiment %q\n' "$here/attempts/logs" "$experiment"
fi
