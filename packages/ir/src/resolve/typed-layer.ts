import type { Target } from '../contracts/target.ts'
import { valueOf } from '../graph/edges.ts'
import type { Node, Range, TensorType, Value } from '../graph/types.ts'
import type { Frame } from './frame.ts'
import type { LoweredNode, OperandNeed } from './lower-context.ts'

/** A node that stands at another place than its layer's, right behind the value it reads. */
export interface Hoisted {
  readonly node: Node
  /** The value it reads. */
  readonly source: string
}

/** A lowered layer with its operands under their final names and the types of its results settled; for an input of the graph, that value. */
export interface TypedLayer {
  readonly nodes: readonly Node[]
  readonly hoisted: readonly Hoisted[]
  /** Results and new constants, by name. */
  readonly values: ReadonlyMap<string, Value>
  readonly needs: ReadonlyMap<string, OperandNeed>
  /** New names of results of the float node. */
  readonly renamed: ReadonlyMap<string, string>
  /** Whether it takes over types of what it reads. */
  readonly follows: boolean
  /** What it was made from, to tell whether anything is new. */
  readonly from: readonly unknown[]
}

const nothing: ReadonlyMap<string, never> = new Map<string, never>()

/** Whether a node takes over its operand's type. That of an input of the network not where the target makes codes of inputs in their own way, right behind them. */
export function followsType({ op, inputs }: Node, { typeFollowers = [], casts }: Target, { graph }: Frame): boolean {
  if (!typeFollowers.some((each) => each === op)) return false
  return casts?.ofInputs === undefined || !graph.inputs.some(({ name }) => name === inputs[0])
}

/** The typed form of an input: its value in the type the caller's model has, with the range that the range rules gave it. */
export function typedInput({ graph }: Frame, place: number, range: Range | undefined, before: TypedLayer | undefined): TypedLayer {
  if (before !== undefined && range === before.from[0]) return before
  const { name, sourceDtype } = graph.inputs[place]!
  const value = valueOf(graph, name)
  const { range: _, ...bare } = value.type
  const ranged = range === undefined ? bare : { ...bare, range }
  const type = sourceDtype === undefined ? ranged : { dtype: sourceDtype, shape: bare.shape }
  return {
    nodes: [],
    hoisted: [],
    values: new Map([[name, { ...value, type }]]),
    needs: nothing,
    renamed: nothing,
    follows: false,
    from: [range],
  }
}

/**
 * A lowered layer among its neighbours: operands whose makers gave them another name are called by it, and results of `Target.typeFollowers` take the
 * element type of their operand, so that a change of type happens behind them and not in front.
 *
 * @param typedAt the typed layers at earlier places
 */
export function typedLayer(
  frame: Frame,
  place: number,
  lowered: LoweredNode,
  target: Target,
  typedAt: (place: number) => TypedLayer,
  before: TypedLayer | undefined,
): TypedLayer {
  const { producers } = frame.places[place]!
  const follows = [...(lowered.hoisted ?? []), ...lowered.nodes].some((node) => followsType(node, target, frame))
  const from: unknown[] = [lowered]
  for (const producer of producers) {
    const { renamed, values } = typedAt(producer)
    from.push(renamed.size === 0 ? nothing : renamed, follows ? values : undefined)
  }
  if (before !== undefined && from.every((each, i) => each === before.from[i])) return before

  const renamed = new Map<string, string>()
  for (const producer of producers) for (const [old, name] of typedAt(producer).renamed) renamed.set(old, name)
  const own = new Set(lowered.nodes.flatMap(({ outputs }) => outputs))
  const rename = (node: Node, kept: ReadonlySet<string>): Node => {
    if (!node.inputs.some((name) => name !== undefined && !kept.has(name) && renamed.has(name))) return node
    return { ...node, inputs: node.inputs.map((name) => (name === undefined || kept.has(name) ? name : (renamed.get(name) ?? name))) }
  }
  const nodes = lowered.nodes.map((node) => rename(node, own))
  const hoisted = (lowered.hoisted ?? []).map((node) => rename(node, new Set()))
  const values = new Map(lowered.values.map((value): [string, Value] => [value.name, value]))
  const typeOf = (name: string): TensorType => {
    const mine = values.get(name)
    if (mine !== undefined) return mine.type
    for (const producer of producers) {
      const found = typedAt(producer).values.get(name)
      if (found !== undefined) return found.type
    }
    return valueOf(frame.graph, name).type
  }
  for (const node of follows ? [...hoisted, ...nodes] : []) {
    if (!followsType(node, target, frame) || node.inputs[0] === undefined) continue
    const result = values.get(node.outputs[0]!)!
    values.set(result.name, { ...result, type: { ...typeOf(node.inputs[0]), shape: result.type.shape } })
  }
  const needs = lowered.operands ?? nothing
  return {
    nodes,
    hoisted: hoisted.map((node) => ({ node, source: node.inputs[0]! })),
    values,
    needs:
      renamed.size === 0 ? needs : new Map([...needs].map(([name, need]) => [own.has(name) ? name : (renamed.get(name) ?? name), need])),
    renamed: lowered.renamed ?? nothing,
    follows,
    from,
  }
}
