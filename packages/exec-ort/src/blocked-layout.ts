import type { Attrs, Graph, Node, Tensor, Value } from '@q/ir'
import { edgesOf } from '@q/ir'
import { blockedOps, withBlockedOps } from './blocked-ops.ts'
import { blockedWeights, wholeBlocks } from './blocked-weights.ts'

/** Element types to which a result is rounded and back: their numbers in ONNX. */
const narrowTypes: ReadonlySet<unknown> = new Set([10, 16])
const wide = 1

/** Operators that look at one place of each operand, so that it does not matter where a channel stands. */
const placewise: ReadonlySet<string> = new Set(['Add', 'Sub', 'Mul', 'Relu', 'Clip'])

/** What else a model may have on tensors with channels and places, when it is to be arranged just as ONNX Runtime would arrange it. */
const arranged: ReadonlySet<string> = new Set([...placewise, 'AveragePool', 'Reshape'])
const arrangedAxes = 4

const none: ReadonlySet<string> = new Set()

/**
 * A model in which convolutions pass on their results with the channels in blocks, as ONNX Runtime's kernels for convolutions want them: those whose results are rounded to 16-bit floats,
 * and all of them where results may come as they stand there.
 *
 * ONNX Runtime arranges tensors so by itself, but only between operators that it knows to do it for, and `Cast` is none of them: each rounding in front of a convolution cost two
 * rearrangements. The kernels are the ones that it would take, so results are the same to the last bit. A model without such convolutions comes back as it is.
 *
 * To bring a result back into order is a pass over all its elements; where nobody asks for the order, outputs of whole blocks are handed out in blocks.
 *
 * @param block channels in a block: that of the runtime on this machine
 * @param anyOrder outputs whose elements may come in any order; the names of these outputs change
 */
export function inBlocks(model: Graph, block: number, anyOrder: ReadonlySet<string> = none): Graph {
  const users = edgesOf(model).consumers
  const isFree = anyOrder.size > 0 && isArrangedAlike(model, users)
  const takesBlocks = (name: string): boolean => isFree || isOnlyRounded(name, model, users)
  if (!model.nodes.some((node) => node.op === 'Conv' && takesBlocks(resultOf(node, model, users).name))) return model

  const values = new Map<string, Value>(model.values)
  const nodes: Node[] = []
  /** What carries a value in blocks, and values that are there in blocks alone. */
  const blocked = new Map<string, string>()
  const only = new Set<string>()
  const skipped = new Set<Node>()
  const shapeOf = (name: string): readonly number[] => model.values.get(name)!.type.shape
  const blockedValue = (name: string): string => {
    const { type } = model.values.get(name)!
    const id = `${name} in blocks`
    values.set(id, { name: id, type: { ...type, shape: type.shape.map((dim, i) => (i === 1 ? wholeBlocks(dim, block) : dim)) } })
    blocked.set(name, id)
    return id
  }
  const inBlocksOf = (name: string): string => {
    const known = blocked.get(name)
    if (known !== undefined) return known
    const id = blockedValue(name)
    nodes.push({ op: blockedOps.toBlocks, inputs: [name], outputs: [id], attrs: {} })
    return id
  }
  const plain = (name: string): string => {
    if (only.delete(name)) {
      nodes.push({ op: blockedOps.fromBlocks, inputs: [blocked.get(name)!], outputs: [name], attrs: { channels: shapeOf(name)[1]! } })
    }
    return name
  }
  const hasWholeBlocks = (name: string): boolean => shapeOf(name)[1]! % block === 0
  const makeBlocked = (name: string, make: (id: string) => Node): void => {
    nodes.push(make(blockedValue(name)))
    only.add(name)
  }
  const constant = (hint: string, tensor: Tensor): string => {
    values.set(hint, { name: hint, type: { dtype: tensor.dtype, shape: tensor.shape }, isConstant: true, constant: tensor })
    return hint
  }
  const convInBlocks = (node: Node, form: ConvForm): void => {
    const [x, w, b] = node.inputs
    const { name, attrs, node: activation } = resultOf(node, model, users)
    if (activation !== undefined) skipped.add(activation)
    const operand = form.takesBlocks ? inBlocksOf(x!) : plain(x!)
    const weights = blockedWeights(model.values.get(w!)!.constant!, { block, blocksInputs: form.blocksInputs })
    const operands = [operand, constant(`${w} of ${name}`, weights)]
    if (b !== undefined) operands.push(constant(`${b} of ${name}`, padded(model.values.get(b)!.constant!, weights.shape[0]!)))
    makeBlocked(name, (id) => ({ op: blockedOps.conv, inputs: operands, outputs: [id], attrs: { ...node.attrs, ...attrs } }))
  }
  const isPlacewise = ({ op, inputs, outputs }: Node): boolean => {
    const tensors = inputs.filter((name) => name !== undefined && model.values.get(name)?.constant === undefined) as readonly string[]
    const shape = shapeOf(outputs[0]!).join()
    const stays =
      op === 'Cast' ? isRounding(outputs[0]!, model, users) : placewise.has(op) && (op === 'Clip' || tensors.length === inputs.length)
    return stays && tensors.length > 0 && tensors.every((name) => blocked.has(name) && shapeOf(name).join() === shape)
  }

  for (const node of model.nodes) {
    if (skipped.has(node)) continue
    const form = node.op === 'Conv' && takesBlocks(resultOf(node, model, users).name) ? formOf(node, model, block) : undefined
    if (form !== undefined) convInBlocks(node, form)
    else if (isFree && node.op === 'AveragePool' && hasWholeBlocks(node.outputs[0]!)) {
      const operand = inBlocksOf(node.inputs[0]!)
      makeBlocked(node.outputs[0]!, (id) => ({ ...node, op: blockedOps.averagePool, inputs: [operand], outputs: [id] }))
    } else if (isPlacewise(node)) {
      makeBlocked(node.outputs[0]!, (id) => ({ ...node, inputs: node.inputs.map((name) => blocked.get(name!) ?? name), outputs: [id] }))
    } else {
      for (const name of node.inputs) if (name !== undefined) plain(name)
      nodes.push(node)
    }
  }
  const outputs = model.outputs.map((name) =>
    anyOrder.has(name) && only.has(name) && hasWholeBlocks(name) ? blocked.get(name)! : plain(name),
  )
  return { ...model, nodes, values, outputs, ops: withBlockedOps(model) }
}

