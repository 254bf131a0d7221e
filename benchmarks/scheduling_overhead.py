"""What a trial costs beyond its training, against the usual glue of Optuna and MLflow around the same function.

    python benchmarks/scheduling_overhead.py --trials 1000 --jobs 8

The training is a function that returns a number at once, so that all the time is planning, starting processes,
recording in MLflow and keeping the Optuna study. The peer is what people write by hand: ``optuna``'s ``optimize``
around ``mlflow.start_run`` with one metric an epoch, on SQLite, in one process without isolation. Both are whole
commands on this machine, one after the other. Then ``plan``, ``status`` and ``table`` of the finished study are timed.
Prints Markdown.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TRAINER = """\
def main(trial):
    value = 1.0 / (1.0 + trial.params["x"] + trial.seed)
    trial.log(1, {"val/accuracy": value})
    trial.finish({"val/accuracy": value})
"""
STUDY = """\
study: overhead
task: {{name: python, entry: "trainer:main", epochs: 1}}
params: {{x: 0}}
primary: val/accuracy
seeds: 2
ablations:
  x: {{design: one-factor, factors: {{params.x: {levels}}}}}
"""
GLUE = """\
import sys
import mlflow
import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)
mlflow.set_tracking_uri("sqlite:///mlflow.db")
mlflow.set_experiment("glue")

def objective(trial):
    x, seed = trial.suggest_int("x", 0, int(sys.argv[1])), trial.suggest_int("seed", 0, 1)
    with mlflow.start_run(run_name=f"x={x}, seed {seed}"):
        mlflow.log_params({"x": x, "seed": seed, "epochs": 1})
        value = 1.0 / (1.0 + x + seed)
        mlflow.log_metrics({"val/accuracy": value}, step=1)
        mlflow.log_metrics({"final/val/accuracy": value})
        mlflow.log_text(f"x: {x}", "config.yaml")
    return value

study = optuna.create_study(storage="sqlite:///optuna.db", sampler=optuna.samplers.RandomSampler(0))
study.optimize(objective, n_trials=int(sys.argv[1]))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=1000)
    parser.add_argument("--jobs", type=int, default=8)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "trainer.py").write_text(TRAINER)
        levels = list(range(1, options.trials // 2))
        (folder / "study.yaml").write_text(STUDY.format(levels=levels))
        (folder / "glue.py").write_text(GLUE)
        glue = timed(folder, sys.executable, "glue.py", str(options.trials))
        run = timed(folder, *ablate("run", "--jobs", str(options.jobs), "--quiet"))
        looks = {look: timed(folder, *ablate(look)) for look in ("plan", "status", "table")}
    print("| | Optuna + MLflow by hand | ablate run | ratio |\n|---|---|---|---|")
    print(f"| ms a trial | {per(glue, options)} | {per(run, options)} | {run / glue:.2f} |")
    print(
        f"\n{options.trials} trials, {options.jobs} jobs, {os.cpu_count()} cores. Afterwards: ",
        end="",
    )
    print(", ".join(f"`{look}` {seconds:.1f} s" for look, seconds in looks.items()) + ".")


def ablate(command: str, *options: str) -> list[str]:
    return [sys.executable, "-m", "ablate", command, "study.yaml", *options]


def timed(folder: Path, *command: str) -> float:
    begun = time.perf_counter()
    with (folder / "output.txt").open("w") as output:
        subprocess.run(command, check=True, cwd=folder, stdout=output, stderr=output)
    return time.perf_counter() - begun


def per(seconds: float, options: argparse.Namespace) -> str:
    return f"{1000 * seconds / options.trials:.1f}"


if __name__ == "__main__":
    main()
