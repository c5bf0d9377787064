"""Trains the small detector of examples/assets: where is the disk, and how large is it? Writes its ONNX file and its pictures.

Data: made here. Each 64x64 picture holds one disk among squares and crosses, on a shaded and noisy ground.
The network answers with a 16x16 heat map (1 at the disk's centre) and a 16x16 map of the radius in pixels.
"""

import os
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from onnx_file import run_onnx, seed_everything, write_onnx
from pictures import preprocess, read_pngs, write_pngs

SEED = 11
STEPS = int(os.environ.get('STEPS', '3000'))
BATCH = 32
SIDE = 64
CELLS = 16
CELL = SIDE // CELLS
OUT = os.path.join(os.path.dirname(__file__), '..', '..', '..', 'examples', 'assets')


class ConvolutionSilu(nn.Module):
    def __init__(self, inputs, outputs, kernel=3, stride=1):
        super().__init__()
        self.convolution = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, x):
        y = self.norm(self.convolution(x))
        return y * torch.sigmoid(y)


class Heatmap(nn.Module):
    """Down to 8x8, pooled context, up again, joined with the 16x16 features: the outline of a one-stage detector."""

    def __init__(self):
        super().__init__()
        self.stem = ConvolutionSilu(3, 12, 3, 2)
        self.middle = ConvolutionSilu(12, 24, 3, 2)
        self.deep = ConvolutionSilu(24, 40, 3, 2)
        self.context = ConvolutionSilu(80, 40, 1)
        self.join = ConvolutionSilu(64, 32, 3)
        self.heat = nn.Conv2d(32, 1, 1)
        self.radius = nn.Conv2d(32, 1, 1)

    def forward(self, x):
        middle = self.middle(self.stem(x))
        deep = self.deep(middle)
        pooled = functional.max_pool2d(deep, 5, 1, 2)
        context = self.context(torch.cat([deep, pooled], 1))
        up = functional.interpolate(context, scale_factor=2.0, mode='nearest')
        joined = self.join(torch.cat([up, middle], 1))
        return torch.sigmoid(self.heat(joined)), self.radius(joined)


def cover(distance):
    """Signed distance to a shape's edge, in pixels, to a soft coverage of 0..1."""
    return np.clip(0.5 - distance, 0, 1)


def draw(rng):
    """One uint8 picture, with the disk's centre and radius in pixels."""
    ys, xs = np.mgrid[0:SIDE, 0:SIDE] + 0.5
    slope = rng.uniform(-1, 1, (2, 3)) * 40
    picture = rng.uniform(30, 225, 3) + ((ys - 32)[..., None] * slope[0] + (xs - 32)[..., None] * slope[1]) / SIDE
    for _ in range(rng.integers(1, 4)):
        x, y = rng.uniform(6, 58, 2)
        half = rng.uniform(4, 9)
        turn = rng.uniform(0, np.pi / 2)
        u = np.abs((xs - x) * np.cos(turn) + (ys - y) * np.sin(turn))
        v = np.abs((ys - y) * np.cos(turn) - (xs - x) * np.sin(turn))
        if rng.random() < 0.5:
            distance = np.maximum(u, v) - half
        else:
            distance = np.minimum(np.maximum(u - half, v - half / 3), np.maximum(v - half, u - half / 3))
        picture += cover(distance)[..., None] * (rng.uniform(0, 255, 3) - picture)
    x, y = rng.uniform(10, 54, 2)
    radius = rng.uniform(4, 10)
    local = picture[int(y), int(x)]
    colour = rng.uniform(0, 255, 3)
    while np.abs(colour - local).max() < 80:
        colour = rng.uniform(0, 255, 3)
    picture += cover(np.hypot(xs - x, ys - y) - radius)[..., None] * (colour - picture)
    picture += rng.normal(0, 4, picture.shape)
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8), (x, y, radius)


def draw_many(count, rng):
    pairs = [draw(rng) for _ in range(count)]
    return np.stack([picture for picture, _ in pairs]), np.array([place for _, place in pairs], np.float32)


def targets(places):
    """Heat: a Gaussian of one cell around the centre. Near: the cells where the radius is learned."""
    centres = (np.arange(CELLS) + 0.5) * CELL
    squared = (centres[None, None, :] - places[:, 0, None, None]) ** 2 + (centres[None, :, None] - places[:, 1, None, None]) ** 2
    heat = np.exp(-squared / (2 * CELL**2)).astype(np.float32)[:, None]
    return torch.from_numpy(heat), torch.from_numpy((heat > 0.5).astype(np.float32))


def train(network, rng):
    pictures, places = draw_many(12000, rng)
    optimizer = torch.optim.AdamW(network.parameters(), lr=5e-3, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 5e-3, total_steps=STEPS)
    network.train()
    losses = []
    for step in range(STEPS):
        chosen = rng.integers(0, len(pictures), BATCH)
        heat, near = targets(places[chosen])
        radius = torch.from_numpy(places[chosen, 2])[:, None, None, None]
        got_heat, got_radius = network(torch.from_numpy(preprocess(pictures[chosen])))
        loss = 4 * functional.binary_cross_entropy(got_heat, heat) + 0.1 * ((got_radius - radius).abs() * near).sum() / near.sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        losses.append(float(loss))
        if step % 500 == 499:
            print(f'step {step + 1}: loss {np.mean(losses[-500:]):.4f}')


def score(heat, radius, places):
    """Share of pictures whose hottest cell lies within one cell of the disk's centre, and the mean error of the radius there."""
    flat = heat.reshape(len(heat), -1)
    best = flat.argmax(1)
    x = (best % CELLS + 0.5) * CELL
    y = (best // CELLS + 0.5) * CELL
    found = np.maximum(np.abs(x - places[:, 0]), np.abs(y - places[:, 1])) <= CELL
    error = np.abs(radius.reshape(len(radius), -1)[np.arange(len(best)), best] - places[:, 2])
    return float(found.mean()), float(error.mean())


def main():
    begin = time.time()
    rng = seed_everything(SEED)
    network = Heatmap()
    train(network, rng)

    path = os.path.join(OUT, 'heatmap.onnx')
    operators = write_onnx(network, path, (1, 3, SIDE, SIDE), 'image', ['heat', 'radius'])
    pictures, places = draw_many(500, np.random.default_rng(SEED + 1))
    found, error = score(*run_onnx(path, preprocess(pictures)), places)

    folder = os.path.join(OUT, 'heatmap')
    names = [f'{index:02d}_x{x:.0f}_y{y:.0f}_r{radius:.0f}' for index, (x, y, radius) in enumerate(places[:16])]
    size = write_pngs(folder, names, pictures[:16])
    names, pictures = read_pngs(folder)
    shown, _ = score(*run_onnx(path, preprocess(pictures)), places[:16])
    np.savez_compressed(os.path.join(OUT, 'heatmap-input.npz'), image=preprocess(pictures[:1]))

    print(f'heatmap.onnx: {os.path.getsize(path)} bytes; operators {", ".join(operators)}')
    print(f'found within one cell {found:.4f} of 500, radius error {error:.2f} px; shipped pictures {shown:.4f} of {len(names)}, {size} bytes')
    print(f'{time.time() - begin:.0f} s')
    assert found > 0.95, 'the network is worse than the README says'


if __name__ == '__main__':
    main()
