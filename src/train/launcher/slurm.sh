# A task of the array trains one run and makes its attempts; `sbatch slurm.sh` again goes on with what is not done.
# Set time, memory, partition and account as your cluster has them. Slurm takes arrays of 1000 where nobody allowed more:
# of more runs submit parts, as `sbatch --array=1-1000%8 slurm.sh`.
set -euo pipefail
mkdir -p "$folder/logs"
exec bash "$folder/runs.sh" --line "$SLURM_ARRAY_TASK_ID" >"$folder/logs/slurm.$SLURM_ARRAY_TASK_ID.log" 2>&1
