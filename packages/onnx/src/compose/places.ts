import { elementCount } from '@q/ir'
import { frontAxis } from '@q/ir/ops'
import { constantOperand, type FormView, numberAttr, refuse } from '../normalize/form.ts'
import type { Body, Compose } from './body.ts'
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
  body.result('Gather', [x, body.constant('i64', chosen)], { axis })
  return true
}

/** The first elements along time backwards, of each sample as many as are said. */
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
  const samples = shape[batchAxis]!
  const count = elementCount(view.type(1).shape)
  if (count !== samples)
    refuse(view, 'ReverseSequence with sequence_lens of this shape is not supported', `${count} of ${samples} samples`, `${samples}`)
  if (view.known(1) === undefined) byComputedLengths(view, body, batchAxis, timeAxis)
  else byKnownLengths(view, body, batchAxis, timeAxis)
  return true
}

/** Samples and times as one axis, of which the places are picked. */
function byKnownLengths(view: FormView, body: Body, batchAxis: number, timeAxis: number): void {
  const { shape } = view.type(0)
  const lengths = constantOperand(view, 'sequence_lens')
  const times = shape[timeAxis]!
  if (lengths.some((length) => length < 0 || length > times))
    refuse(view, 'ReverseSequence with these lengths is not supported', `sequence_lens ${lengths.join(', ')}`, `numbers up to ${times}`)
  const [first, second] = [shape[0]!, shape[1]!]
  const places = Array.from({ length: bounded(first * second) }, (_, i) => {
    const at = [Math.floor(i / second), i % second]
    const [time, length] = [at[timeAxis]!, lengths[at[batchAxis]!]!]
    if (time < length) at[timeAxis] = length - 1 - time
    return at[0]! * second + at[1]!
  })
  const rest = shape.slice(2)
  const flat = body.node('Reshape', [view.inputs[0], body.whole(first * second, ...rest)])
  body.result('Reshape', [body.node('Gather', [flat, body.constant('i64', places)], { axis: 0 }), body.whole(...shape)])
}

/** Places before the length of a sample are counted back from it. */
function byComputedLengths(view: FormView, body: Body, batchAxis: number, timeAxis: number): void {
  const { shape } = view.type(0)
  const along = (axis: number): readonly number[] => shape.map((size, i) => (i === axis ? size : 1))
  const places = body.constant(
    'i64',
    Float64Array.from({ length: bounded(shape[timeAxis]!) }, (_, i) => i),
    along(timeAxis),
  )
  const lengths = body.node('Reshape', [body.node('Cast', [view.inputs[1]], { to: 'i64' }), body.whole(...along(batchAxis))])
  const back = body.node('Sub', [body.node('Sub', [lengths, body.constant('i64', 1)]), places])
  const chosen = body.node('Where', [body.node('Less', [places, lengths]), back, places])
  body.result('GatherElements', [view.inputs[0], body.node('Expand', [chosen, body.whole(...shape)])], { axis: timeAxis })
}
