import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  acuity,
  convertersOf,
  exportFiles,
  madeAs,
  networkLayers,
  type OvxGraph,
  type OvxTensor,
  ovxGraphOf,
  parseModel,
  readTypes,
} from '@q/backend-acuity'
import { type Graph, graph, layerOf, resolve } from '@q/ir'
import { beforeEach, describe, expect, it } from 'vitest'
import { startRun } from '../tools/cli/src/context.ts'
import { exportedNetwork as exportedIn } from '../tools/cli/src/pegasus/export.ts'
import { digits, inEmptyFolder, mustRun, prepareDigits, q } from './run-command.ts'

inEmptyFolder()
beforeEach(prepareDigits)

const silent = { print() {}, note() {}, diagnostic() {}, progress() {}, event() {}, error() {}, close() {} }
const exportedNetwork = (options: Readonly<Record<string, unknown>>) =>
  exportedIn(options, startRun({ reporter: silent, signal: new AbortController().signal, env: {} }))

const hasCompiler = spawnSync('gcc', ['--version']).status === 0
const stand = join(import.meta.dirname, 'ovxlib')
const meta = ['--with-input-meta', 'd.yml']
const network = ['--model', 'd.json', '--model-data', 'd.data']

beforeEach(async () => {
  await mustRun('pegasus', 'import', 'onnx', '--model', digits.model, '--output-data', 'd.data', '--output-model', 'd.json')
  await mustRun(
    'pegasus',
    'generate',
    'inputmeta',
    '--model',
    'd.json',
    '--input-meta-output',
    'd.yml',
    '--channel-mean-value',
    '0 0 0 0.00390625',
  )
  writeFileSync('dataset.txt', `${digits.picture}\n`)
})

const types: Readonly<Record<OvxTensor['type'], number>> = {
  INT8: 2,
  UINT8: 3,
  INT16: 4,
  INT32: 5,
  INT64: 6,
  FLOAT16: 7,
  FLOAT32: 8,
  BFLOAT16: 9,
}
const quants: Readonly<Record<OvxTensor['quant']['kind'], number>> = {
  NONE: 0,
  DFP: 1,
  AFFINE_ASYMMETRIC: 2,
  AFFINE_PERCHANNEL_SYMMETRIC: 3,
  AFFINE_SYMMETRIC: 4,
}

function hash(bytes: Uint8Array): number {
  let found = 2166136261
  for (const byte of bytes) found = Math.imul(found ^ byte, 16777619) >>> 0
  return found
}

const printed = (x: number): number => Number(Math.fround(x).toPrecision(9))

/** A tensor as the recorder prints it. */
function toldTensor({ kind, size, type, quant, bytes }: OvxTensor, tensor: number): unknown {
  const isEnd = kind === 'input' || kind === 'output'
  return {
    tensor,
    type: types[type],
    quant: quants[quant.kind],
    const: bytes === undefined ? 0 : 1,
    virtual: kind === 'virtual' ? 1 : 0,
    size: isEnd || bytes !== undefined ? size : [],
    ...(quant.kind === 'DFP' ? { fl: quant.fl } : {}),
    ...(quant.kind === 'AFFINE_ASYMMETRIC' ? { scale: printed(quant.scale), zero: quant.zeroPoint } : {}),
    ...(quant.kind === 'AFFINE_SYMMETRIC' ? { scale: printed(quant.scale) } : {}),
    ...(quant.kind === 'AFFINE_PERCHANNEL_SYMMETRIC' ? { channel: quant.channelDim, scales: quant.scales.map(printed) } : {}),
    bytes: bytes?.length ?? 0,
    hash: hash(bytes ?? new Uint8Array()),
  }
}

/** Compiles the project beside the recorder, runs it, and reads what it built. */
function built(
  folder: string,
  defines: readonly string[] = [],
): {
  readonly tensors: readonly unknown[]
  readonly nodes: readonly Record<string, unknown>[]
  readonly ends: unknown
} {
  const sources = readdirSync(folder)
    .filter((file) => file.endsWith('.c'))
    .map((file) => join(folder, file))
  const strict = ['-std=c11', '-O1', '-Wall', '-Wextra', '-Werror', ...defines, '-I', stand, '-I', folder]
  const compiled = spawnSync('gcc', [...strict, '-o', join(folder, 'run'), ...sources, join(stand, 'recorder.c'), '-lm'], {
    encoding: 'utf8',
  })
  expect(compiled.stderr).toBe('')
  const { stdout } = spawnSync(join(folder, 'run'), [join(folder, 'd.export.data'), 'none.tensor'], { encoding: 'utf8' })
  const lines = stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  return { tensors: lines.filter((line) => 'tensor' in line), nodes: lines.filter((line) => 'node' in line), ends: lines.at(-1) }
}

