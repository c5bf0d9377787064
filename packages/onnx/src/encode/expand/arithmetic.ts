import { type Emitter, type Expand, operands } from './emitter.ts'

const asTruth = (e: Emitter, name: string): string => e.add('Cast', [name], { to: 9 })
const asNumber = (e: Emitter, name: string, result: string): void => void e.add('Cast', [name], { to: 1 }, result)

const comparison: Expand = (e, node, _, result) => asNumber(e, e.add(node.op, operands(node)), result)
const logic: Expand = (e, node, _, result) =>
  asNumber(
    e,
    e.add(
      node.op,
      operands(node).map((name) => asTruth(e, name)),
    ),
    result,
  )

/** How arithmetic, comparisons and activations are written. */
export const arithmetic: Readonly<Record<string, Expand>> = {
  ...Object.fromEntries(['Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual'].map((op) => [op, comparison])),
  ...Object.fromEntries(['And', 'Or', 'Xor', 'Not'].map((op) => [op, logic])),
  NotEqual: (e, node, _, result) => asNumber(e, e.add('Not', [e.add('Equal', operands(node))]), result),
  Where: (e, node, _, result) => void e.add('Where', [asTruth(e, operands(node)[0]!), ...operands(node).slice(1)], {}, result),
  Mod: (e, node, _, result) => {
    const [a, b] = operands(node) as [string, string]
    e.add('Sub', [a, e.add('Mul', [b, e.add('Floor', [e.add('Div', [a, b])])])], {}, result)
  },
  Relu: (e, node, attrs, result) => {
    const limit = attrs['reluLimit'] as number
    if (limit > 0) e.add('Clip', [operands(node)[0], e.number(0), e.number(limit)], {}, result)
    else e.add('Relu', operands(node), {}, result)
  },
  Clip: (e, node, attrs, result) =>
    void e.add('Clip', [operands(node)[0], e.number(attrs['min'] as number), e.number(attrs['max'] as number)], {}, result),
  Silu: (e, node, _, result) => void e.add('Mul', [operands(node)[0], e.add('Sigmoid', operands(node))], {}, result),
  Swish: (e, node, attrs, result) => {
    const [x] = operands(node) as [string]
    e.add('Mul', [x, e.add('Sigmoid', [e.add('Mul', [x, e.number(attrs['alpha'] as number)])])], {}, result)
  },
  Gelu: (e, node, attrs, result) => {
    const [x] = operands(node) as [string]
    if (attrs['approximate'] === 'sigmoid') e.add('Mul', [x, e.add('Sigmoid', [e.add('Mul', [x, e.number(1.702)])])], {}, result)
    else e.add('Gelu', [x], { approximate: attrs['approximate']! }, result)
  },
  Rsqrt: (e, node, _, result) => void e.add('Reciprocal', [e.add('Sqrt', operands(node))], {}, result),
  Sigmoid: (e, node, attrs, result) => {
    if (attrs['log'] === true) e.add('Log', [e.add('Sigmoid', operands(node))], {}, result)
    else e.add('Sigmoid', operands(node), {}, result)
  },
  Softmax: (e, node, attrs, result) =>
    void e.add(attrs['log'] === true ? 'LogSoftmax' : 'Softmax', operands(node), { axis: attrs['axis']! }, result),
  Cast: (e, node, attrs, result) => {
    if (attrs['to'] === 'i32') asNumber(e, e.add('Cast', operands(node), { to: 6 }), result)
    else e.add('Identity', operands(node), {}, result)
  },
  CumSum: (e, node, attrs, result) => void e.add('CumSum', [operands(node)[0], e.whole([attrs['axis'] as number], [])], {}, result),
  ...Object.fromEntries(
    ['ArgMax', 'ArgMin'].map((op): [string, Expand] => [
      op,
      (e, node, attrs, result) =>
        asNumber(
          e,
          e.add(op, operands(node), { axis: attrs['axis']!, keepdims: attrs['keepdims']!, select_last_index: attrs['select_last_index']! }),
          result,
        ),
    ]),
  ),
  TopK: (e, node, attrs, result) => {
    const places = `${result}_places`
    e.addMany(
      'TopK',
      [operands(node)[0], e.whole([attrs['k'] as number])],
      { axis: attrs['axis']!, largest: attrs['largest']!, sorted: attrs['sorted']! },
      [result, places],
    )
    if (node.outputs[1] !== undefined) asNumber(e, places, node.outputs[1])
  },
  ...Object.fromEntries(
    ['ReduceMax', 'ReduceMin', 'ReduceMean', 'ReduceSum', 'ReduceProd', 'ReduceL1', 'ReduceL2'].map((op): [string, Expand] => [
      op,
      (e, node, attrs, result) => {
        e.add(op, [operands(node)[0], e.whole(attrs['axes'] as readonly number[])], { keepdims: attrs['keepdims']! }, result)
      },
    ]),
  ),
}
