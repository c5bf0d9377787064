"""Writes a trained torch network as an ONNX file and reads it back through ONNX Runtime."""

import inspect

import numpy as np
import onnx
import onnxruntime
import torch

OPSET = 13


def seed_everything(seed):
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    return np.random.default_rng(seed)


def write_onnx(network, path, input_shape, input_name, output_names):
    """Exports in evaluation mode with BatchNormalization kept as nodes of its own, so that folding it is left to the reader."""
    network.eval()
    options = dict(
        opset_version=OPSET,
        input_names=[input_name],
        output_names=output_names,
        training=torch.onnx.TrainingMode.PRESERVE,
        do_constant_folding=False,
    )
    if 'dynamo' in inspect.signature(torch.onnx.export).parameters:
        options['dynamo'] = False
    torch.onnx.export(network, torch.zeros(*input_shape), path, **options)
    model = onnx.load(path)
    onnx.checker.check_model(model)
    for node in model.graph.node:
        node.doc_string = ''
    onnx.save(model, path)
    return sorted({node.op_type for node in model.graph.node})


def run_onnx(path, batch):
    """Runs one sample at a time, because the exported batch size is one. Returns one stacked array per output."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=['CPUExecutionProvider'])
    name = session.get_inputs()[0].name
    rows = [session.run(None, {name: sample[None]}) for sample in batch]
    return [np.concatenate(column) for column in zip(*rows)]
