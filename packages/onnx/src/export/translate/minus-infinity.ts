import { edgesOf, type Graph, type Node, type Tensor } from '@q/ir'
import { isToldByMakers } from '../../net/told-by-makers.ts'

/** Operators that hand minus infinity on; what sums up many numbers or is bounded below gives none of it. */
const handing: ReadonlySet<string> = new Set([
  ...['Add', 'Sub', 'Mul', 'Max', 'Min', 'Where', 'PRelu', 'LeakyRelu', 'Cast', 'MaxPool', 'ReduceMax', 'ReduceMin'],
  ...['Concat', 'DepthToSpace', 'Gather', 'GatherElements', 'GatherND', 'Pad', 'Reshape', 'Reverse', 'ScatterElements', 'ScatterND'],
  ...['ShuffleChannel', 'Slice', 'Squeeze', 'StridedCopy', 'SwapDimInner', 'Tile', 'Transpose', 'Unsqueeze', 'Upsample'],
])

/** Operators that make infinities of finite numbers. */
const making: ReadonlySet<string> = new Set(['Atanh', 'Div', 'Log', 'Pow'])

/** Whether elements of a value may be minus infinity: stated by a constant or a border, fed, or made of zeros. Numbers that grow beyond their type are not thought of. */
export function mayBeMinusInfinity(graph: Graph, name: string): boolean {
  const { producer } = edgesOf(graph)
  return !isToldByMakers(name, (each) => {
    const constant = graph.values.get(each)?.constant
    if (constant !== undefined) return !hasInfinity(constant)
    const maker = producer.get(each)
    if (maker === undefined || making.has(maker.op) || hasInfiniteBorder(maker)) return false
    return handing.has(maker.op) && maker.attrs['relu'] !== true ? maker.inputs : true
  })
}

const hasInfiniteBorder = ({ op, attrs }: Node): boolean => op === 'Pad' && attrs['value'] === -Infinity

/** Of either sign: what is subtracted or multiplied may turn it. */
const hasInfinity = ({ data }: Tensor): boolean => data.some((x: number | bigint) => x === Infinity || x === -Infinity)