/** The same tensors, with their bytes, and the same nodes; these are handed back. */
function expectSameGraph(folder: string, graph: OvxGraph): readonly Record<string, unknown>[] {
  const { tensors, nodes, ends } = built(folder)
  expect(tensors).toEqual(graph.tensors.map(toldTensor))
  expect(nodes.map(({ node, op, inputs, outputs }) => ({ node, op, inputs, outputs }))).toEqual(
    graph.nodes.map(({ op, inputs, outputs }, node) => ({ node, op, inputs, outputs })),
  )
  expect(ends).toEqual({ graph: 1, inputs: graph.inputs, outputs: graph.outputs })
  return nodes
}

function expectSame(folder: string, graph: OvxGraph): void {
  const nodes = expectSameGraph(folder, graph)
  const conv = graph.nodes.findIndex(({ op }) => op === 'CONV2D')
  const each = (name: string) => (graph.nodes[conv]!.params[`conv2d.${name}`] as { readonly each: readonly number[] }).each
  expect(nodes[conv]).toMatchObject({
    ksize: each('ksize'),
    stride: each('stride'),
    pad: each('pad'),
    weights: graph.nodes[conv]!.params['conv2d.weights'],
  })
}

describe.skipIf(!hasCompiler)('exported sources compile without a warning and build the graph (skipped without gcc)', () => {
  const exportQuantized = (files: readonly string[], flags: readonly string[] = []) => {
    const quantized = ['--dtype', 'quantized', '--model-quantize', 'd.quantize']
    return mustRun('pegasus', 'export', 'ovxlib', ...files, ...meta, ...quantized, '--output-path', 'out/d', ...flags)
  }
  const toExport = (table: string, more: Readonly<Record<string, unknown>> = {}) => ({
    model: 'd.json',
    modelData: 'd.data',
    modelQuantize: table,
    dtype: 'quantized',
    ...more,
  })

  it.each([
    ['asymmetric_affine', 'uint8'],
    ['perchannel_symmetric_affine', 'int8'],
    ['dynamic_fixed_point', 'int16'],
  ])('%s %s', async (quantizer, qtype) => {
    await mustRun(
      'pegasus',
      'quantize',
      ...network,
      ...meta,
      '--rebuild',
      '--quantizer',
      quantizer,
      '--qtype',
      qtype,
      '--model-quantize',
      'd.quantize',
    )
    mkdirSync('out')
    await exportQuantized(network)
    expectSame('out', await exportedNetwork(toExport('d.quantize')))
  })

  it('16 bits in the midst of 8, with converters', async () => {
    const options = ['--quantizer', 'perchannel_symmetric_affine', '--qtype', 'int8', '--model-quantize', 'd.quantize']
    await mustRun('pegasus', 'quantize', ...network, ...meta, '--rebuild', ...options)
    const layers = parseModel(readFileSync('d.json', 'utf8'), 'd.json').layers
    const [pool] = [...layers].find(([, { op }]) => op === 'pooling')!
    writeFileSync(
      'd.quantize',
      readFileSync('d.quantize', 'utf8').replace(
        'customized_quantize_layers: {}',
        `customized_quantize_layers:\n  '${pool}': dynamic_fixed_point-i16`,
      ),
    )
    await mustRun('pegasus', 'quantize', ...network, ...meta, '--hybrid', ...options)
    mkdirSync('out')
    const model = ['--model', 'd.quantize.json', '--model-data', 'd.data']
    const flags = [
      '--batch-size',
      '1',
      '--save-fused-graph',
      '--target-ide-project',
      'linux64',
      '--pack-nbg-unify',
      '--optimize',
      'VIP9000NANOSI_PLUS_PID0X10000016',
      '--viv-sdk',
      'sdk',
    ]
    const { err } = await exportQuantized(model, flags)
    expect(err).toMatch(/BINARY_NOT_MADE/)
    expect(err).toMatch(/CHIP_WITHOUT: acuity-t527 may not run dynamic_fixed_point int16/)
    const graph = await exportedNetwork(toExport('d.quantize', { model: 'd.quantize.json' }))
    expect(graph.nodes.filter(({ op }) => op === 'DATACONVERT')).toHaveLength(2)
    expectSame('out', graph)
  })

  it('floats, in halves and whole', async () => {
    for (const dtype of ['float', 'float32']) {
      await mustRun('pegasus', 'export', 'ovxlib', ...network, '--dtype', dtype, '--output-path', `${dtype}/d`)
      expectSame(dtype, await exportedNetwork(toExport('none', { dtype })))
    }
  })
})

/** The sources of a network in a mode, in the folder `out`. */
function written(net: Graph, mode: 'F16' | 'F32' | 'PCQ' | 'DFP16'): OvxGraph {
  const backend = acuity()
  const ranges = new Map(net.nodes.map((node) => [layerOf(node), { threshold: 4, min: -4, max: 4 }]))
  for (const { name } of net.inputs) ranges.set(name, { threshold: 4, min: -4, max: 4 })
  const resolved = resolve(net, ranges, new Map(), backend, { mode })
  const made = madeAs(net, resolved, { target: backend.target, mode })
  const layers = networkLayers(net)
  const converters = convertersOf(layers, made, readTypes(layers, resolved, made), mode)
  const exported = ovxGraphOf({ layers, graph: net, made, converters })
  mkdirSync('out', { recursive: true })
  for (const [name, content] of exportFiles(exported, { prefix: 'd', numbers: new Map() })) writeFileSync(join('out', name), content)
  return exported
}

