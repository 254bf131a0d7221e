"""A scikit-learn experiment: classifiers of scikit-learn's digits, trained on few images."""

from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import accuracy_score, f1_score
from sklearn.model_selection import train_test_split
from sklearn.svm import SVC


def main(trial):
    """Train what ``trial.params`` ask for; the returned mapping is the result.

    Support vector machines have no randomness of their own, so a seed stands for another draw of training images.
    The test images are the same for every seed.
    """
    params = trial.params
    digits = load_digits()
    images, labels = digits.data / 16, digits.target
    rest, test, rest_labels, test_labels = train_test_split(
        images, labels, test_size=600, random_state=0, stratify=labels
    )
    train, val, train_labels, val_labels = train_test_split(
        rest,
        rest_labels,
        train_size=params["images"],
        random_state=trial.seed,
        stratify=rest_labels,
    )
    if params["model"] == "svm":
        model = SVC(C=params["C"], kernel=params["kernel"])
    else:
        model = RandomForestClassifier(params["trees"], random_state=trial.seed)
    model.fit(train, train_labels)
    guesses = model.predict(test)
    return {
        "train/accuracy": model.score(train, train_labels),
        "val/accuracy": model.score(val, val_labels),
        "test/accuracy": accuracy_score(test_labels, guesses),
        "test/macro_f1": f1_score(test_labels, guesses, average="macro"),
    }
