"""The study file: YAML to typed, frozen values. No torch, no Optuna, no MLflow."""
