import { QError } from '@q/ir'
import type { Field } from './field.ts'
import { attributeValue, derived, field, lax } from './field.ts'
import type { NodeForm, ReadForm } from './spelling.ts'

/** Where a slice ends that goes backwards to the first element; -1 is the last one in the text. */
const beforeAll = -(2 ** 63)

/** `ends` of the text may lie beyond the axis, count from its end, or be a huge number for "all". */
export const sliceFields: readonly Field[] = [
  field('ints', 'offset', 'starts'),
  field('ints', 'steps', 'steps'),
  derived('ints', 'ends', ({ attrs }) => {
    const steps = attrs['steps'] as readonly number[]
    return (attrs['ends'] as readonly number[]).map((end, axis) => (steps[axis]! < 0 && end < 0 ? beforeAll : end))
  }),
  lax('ints', 'axes', []),
  derived('ints', 'hasparamConvert_axes', ({ node, attrs, typeOf }) => {
    const { shape } = typeOf(node.inputs[0]!)
    const [starts, ends, steps] = ['starts', 'ends', 'steps'].map((name) => attrs[name] as readonly number[]) as [
      number[],
      number[],
      number[],
    ]
    return shape.flatMap((size, k) => (starts[k] === 0 && ends[k] === size && steps[k] === 1 ? [] : [k]))
  }),
]

/** Brings offsets and ends inside the axes. */
export function readSlice({ operation, at, inputs, typeOf }: ReadForm): NodeForm {
  const { shape } = typeOf(inputs[0]!)
  const numbers = (name: string): readonly number[] => {
    const attribute = operation.attributes.get(name)
    return attribute === undefined ? [] : (attributeValue(name, 'ints', attribute, at) as readonly number[])
  }
  const axes = numbers('axes')
  if (axes.length > 0) {
    throw new QError('MLIR_UNSUPPORTED_ATTRIBUTE', 'a slice names its axes', {
      at,
      found: `axes [${axes.join(', ')}]`,
      wanted: 'axes = [] with an entry for every axis',
      hint: 'run tpuc-opt --shape-infer --canonicalize first',
    })
  }
  const steps = numbers('steps')
  const inside = (value: number, size: number, step: number): number => {
    const place = value < 0 ? value + size : value
    return step > 0 ? Math.min(Math.max(place, 0), size) : Math.min(Math.max(place, -1), size - 1)
  }
  const bounds = (name: string): readonly number[] => numbers(name).map((value, k) => inside(value, shape[k] ?? 0, steps[k] ?? 1))
  return { inputs: [inputs[0]], attrs: { starts: bounds('offset'), ends: bounds('ends'), steps } }
}
