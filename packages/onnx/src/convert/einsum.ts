import { elementCount, type Node } from '@q/ir'
import { evaluate } from '../fold/evaluate.ts'
import { type Literal, permuted, whole } from '../fold/literal.ts'
import { addConstant, constantOf } from '../net/constants.ts'
import type { Rule } from '../net/rules.ts'
import { before } from './arithmetic.ts'
import { type EinsumStep, stepsOf } from './einsum-layers.ts'

/** An operand on its way: its tensor, and the letters of each of its axes. */
interface Arranged {
  readonly name: string
  readonly axes: readonly string[]
}

/**
 * Sums of products by an equation, as the layers that TPU-MLIR 1.30.2 makes of it ({@link stepsOf}). Of constants the steps are taken at once, as it does. A matrix
 * product that it has no steps for is a MatMul, its second operand turned in a layer of its own where it stands the other way round.
 */
export const equation: Rule = (net, node) => {
  const text = String(node.attrs['equation'])
  const [terms, result] = text.split('->') as [string, string]
  const letters = terms.split(',')
  const sizes = new Map(letters.flatMap((term, i) => [...term].map((letter, axis) => [letter, net.shape(node.inputs[i]!)[axis]!])))
  const sizeOf = (axis: string): number => elementCount([...axis].map((letter) => sizes.get(letter)!))
  const steps = stepsOf(text) ?? matrixProduct(letters as [string, string], result)
  const state: Arranged[] = letters.map((term, i) => ({ name: node.inputs[i]!, axes: [...term] }))
  const named = (name: string): string => {
    const [, base = '', suffix = ''] = /^([XYZR]+)(.*)$/.exec(name) ?? []
    return `${[...base].map((each) => (each === 'R' ? node.outputs[0]! : node.inputs['XYZ'.indexOf(each)]!)).join('')}${suffix}`
  }
  for (const step of steps) {
    const from = state[step.operand]!
    const inputs = [from.name, ...(step.right === undefined ? [] : [state[step.right]!.name])]
    const shape = step.axes.map(sizeOf)
    const attrs = attrsOf(step, from, shape, sizeOf)
    if (step.name === 'R') {
      net.change(node, { op: step.op, inputs, attrs })
      return true
    }
    const known = step.right === undefined ? constantOf(net, from.name) : undefined
    if (known !== undefined) {
      const made = arranged(known, step.op, attrs, shape)
      state[step.operand] = { name: addConstant(net, `${named(step.name)}_folder`, made.shape, made.data), axes: step.axes }
    } else {
      const name = before(net, node, named(step.name), step.op, inputs, from.name, attrs)
      net.setValue({ ...net.value(name), type: { ...net.value(from.name).type, shape } })
      state[step.operand] = { name, axes: step.axes }
    }
  }
  throw new Error(`the steps of ${text} make no result`)
}

/** A matrix product that stands as one; a constant on its right is repeated along the first axes. */
function matrixProduct([x, y]: readonly [string, string], result: string): readonly EinsumStep[] {
  const product: EinsumStep = { operand: 0, op: 'MatMul', right: 1, name: 'R', axes: [...result] }
  const lead = y.length > 2 ? [...x.slice(0, x.length - y.length)] : []
  const batches = [...y.slice(0, -2)]
  const isTurned = y.at(-1) !== result.at(-1)
  return [
    ...(lead.length === 0
      ? []
      : [
          { operand: 1, op: 'Reshape', name: 'Y_r_reshape', axes: [...lead.map(() => ''), ...y] },
          { operand: 1, op: 'Tile', name: 'Y_r_tile', axes: [...lead, ...y] },
        ]),
    ...(isTurned ? [{ operand: 1, op: 'Transpose', name: 'Y_r_permute', axes: [...lead, ...batches, y.at(-1)!, y.at(-2)!] }] : []),
    product,
  ]
}

function attrsOf({ op, axes }: EinsumStep, from: Arranged, shape: readonly number[], sizeOf: (axis: string) => number): Node['attrs'] {
  if (op === 'Reshape') return { shape }
  if (op === 'Transpose') return { perm: permutation(from.axes, axes) }
  if (op === 'Tile') return { repeats: axes.map((axis, i) => sizeOf(axis) / sizeOf(from.axes[i]!)) }
  if (op === 'ReduceSum') return { axes: from.axes.flatMap((axis, i) => (axes.includes(axis) ? [] : [i])), keepdims: false }
  return {}
}

/** Where each axis comes from; axes of one place without letters in their order. */
function permutation(from: readonly string[], to: readonly string[]): readonly number[] {
  const free = [...from.keys()]
  return to.map(
    (axis) =>
      free.splice(
        free.findIndex((i) => from[i] === axis),
        1,
      )[0]!,
  )
}

function arranged(known: Literal, op: string, attrs: Node['attrs'], shape: readonly number[]): Literal {
  if (op === 'Transpose') return permuted(known, attrs['perm'] as readonly number[])
  if (op === 'Reshape') return { ...known, shape }
  const repeats = whole(attrs['repeats'] as readonly number[])
  return evaluate({ op: 'Tile', inputs: [known, repeats], attrs: {}, opset: 13, results: 1 })![0]!
}
