import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { parseGraph, printGraph } from '@q/ir'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { digits, inEmptyFolder, mustRun, q } from './run-command.ts'

inEmptyFolder()

/**
 * A chip nobody has heard of, as a stranger would write it, without anything of this repository: a mode of its own that
 * stores unsigned bytes with zero points everywhere, multipliers of 15 bits, ties rounded down, and two files.
 */
const madeUp = `
const both = { Q8: 'Q8', F32: 'F32' }
const float = { Q8: 'F32', F32: 'F32' }
const encoding = { kind: 'scale-shift', bits: 32 }

const target = {
  name: 'made-up',
  modes: ['Q8', 'F32'],
  schemes: {
    Q8: {
      kind: 'integer',
      activations: { bits: 8, sign: 'unsigned', zeroPoint: 'by-range' },
      weights: { bits: 8, sign: 'signed', zeroPoint: 'none' },
      multipliers: { sum: encoding, operand: encoding, product: encoding, cast: encoding },
      rounding: { requantize: 'half-down', cast: 'half-down', weight: 'half-to-even' },
    },
    F32: { kind: 'float', dtype: 'f32' },
  },
  defaultFloat: 'F32',
  floatModes: ['F32'],
  ops: { Conv: both, Add: both, Reshape: both, AveragePool: float, MatMul: float },
  rangeSteps: [[{ rule: 'forward', ops: ['Reshape'] }]],
  typeFollowers: ['Reshape'],
  tolerance: { Q8: [0.98, 0.8], F32: [0.999, 0.99] },
}

/** A factor as an odd multiplier of at most 15 bits and a shift. */
function factor(ratio) {
  const shift = 14 - Math.floor(Math.log2(ratio))
  return { multiplier: Math.round(ratio * 2 ** shift), shift }
}

const keep = (node, context) => ({
  nodes: [node],
  values: node.outputs.map((name) => ({ name, type: context.mode === 'Q8' ? context.quantizedType(name) : context.typeOf(name) })),
})

function conv(node, context) {
  if (context.mode !== 'Q8') return keep(node, context)
  const [x, w, b] = node.inputs
  const name = node.outputs[0]
  const type = context.quantizedType(name)
  const input = context.quantizedType(x).quant
  const weights = context.constantOf(w)
  const bias = context.constantOf(b)
  const channels = weights.shape[0]
  const each = weights.data.length / channels
  const codes = new Int8Array(weights.data.length)
  const sums = new Int32Array(channels)
  const factors = []
  for (let c = 0; c < channels; c++) {
    const of = weights.data.subarray(c * each, (c + 1) * each)
    const scale = Math.max(1e-9, ...of.map(Math.abs)) / 127
    let sum = 0
    of.forEach((value, i) => {
      codes[c * each + i] = Math.round(value / scale)
      sum += codes[c * each + i]
    })
    sums[c] = Math.round((bias === undefined ? 0 : bias.data[c]) / (scale * input.scale)) - input.zeroPoint * sum
    factors.push(factor((scale * input.scale) / type.quant.scale))
  }
  const { strides, pads, dilations, group, relu } = context.attrs(node)
  return {
    nodes: [{
      op: 'QConv', inputs: [x, name + '.codes', name + '.sums'], outputs: [name],
      attrs: {
        strides, pads, dilations, group, relu, rounding: context.integers.rounding.requantize,
        multipliers: factors.map((each) => each.multiplier), shifts: factors.map((each) => each.shift),
      },
    }],
    values: [
      { name: name + '.codes', type: { dtype: 'i8', shape: weights.shape }, constant: { dtype: 'i8', shape: weights.shape, data: codes } },
      { name: name + '.sums', type: { dtype: 'i32', shape: [1, channels, 1, 1] }, constant: { dtype: 'i32', shape: [1, channels, 1, 1], data: sums } },
      { name, type },
    ],
  }
}

function add(node, context) {
  if (context.mode !== 'Q8') return keep(node, context)
  const name = node.outputs[0]
  const type = context.quantizedType(name)
  const factors = node.inputs.map((x) => factor(context.quantizedType(x).quant.scale / type.quant.scale))
  return {
    nodes: [{
      op: 'QAdd', inputs: node.inputs, outputs: [name],
      attrs: {
        multipliers: factors.map((each) => each.multiplier), shifts: factors.map((each) => each.shift),
        rounding: context.integers.rounding.requantize, relu: context.attrs(node).relu,
      },
    }],
    values: [{ name, type }],
  }
}

export default ({ endian = 'little' } = {}) => ({
  name: 'made-up',
  target,
  lower: { Conv: conv, Add: add, Reshape: keep, AveragePool: keep, MatMul: keep },
  emit(graph, { name }) {
    const constants = [...graph.values.values()].filter((value) => value.constant !== undefined)
    const places = constants.map(({ name, type }) => ({ name, ...type }))
    const program = { endian, inputs: graph.inputs.map((input) => input.name), outputs: graph.outputs, nodes: graph.nodes, constants: places }
    const bytes = constants.flatMap(({ constant: { data } }) => [...new Uint8Array(data.buffer, data.byteOffset, data.byteLength)])
    return {
      files: new Map([
        [name + '.program.json', new TextEncoder().encode(JSON.stringify(program))],
        [name + '.weights.bin', Uint8Array.from(bytes)],
      ]),
      diagnostics: [],
    }
  },
})
`

