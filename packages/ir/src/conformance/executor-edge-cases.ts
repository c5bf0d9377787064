import { type ExecutorCase, fed, gives, held, nodeCase } from './executor-case.ts'
import { f16, f32, node, smallGraph } from './small-graph.ts'

const near = { tolerance: 1e-5 }
const [none, endless, largest] = [Number.NaN, Number.POSITIVE_INFINITY, (2 - 2 ** -23) * 2 ** 127]

/** Float operators where their definitions meet their limits, and where ONNX leaves open what is fixed here. */
const limits: readonly ExecutorCase[] = [
  ...[f32, f16].map((type) =>
    nodeCase(
      'zero has none, and no number stays none',
      'Sign',
      [fed(type(5), [-3, -0, 0, 2, none])],
      [gives(type(5), [-1, 0, 0, 1, none])],
    ),
  ),
  nodeCase(
    'the largest number where no other limit is given, infinity where none is',
    'Relu',
    [fed(f32(4), [-endless, 7, endless, none])],
    [gives(f32(4), [0, 7, largest, none])],
    {
      attrs: { reluLimit: 0 },
    },
  ),
  nodeCase('infinity where there is no limit', 'Relu', [fed(f32(4), [-endless, 7, endless, none])], [gives(f32(4), [0, 7, endless, none])]),
  nodeCase(
    'a fused ReLU with a limit of 0 ends at the largest number',
    'Mul',
    [fed(f32(4), [-endless, 7, 1e30, none]), fed(f32(4), [1, 1, 1e30, 1])],
    [gives(f32(4), [0, 7, largest, none])],
    {
      attrs: { relu: true, reluLimit: 0 },
    },
  ),
  nodeCase('where the limits cross, the upper one holds', 'Clip', [fed(f32(4), [-5, 0, 5, none])], [gives(f32(4), [-2, -2, -2, none])], {
    attrs: { min: 2, max: -2 },
  }),
  nodeCase(
    'one to any power is one',
    'Pow',
    [fed(f32(5), [1, 1, -1, -1, 2]), fed(f32(5), [none, -endless, endless, -endless, endless])],
    [gives(f32(5), [1, 1, 1, 1, endless])],
  ),
  nodeCase(
    'the sign of the divisor, however large the dividend',
    'Mod',
    [fed(f32(7), [7, -7, 7, -7, 2 ** 100, -(2 ** 60), 1e-40]), fed(f32(7), [3, 3, -3, -3, 3, 7, -1])],
    [gives(f32(7), [1, 2, -2, -1, 1, 6, -1])],
  ),
  nodeCase(
    'the logarithm of next to nothing',
    'Sigmoid',
    [fed(f32(4), [-16, -1000, 0, 1000])],
    [gives(f32(4), [-16, -1000, -Math.LN2, 0])],
    {
      attrs: { log: true },
      ...near,
    },
  ),
  nodeCase(
    'in order also where none is asked for',
    'TopK',
    [fed(f32(9), [3, 8, 1, 8, 2, 9, 0, 7, 5])],
    [gives(f32(4), [9, 8, 8, 7]), gives(f32(4), [5, 1, 3, 7])],
    { attrs: { axis: 0, k: 4, sorted: false } },
  ),
  nodeCase(
    'the value is the element at the place, also where the first is no number',
    'ArgMax',
    [fed(f32(2, 3), [none, 5, 1, 2, 4, 3])],
    [gives(f32(2), [0, 1]), gives(f32(2), [none, 4])],
    { attrs: { axis: 1, keepdims: false } },
  ),
  ...['ReduceMax', 'ReduceSum', 'ReduceMean', 'ReduceProd', 'ReduceL1', 'ReduceL2'].map((op) =>
    nodeCase('over no axes, element by element', op, [fed(f32(2, 2), [1, 2, 3, 4])], [gives(f32(2, 2), [1, 2, 3, 4])], {
      attrs: { axes: [] },
    }),
  ),
  ...[
    [1, 3],
    [1, 3, 1],
    [1, 3, 1, 1, 1],
  ].map((shape) =>
    nodeCase(
      `${shape.length} axes`,
      'LRN',
      [fed(f32(...shape), [1, 2, 3])],
      [gives(f32(...shape), [1 / (1 + 5 / 3), 2 / (1 + 14 / 3), 3 / (1 + 13 / 3)])],
      { attrs: { size: 3, alpha: 1, beta: 1, bias: 1 }, ...near },
    ),
  ),
  ...(
    [
      ['reflect', [0, -1, 0, 2], [2, 3, 2, 1, 5, 6, 5, 4]],
      ['edge', [0, 2, 0, -1], [1, 1, 1, 2, 4, 4, 4, 5]],
      ['reflect', [1, 0, -1, 0], [4, 5, 6, 1, 2, 3]],
      ['reflect', [0, 0, 0, 5], [1, 2, 3, 2, 1, 2, 3, 2, 4, 5, 6, 5, 4, 5, 6, 5]],
    ] as const
  ).map(([mode, pads, wanted]) =>
    nodeCase(`${mode}, ${pads.join()}`, 'Pad', [fed(f32(2, 3), [1, 2, 3, 4, 5, 6])], [gives(f32(2, wanted.length / 2), wanted)], {
      attrs: { pads, mode },
    }),
  ),
  nodeCase(
    'one slope for all, and slopes along axis 1',
    'PRelu',
    [fed(f32(1, 2, 2), [-1, 1, -2, 2]), held(f32(1, 2, 1), [0.5, 2])],
    [gives(f32(1, 2, 2), [-0.5, 1, -4, 2])],
  ),
  nodeCase('one slope for a list', 'PRelu', [fed(f32(2), [-1, 1]), held(f32(1), [0.5])], [gives(f32(2), [-0.5, 1])]),
]

