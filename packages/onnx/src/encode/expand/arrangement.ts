import { QError } from '@q/ir'
import { type Emitter, type Expand, operands } from './emitter.ts'

type Ints = readonly number[]

/** Indices as ONNX wants them, 64-bit integers. */
function indices(emitter: Emitter, name: string): string {
  const { constant } = emitter.value(name)
  return constant === undefined
    ? emitter.add('Cast', [name], { to: 7 })
    : emitter.constant(
        'i64',
        constant.shape,
        BigInt64Array.from(constant.data as Float32Array, (x) => BigInt(Math.trunc(x))),
      )
}

/** Channels last: first the channels move, then everything goes as usual, then they move back. */
const inBlocks: Expand = (emitter, node, attrs, result) => {
  const [x] = operands(node) as [string]
  const [n, a, b, d] = emitter.shape(x) as [number, number, number, number]
  if (attrs['channelsLast'] !== true) return blocksOf(emitter, x, [n, a, b, d], attrs, result)
  const turned = emitter.add('Transpose', [x], { perm: [0, 3, 1, 2] })
  const moved = `${result}_channels_first`
  blocksOf(emitter, turned, [n, d, a, b], attrs, moved)
  emitter.add('Transpose', [moved], { perm: [0, 2, 3, 1] }, result)
}

function blocksOf(
  emitter: Parameters<Expand>[0],
  x: string,
  [n, c, h, w]: readonly [number, number, number, number],
  attrs: Parameters<Expand>[2],
  result: string,
): void {
  const {
    block_h: bh,
    block_w: bw,
    mode,
    inverse,
    swapColumnRow,
  } = attrs as {
    readonly block_h: number
    readonly block_w: number
    readonly mode: string
    readonly inverse: boolean
    readonly swapColumnRow: boolean
  }
  if (bh === bw && !swapColumnRow && (!inverse || mode === 'DCR')) {
    emitter.add(inverse ? 'SpaceToDepth' : 'DepthToSpace', [x], { blocksize: bh, ...(inverse ? {} : { mode }) }, result)
    return
  }
  const [first, second] = swapColumnRow ? [5, 3] : [3, 5]
  if (inverse) {
    const split = emitter.reshaped(x, [n, c, h / bh, bh, w / bw, bw])
    const turned = emitter.add('Transpose', [split], { perm: mode === 'DCR' ? [0, first, second, 1, 2, 4] : [0, 1, first, second, 2, 4] })
    emitter.add('Reshape', [turned, emitter.whole([n, c * bh * bw, h / bh, w / bw])], {}, result)
    return
  }
  const inner = c / (bh * bw)
  const blocks = swapColumnRow ? [bw, bh] : [bh, bw]
  const split = emitter.reshaped(x, mode === 'DCR' ? [n, ...blocks, inner, h, w] : [n, inner, ...blocks, h, w])
  const [row, column] = mode === 'DCR' ? (swapColumnRow ? [2, 1] : [1, 2]) : swapColumnRow ? [3, 2] : [2, 3]
  const turned = emitter.add('Transpose', [split], { perm: [0, mode === 'DCR' ? 3 : 1, 4, row!, 5, column!] })
  emitter.add('Reshape', [turned, emitter.whole([n, inner, h * bh, w * bw])], {}, result)
}

