import { type FormView, flagAttr, numberAttr, refuse } from '../normalize/form.ts'
import type { Body, Compose } from './body.ts'

interface RotarySizes {
  /** Heads stand side by side along the last axis of the operand, which has three axes. */
  readonly isFlat: boolean
  readonly batch: number
  readonly count: number
  readonly heads: number
  readonly size: number
  /** How many elements of a head are turned. */
  readonly turned: number
}

function sizesOf(view: FormView): RotarySizes {
  const { shape } = view.type(0)
  const isFlat = shape.length === 3
  if (!isFlat && shape.length !== 4)
    refuse(view, 'RotaryEmbedding of these axes is not supported', `[${shape.join(', ')}]`, 'three axes, or four')
  const given = isFlat ? numberAttr(view, 'num_heads') : ((view.attrs['num_heads'] as number | undefined) ?? 0)
  const heads = isFlat ? given : shape[1]!
  if (isFlat ? heads < 1 || shape[2]! % heads !== 0 : given !== 0 && given !== heads)
    refuse(view, 'RotaryEmbedding with these num_heads is not supported', `num_heads ${given} of [${shape.join(', ')}]`, 'a divisor')
  const size = isFlat ? shape[2]! / heads : shape[3]!
  const dim = numberAttr(view, 'rotary_embedding_dim')
  const turned = dim === 0 ? size : dim
  if (turned < 0 || turned > size || turned % 2 !== 0)
    refuse(
      view,
      'RotaryEmbedding with this rotary_embedding_dim is not supported',
      `rotary_embedding_dim ${dim}`,
      `an even number up to ${size}`,
    )
  return { isFlat, batch: shape[0]!, count: shape.at(-2)!, heads, size, turned }
}

/** Cosines or sines of each place, with an axis for heads; a last one where elements stand in pairs. */
function angles(view: FormView, body: Body, operand: 1 | 2, { isFlat, batch, count, turned }: RotarySizes, inPairs: boolean): string {
  const name = operand === 1 ? 'cos_cache' : 'sin_cache'
  const positions = view.inputs[3]
  const { shape } = view.type(operand)
  const wanted = positions === undefined ? [batch, count, turned / 2] : [shape[0]!, turned / 2]
  if (shape.join() !== wanted.join())
    refuse(view, `RotaryEmbedding with ${name} of this shape is not supported`, `[${shape.join(', ')}]`, `[${wanted.join(', ')}]`)
  const known = positions === undefined ? view.inputs[operand] : body.node('Gather', [view.inputs[operand], positions], { axis: 0 })
  const pairs = inPairs ? [1] : []
  return body.node('Reshape', [
    known,
    isFlat ? body.whole(batch, count, 1, turned / 2, ...pairs) : body.whole(batch, 1, count, turned / 2, ...pairs),
  ])
}

/**
 * Pairs of elements turned by an angle: halves of each head, or neighbours.
 *
 * @see https://onnx.ai/onnx/operators/onnx__RotaryEmbedding.html
 */
export const rotaryEmbedding: Compose = (view, body) => {
  const sizes = sizesOf(view)
  const { isFlat, batch, count, heads, size, turned } = sizes
  const positions = view.inputs[3] === undefined ? undefined : view.type(3).shape
  if (positions !== undefined && positions.join() !== `${batch},${count}`)
    refuse(view, 'RotaryEmbedding with position_ids of this shape is not supported', `[${positions.join(', ')}]`, `[${batch}, ${count}]`)
  const inPairs = flagAttr(view, 'interleaved')
  const lead = isFlat ? [batch, count, heads] : [batch, heads, count]
  const part = (x: string | undefined, axis: number, from: number, to: number): string =>
    body.node('Slice', [x, body.whole(from), body.whole(to), body.whole(axis)])

  const whole = isFlat ? body.node('Reshape', [view.inputs[0], body.whole(...lead, size)]) : view.inputs[0]
  const front = turned === size ? whole : part(whole, 3, 0, turned)
  const pairs = inPairs ? body.node('Reshape', [front, body.whole(...lead, turned / 2, 2)]) : front
  const [axis, half] = inPairs ? [4, 1] : [3, turned / 2]
  const [a, b] = [part(pairs, axis, 0, half), part(pairs, axis, half, 2 * half)]
  const [cos, sin] = [angles(view, body, 1, sizes, inPairs), angles(view, body, 2, sizes, inPairs)]
  const times = (x: string, y: string): string => body.node('Mul', [x, y])
  const both = body.node('Concat', [body.node('Sub', [times(a, cos), times(b, sin)]), body.node('Add', [times(a, sin), times(b, cos)])], {
    axis,
  })
  const made = inPairs ? body.node('Reshape', [both, body.whole(...lead, turned)]) : both
  const full = turned === size ? made : body.node('Concat', [made, part(whole, 3, turned, size)], { axis: 3 })
  if (isFlat) body.result('Reshape', [full, body.whole(batch, count, heads * size)])
  else body.result('Identity', [full])
  return true
}
