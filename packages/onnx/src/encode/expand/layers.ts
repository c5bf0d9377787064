import { elementCount } from '@q/ir'
import { type Emitter, type Expand, operands } from './emitter.ts'

type Ints = readonly number[]

/** A convolution or pool over fewer axes than its window has gets an axis of size 1, taken away again behind it. */
function planar(
  e: Emitter,
  node: Parameters<Expand>[1],
  result: string,
  windowAxes: number,
  write: (x: string, result: string | undefined) => string,
): void {
  const [x] = operands(node) as [string]
  const shape = e.shape(x)
  if (shape.length === windowAxes + 2) {
    write(x, result)
    return
  }
  const wide = write(e.reshaped(x, [...shape, 1]), undefined)
  e.add('Reshape', [wide, e.whole(e.shape(node.outputs[0]!))], {}, result)
}

const given = (attrs: Parameters<Expand>[2], ...names: readonly string[]) =>
  Object.fromEntries(
    names.flatMap((name) => (attrs[name] === undefined || (attrs[name] as Ints).length === 0 ? [] : [[name, attrs[name]!]])),
  )

const pool: Expand = (e, node, attrs, result) => {
  const flat = attrs['keepdims'] === false
  planar(e, node, result, (attrs['strides'] as Ints).length, (x, name) => {
    const window = {
      ...given(attrs, 'kernel_shape', 'strides', 'pads'),
      ...(node.op === 'AveragePool' ? { count_include_pad: attrs['count_include_pad']! } : {}),
    }
    const pooled = e.add(node.op, [x], window, flat ? undefined : name)
    return flat ? e.add('Reshape', [pooled, e.whole(e.shape(node.outputs[0]!))], {}, name) : pooled
  })
}

/** `(x - mean) / sqrt(var + eps)` over `axes`, or without the mean. */
function normalized(e: Emitter, x: string, axes: Ints, epsilon: number, centred: boolean, result?: string): string {
  const reduce = (name: string): string => e.add('ReduceMean', [name, e.whole(axes)], { keepdims: true })
  const from = centred ? e.add('Sub', [x, reduce(x)]) : x
  const root = e.add('Sqrt', [e.add('Add', [reduce(e.add('Mul', [from, from])), e.number(epsilon)])])
  return e.add('Div', [from, root], {}, result)
}

function scaled(e: Emitter, x: string, scale: string | undefined, bias: string | undefined, result: string): void {
  const product = scale === undefined ? x : e.add('Mul', [x, scale], {}, bias === undefined ? result : undefined)
  if (bias !== undefined) e.add('Add', [product, bias], {}, result)
  else if (scale === undefined) e.add('Identity', [x], {}, result)
}

const perChannel = (e: Emitter, name: string | undefined, rank: number): string | undefined => {
  if (name === undefined) return undefined
  return e.reshaped(name, [1, elementCount(e.shape(name)), ...new Array<number>(rank - 2).fill(1)])
}

const ones = (e: Emitter, count: number, value: number): string => e.constant('f32', [count], new Float32Array(count).fill(value))