/** Whether {@link inBlocks} may find anything in a model. */
export function canHaveBlocks({ nodes }: Graph, anyOrder: ReadonlySet<string> = none): boolean {
  const isNarrow = ({ op, attrs }: Node): boolean => op === 'Cast' && narrowTypes.has(attrs['to'])
  return nodes.some(({ op }) => op === 'Conv') && (anyOrder.size > 0 || nodes.some(isNarrow))
}

/**
 * Whether {@link inBlocks} arranges a model as ONNX Runtime does, so that the same kernels compute it: no convolution is fused with a sum, as its result is an output, and nothing but what
 * is arranged here looks at tensors with channels and places.
 */
function isArrangedAlike(model: Graph, users: ReadonlyMap<string, readonly Node[]>): boolean {
  const outputs = new Set(model.outputs)
  const isSpatial = (name: string | undefined): boolean => model.values.get(name ?? '')?.type.shape.length === arrangedAxes
  return model.nodes.every((node) =>
    node.op === 'Conv'
      ? outputs.has(resultOf(node, model, users).name)
      : arranged.has(node.op) || ![...node.inputs, ...node.outputs].some(isSpatial),
  )
}

/** How the kernel for blocks takes a convolution. */
interface ConvForm {
  readonly takesBlocks: boolean
  readonly blocksInputs: boolean
}

/** The form in which ONNX Runtime itself would hand a convolution to its kernel for blocks; `undefined` where it would not. */
function formOf({ inputs, attrs }: Node, { values }: Graph, block: number): ConvForm | undefined {
  const [x, w, b] = inputs
  const weights = values.get(w!)?.constant
  const hasBias = b === undefined || values.get(b)?.constant !== undefined
  if (weights?.shape.length !== 4 || !hasBias || values.get(x!)!.type.shape.length !== 4) return undefined
  const [channels, inputsEach] = weights.shape as [number, number]
  const group = Number(attrs['group'] ?? 1)
  if (group === 1) {
    if (inputsEach < block) return { takesBlocks: false, blocksInputs: false }
    return inputsEach % 4 === 0 ? { takesBlocks: true, blocksInputs: true } : undefined
  }
  if (channels % block !== 0) return undefined
  if (inputsEach === 1 && channels === group) return { takesBlocks: true, blocksInputs: false }
  const isWhole = inputsEach % block === 0 && channels % group === 0 && (channels / group) % block === 0
  return isWhole ? { takesBlocks: true, blocksInputs: true } : undefined
}

/** The result of a convolution with what is fused to it: the activation behind it, if that is all that takes it. */
function resultOf(
  { outputs: [name] }: Node,
  model: Graph,
  users: ReadonlyMap<string, readonly Node[]>,
): { readonly name: string; readonly attrs: Attrs; readonly node?: Node } {
  const [user, ...others] = users.get(name!) ?? []
  if (user === undefined || others.length > 0 || model.outputs.includes(name!)) return { name: name!, attrs: {} }
  const result = user.outputs[0]!
  if (user.op === 'Relu') return { name: result, attrs: { activation: 'Relu' }, node: user }
  const [low, high] = user.inputs.slice(1).map((each) => model.values.get(each ?? '')?.constant)
  if (user.op !== 'Clip' || low?.dtype !== 'f32' || high?.dtype !== 'f32') return { name: name!, attrs: {} }
  return { name: result, attrs: { activation: 'Clip', activation_params: [Number(low.data[0]), Number(high.data[0])] }, node: user }
}

/** Whether all that takes a value rounds it to a narrow type and back. */
function isOnlyRounded(name: string, model: Graph, users: ReadonlyMap<string, readonly Node[]>): boolean {
  const own = users.get(name) ?? []
  const rounds = ({ op, attrs, outputs }: Node): boolean =>
    op === 'Cast' && narrowTypes.has(attrs['to']) && isRounding(outputs[0]!, model, users)
  return own.length > 0 && !model.outputs.includes(name) && own.every(rounds)
}

/** Whether a value is float32, or becomes it at once. */
function isRounding(name: string, model: Graph, users: ReadonlyMap<string, readonly Node[]>): boolean {
  if (model.values.get(name)!.type.dtype === 'f32') return true
  const own = users.get(name) ?? []
  return own.length > 0 && !model.outputs.includes(name) && own.every(({ op, attrs }) => op === 'Cast' && attrs['to'] === wide)
}

function padded(bias: Tensor, length: number): Tensor {
  const data = new Float32Array(length)
  data.set(bias.data as Float32Array)
  return { dtype: 'f32', shape: [length], data }
}
