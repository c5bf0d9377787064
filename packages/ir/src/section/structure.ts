import { quickDigestOf } from '../graph/fingerprint.ts'
import { attributesOf } from '../graph/node-types.ts'
import type { Attrs, AttrValue, Graph, Node, Quant, TensorType } from '../graph/types.ts'
import { jsonDigest } from '../hash/digest.ts'
import type { AttrSpec } from '../ops/define.ts'
import { resultAttrs } from '../ops/result-attrs.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { SectionPlan } from './plan-section.ts'

/** One node of a structure; values stand in it by their places. */
export interface StructureStep {
  readonly node: Node
  /** Attributes with defaults filled in. */
  readonly attrs: Attrs
  /** The places of the operands, `undefined` for one that is left out. */
  readonly inputs: readonly (number | undefined)[]
  /** The places of the results, `undefined` for one that is fed instead. */
  readonly outputs: readonly (number | undefined)[]
}

/** Something in which sections of equal structure may differ. */
export type SectionParameter =
  /** The elements of a constant. */
  | { readonly kind: 'constant'; readonly place: number; readonly tensor: Tensor }
  /** An attribute of a step that its operator declares a parameter: multipliers, shifts, offsets. */
  | { readonly kind: 'attribute'; readonly step: number; readonly name: string; readonly value: AttrValue }
  /** Scale and zero point, or those of all slices, of a value. */
  | { readonly kind: 'quant'; readonly place: number; readonly quant: Quant }

/**
 * What program a section needs, apart from the names of its values and from its parameters.
 *
 * Sections with equal hashes have the same steps on the same places, and as many parameters of the same kinds in the same order.
 */
export interface SectionStructure {
  /** 64 hexadecimal digits. */
  readonly hash: string
  readonly steps: readonly StructureStep[]
  /** The value at each place. */
  readonly names: readonly string[]
  /** Places of the feeds that are used, in the order of their first use. */
  readonly feeds: readonly number[]
  /** Places of the constants, in the order of their first use. */
  readonly constants: readonly number[]
  /** Places of the fetches, in the order of the section. */
  readonly fetches: readonly number[]
  readonly parameters: readonly SectionParameter[]
}

/** Options of {@link structureOf}. */
export interface StructureOptions {
  /**
   * `apart`: parameters are listed and do not enter the hash. `baked`: they enter it, so that equal hashes mean equal results.
   * @default 'apart'
   */
  readonly parameters?: 'apart' | 'baked'
}

/**
 * The structure of a planned section: operators, attributes with their defaults, types and wiring.
 *
 * Constants, scales, zero points and the attributes that an operator declares parameters are listed apart; how many numbers they have
 * still counts, and so does everything else of a type but a calibrated range, which no operator looks at.
 *
 * @throws QError `ATTR_UNKNOWN`, `ATTR_MISSING`, `ATTR_TYPE` when the attributes of a node do not fit its operator
 */
export function structureOf(plan: SectionPlan, { parameters: apart = 'apart' }: StructureOptions = {}): SectionStructure {
  const { graph } = plan
  const isBaked = apart === 'baked'
  const fed = new Set(plan.feeds)
  const places = new Map<string, number>()
  const names: string[] = []
  const feeds: number[] = []
  const constants: number[] = []
  const parameters: SectionParameter[] = []
  const text: unknown[] = []

  const give = (name: string): number => {
    const place = names.push(name) - 1
    places.set(name, place)
    return place
  }
  const describe = (place: number, type: TensorType): readonly unknown[] => {
    if (type.quant !== undefined) parameters.push({ kind: 'quant', place, quant: type.quant })
    return [type.dtype, type.shape, quantText(type.quant, isBaked)]
  }
  const operand = (name: string): number => {
    const known = places.get(name)
    if (known !== undefined) return known
    const place = give(name)
    const { type, constant } = graph.values.get(name)!
    if (fed.has(name)) {
      feeds.push(place)
      text.push(['feed', describe(place, type)])
    } else {
      constants.push(place)
      text.push(['constant', describe(place, type), constant!.dtype, constant!.shape, isBaked ? quickDigestOf(constant!) : null])
      parameters.push({ kind: 'constant', place, tensor: constant! })
    }
    return place
  }

  const steps = plan.nodes.map((node, step): StructureStep => {
    const specs = graph.ops.get(node.op)?.attrs ?? {}
    const attrs = filledAttrs(graph, node)
    const inputs = node.inputs.map((name) => (name === undefined ? undefined : operand(name)))
    const outputs = node.outputs.map((name) => (fed.has(name) ? undefined : give(name)))
    for (const [name, value] of Object.entries(attrs)) {
      if (specs[name]?.isParameter === true) parameters.push({ kind: 'attribute', step, name, value })
    }
    const results = outputs.map((place, i) => {
      const type = graph.values.get(node.outputs[i]!)!.type
      return place === undefined ? ['fed', type.dtype, type.shape, quantText(type.quant, true)] : describe(place, type)
    })
    text.push([node.op, attrsText(attrs, specs, isBaked), inputs.map((place) => place ?? null), results])
    return { node, attrs, inputs, outputs }
  })
  const fetches = plan.fetches.map(operand)
  return { hash: jsonDigest([text, fetches]), steps, names, feeds, constants, fetches, parameters }
}

/** An operator that the graph does not define has the attributes it is given. */
function filledAttrs(graph: Graph, node: Node): Attrs {
  const definition = graph.ops.get(node.op)
  return definition === undefined ? node.attrs : attributesOf(node, definition)
}

/** Attributes that every operator has: given with its default, one is as if it were left out. */
const resultDefaults: Readonly<Record<string, AttrSpec>> = resultAttrs

function attrsText(attrs: Attrs, specs: Readonly<Record<string, AttrSpec>>, isBaked: boolean): readonly unknown[] {
  return Object.entries(attrs)
    .filter(([name, value]) => value !== resultDefaults[name]?.default || name in specs)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => {
      if (isBaked || specs[name]?.isParameter !== true) return [name, value]
      return [name, 'parameter', Array.isArray(value) ? value.length : null]
    })
}

function quantText(quant: Quant | undefined, isBaked: boolean): unknown {
  if (quant === undefined) return null
  const { scale, zeroPoint, expressed, axis, scales, zeroPoints, saturate } = quant
  const shape = [expressed, axis ?? null, scales?.length ?? null, zeroPoints?.length ?? null, saturate ?? null]
  return isBaked ? [...shape, scale, zeroPoint, scales ?? null, zeroPoints ?? null] : shape
}
