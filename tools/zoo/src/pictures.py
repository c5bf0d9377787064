"""8-bit RGB pictures: preprocessing and PNG files."""

import os

import numpy as np
from PIL import Image

MEAN = np.array([123.675, 116.28, 103.53], np.float32)
SCALE = np.array([0.0171, 0.0175, 0.0174], np.float32)


def preprocess(pictures):
    """uint8 [n, height, width, 3] to the network's float32 [n, 3, height, width]: (pixel - mean) * scale per channel."""
    return ((pictures.astype(np.float32) - MEAN) * SCALE).transpose(0, 3, 1, 2).copy()


def write_pngs(folder, names, pictures):
    """Replaces the folder's PNG files. Returns their total size in bytes."""
    os.makedirs(folder, exist_ok=True)
    for old in os.listdir(folder):
        if old.endswith('.png'):
            os.remove(os.path.join(folder, old))
    total = 0
    for name, picture in zip(names, pictures):
        path = os.path.join(folder, name + '.png')
        Image.fromarray(picture, 'RGB').save(path, optimize=True)
        total += os.path.getsize(path)
    return total


def read_pngs(folder):
    """Names without ending, in order, and uint8 pictures [n, height, width, 3]."""
    names = sorted(name[:-4] for name in os.listdir(folder) if name.endswith('.png'))
    return names, np.stack([np.asarray(Image.open(os.path.join(folder, name + '.png')).convert('RGB')) for name in names])