/** A border of zeros around numbers below zero, and an operator with windows behind it, which has a border of its own. */
function borderBefore(
  name: string,
  op: string,
  attrs: Readonly<Record<string, unknown>>,
  wanted: readonly number[],
  type = f32,
): ExecutorCase {
  const side = Math.sqrt(wanted.length)
  return {
    name: `Pad, ${op}: ${name}`,
    graph: smallGraph({
      stage: 'float',
      values: { x: { type: type(1, 1, 2, 2) }, a: { type: type(1, 1, 4, 4) }, y: { type: type(1, 1, side, side) } },
      nodes: [node('Pad', ['x'], ['a'], { pads: [0, 0, 1, 1, 0, 0, 1, 1] }), node(op, ['a'], ['y'], attrs as never)],
      outputs: ['y'],
    }),
    feeds: { x: [-1, -2, -3, -4] },
    wanted: { y: wanted },
  }
}

const two = { kernel_shape: [2, 2], strides: [1, 1], pads: [0, 0, 0, 0] }
const [maxima, means] = [
  [0, 0, 0, 0, -1, 0, 0, 0, 0],
  [-0.25, -0.75, -0.5, -1, -2.5, -1.5, -0.75, -1.75, -1],
]

/** Two operators that a runtime may take for one: the result is that of one after the other. */
const pairs: readonly ExecutorCase[] = [
  borderBefore('what is written around it takes part', 'MaxPool', two, maxima),
  borderBefore('what is written around it takes part, in float16', 'MaxPool', two, maxima, f16),
  borderBefore('every second place', 'MaxPool', { ...two, kernel_shape: [1, 1], strides: [2, 2] }, [0, 0, 0, -4]),
  borderBefore('a padding of its own', 'MaxPool', { ...two, strides: [2, 2], pads: [1, 1, 1, 1] }, [0, 0, 0, 0, -1, 0, 0, 0, 0]),
  borderBefore('what is written around it counts', 'AveragePool', two, means),
  borderBefore('what is written around it counts, in float16', 'AveragePool', two, means, f16),
  borderBefore(
    'a padding of its own',
    'AveragePool',
    { ...two, strides: [2, 2], pads: [1, 1, 1, 1], count_include_pad: true },
    [0, 0, 0, 0, -2.5, 0, 0, 0, 0],
  ),
]

/** What lies at the edge of what an operator says, alone and behind another one. */
export const executorEdgeCases: readonly ExecutorCase[] = [...limits, ...pairs]
