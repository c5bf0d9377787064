import { frontAxis } from '@q/ir/ops'
import { constantOperand, frontAxes, listAttr, listOf, refuse } from '../normalize/form.ts'
import type { Compose } from './body.ts'
import { bounded } from './bounded.ts'

/** A border that goes around: the elements of each axis by their places, counted on from the other end. */
export const wrappedPad: Compose = (view, body) => {
  if (view.attrs['mode'] !== 'wrap' || (view.inputs[1] !== undefined && view.known(1) === undefined)) return false
  const { shape } = view.type(0)
  const pads = listOf(view, 'pads') ?? []
  const axes = view.known(3) === undefined ? shape.map((_, i) => i) : frontAxes([...view.known(3)!.data], shape.length)
  const made = axes.reduce<string | undefined>((x, axis, i) => {
    const [before, behind] = [pads[i]!, pads[i + axes.length]!]
    const size = shape[axis]!
    if (before === 0 && behind === 0) return x
    const places = Array.from({ length: bounded(size + before + behind) }, (_, at) => (((at - before) % size) + size) % size)
    return body.node('Gather', [x, body.constant('i64', places)], { axis })
  }, view.inputs[0])
  body.result('Identity', [made])
  return true
}

/** The middle of an axis that is too long, a border around one that is too short. */
export const centerCropPad: Compose = (view, body) => {
  const target = constantOperand(view, 'shape')
  const { shape } = view.type(0)
  const axes = (listAttr(view, 'axes') ?? shape.map((_, i) => i)).map((axis) => frontAxis(axis, shape.length))
  const pads = new Array<number>(2 * shape.length).fill(0)
  const [starts, ends] = [shape.map(() => 0), [...shape]]
  axes.forEach((axis, i) => {
    const more = target[i]! - shape[axis]!
    if (more > 0) {
      pads[axis] = Math.floor(more / 2)
      pads[axis + shape.length] = more - Math.floor(more / 2)
    } else {
      starts[axis] = Math.floor(-more / 2)
      ends[axis] = starts[axis]! + target[i]!
    }
  })
  body.result('Pad', [body.node('Slice', [view.inputs[0], body.whole(...starts), body.whole(...ends)]), body.whole(...pads)])
  return true
}

/** The places of a grid, moved by a matrix for each image: a product with the places of a grid that is not moved. */
export const affineGrid: Compose = (view, body) => {
  const size = constantOperand(view, 'size')
  const [theta] = view.inputs
  const plane = [...size.slice(2)]
  const n = plane.length
  const isCornered = view.attrs['align_corners'] === 1
  const place = (at: number, count: number): number =>
    isCornered ? (count === 1 ? -1 : -1 + (2 * at) / (count - 1)) : -1 + (2 * at + 1) / count
  const count = bounded(plane.reduce((a, b) => a * b, 1))
  const rows = Array.from({ length: count }, (_, i) => {
    let rest = i
    const along = plane.map(() => 0)
    for (let axis = n - 1; axis >= 0; axis--) {
      along[axis] = place(rest % plane[axis]!, plane[axis]!)
      rest = Math.floor(rest / plane[axis]!)
    }
    return [...along.reverse(), 1]
  }).flat()
  const grid = body.constant(view.type(0).dtype, rows, [1, count, n + 1])
  const moved = body.node('MatMul', [grid, body.node('Transpose', [theta], { perm: [0, 2, 1] })])
  body.result('Reshape', [moved, body.whole(size[0]!, ...plane, n)])
  return true
}

/** The most elements of a matrix that says where the elements of columns go. */
const largestMatrix = 2 ** 22

/** Columns put back where they were taken from, sums where several were: a product with a matrix of zeros and ones. */
export const col2Im: Compose = (view, body) => {
  const [image, block] = [constantOperand(view, 'image_shape'), constantOperand(view, 'block_shape')]
  const n = image.length
  const list = (name: string, fill: number): readonly number[] => listAttr(view, name) ?? new Array<number>(n).fill(fill)
  const [dilations, strides] = [list('dilations', 1), list('strides', 1)]
  const pads = listAttr(view, 'pads') ?? new Array<number>(2 * n).fill(0)
  const [batch, channels, places] = [view.type(0).shape[0]!, view.type(0).shape[1]!, view.type(0).shape[2]!]
  const taps = block.reduce((a, b) => a * b, 1)
  const count = image.reduce((a, b) => a * b, 1)
  const size = taps * places * count
  if (size > largestMatrix)
    refuse(
      view,
      'Col2Im by so large a matrix is not supported',
      `${size} elements, for ${taps} of a block, ${places} blocks and ${count} places`,
      `${largestMatrix} at most`,
    )
  const steps = Array.from(
    { length: n },
    (_, axis) =>
      Math.floor((image[axis]! + pads[axis]! + pads[axis + n]! - dilations[axis]! * (block[axis]! - 1) - 1) / strides[axis]!) + 1,
  )
  const matrix = new Float32Array(taps * places * count)
  for (let tap = 0; tap < taps; tap++) {
    for (let place = 0; place < places; place++) {
      let [restTap, restPlace, to, step, isInside] = [tap, place, 0, 1, true]
      for (let axis = n - 1; axis >= 0; axis--) {
        const at = (restPlace % steps[axis]!) * strides[axis]! + (restTap % block[axis]!) * dilations[axis]! - pads[axis]!
        isInside &&= at >= 0 && at < image[axis]!
        to += at * step
        step *= image[axis]!
        restTap = Math.floor(restTap / block[axis]!)
        restPlace = Math.floor(restPlace / steps[axis]!)
      }
      if (isInside) matrix[(tap * places + place) * count + to]! += 1
    }
  }
  const columns = body.node('Reshape', [view.inputs[0], body.whole(batch, channels / taps, taps * places)])
  const sums = body.node('MatMul', [columns, body.constant(view.type(0).dtype, matrix, [taps * places, count])])
  body.result('Reshape', [sums, body.whole(batch, channels / taps, ...image)])
  return true
}