beforeEach(() => writeFileSync('made-up.mjs', madeUp))

const quantize = (...more: readonly string[]) =>
  mustRun(
    'quantize',
    digits.model,
    '--data',
    digits.calibration,
    '--chip',
    './made-up.mjs',
    '--tune_num',
    '0',
    ...digits.preprocess,
    ...more,
  )

interface Program {
  readonly endian: string
  readonly nodes: readonly { readonly op: string; readonly attrs: Readonly<Record<string, unknown>> }[]
  readonly constants: readonly { readonly name: string; readonly dtype: string; readonly shape: readonly number[] }[]
}

const program = (): Program => JSON.parse(readFileSync('digits.program.json', 'utf8')) as Program

describe('a made-up chip in a file of the user', () => {
  it('q quantize: the table, both files with what runs, and the result near the float model', async () => {
    const { out } = await quantize()
    expect(readdirSync('.').sort()).toEqual([
      'digits.mlir',
      'digits.program.json',
      'digits.weights.bin',
      'digits_cali_table',
      'digits_top_f32_all_weight.npz',
      'made-up.mjs',
    ])
    expect(out).toMatch(/^files: digits\.mlir, .*digits\.program\.json, digits\.weights\.bin$/m)
    const [, cosine, sqnr] = /^agreement with the float model on 10 samples: .*cosine (\d\.\d+), SQNR (\d+\.\d) dB$/m.exec(out)!
    expect(Number(cosine)).toBeGreaterThan(0.995)
    expect(Number(sqnr)).toBeGreaterThan(20)
    expect(out).toMatch(/^same largest element: 100\.0 %$/m)
    expect(existsSync('made-up')).toBe(false)
  })

  it('the files hold the graph that was resolved: its rounding, its zero points, its constants byte for byte', async () => {
    await quantize()
    const args = ['print', 'digits.mlir', '--chip', './made-up.mjs', '--quantize', 'Q8', '--calibration_table', 'digits_cali_table']
    const graph = parseGraph((await mustRun(...args, '--constants', 'all')).out)
    expect(graph.properties).toMatchObject({ chip: 'made-up', mode: 'Q8' })
    const { nodes, constants } = program()
    expect(nodes.map(({ op }) => op)).toEqual(graph.nodes.map(({ op }) => op))
    for (const { op, attrs } of nodes)
      if (op === 'QConv' || op === 'QAdd' || op === 'QuantizeLinear') expect(attrs['rounding']).toBe('half-down')
    const codes = graph.nodes
      .flatMap(({ outputs }) => outputs.map((name) => graph.values.get(name)!.type))
      .filter(({ quant }) => quant !== undefined)
    expect(new Set(codes.map(({ dtype }) => dtype))).toEqual(new Set(['u8']))
    expect(codes.filter(({ quant }) => quant!.zeroPoint > 0 && quant!.zeroPoint < 255).length).toBeGreaterThan(5)
    const bytes = readFileSync('digits.weights.bin')
    let place = 0
    for (const { name, dtype, shape } of constants) {
      const { constant } = graph.values.get(name)!
      expect([name, dtype, shape]).toEqual([name, constant!.dtype, constant!.shape])
      const { buffer, byteOffset, byteLength } = constant!.data
      expect(bytes.subarray(place, place + byteLength).equals(Buffer.from(buffer, byteOffset, byteLength)), name).toBe(true)
      place += byteLength
    }
    expect(place).toBe(bytes.length)
    expect(printGraph(graph)).toContain('QConv')
  })

  it('model_deploy compares with its tolerance, takes its options and a table of its modes', async () => {
    await quantize()
    const deploy = [
      'model_deploy',
      '--mlir',
      'digits.mlir',
      '--chip',
      './made-up.mjs',
      '--quantize',
      'q8',
      '--calibration_table',
      'digits_cali_table',
    ]
    const compare = ['--test_input', digits.picture, '--model', 'digits.out']
    const { out } = await mustRun(...deploy, ...compare, '--chip_options', '{"endian": "big"}')
    expect(out).toContain('min_similarity')
    expect(program().endian).toBe('big')
    const integers = () => program().nodes.filter(({ op }) => op === 'QConv').length
    const before = integers()
    const layer = /^(\S+) /m.exec(
      readFileSync('digits_cali_table', 'utf8')
        .split('\n')
        .find((line) => /_Conv /.test(line))!,
    )![1]!
    writeFileSync('plan', `${layer} F32\n`)
    await mustRun(...deploy, ...compare, '--quantize_table', 'plan')
    expect(integers()).toBe(before - 1)
    writeFileSync('plan', `${layer} Q8\n`)
    await mustRun(...deploy, ...compare, '--quantize', 'F32', '--quantize_table', 'plan')
    expect(integers()).toBe(1)
    const missed = await q(...deploy, ...compare, '--tolerance', '0.9999999,0.9999999')
    expect(missed.code, missed.err).toBe(1)
    expect(await q(...deploy, ...compare, '--quantize', 'INT8')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/MODE_UNSUPPORTED: q does not support INT8 on made-up yet[^]*one of Q8, F32/),
    })
  })
})

