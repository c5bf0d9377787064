import { frontAxis } from '@q/ir/ops'
import { bypass, sameShape } from '../net/constants.ts'
import type { Rule } from '../net/rules.ts'

/** A Concat of Slices that take neighbouring ranges of one tensor is one Slice of it, or the tensor itself, whatever else uses them, as in TPU-MLIR 1.30.2. */
export const joinSlices: Rule = (net, node) => {
  const slices = node.inputs.map((name) => net.producer(name!))
  const [first] = slices
  if (node.attrs['relu'] === true || first === undefined || slices.length < 2) return false
  if (slices.some((slice) => slice?.op !== 'Slice' || slice.inputs[0] !== first.inputs[0])) return false
  const axis = frontAxis(node.attrs['axis'] as number, net.shape(node.outputs[0]!).length)
  const list = (each: typeof first, name: string): readonly number[] => each.attrs[name] as readonly number[]
  const elsewhere = (values: readonly number[]): readonly number[] => values.filter((_, i) => i !== axis)
  const steps = list(first, 'steps')
  let end = list(first, 'starts')[axis]!
  for (const slice of slices as readonly (typeof first)[]) {
    const starts = list(slice, 'starts')
    const isBeside = starts[axis] === end && list(slice, 'steps')[axis] === 1
    const isAlike = ['starts', 'steps'].every((name) => sameShape(elsewhere(list(slice, name)), elsewhere(list(first, name))))
    if (!isBeside || !isAlike) return false
    end += net.shape(slice.outputs[0]!)[axis]!
  }
  const [result] = node.outputs as [string]
  const [x] = first.inputs as [string]
  if (sameShape(net.shape(x), net.shape(result)) && steps.every((step) => step === 1) && !net.isOutput(result)) {
    bypass(net, node, x)
    return true
  }
  const ends = list(first, 'ends').map((each, i) => (i === axis ? end : each))
  net.change(node, { op: 'Slice', inputs: [x], attrs: { starts: list(first, 'starts'), ends, steps } })
  return true
}