// Members of parameters as the headers of the public library have them; axes and counts from the innermost dimension.
it.skipIf(!hasCompiler).each(['F16', 'F32', 'PCQ', 'DFP16'] as const)(
  'operators that move, divide and widen build the same graph in %s (skipped without gcc)',
  (mode) => {
    const net = graph`
      x: f32[1,2,4,4]
      w: f32[2,3,3,2] = 0.5
      v: f32[3,1,1,1] = [1, 2, 3]
      b: f32[3] = [1, -1, 0.5]
      a = ConvTranspose(x, w, b) {strides = [2, 1], pads = [1, 0, 0, 1], output_padding = [1, 0], relu = true}
      c = ConvTranspose(a, v) {strides = [1, 1], pads = [0, 0, 0, 0], group = 3}
      s: f32[3] = [0.25, 0.5, 0.75]
      d = PRelu(c, s)
      e = Softplus(d)
      f = Div(a, e)
      n: f32[1] = 2
      g = Div(f, n)
      h = Tile(g) {repeats = [1, 4, 1, 2]}
      i = DepthToSpace(h) {block_h = 2, block_w = 2, mode = "CRD"}
      j = DepthToSpace(i) {block_h = 2, block_w = 2, inverse = true}
      p: i64[2] = [0, -1]
      k = Gather(j, p) {axis = 1}
      y = Softmax(k) {axis = 1, log = true}
      return y
    `
    const exported = written(net, mode)
    const nodes = expectSameGraph('out', exported)
    const told = (op: string) => nodes.filter((node) => node['op'] === op)
    expect(told('DECONVOLUTION')).toMatchObject([
      { ksize: [2, 3], stride: [1, 2], pad: [0, 1, 1, 0], output_padding: [0, 1], weights: 3, group: 1 },
      { ksize: [1, 1], stride: [1, 1], pad: [0, 0, 0, 0], output_padding: [0, 0], weights: 3, group: 3 },
    ])
    expect(told('PRELU')).toMatchObject([{ axis: 2 }])
    expect(told('DIVIDE')).toMatchObject([{ scale: 1 }, { scale: 1 }])
    expect(told('TILE')).toMatchObject([{ multiples: [2, 1, 4, 1] }])
    expect(told('DEPTH2SPACE')).toMatchObject([{ block_size: 2, mode: 1 }])
    expect(told('SPACE2DEPTH')).toMatchObject([{ block_size: [2, 2] }])
    expect(told('GATHER')).toMatchObject([{ axis: 2, batch_dims: 0 }])
    expect(told('LOG_SOFTMAX')).toMatchObject([{ axis: 2, beta: 1 }])
    const constant = (name: RegExp) => exported.tensors.find((tensor) => tensor.kind === 'constant' && name.test(tensor.name))!
    // The innermost dimension first: outputs are the outermost, as in a convolution.
    expect(constant(/^a\/sum_\d+:weight$/).size).toEqual([2, 3, 2, 3])
    expect(constant(/^d_\d+:a$/).size).toEqual([1, 1, 3])
    const places = constant(/^p_\d+$/)
    expect([places.type, [...new Int32Array(places.bytes!.slice().buffer)]]).toEqual(['INT32', [0, 11]])
  },
)

it.skipIf(!hasCompiler)('functions of an element compile without a warning, whatever their parameters (skipped without gcc)', () => {
  const net = graph`
    x: f32[1,2,4]
    a = Clip(x) {min = -1, max = 2}
    b = Elu(a) {alpha = 0.5}
    c = Gelu(b)
    d = Gelu(c) {approximate = "tanh"}
    e = HardSigmoid(d)
    f = HardSwish(e)
    g = LeakyRelu(f) {alpha = 0.1}
    h = Mish(g)
    i = Swish(h) {alpha = 1.5}
    j = Tanh(i)
    s: f32[4] = 1
    t: f32[4] = 0
    y = LayerNormalization(j, s, t)
    return y
  `
  const exported = written(net, 'F16')
  for (const defines of [[], ['-D_VSI_NN_NODE_TYPE_H']])
    expect(built('out', defines).nodes.map(({ op }) => op)).toEqual(exported.nodes.map(({ op }) => op))
})

it('another batch and a type that there is not are refused', async () => {
  const exported = (...more: readonly string[]) => q('pegasus', 'export', 'ovxlib', ...network, '--output-path', 'out/d', ...more)
  expect((await exported('--batch-size', '4')).err).toMatch(/^ACUITY_BATCH: /)
  expect((await exported('--dtype', 'quantized_strict')).err).toMatch(/^ACUITY_DTYPE: /)
})
