"""Trains the digit classifier of examples/quickstart and writes its ONNX file and its pictures.

Data: `sklearn.datasets.load_digits`, 1797 handwritten digits of 8x8 pixels, enlarged to 32x32 and painted in two random colours.
"""

import os
import time

import numpy as np
import torch
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn
from torch.nn import functional

from onnx_file import run_onnx, seed_everything, write_onnx
from pictures import preprocess, read_pngs, write_pngs

SEED = 7
EPOCHS = int(os.environ.get('EPOCHS', '40'))
BATCH = 64
OUT = os.path.join(os.path.dirname(__file__), '..', '..', '..', 'examples', 'quickstart')


def convolution(inputs, outputs, kernel, stride=1, groups=1, activation=None):
    layers = [
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs),
    ]
    return nn.Sequential(*layers, *([activation] if activation else []))


class Separable(nn.Module):
    """Depthwise convolution with ReLU6, then a linear pointwise one; with a residual connection where shapes allow it."""

    def __init__(self, inputs, outputs, stride=1):
        super().__init__()
        self.residual = inputs == outputs and stride == 1
        self.depthwise = convolution(inputs, inputs, 3, stride, inputs, nn.ReLU6())
        self.pointwise = convolution(inputs, outputs, 1)

    def forward(self, x):
        y = self.pointwise(self.depthwise(x))
        return x + y if self.residual else y


class Basic(nn.Module):
    """Two dense convolutions around a residual connection, ReLU after the sum."""

    def __init__(self, channels):
        super().__init__()
        self.first = convolution(channels, channels, 3, activation=nn.ReLU())
        self.second = convolution(channels, channels, 3)

    def forward(self, x):
        return functional.relu(x + self.second(self.first(x)))


class Digits(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            convolution(3, 16, 3, 2, activation=nn.ReLU6()),
            Separable(16, 16),
            Separable(16, 32, 2),
            Separable(32, 32),
            Basic(32),
            Separable(32, 64, 2),
            Separable(64, 64),
        )
        self.last = convolution(64, 96, 1, activation=nn.ReLU6())
        self.classifier = nn.Linear(96, 10)

    def forward(self, x):
        y = functional.adaptive_avg_pool2d(self.last(self.body(x)), 1)
        return self.classifier(torch.flatten(y, 1))


def enlarge(images):
    """[n, 8, 8] ink of 0..16 to float32 [n, 32, 32] ink of 0..1."""
    large = [np.asarray(Image.fromarray(image.astype(np.float32), 'F').resize((32, 32), Image.BICUBIC)) for image in images]
    return np.clip(np.stack(large) / 16, 0, 1)


def paint(ink, rng):
    """Ink to uint8 [n, 32, 32, 3]: random paper and pen colours at least 90 grey levels apart, a little noise."""
    count = len(ink)
    paper = rng.uniform(0, 255, (count, 1, 1, 3))
    pen = rng.uniform(0, 255, (count, 1, 1, 3))
    for _ in range(50):
        close = np.abs(pen.mean(-1) - paper.mean(-1))[:, 0, 0] < 90
        pen[close] = rng.uniform(0, 255, (int(close.sum()), 1, 1, 3))
    close = np.abs(pen.mean(-1) - paper.mean(-1))[:, 0, 0] < 90
    pen[close] = np.where(paper[close] > 127, 0, 255)
    mixed = paper + ink[..., None] * (pen - paper) + rng.normal(0, 3, (count, 32, 32, 3))
    return np.clip(np.rint(mixed), 0, 255).astype(np.uint8)


def jitter(ink, rng):
    """Small random rotation, zoom and shift of each digit."""
    count = len(ink)
    angle = rng.uniform(-0.22, 0.22, count)
    zoom = rng.uniform(0.85, 1.15, count)
    rows = np.stack([np.cos(angle) * zoom, -np.sin(angle) * zoom, rng.uniform(-0.15, 0.15, count)], 1)
    columns = np.stack([np.sin(angle) * zoom, np.cos(angle) * zoom, rng.uniform(-0.15, 0.15, count)], 1)
    theta = torch.from_numpy(np.stack([rows, columns], 1).astype(np.float32))
    images = torch.from_numpy(ink.astype(np.float32))[:, None]
    grid = functional.affine_grid(theta, list(images.shape), align_corners=False)
    return functional.grid_sample(images, grid, align_corners=False)[:, 0].numpy()


def train(network, ink, labels, rng):
    optimizer = torch.optim.AdamW(network.parameters(), lr=4e-3, weight_decay=1e-2)
    steps = EPOCHS * (len(ink) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=steps)
    for epoch in range(EPOCHS):
        network.train()
        order = rng.permutation(len(ink))
        inputs = preprocess(paint(jitter(ink[order], rng), rng))
        targets = labels[order]
        losses = []
        for start in range(0, len(order) - BATCH + 1, BATCH):
            batch = torch.from_numpy(inputs[start : start + BATCH])
            loss = functional.cross_entropy(network(batch), torch.from_numpy(targets[start : start + BATCH]), label_smoothing=0.05)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            losses.append(float(loss))
        if epoch % 10 == 9:
            print(f'epoch {epoch + 1}: loss {np.mean(losses):.4f}')


def pick(labels, each):
    """Indices of the first `each` samples of every digit."""
    return [int(index) for digit in range(10) for index in np.flatnonzero(labels == digit)[:each]]


def main():
    begin = time.time()
    rng = seed_everything(SEED)
    digits = load_digits()
    ink = enlarge(digits.images)
    train_ink, test_ink, train_labels, test_labels = train_test_split(
        ink, digits.target, test_size=400, random_state=SEED, stratify=digits.target
    )
    network = Digits()
    train(network, train_ink, train_labels, rng)

    path = os.path.join(OUT, 'digits.onnx')
    operators = write_onnx(network, path, (1, 3, 32, 32), 'image', ['scores'])
    test_pictures = paint(test_ink, np.random.default_rng(SEED + 1))
    (scores,) = run_onnx(path, preprocess(test_pictures))
    accuracy = float((scores.argmax(1) == test_labels).mean())

    shown = pick(test_labels, 4)
    ranged = pick(train_labels, 2)
    size = write_pngs(
        os.path.join(OUT, 'images'),
        [f'{test_labels[index]}_{index:03d}' for index in shown],
        test_pictures[shown],
    )
    size += write_pngs(
        os.path.join(OUT, 'calibration'),
        [f'{train_labels[index]}_{index:03d}' for index in ranged],
        paint(train_ink[ranged], np.random.default_rng(SEED + 2)),
    )
    names, pictures = read_pngs(os.path.join(OUT, 'images'))
    (scores,) = run_onnx(path, preprocess(pictures))
    shipped = int((scores.argmax(1) == [int(name[0]) for name in names]).sum())

    print(f'digits.onnx: {os.path.getsize(path)} bytes; operators {", ".join(operators)}')
    print(f'accuracy on 400 held-out digits {accuracy:.4f}; shipped pictures right {shipped} of {len(names)}, {size} bytes')
    print(f'{time.time() - begin:.0f} s')
    assert accuracy > 0.97, 'the network is worse than the README says'


if __name__ == '__main__':
    main()
