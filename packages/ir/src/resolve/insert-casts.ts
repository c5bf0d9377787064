import type { ResolveSettings } from '../contracts/backend.ts'
import type { Target } from '../contracts/target.ts'
import { QError } from '../errors.ts'
import { layerOf } from '../graph/edges.ts'
import type { Graph, Node, Quant, TensorType, Value } from '../graph/types.ts'
import type { RoundingMode } from '../number/rounding.ts'
import { scaleShift } from '../number/scale-shift.ts'
import type { DType } from '../tensor/tensor.ts'
import { followsType } from './forward-types.ts'
import type { OperandNeed } from './lower-context.ts'
import type { LoweredStep } from './lower-nodes.ts'
import { quantizedTypeOf } from './quantized-type.ts'

/** A node of the quantized graph with the needs of its operands. */
export interface PlacedNode {
  readonly node: Node
  readonly needs: ReadonlyMap<string, OperandNeed>
  /** The graph input it stands behind, for nodes hoisted up to one. */
  readonly input?: string
}

/** The nodes of all lowered steps in order, hoisted ones behind the value they read. */
export function placeNodes(inputs: readonly string[], steps: readonly LoweredStep[]): readonly PlacedNode[] {
  const hoisted = new Map<string, PlacedNode[]>()
  const none: ReadonlyMap<string, OperandNeed> = new Map()
  for (const { lowered } of steps) {
    for (const node of lowered.hoisted ?? []) {
      const source = node.inputs[0]!
      hoisted.set(source, [{ node, needs: lowered.operands ?? none }, ...(hoisted.get(source) ?? [])])
    }
  }
  const placed: PlacedNode[] = []
  const behind = (name: string, input?: string): void => {
    for (const each of hoisted.get(name) ?? []) place(input === undefined ? each : { ...each, input })
    hoisted.delete(name)
  }
  const place = (each: PlacedNode): void => {
    placed.push(each)
    for (const name of each.node.outputs) behind(name, each.input)
  }
  for (const name of inputs) behind(name, name)
  for (const { lowered } of steps) for (const node of lowered.nodes) place({ node, needs: lowered.operands ?? none })
  return placed
}

/**
 * Puts a cast wherever an operand does not arrive as its user needs it, and in front of results of the graph that are not
 * of the type the caller's model had.
 *
 * A cast is named `<value><user>_<type>` (`<value>_<type>` for a result of the graph), stands right behind the value, before
 * casts made earlier, and serves all later users that need the same type. Casts to codes take scale and zero point from the range
 * of the value itself.
 *
 * @throws QError `RANGE_MISSING` when a float value without a range has to become codes.
 */
export function insertCasts(graph: Graph, placed: readonly PlacedNode[], target: Target, settings: ResolveSettings): Graph {
  const values = new Map(graph.values)
  const behind = new Map<string, Node[]>()
  const made = new Map<string, string>()

  const cast = (name: string, wanted: TensorType, user: string, origin: readonly string[]): string => {
    const key = `${name}\u0000${wanted.dtype}\u0000${wanted.quant?.scale}\u0000${wanted.quant?.zeroPoint}`
    const existing = made.get(key)
    if (existing !== undefined) return existing
    const result = `${name}${user}_${suffixOf(wanted)}`
    values.set(result, { name: result, type: wanted } satisfies Value)
    behind.set(name, [{ ...castNode(name, result, values.get(name)!.type, wanted, target), origin }, ...(behind.get(name) ?? [])])
    made.set(key, result)
    return result
  }

  const nodes = placed.map(({ node, needs, input }) => {
    const inputs = node.inputs.map((name) => {
      if (name === undefined) return undefined
      const { type, constant, isConstant } = values.get(name)!
      if (constant !== undefined || isConstant === true) return name
      const need = needs.get(name) ?? (followsType(node, target) ? 'any' : usualNeed(values.get(node.outputs[0]!)!.type))
      const wanted = wantedType(name, type, need, node, settings)
      return wanted === undefined ? name : cast(name, wanted, layerOf(node), node.origin ?? [])
    })
    return { node: fitted({ ...node, inputs }, values, target), input }
  })
  const outputs = graph.outputs.map((name) => {
    const { type } = values.get(name)!
    const isInteger = type.quant === undefined && !isFloat(type.dtype)
    if (type.dtype === 'f32' || isInteger) return name
    return cast(name, { dtype: 'f32', shape: type.shape }, '', [])
  })

  const ordered: Node[] = []
  const follow = (name: string): void => {
    for (const each of behind.get(name) ?? []) {
      ordered.push(each)
      each.outputs.forEach(follow)
    }
  }
  const put = (node: Node): void => {
    ordered.push(node)
    node.outputs.forEach(follow)
  }
  for (const { name } of graph.inputs) {
    follow(name)
    for (const { node, input } of nodes) if (input === name) put(node)
  }
  for (const { node, input } of nodes) if (input === undefined) put(node)
  return { ...graph, nodes: ordered, outputs, values }
}

