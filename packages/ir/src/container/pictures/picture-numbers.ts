import type { Backend } from '../../contracts/backend.ts'
import { QError } from '../../errors.ts'
import { valueOf } from '../../graph/edges.ts'
import type { Graph, Node, TensorType, Value } from '../../graph/types.ts'
import { newConstant } from '../../lowering/constant.ts'
import { floatOps } from '../../ops/op-set.ts'
import { resolve } from '../../resolve/resolve.ts'
import type { QuantMode } from '../../tables/quant-mode.ts'
import { withImplied } from '../with-implied.ts'
import type { Fused, Made, PictureFamily } from './fused.ts'
import { normalizingOf } from './normalizing.ts'

/**
 * The floats of an input as a convolution of single channels makes them of bytes, as the family computes convolutions in floats of this type. @param bytes `[N, C, H, W]`
 *
 * @throws QError `PICTURE_INPUT` for floats that the chip does not compute in
 */
export function numbersOfBytes(bytes: Value, type: TensorType, fused: Fused, { backend, implied }: PictureFamily): Made {
  const { dtype, shape } = type
  const cast: Value = { name: `${fused.input}_raw${fused.input}_preprocess_${dtype}`, type: { dtype, shape } }
  const dequantize: Node = { op: 'DequantizeLinear', inputs: [bytes.name], outputs: [cast.name], attrs: {}, origin: [fused.input] }
  const mode = modeOf(type, fused.input, backend)
  const lowered = resolve(scaling(fused, shape), undefined, new Map(), backend, {
    mode,
    asymmetric: false,
    highPrecision: false,
  }).graph
  const conv = lowered.nodes.find(({ op }) => op === 'Conv')!
  const value = valueOf(lowered, conv.outputs[0]!)
  // Of the chip's lowering they say their type, which TPU-MLIR 1.30.2 does not here.
  const constants = conv.inputs.slice(1).map((name, i): Value => {
    return { ...valueOf(lowered, name!), name: `${value.name}_${i === 0 ? 'weight' : 'bias'}` }
  })
  const meant = withImplied({ ...lowered, nodes: [dequantize], values: new Map([bytes, cast].map((each) => [each.name, each])) }, implied)
  return {
    value,
    nodes: [...meant.nodes, { ...conv, inputs: [cast.name, ...constants.map(({ name }) => name)], origin: [fused.input] }],
    values: [cast, ...constants, value],
  }
}

/** A network that only does to its input what makes numbers of bytes. */
function scaling(fused: Fused, shape: readonly number[]): Graph {
  const name = `${fused.input}_preprocess_dwconv`
  const channels = shape[1]!
  const each = normalizingOf(fused, channels)
  const weight = newConstant(
    `${name}_weight`,
    'f32',
    [channels, 1, 1, 1],
    Float32Array.from(each, ({ scale }) => scale),
  )
  const bias = newConstant(
    `${name}_bias`,
    'f32',
    [channels],
    Float32Array.from(each, ({ bias }) => bias),
  )
  const [input, result] = [`${name}_bytes`, name].map((of): Value => ({ name: of, type: { dtype: 'f32', shape } })) as [Value, Value]
  const conv: Node = {
    op: 'Conv',
    inputs: [input.name, weight.name, bias.name],
    outputs: [name],
    attrs: { strides: [1, 1], pads: [0, 0, 0, 0], group: channels },
  }
  return {
    name: fused.input,
    inputs: [{ name: input.name }],
    outputs: [name],
    nodes: [conv],
    values: new Map([input, weight, bias, result].map((value) => [value.name, value])),
    ops: floatOps,
    properties: { stage: 'float' },
  }
}

/** The mode of the chip that computes in floats of a type. */
function modeOf({ dtype }: TensorType, input: string, { target }: Backend): QuantMode {
  const found = target.modes.find((mode) => {
    const scheme = target.schemes[mode]
    return scheme?.kind === 'float' && scheme.dtype === dtype
  })
  if (found !== undefined) return found
  throw new QError('PICTURE_INPUT', `the chip cannot make the numbers of ${input} of pictures`, {
    at: [input],
    found: `the network takes it in several types, or in ${dtype}, in which ${target.name} does not compute`,
    wanted: 'one type for all that use it',
    hint: 'keep all layers that use this input in one mode, or feed the network numbers',
    kind: 'usage',
  })
}
