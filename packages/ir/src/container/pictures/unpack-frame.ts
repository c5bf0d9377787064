import type { Frame } from '../../graph/picture.ts'
import type { Attrs, Node, Value } from '../../graph/types.ts'
import { byteType, type Made } from './fused.ts'

/**
 * `[N, C, H, W]` of a frame: without the padding of rows and planes, with channels in front, and the middle of it where it is larger than the network's input.
 *
 * @param input the network input that the frame stands for
 */
export function unpackFrame(raw: Value, frame: Frame, [height, width]: readonly [number, number], input: string): Made {
  const nodes: Node[] = []
  const values: Value[] = []
  let value = raw
  const then = (op: string, name: string, shape: readonly number[], attrs: Attrs): void => {
    const next = { name, type: byteType(shape) }
    nodes.push({ op, inputs: [value.name], outputs: [name], attrs, origin: [input] })
    values.push(next)
    value = next
  }
  const cut = (name: string, starts: readonly number[], shape: readonly number[]): void => {
    const ends = starts.map((start, axis) => start + shape[axis]!)
    if (shape.every((size, axis) => size === value.type.shape[axis])) return
    then('Slice', name, shape, { starts, ends, steps: shape.map(() => 1) })
  }
  const reshape = (name: string, shape: readonly number[]): void => {
    if (shape.join() !== value.type.shape.join()) then('Reshape', name, shape, { shape })
  }
  const batch = raw.type.shape[0]!
  const csc = `${raw.name}_preprocess_csc`
  const { height: high, width: wide, channels, rowBytes, planeBytes, layout } = frame
  const [zeros, full] = [
    [0, 0, 0, 0],
    [batch, channels, high, wide],
  ]
  if (layout === 'packed') {
    if (raw.type.shape[3] !== channels || raw.type.shape[1] !== high) {
      cut(`${csc}_slice`, zeros, [batch, 1, high, wide * channels])
      reshape(csc, [batch, high, wide, channels])
    }
    then('Transpose', `${input}_preprocess_transpose`, full, { perm: [0, 3, 1, 2] })
  } else if (raw.type.shape[2] === 1 && high > 1) {
    then('StridedCopy', csc, full, { shape: full, inputStrides: [channels * planeBytes, planeBytes, rowBytes, 1] })
  } else if (rowBytes !== wide) {
    cut(`${csc}_slice`, zeros, full)
    then('Reshape', csc, full, { shape: full })
  }
  const [top, left] = [Math.floor(high / 2) - Math.floor(height / 2), Math.floor(wide / 2) - Math.floor(width / 2)]
  cut(`${input}_preprocess_slice`, [0, 0, top, left], [batch, channels, height, width])
  return { value, nodes, values }
}
