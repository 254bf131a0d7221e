"""The script a person would write: torchvision, a DataLoader, one configuration after the other.

Threads are as PyTorch sets them. Prints one line of JSON: seconds, trained images, test accuracy of each configuration.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset, random_split
from torchvision import datasets, transforms

#: Label, channels, batch norm, hidden layers, dropout.
LADDER = [
    ("baseline", (6, 12), False, (12,), 0.0),
    ("Batch norm", (6, 12), True, (12,), 0.0),
    ("First linear layer", (6, 12), True, (192,), 0.0),
    ("Second linear layer", (6, 12), True, (192, 12), 0.5),
    ("Channels 12, 24", (12, 24), True, (192, 12), 0.5),
]


def network(
    channels: tuple[int, ...], batch_norm: bool, hidden: tuple[int, ...], dropout: float
) -> nn.Module:
    layers: list[nn.Module] = []
    inputs = 1
    for outputs in channels:
        layers.append(nn.Conv2d(inputs, outputs, 5))
        if batch_norm:
            layers.append(nn.BatchNorm2d(outputs))
        layers += [nn.ReLU(), nn.MaxPool2d(2)]
        inputs = outputs
    layers.append(nn.Flatten())
    features = inputs * 16
    for outputs in hidden:
        layers.append(nn.Linear(features, outputs))
        if dropout:
            layers.append(nn.Dropout(dropout))
        layers.append(nn.ReLU())
        features = outputs
    return nn.Sequential(*layers, nn.Linear(features, 10))


def accuracy(model: nn.Module, loader: DataLoader) -> float:  # type: ignore[type-arg]
    model.eval()
    right = total = 0
    with torch.no_grad():
        for images, labels in loader:
            right += (model(images).argmax(1) == labels).sum().item()
            total += len(labels)
    return right / total


def train(model: nn.Module, loader: DataLoader, validation: DataLoader, epochs: int) -> None:  # type: ignore[type-arg]
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=1e-5)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 10, 0.9)
    criterion = nn.CrossEntropyLoss()
    for epoch in range(epochs):
        model.train()
        running = 0.0
        for images, labels in loader:
            optimizer.zero_grad()
            loss = criterion(model(images), labels)
            loss.backward()
            optimizer.step()
            running += loss.item()
        scheduler.step()
        print(
            f"epoch {epoch + 1}: loss {running / len(loader):.4f}, val {accuracy(model, validation):.4f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("root", type=Path, help="holds FashionMNIST/raw")
    parser.add_argument("--epochs", type=int, default=2)
    options = parser.parse_args()
    begun = time.perf_counter()
    torch.manual_seed(0)
    prepare = transforms.Compose(
        [transforms.ToTensor(), transforms.Normalize((0.2860,), (0.3530,))]
    )
    whole: Dataset = datasets.FashionMNIST(str(options.root), train=True, transform=prepare)  # type: ignore[type-arg]
    test = datasets.FashionMNIST(str(options.root), train=False, transform=prepare)
    training, validation = random_split(whole, [54_000, 6_000])
    found = {}
    for label, *knobs in LADDER:
        model = network(*knobs)  # type: ignore[arg-type]
        loader = DataLoader(training, batch_size=64, shuffle=True)
        train(model, loader, DataLoader(validation, batch_size=512), options.epochs)
        found[label] = accuracy(model, DataLoader(test, batch_size=512))
    seconds = time.perf_counter() - begun
    images = len(LADDER) * options.epochs * 54_000
    print(json.dumps({"seconds": seconds, "images": images, "accuracy": found}))


if __name__ == "__main__":
    main()