/** A cast of the model itself, as what its operand makes of it. */
function fitted(node: Node, values: ReadonlyMap<string, Value>, target: Target): Node {
  const source = node.op === 'Cast' ? values.get(node.inputs[0]!)!.type : undefined
  if (source?.quant === undefined) return node
  return { ...node, ...castNode(node.inputs[0]!, layerOf(node), source, values.get(layerOf(node))!.type, target) }
}

const isFloat = (dtype: DType): boolean => dtype === 'f32' || dtype === 'f16' || dtype === 'bf16'

function usualNeed(result: TensorType): OperandNeed {
  if (result.quant !== undefined) return 'codes'
  return isFloat(result.dtype) ? result.dtype : 'any'
}

/** The type an operand has to be cast to; `undefined` when it is right as it is. */
function wantedType(name: string, type: TensorType, need: OperandNeed, user: Node, settings: ResolveSettings): TensorType | undefined {
  if (need === 'any') return undefined
  if (need === 'codes') {
    if (!isFloat(type.dtype) && type.quant === undefined) {
      throw new QError('INTEGER_OPERAND', `${layerOf(user)} in INT8 cannot take the plain integers of ${name}`, {
        at: [layerOf(user), name],
        found: type.dtype,
        wanted: 'a calibrated tensor',
        hint: `keep ${layerOf(user)} in F16 or F32 in the quantization table`,
      })
    }
    if (!isFloat(type.dtype)) return narrowed(type)
    return quantizedTypeOf(name, type, settings.asymmetric, { expressed: type.dtype as Quant['expressed'], user: layerOf(user) })
  }
  return type.dtype === need && type.quant === undefined ? undefined : { dtype: need, shape: type.shape }
}

/** 16-bit codes in 8 bits over the same range; `undefined` for other types. */
function narrowed({ dtype, shape, quant }: TensorType): TensorType | undefined {
  if (quant === undefined || (dtype !== 'i16' && dtype !== 'u16')) return undefined
  return { dtype: dtype === 'u16' ? 'u8' : 'i8', shape, quant: { ...quant, scale: (quant.scale * 65535) / 255 } }
}

function castNode(from: string, to: string, source: TensorType, wanted: TensorType, target: Target): Node {
  const node = { inputs: [from], outputs: [to] }
  if (wanted.quant !== undefined && source.quant !== undefined) {
    const { multiplier, shift } = scaleShift(source.quant.scale / wanted.quant.scale, { bits: 32 })
    return { op: 'Requantize', ...node, attrs: { multipliers: [multiplier], shifts: [shift], rounding: target.rounding.requantize } }
  }
  if (wanted.quant !== undefined) return { op: 'QuantizeLinear', ...node, attrs: { rounding: target.rounding.cast satisfies RoundingMode } }
  if (source.quant !== undefined) return { op: 'DequantizeLinear', ...node, attrs: {} }
  return { op: 'Cast', ...node, attrs: { to: wanted.dtype, rounding: target.rounding.cast } }
}

const suffixes: Partial<Record<DType, string>> = { i8: 'si8', u8: 'ui8', i16: 'si16', u16: 'ui16', i32: 'si32' }

const suffixOf = ({ dtype }: TensorType): string => suffixes[dtype] ?? dtype
