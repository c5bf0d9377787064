import type { Executor } from '../contracts/executor.ts'
import { codeLimitsOf } from '../graph/code-limits.ts'
import type { Graph, Quant, TensorType, Value } from '../graph/types.ts'
import { type DType, storageArray, type Tensor } from '../tensor/tensor.ts'
import { run } from './backend-run.ts'
import { dice } from './dice.ts'
import type { ChangedFact } from './graph-facts.ts'
import { numbersOf, tensorOf } from './small-graph.ts'

/** Element types of the same numbers: signed for unsigned, a float of more digits. */
const otherTypes: Readonly<Partial<Record<DType, DType>>> = { i8: 'u8', u8: 'i8', i16: 'u16', u16: 'i16', f16: 'f32', bf16: 'f32' }

/**
 * What the types of values say beside their shapes, and the list of outputs, changed one by one: zero points that are not 0, saturations, element types. Whether such a fact
 * decides a number depends on who reads the value: {@link computesOther} tells.
 */
export function typeFacts(graph: Graph): readonly ChangedFact[] {
  const used = new Set([...graph.nodes.flatMap(({ inputs, outputs }) => [...inputs, ...outputs]), ...graph.outputs])
  const facts = [...graph.values.values()].filter(({ name }) => used.has(name)).flatMap((value) => factsOf(value, graph))
  if (graph.outputs.length < 2) return facts
  return [...facts, { fact: `the output ${graph.outputs.at(-1)}`, graph: { ...graph, outputs: graph.outputs.slice(0, -1) } }]
}

function factsOf(value: Value, graph: Graph): readonly ChangedFact[] {
  const { name, type, constant } = value
  const { quant, dtype } = type
  const other = otherTypes[dtype]
  const withValue = (changed: Value): Graph => ({ ...graph, values: new Map([...graph.values, [name, changed]]) })
  const withQuant = (fact: string, more: Partial<Quant>): ChangedFact => ({
    fact: `the ${fact} of ${name}`,
    graph: withValue({ ...value, type: { ...type, quant: { ...quant!, ...more } } }),
  })
  const { zeroPoint = 0, zeroPoints = [], saturate } = quant ?? {}
  const isFloat = dtype.includes('f')
  return [
    ...(zeroPoint === 0 ? [] : [withQuant('zero point', { zeroPoint: nearer(zeroPoint) })]),
    ...(zeroPoints.every((each) => each === 0) ? [] : [withQuant('zero points', { zeroPoints: zeroPoints.map(nearer) })]),
    ...(saturate === undefined ? [] : [withQuant('saturation', { saturate: [...codeLimitsOf({ dtype })] })]),
    ...(other === undefined || (isFloat && constant !== undefined)
      ? []
      : [
          {
            fact: `the element type of ${name}`,
            graph: withValue({
              ...value,
              type: { ...type, dtype: other },
              ...(constant === undefined ? {} : { constant: readAs(constant, other) }),
            }),
          },
        ]),
  ]
}

/** One nearer to zero, so that it stays one of the codes. */
const nearer = (zeroPoint: number): number => zeroPoint - Math.sign(zeroPoint)

/** The same bytes as elements of another type. */
function readAs({ shape, data }: Tensor, dtype: DType): Tensor {
  const { buffer, byteOffset, length } = data
  const Elements = storageArray[dtype] as new (buffer: ArrayBufferLike, byteOffset: number, length: number) => Tensor['data']
  return { dtype, shape, data: new Elements(buffer, byteOffset, length) }
}

/** Whether two graphs that run give other results for the same numbers, which go beyond what codes hold; a changed graph that does not run is no program. */
export async function computesOther(graph: Graph, changed: Graph, executor: Executor): Promise<boolean> {
  const roll = dice(97)
  const feeds = new Map(graph.inputs.map(({ name }) => [name, numbersFor(graph.values.get(name)!.type, roll)]))
  const wanted = await run(executor, graph, feeds, graph.outputs)
  if (changed.outputs.join() !== graph.outputs.join()) return true
  try {
    const found = await run(executor, changed, feeds, changed.outputs)
    return changed.outputs.some((name) => numbersOf(found.get(name)!).join() !== numbersOf(wanted.get(name)!).join())
  } catch {
    return false
  }
}

function numbersFor(type: TensorType, roll: () => number): Tensor {
  const count = type.shape.reduce((product, d) => product * d, 1)
  const numbers = Array.from({ length: count }, () => 12 * roll() - 6)
  return tensorOf(type, type.dtype.includes('f') ? numbers : numbers.map((each) => Math.round(Math.abs(each))))
}
