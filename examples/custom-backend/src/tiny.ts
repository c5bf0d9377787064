import {
  type Backend,
  type BackendFactory,
  defineTarget,
  type LowerOp,
  layerOf,
  loweredTo,
  roundHalfAway,
  saturate,
  scaleShift,
  type Value,
} from '@q/ir'

const both = { INT8: 'INT8', F32: 'F32' } as const
const float = { INT8: 'F32', F32: 'F32' } as const

const target = defineTarget({
  name: 'tiny',
  modes: ['INT8', 'F32'],
  schemes: {
    INT8: {
      kind: 'integer',
      activations: { bits: 8, sign: 'by-range', zeroPoint: 'none' },
      weights: { bits: 8, sign: 'signed', zeroPoint: 'none' },
      multipliers: {
        sum: { kind: 'scale-shift', bits: 32 },
        operand: { kind: 'scale-shift', bits: 8, range: 'positive' },
        product: { kind: 'scale-shift', bits: 8 },
        cast: { kind: 'scale-shift', bits: 32 },
      },
      rounding: { requantize: 'half-up', cast: 'half-to-even', weight: 'half-away-from-zero' },
    },
    F32: { kind: 'float', dtype: 'f32' },
  },
  defaultFloat: 'F32',
  floatModes: ['F32'],
  ops: {
    Conv: both,
    Add: both,
    Relu: both,
    MaxPool: both,
    Reshape: both,
    'Add#constant': float,
    MatMul: float,
    Softmax: float,
  },
  rangeImport: { Softmax: 'unit' },
  rangeSteps: [[{ rule: 'backward', ops: ['Relu', 'MaxPool'] }], [{ rule: 'forward', ops: ['Relu', 'MaxPool', 'Reshape'] }]],
  typeFollowers: ['Reshape'],
  tolerance: { INT8: [0.9, 0.8], F32: [0.99, 0.99] },
})

/** The same node, on codes in INT8 and on float32 else. */
const keep: LowerOp = (node, context) =>
  loweredTo(
    node,
    node.outputs.map((name) => ({ name, type: context.mode === 'INT8' ? context.quantizedType(name) : context.typeOf(name) })),
  )

const conv: LowerOp = (node, context) => {
  if (context.mode !== 'INT8') return keep(node, context)
  const [x, w, b] = node.inputs as [string, string, string?]
  const name = layerOf(node)
  const weights = context.constantOf(w)!
  const result = context.quantizedType(name)
  const inputScale = context.quantizedType(x).quant!.scale
  const data = weights.data as Float32Array
  const scale = data.reduce((largest, each) => Math.max(largest, Math.abs(each)), 0) / 127
  const { multiplier, shift } = scaleShift((inputScale * scale) / result.quant!.scale, { bits: 32 })
  const filter: Value = {
    name: `${name}_filter`,
    type: { dtype: 'i8', shape: weights.shape },
    constant: { dtype: 'i8', shape: weights.shape, data: Int8Array.from(data, (each) => saturate(roundHalfAway(each / scale), 'i8')) },
  }
  const values = [filter, { name, type: result }]
  const bias = context.constantOf(b)
  if (bias !== undefined) {
    const codes = Int32Array.from(bias.data as Float32Array, (each) => roundHalfAway(each / (inputScale * scale)))
    values.push({
      name: `${name}_bias`,
      type: { dtype: 'i32', shape: bias.shape },
      constant: { dtype: 'i32', shape: bias.shape, data: codes },
    })
  }
  const { strides, pads, dilations, group, relu } = context.attrs(node)
  return loweredTo(
    {
      op: 'QConv',
      inputs: [x, filter.name, ...(bias === undefined ? [] : [`${name}_bias`])],
      outputs: [name],
      attrs: {
        strides: strides!,
        pads: pads!,
        dilations: dilations!,
        group: group!,
        relu: relu!,
        multipliers: [multiplier],
        shifts: [shift],
        rounding: 'half-up',
      },
    },
    values,
  )
}

const add: LowerOp = (node, context) => {
  if (context.mode !== 'INT8') return keep(node, context)
  const name = layerOf(node)
  const result = context.quantizedType(name)
  const factors = node.inputs.map((x) =>
    scaleShift(context.quantizedType(x!).quant!.scale / result.quant!.scale, { bits: 8, range: 'positive' }),
  )
  return loweredTo(
    {
      op: 'QAdd',
      inputs: node.inputs,
      outputs: [name],
      attrs: {
        multipliers: factors.map(({ multiplier }) => multiplier),
        shifts: factors.map(({ shift }) => shift),
        relu: context.attrs(node).relu!,
      },
    },
    [{ name, type: result }],
  )
}

export const tiny: BackendFactory = (): Backend => ({
  name: 'tiny',
  target,
  lower: { Conv: conv, Add: add, Relu: keep, MaxPool: keep, Reshape: keep, MatMul: keep, Softmax: keep },
  emit: (graph, { name }) => ({
    files: new Map([[`${name}.json`, new TextEncoder().encode(JSON.stringify({ nodes: graph.nodes, outputs: graph.outputs }))]]),
    diagnostics: [],
  }),
})