/** How operators that move elements are written. */
export const arrangement: Readonly<Record<string, Expand>> = {
  Reshape: (e, node, attrs, result) => void e.add('Reshape', [operands(node)[0], e.whole(attrs['shape'] as Ints)], {}, result),
  Squeeze: (e, node, _, result) => void e.add('Reshape', [operands(node)[0], e.whole(e.shape(node.outputs[0]!))], {}, result),
  Unsqueeze: (e, node, attrs, result) => void e.add('Unsqueeze', [operands(node)[0], e.whole(attrs['axes'] as Ints)], {}, result),
  Transpose: (e, node, attrs, result) => void e.add('Transpose', operands(node), { perm: attrs['perm']! }, result),
  Tile: (e, node, attrs, result) => void e.add('Tile', [operands(node)[0], e.whole(attrs['repeats'] as Ints)], {}, result),
  Concat: (e, node, attrs, result) => void e.add('Concat', operands(node), { axis: attrs['axis']! }, result),
  Slice: (e, node, attrs, result) => {
    const { starts, ends, steps } = attrs as { readonly starts: Ints; readonly ends: Ints; readonly steps: Ints }
    const last = ends.map((end, i) => (end < 0 && steps[i]! < 0 ? -(2 ** 31) : end))
    e.add('Slice', [operands(node)[0], e.whole(starts), e.whole(last), e.whole(starts.map((_, i) => i)), e.whole(steps)], {}, result)
  },
  Pad: (e, node, attrs, result) => {
    if (attrs['mode'] === 'symmetric')
      throw new QError('ONNX_ENCODE', 'symmetric padding has no spelling in ONNX', {
        at: [result],
        found: 'symmetric',
        wanted: 'constant, reflect or edge',
        hint: 'pad in one of these ways',
      })
    e.add('Pad', [operands(node)[0], e.whole(attrs['pads'] as Ints), e.number(attrs['value'] as number)], { mode: attrs['mode']! }, result)
  },
  Gather: (e, node, attrs, result) => {
    const [x, at] = operands(node) as [string, string]
    const picked = e.add('Gather', [x, indices(e, at)], { axis: attrs['axis']! }, attrs['keepdims'] === false ? undefined : result)
    if (attrs['keepdims'] === false) e.add('Reshape', [picked, e.whole(e.shape(node.outputs[0]!))], {}, result)
  },
  GatherElements: (e, node, attrs, result) =>
    void e.add('GatherElements', [operands(node)[0], indices(e, operands(node)[1]!)], { axis: attrs['axis']! }, result),
  GatherND: (e, node, attrs, result) =>
    void e.add('GatherND', [operands(node)[0], indices(e, operands(node)[1]!)], { batch_dims: attrs['batch_dims'] ?? 0 }, result),
  ScatterND: (e, node, _, result) =>
    void e.add('ScatterND', [operands(node)[0], indices(e, operands(node)[1]!), operands(node)[2]], {}, result),
  ScatterElements: (e, node, attrs, result) =>
    void e.add('ScatterElements', [operands(node)[0], indices(e, operands(node)[1]!), operands(node)[2]], { axis: attrs['axis']! }, result),
  DepthToSpace: inBlocks,
  Reverse: (e, node, attrs, result) => {
    const axis = attrs['axis'] as number
    e.add('Slice', [operands(node)[0], e.whole([-1]), e.whole([-(2 ** 31)]), e.whole([axis]), e.whole([-1])], {}, result)
  },
  SwapDimInner: (e, node, attrs, result) => {
    const shape = e.shape(operands(node)[0]!)
    const moved = (attrs['offsets'] as Ints).flatMap((offset, axis) => (offset > 0 ? [{ offset, axis }] : []))
    let x = operands(node)[0]!
    moved.forEach(({ offset, axis }, i) => {
      const part = (from: number, to: number): string => e.add('Slice', [x, e.whole([from]), e.whole([to]), e.whole([axis])])
      x = e.add('Concat', [part(offset, shape[axis]!), part(0, offset)], { axis }, i === moved.length - 1 ? result : undefined)
    })
    if (moved.length === 0) e.add('Identity', [x], {}, result)
  },
  ShuffleChannel: (e, node, attrs, result) => {
    const [x] = operands(node) as [string]
    const [n, c, ...plane] = e.shape(x) as [number, number, ...number[]]
    const group = attrs['group'] as number
    const turned = e.add('Transpose', [e.reshaped(x, [n, group, c / group, ...plane])], { perm: [0, 2, 1, ...plane.map((_, i) => i + 3)] })
    e.add('Reshape', [turned, e.whole(e.shape(x))], {}, result)
  },
  Resize: (e, node, attrs, result) => {
    const [x] = operands(node) as [string]
    const shape = e.shape(x)
    const sizes = e.shape(node.outputs[0]!)
    const { mode, coordinate_transformation_mode, scale_h, scale_w } = attrs as {
      readonly mode: string
      readonly coordinate_transformation_mode: string
      readonly scale_h: number
      readonly scale_w: number
    }
    const scales = shape.map((_, i) => (i === shape.length - 1 ? scale_w : i === shape.length - 2 && shape.length > 3 ? scale_h : 1))
    const byScale = scales.every((scale, i) => Math.floor(Math.fround(Math.fround(scale) * shape[i]!)) === sizes[i])
    const operand = byScale
      ? [undefined, e.constant('f32', [scales.length], Float32Array.from(scales))]
      : [undefined, undefined, e.whole(sizes)]
    const nearest_mode = coordinate_transformation_mode === 'asymmetric' ? 'floor' : 'round_prefer_floor'
    e.add('Resize', [x, ...operand], { mode, coordinate_transformation_mode, nearest_mode }, result)
  },
  Upsample: (e, node, attrs, result) => {
    const scales = [1, 1, attrs['scale_h'] as number, attrs['scale_w'] as number]
    e.add(
      'Resize',
      [operands(node)[0], undefined, e.constant('f32', [4], Float32Array.from(scales))],
      { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
      result,
    )
  },
}