/** How convolutions, products, pools and normalizations are written. */
export const layers: Readonly<Record<string, Expand>> = {
  Conv: (e, node, attrs, result) =>
    planar(e, node, result, (attrs['strides'] as Ints).length, (x, name) =>
      e.add('Conv', [x, ...node.inputs.slice(1)], { ...given(attrs, 'strides', 'pads', 'dilations'), group: attrs['group']! }, name),
    ),
  ConvTranspose: (e, node, attrs, result) =>
    planar(e, node, result, (attrs['strides'] as Ints).length, (x, name) =>
      e.add(
        'ConvTranspose',
        [x, ...node.inputs.slice(1)],
        { ...given(attrs, 'strides', 'pads', 'dilations', 'output_padding'), group: attrs['group']! },
        name,
      ),
    ),
  MaxPool: pool,
  AveragePool: pool,
  Affine: (e, node, _, result) => {
    const [x, scale, bias] = operands(node) as [string, string, string]
    const rank = e.shape(x).length
    scaled(e, x, perChannel(e, scale, rank), perChannel(e, bias, rank), result)
  },
  MatMul: (e, node, attrs, result) => {
    const [a, b, bias] = node.inputs as [string, string, string | undefined]
    const order = (rank: number, transposed: boolean): Ints => {
      const heads = attrs['headsAsBatch'] === true && rank === 4 ? [0, 2, 1, 3] : Array.from({ length: rank }, (_, i) => i)
      return transposed ? [...heads.slice(0, -2), heads.at(-1)!, heads.at(-2)!] : heads
    }
    const read = (name: string, transposed: boolean): string => {
      const perm = order(e.shape(name).length, transposed)
      return perm.every((axis, i) => axis === i) ? name : e.add('Transpose', [name], { perm })
    }
    const rank = Math.max(e.shape(a).length, e.shape(b).length)
    const back = order(rank, attrs['transY'] === true)
    const turned = !back.every((axis, i) => axis === i)
    const flat = attrs['keepdims'] === false
    const steps = [bias !== undefined, turned, flat]
    const nameOf = (step: number): string | undefined => (steps.slice(step).some((each) => each) ? undefined : result)
    let y = e.add('MatMul', [read(a, attrs['transA'] === true), read(b, attrs['transB'] === true)], {}, nameOf(0))
    if (turned)
      y = e.add('Transpose', [y], { perm: order(rank, attrs['transY'] === true) }, bias !== undefined || flat ? undefined : result)
    if (bias !== undefined) y = e.add('Add', [y, bias], {}, flat ? undefined : result)
    if (flat) e.add('Reshape', [y, e.whole(e.shape(node.outputs[0]!))], {}, result)
  },
  LayerNormalization: (e, node, attrs, result) => {
    const [x, scale, bias] = node.inputs as [string, string | undefined, string | undefined]
    const shape = e.shape(x)
    const axis = attrs['axis'] as number
    const over = shape.slice(axis)
    const fit = (name: string | undefined): string | undefined => (name === undefined ? undefined : e.reshaped(name, over))
    const factor = fit(scale) ?? e.constant('f32', over, new Float32Array(elementCount(over)).fill(1))
    e.add('LayerNormalization', [x, factor, fit(bias)], { axis, epsilon: attrs['epsilon']! }, result)
  },
  RMSNormalization: (e, node, attrs, result) => {
    const [x, scale] = node.inputs as [string, string | undefined]
    const y = normalized(e, x, [e.shape(x).length - 1], attrs['epsilon'] as number, false, scale === undefined ? result : undefined)
    if (scale !== undefined) e.add('Mul', [y, scale], {}, result)
  },
  PixelNormalization: (e, node, attrs, result) => {
    const [x, scale, bias] = node.inputs as [string, string | undefined, string | undefined]
    const rank = e.shape(x).length
    scaled(e, normalized(e, x, [1], attrs['epsilon'] as number, true), perChannel(e, scale, rank), perChannel(e, bias, rank), result)
  },
  InstanceNormalization: (e, node, attrs, result) => {
    const [x, scale, bias] = node.inputs as [string, string | undefined, string | undefined]
    const channels = e.shape(x)[1]!
    const fit = (name: string | undefined, otherwise: number): string =>
      name === undefined ? ones(e, channels, otherwise) : e.reshaped(name, [channels])
    e.add('InstanceNormalization', [x, fit(scale, 1), fit(bias, 0)], { epsilon: attrs['epsilon']! }, result)
  },
  GroupNormalization: (e, node, attrs, result) => {
    const [x, scale, bias] = node.inputs as [string, string | undefined, string | undefined]
    const shape = e.shape(x)
    const [n] = shape as [number]
    const groups = attrs['num_groups'] as number
    const grouped = normalized(e, e.reshaped(x, [n, groups, elementCount(shape) / (n * groups)]), [2], attrs['epsilon'] as number, true)
    scaled(e, e.reshaped(grouped, shape), perChannel(e, scale, shape.length), perChannel(e, bias, shape.length), result)
  },
}
