"""A study to its trials: pure, without torch, Optuna or MLflow."""
