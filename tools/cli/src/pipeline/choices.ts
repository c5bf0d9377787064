import type { Graph, Tensor } from '@q/ir'
import { edgesOf } from '@q/ir/graph'
import type { PlaceRow } from '../compare/equal-places.ts'

/** Operators whose results choose among few numbers, so that inputs that differ may well make the same. */
export const choosing: ReadonlySet<string> = new Set(
  'And ArgMax ArgMin Equal Greater GreaterOrEqual Less LessOrEqual Not NotEqual Or Sign TopK Xor'.split(' '),
)
/** Operators that hand such results on. */
const moving: ReadonlySet<string> = new Set('Cast Reshape Slice Squeeze Transpose Unsqueeze'.split(' '))

/** Operators all of whose results say which elements are picked. */
const placing: ReadonlySet<string> = new Set(['ArgMax', 'ArgMin'])

/** What an output of a float graph chooses among: places, as an ArgMax, or answers such as true and false, as a comparison. */
export type Choice = 'place' | 'answer'

/** The outputs of a float graph that are choices. */
export function choicesOf(graph: Graph): ReadonlyMap<string, Choice> {
  const { producer } = edgesOf(graph)
  const choiceOf = (name: string): Choice | undefined => {
    const node = producer.get(name)
    if (node === undefined) return undefined
    // The first result of a TopK is numbers, the second places.
    if (node.op === 'TopK') return name === node.outputs[1] ? 'place' : undefined
    if (choosing.has(node.op)) return placing.has(node.op) ? 'place' : 'answer'
    return moving.has(node.op) && node.inputs[0] !== undefined ? choiceOf(node.inputs[0]) : undefined
  }
  return new Map(
    graph.outputs.flatMap((name) => {
      const choice = choiceOf(name)
      return choice === undefined ? [] : [[name, choice] as const]
    }),
  )
}

/** Whether a choice that is the same for every input may tell inputs apart all the same: a place that is always picked may, and answers that differ among themselves. */
export const mayChoose = (choice: Choice | undefined, { data }: Tensor): boolean =>
  choice === 'place' || (choice === 'answer' && data.some((each) => each !== data[0]))

/** Which of some values are places, as the indices of an ArgMax or a TopK, and how such are compared. */
export function placesAmong(graph: Graph, names: readonly string[]): ReadonlyMap<string, PlaceRow> {
  const { producer } = edgesOf(graph)
  const widthOf = (name: string): number | undefined => graph.values.get(name)!.type.shape.at(-1)
  const rowOf = (name: string): PlaceRow | undefined => {
    const node = producer.get(name)
    if (node === undefined) return undefined
    if (placing.has(node.op)) return 1
    if (node.op === 'TopK') return name === node.outputs[1] ? rowOfTopK(name, Number(node.attrs['axis'] ?? -1)) : undefined
    const row = moving.has(node.op) && node.inputs[0] !== undefined ? rowOf(node.inputs[0]) : undefined
    // What moves may take the picks of a row apart.
    return row === undefined || widthOf(name) === widthOf(node.inputs[0]!) ? row : 1
  }
  const rowOfTopK = (name: string, axis: number): PlaceRow => {
    const { shape } = graph.values.get(name)!.type
    return axis === -1 || axis === shape.length - 1 ? Math.max(1, shape.at(-1) ?? 1) : 1
  }
  return new Map(
    names.flatMap((name) => {
      const row = rowOf(name)
      return row === undefined ? [] : [[name, row] as const]
    }),
  )
}
