import { attribute, decodeModel, encodeModel, stored } from './onnx-message.mjs'
import { oddNames, oddNumbers } from './random.mjs'

/** A model in which one or a few things of its structure are others. @param model plain data, which is changed */
export function mutateModel(model, random) {
  for (let left = random.pick([1, 1, 2, 3]); left > 0; left--) random.pick(mutations)(model, random)
  return model
}

/** The same of bytes; what cannot be encoded any more is left as it was. */
export function mutateModelBytes(bytes, random) {
  try {
    return encodeModel(mutateModel(decodeModel(bytes), random))
  } catch {
    return bytes
  }
}

const named = ({ graph }) => [...graph.input, ...graph.output, ...graph.initializer, ...graph.node]
const someNode = ({ graph }, random) => (graph.node.length === 0 ? undefined : random.pick(graph.node))
const someName = ({ graph }, random) =>
  random.pick([...graph.node.flatMap(({ input, output }) => [...input, ...output]), ...graph.input.map(({ name }) => name), 'nowhere', ''])
const otherOps = [
  'LSTM',
  'NonZero',
  'Shape',
  'Size',
  'Range',
  'ConstantOfShape',
  'OneHot',
  'Trilu',
  'CastLike',
  'IsNaN',
  'If',
  'Loop',
  'Identity',
  'Reshape',
  'Conv',
  'Gemm',
  'MatMul',
  'Concat',
  'Slice',
  'Gather',
  'Split',
  'Transpose',
  'Softmax',
  'Constant',
  'Dropout',
  'Tile',
  'Expand',
  'Pad',
  'Where',
  'Unsqueeze',
  'TopK',
  'Resize',
  'PRelu',
  'BatchNormalization',
  'Einsum',
  'QuantizeLinear',
  'DequantizeLinear',
  ...oddNames.slice(0, 6),
]

/** Gives all uses of a name another one. */
function rename(model, from, to) {
  for (const each of named(model)) if (each.name === from) each.name = to
  for (const node of model.graph.node) {
    node.input = node.input.map((name) => (name === from ? to : name))
    node.output = node.output.map((name) => (name === from ? to : name))
  }
}

const onNode = (change) => (model, random) => {
  const node = someNode(model, random)
  if (node !== undefined) change(node, random, model)
}
const onStored =
  (change) =>
  ({ graph }, random) => {
    if (graph.initializer.length > 0) change(random.pick(graph.initializer), random)
  }
const onAttribute = (change) =>
  onNode((node, random) => {
    if (node.attribute?.length > 0) change(node, random.below(node.attribute.length), random)
  })
const oddValue = (random) =>
  random.pick([
    random.odd(),
    random.odd(),
    random.list(random.below(5), random.odd),
    { float: random.pick([0, -1, 1e30, Number.NaN]) },
    { floats: [0, 1] },
    random.pick(oddNames),
  ])

const mutations = [
  onNode((node, random) => node.input.splice(random.below(node.input.length + 1), 1)),
  onNode((node, random, model) => node.input.splice(random.below(node.input.length + 1), 0, someName(model, random))),
  onNode((node, random, model) => {
    node.input[random.below(node.input.length || 1)] = someName(model, random)
  }),
  onNode((node, random, model) => node.output.splice(random.below(node.output.length + 1), random.below(2), someName(model, random))),
  onNode((node, random) => {
    node.opType = random.pick(otherOps)
  }),
  onNode((node, random) => {
    node.opType = random.pick(otherOps)
  }),
  onNode((node, random) => {
    node.domain = random.pick(['com.microsoft', 'ai.onnx.ml', '__proto__', 'ai.onnx'])
  }),
  onAttribute((node, at, random) => {
    node.attribute[at] = attribute(node.attribute[at].name, oddValue(random))
  }),
  onAttribute((node, at) => node.attribute.splice(at, 1)),
  onAttribute((node, at, random) =>
    node.attribute.push(random.pick([node.attribute[at], attribute(random.pick(oddNames), oddValue(random))])),
  ),
  onStored((tensor, random) => {
    tensor.dims = random.pick([
      [],
      tensor.dims.slice(1),
      [...tensor.dims, 1],
      tensor.dims.map(() => random.odd()),
      [random.pick(oddNumbers)],
    ])
  }),
  onStored((tensor, random) => {
    tensor.dataType = random.pick([0, 1, 2, 3, 6, 7, 9, 10, 11, 16, 17, 22, 99])
  }),
  onStored((tensor, random) => {
    const field = ['floatData', 'int64Data', 'int32Data'].find((key) => tensor[key]?.length > 0)
    if (field !== undefined)
      tensor[field][random.below(tensor[field].length)] = random.pick([Number.NaN, 1e38, -1e38, 0, -1, 1e9, 2 ** 31]) || 0
  }),
  (model, random) => {
    const names = [...new Set(named(model).flatMap((each) => [each.name, ...(each.output ?? [])]))]
    rename(model, random.pick(names), random.pick([...oddNames, random.pick(names)]))
  },
  ({ graph }, random) => {
    if (graph.node.length > 0) graph.node.splice(random.below(graph.node.length), 1)
  },
  ({ graph }, random) => {
    if (graph.node.length > 1) graph.node.push(...graph.node.splice(random.below(graph.node.length), 1))
  },
  (model, random) => {
    const node = someNode(model, random)
    if (node !== undefined) model.graph.node.push(structuredClone(node))
  },
  ({ graph }, random) => {
    const dim = random.pick(graph.input)?.type?.tensorType?.shape?.dim
    if (dim?.length > 0)
      dim[random.below(dim.length)] = random.pick([
        { dimValue: random.pick(oddNumbers) },
        { dimParam: random.pick(['N', ...oddNames]) },
        {},
      ])
  },
  ({ graph }, random) => {
    const type = random.pick(graph.input)?.type?.tensorType
    if (type !== undefined && type !== null) type.elemType = random.pick([0, 2, 6, 7, 8, 9, 10, 11, 16, 99])
  },
  ({ graph }, random) => graph.output.splice(random.below(graph.output.length + 1), 1),
  (model, random) => model.graph.output.push({ name: someName(model, random) }),
  (model, random) => {
    model.opsetImport = random.pick([
      [],
      [{ domain: '', version: random.pick([1, 6, 7, 9, 11, 21, 24, 99, -1]) }],
      [{ domain: 'ai.onnx.ml', version: 2 }],
    ])
  },
  (model, random) => {
    model.graph.name = random.pick(oddNames)
  },
  ({ graph }, random) => graph.initializer.push(stored(random.pick(['x', 't0', 'fresh', ...oddNames]), [2], [1, 2])),
  ({ graph }, random) => graph.initializer.splice(random.below(graph.initializer.length + 1), 1),
  (model, random) => {
    const name = someName(model, random)
    const op = random.pick(otherOps)
    model.graph.node.push({ opType: op, input: [name], output: [`extra_${model.graph.node.length}`], attribute: [] })
    model.graph.output.push({ name: `extra_${model.graph.node.length - 1}` })
  },
]
