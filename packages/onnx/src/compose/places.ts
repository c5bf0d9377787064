import { elementCount } from '@q/ir'
import { frontAxis } from '@q/ir/ops'
import { constantOperand, numberAttr, refuse } from '../normalize/form.ts'
import type { Compose } from './body.ts'
import { bounded } from './bounded.ts'

/** The places of an axis, or of all elements in order, for which a constant says yes. */
export const compress: Compose = (view, body) => {
  const { shape } = view.type(0)
  const given = view.attrs['axis'] as number | undefined
  const axis = given === undefined ? 0 : frontAxis(given, shape.length)
  const size = given === undefined ? elementCount(shape) : shape[axis]!
  const chosen = constantOperand(view, 'condition').flatMap((each, place) => (each === 0 ? [] : [place]))
  if (chosen.length === 0 || chosen.at(-1)! >= size)
    refuse(
      view,
      'Compress by this condition is not supported',
      chosen.length === 0 ? 'a condition that chooses nothing' : `a condition that chooses place ${chosen.at(-1)}`,
      `places below ${size}, one at least`,
    )
  const x = given === undefined ? body.node('Reshape', [view.inputs[0], body.whole(size)]) : view.inputs[0]
  body.result('Gather', [x, body.whole(...chosen)], { axis })
  return true
}

/** The first elements along time backwards, of each sample as many as a constant says: samples and times as one axis, of which the places are picked. */
export const reverseSequence: Compose = (view, body) => {
  const { shape } = view.type(0)
  const [batchAxis, timeAxis] = [numberAttr(view, 'batch_axis'), numberAttr(view, 'time_axis')]
  if (batchAxis === timeAxis || shape.length < 2)
    refuse(
      view,
      'ReverseSequence along these axes is not supported',
      `batch_axis ${batchAxis}, time_axis ${timeAxis} of [${shape.join(', ')}]`,
      'two axes',
    )
  const lengths = constantOperand(view, 'sequence_lens')
  const [samples, times] = [shape[batchAxis]!, shape[timeAxis]!]
  if (lengths.length !== samples || lengths.some((length) => length < 0 || length > times))
    refuse(
      view,
      'ReverseSequence with these lengths is not supported',
      `sequence_lens ${lengths.join(', ')}`,
      `${samples} numbers up to ${times}`,
    )
  const [first, second] = [shape[0]!, shape[1]!]
  const places = Array.from({ length: bounded(first * second) }, (_, i) => {
    const at = [Math.floor(i / second), i % second]
    const [time, length] = [at[timeAxis]!, lengths[at[batchAxis]!]!]
    if (time < length) at[timeAxis] = length - 1 - time
    return at[0]! * second + at[1]!
  })
  const rest = shape.slice(2)
  const flat = body.node('Reshape', [view.inputs[0], body.whole(first * second, ...rest)])
  body.result('Reshape', [body.node('Gather', [flat, body.whole(...places)], { axis: 0 }), body.whole(...shape)])
  return true
}
