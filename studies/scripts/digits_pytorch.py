"""A plain PyTorch script for scikit-learn's digits (1,797 images of 8 x 8), in the style of many others.

It runs by itself (``python digits_pytorch.py --width 64``). The lines that mention ``t`` are all that ablate needs.
"""

import argparse

import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, TensorDataset, random_split

from ablate.client import trial

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=1e-3)
parser.add_argument("--width", type=int, default=32)
parser.add_argument("--dropout", type=float, default=0.0)
parser.add_argument("--norm", choices=["batch", "none"], default="none")
parser.add_argument("--epochs", type=int, default=10)
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--device", default="cpu")
args = parser.parse_args()
t = trial()

digits = load_digits()
images = torch.tensor(digits.data, dtype=torch.float32) / 16
data = TensorDataset(images, torch.tensor(digits.target))
split = torch.Generator().manual_seed(0)  # the same for every seed
train, val, test = random_split(data, [1000, 400, 397], generator=split)

torch.manual_seed(args.seed)
norm = nn.BatchNorm1d(args.width) if args.norm == "batch" else nn.Identity()
model = nn.Sequential(
    nn.Linear(64, args.width),
    norm,
    nn.ReLU(),
    nn.Dropout(args.dropout),
    nn.Linear(args.width, 10),
).to(args.device)
optimizer = torch.optim.Adam(model.parameters(), lr=args.lr)
epoch = 0

checkpoint = t.checkpoints / "last.pt"
if checkpoint.exists():
    saved = torch.load(checkpoint)
    model.load_state_dict(saved["model"])
    optimizer.load_state_dict(saved["optimizer"])
    torch.set_rng_state(saved["rng"])
    epoch = saved["epoch"]


@torch.no_grad()
def accuracy(part):
    """The share of a split's images that the model classifies correctly."""
    model.eval()
    batches = DataLoader(part, batch_size=500)
    hits = [(model(x.to(args.device)).argmax(1).cpu() == y).sum() for x, y in batches]
    return float(sum(hits)) / len(part)


while epoch < args.epochs:
    epoch += 1
    model.train()
    total = 0.0
    for x, y in DataLoader(train, batch_size=40, shuffle=True):
        loss = cross_entropy(model(x.to(args.device)), y.to(args.device))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(x)
    t.log(epoch, {"train/loss": total / len(train), "val/accuracy": accuracy(val)})
    state = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}
    torch.save({**state, "rng": torch.get_rng_state(), "epoch": epoch}, checkpoint)

torch.save(model.state_dict(), t.artifacts / "weights.pt")
t.finish({"val/accuracy": accuracy(val), "test/accuracy": accuracy(test)})
