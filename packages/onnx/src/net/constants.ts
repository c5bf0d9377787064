import { type DType, elementCount, type Node } from '@q/ir'
import type { GraphDraft } from '@q/ir/graph'
import { type Literal, literalOf, tensorOf } from '../fold/literal.ts'

/** The elements of a constant as numbers; `undefined` for anything else. */
export function constantOf(net: GraphDraft, name: string | undefined): Literal | undefined {
  if (name === undefined) return undefined
  const { constant } = net.value(name)
  return constant === undefined ? undefined : literalOf(constant)
}

/** The one number a constant holds: one element, or with `repeated` all elements equal. */
export function numberOf(net: GraphDraft, name: string | undefined, repeated = false): number | undefined {
  const known = constantOf(net, name)
  if (known === undefined || known.data.length === 0) return undefined
  const [first] = known.data
  return known.data.length === 1 || (repeated && known.data.every((each) => Object.is(each, first))) ? first : undefined
}

/** Adds a constant under a free name near `wanted`, and gives that name. */
export function addConstant(
  net: GraphDraft,
  wanted: string,
  shape: readonly number[],
  data: ArrayLike<number>,
  dtype: DType = 'f32',
): string {
  const name = net.freshName(wanted)
  const array = dtype === 'f32' ? Float32Array.from(data) : Float64Array.from(data)
  const constant = tensorOf({ dtype, shape, data: array })
  net.setValue({ name, type: { dtype, shape }, isConstant: true, constant })
  return name
}

/** Adds a number: as `f32` when it can hold it, else as `f64`. */
export function addNumber(net: GraphDraft, wanted: string, value: number): string {
  const dtype = Object.is(Math.fround(value), value) || Number.isNaN(value) ? 'f32' : 'f64'
  return addConstant(net, wanted, [1], [value], dtype)
}

/** Shows a constant under another shape of as many elements; other users keep the old one. */
export function reshapedConstant(net: GraphDraft, name: string, shape: readonly number[]): string {
  const value = net.value(name)
  if (value.type.shape.length === shape.length && value.type.shape.every((d, i) => d === shape[i])) return name
  if (net.useCount(name) <= 1) {
    net.setValue({
      ...value,
      type: { ...value.type, shape },
      ...(value.constant === undefined ? {} : { constant: { ...value.constant, shape } }),
    })
    return name
  }
  const copy = net.freshName(`${name}_reshape`)
  net.setValue({
    ...value,
    name: copy,
    type: { ...value.type, shape },
    ...(value.constant === undefined ? {} : { constant: { ...value.constant, shape } }),
  })
  return copy
}

/** The only node that uses the result of `node`, when it is no output of the network. */
export function onlyUser(net: GraphDraft, node: Node): Node | undefined {
  const [result] = node.outputs
  return result !== undefined && net.useCount(result) === 1 && !net.isOutput(result) ? net.consumers(result)[0] : undefined
}

/** Whether two shapes are the same. */
export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((d, i) => d === b[i])
}

/** Whether two shapes are the same in a canonical graph, where a number without axes has one. */
export const sameCanonically = (a: readonly number[], b: readonly number[]): boolean =>
  sameShape(a.length === 0 ? [1] : a, b.length === 0 ? [1] : b)

/** Whether a node's result has the shape of this value: nothing on the way repeats elements or adds axes. */
export const keepsShape = (net: GraphDraft, node: Node, x: string): boolean => sameCanonically(net.shape(x), net.shape(node.outputs[0]!))

/** Whether a constant is one number for each place of the last axis, `count` long, and nothing else. */
export function isAlongLast(constant: readonly number[], count: number): boolean {
  return constant.at(-1) === count && elementCount(constant) === count
}

/** Whether one constant broadcasts along axis 1 only: `[C,1,1]`, `[1,C,1,1]` over a tensor of four axes. */
export function isPerChannel(constant: readonly number[], shape: readonly number[]): boolean {
  const aligned = [...new Array<number>(Math.max(0, shape.length - constant.length)).fill(1), ...constant]
  return (
    constant.length <= shape.length && aligned.every((d, i) => (i === 1 ? d === shape[1] : d === 1)) && elementCount(constant) === shape[1]
  )
}

/** Takes out a node of one result; its users use `by`. */
export function bypass(net: GraphDraft, node: Node, by: string): void {
  net.remove(node)
  net.redirect(node.outputs[0]!, by)
}

/** Takes out a node of one result; its users use `by`, but an output of the network keeps its name where it can. */
export function bypassKeepingOutputs(net: GraphDraft, node: Node, by: string): void {
  const result = node.outputs[0]!
  net.remove(node)
  const maker = net.producer(by)
  if (net.isOutput(result) && maker !== undefined && !net.isOutput(by)) {
    const type = net.value(by).type
    net.redirect(result, by)
    net.change(maker, { outputs: maker.outputs.map((each) => (each === by ? result : each)) })
    net.redirect(by, result)
    net.setValue({ name: result, type })
  } else net.redirect(result, by)
}