describe('--asymmetric and --high_precision', () => {
  /** The chip without zero points, but for those who ask, and with sums in floats for those who want them precise. */
  const settled = `${madeUp}
target.asymmetricSchemes = { Q8: target.schemes.Q8 }
target.schemes = { ...target.schemes, Q8: { ...target.schemes.Q8, activations: { bits: 8, sign: 'signed', zeroPoint: 'none' } } }
target.highPrecision = { Add: 'F32' }
target.tolerance.Q8 = [-1, -1]
`
  beforeEach(() => writeFileSync('made-up.mjs', settled))
  const settings: readonly (readonly string[])[] = [[], ['--asymmetric'], ['--high_precision'], ['--asymmetric', '--high_precision']]

  it.each(settings.map((given) => ({ given, title: given.join(' ') || 'neither' })))(
    'quantize with $title ships what is asked for, as model_deploy does',
    async ({ given }) => {
      await quantize(...given)
      const [ops, bytes] = [program().nodes.map(({ op }) => op), readFileSync('digits.weights.bin')]
      expect(ops.includes('QAdd')).toBe(!given.includes('--high_precision'))
      const args = ['--chip', './made-up.mjs', '--quantize', 'Q8', '--calibration_table', 'digits_cali_table', ...given]
      const printed = parseGraph((await mustRun('print', 'digits.mlir', ...args)).out)
      const types = [...printed.values.values()].flatMap(({ type: { quant } }) => (quant === undefined ? [] : [quant.zeroPoint]))
      expect(types.some((zero) => zero !== 0)).toBe(given.includes('--asymmetric'))
      await mustRun('model_deploy', '--mlir', 'digits.mlir', ...args, '--model', 'digits.out', '--skip_validation')
      expect(program().nodes.map(({ op }) => op)).toEqual(ops)
      expect(readFileSync('digits.weights.bin').equals(bytes)).toBe(true)
    },
  )

  it('search measures what they ask for', async () => {
    await mustRun('model_transform', '--model_name', 'digits', '--model_def', digits.model, '--mlir', 'digits.mlir', ...digits.preprocess)
    const lossOf = async (...given: readonly string[]): Promise<string> => {
      const samples = ['--data', digits.calibration, '--input_num', '4', '--tune_num', '0', '--inference_num', '2']
      const { out } = await q('search', 'digits.mlir', '--chip', './made-up.mjs', ...samples, '--expected_cos', '0.5', ...given)
      return /^\S+ before.*/m.exec(out)![0]
    }
    const found: string[] = []
    for (const given of settings) found.push(await lossOf(...given))
    expect(new Set(found).size, found.join('; ')).toBe(settings.length)
  })
})

describe('two files', () => {
  const path = process.env['PATH']
  afterEach(() => {
    process.env['PATH'] = path
  })

  it('of one name: a chip that ours is not overwrites nothing of ours', async () => {
    process.env['PATH'] = '/nowhere'
    await quantize()
    const before = readFileSync('digits.program.json')
    await mustRun('model_deploy', '--mlir', 'digits.mlir', '--chip', 'bm1684x', '--model', 'digits.bmodel')
    expect(readFileSync('digits.program.json').equals(before)).toBe(true)
    expect(readdirSync('.')).toEqual(expect.arrayContaining(['digits.qbmodel', 'digits.program.json', 'digits.weights.bin']))
  })
})
