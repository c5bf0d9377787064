import { layerOf, type Node, type RewritePass, type Tensor, tensor } from '@q/ir'
import { draftOf, type GraphDraft } from '@q/ir/graph'

/** A part of the columns of a matrix product, and what is made of it. */
interface Part {
  /** The slice, and the reshape or squeeze behind it. */
  readonly nodes: readonly Node[]
  readonly from: number
  readonly to: number
  /** The value the part replaces. */
  readonly result: string
  /** Whether a reshape or squeeze behind the slice makes it. */
  readonly isReshaped: boolean
}

interface Split {
  readonly nodes: readonly Node[]
  readonly parts: readonly Part[]
}

/** The only user of a value, when it has one of these operators. */
function onlyUser(draft: GraphDraft, name: string, ops: readonly string[]): Node | undefined {
  const [user, ...others] = draft.consumers(name)
  return user !== undefined && others.length === 0 && draft.useCount(name) === 1 && ops.includes(user.op) ? user : undefined
}

/** A range along one axis of a tensor that a slice takes, everything along the others; `undefined` when it takes something else. */
function rangeOf(draft: GraphDraft, slice: Node, axis: number): { readonly from: number; readonly to: number } | undefined {
  const shape = draft.shape(slice.inputs[0]!)
  const { starts, ends, steps } = slice.attrs as { starts: readonly number[]; ends: readonly number[]; steps: readonly number[] }
  const cutsOnlyAxis = starts.every((start, i) => steps[i] === 1 && (i === axis || (start === 0 && ends[i]! >= shape[i]!)))
  return cutsOnlyAxis ? { from: starts[axis]!, to: Math.min(ends[axis]!, shape[axis]!) } : undefined
}

/** Whether one of two slices goes into a Concat and the other into a Reshape: the vendor leaves the product of these. */
function isJoinedAndReshaped(draft: GraphDraft, slices: readonly Node[]): boolean {
  const users = slices.map((slice) => draft.consumers(layerOf(slice)).at(-1)?.op)
  return users.length === 2 && users.includes('Concat') && users.includes('Reshape')
}

/** Whether a product with constants is of plain rows and columns. */
function isPlain(draft: GraphDraft, { op, inputs, attrs }: Node): boolean {
  const constants = inputs.slice(1).filter((each) => each !== undefined)
  return (
    op === 'MatMul' &&
    ![attrs.transA, attrs.transB, attrs.transY, attrs.headsAsBatch].includes(true) &&
    constants.every((each) => draft.value(each).constant !== undefined) &&
    draft.shape(constants[0]!).length === 2
  )
}

/** How the result of a matrix product is cut into slices of its columns; `undefined` when it is used in any other way. */
function splitOf(draft: GraphDraft, node: Node): Split | undefined {
  const name = layerOf(node)
  if (draft.isOutput(name) || !isPlain(draft, node)) return undefined
  const from = draft.shape(name)
  const last = from.length - 1
  const reshape = onlyUser(draft, name, ['Reshape'])
  const cut = reshape === undefined ? name : layerOf(reshape)
  const shape = draft.shape(cut)
  const slices = draft.consumers(cut)
  if (draft.isOutput(cut) || shape.length < from.length || !from.slice(0, last).every((d, i) => d === shape[i])) return undefined
  if (slices.length < 2 || (reshape !== undefined && isJoinedAndReshaped(draft, slices))) return undefined

  const axis = shape.findIndex((d, i) => i === shape.length - 1 || (i >= last && d > 1))
  const scale = shape.slice(axis + 1).reduce((product, d) => product * d, 1)
  const parts: Part[] = []
  for (const slice of slices) {
    const range = slice.op === 'Slice' && !draft.isOutput(layerOf(slice)) ? rangeOf(draft, slice, axis) : undefined
    if (range === undefined) return undefined
    const shaped = onlyUser(draft, layerOf(slice), ['Reshape', 'Squeeze'])
    parts.push({
      from: range.from * scale,
      to: range.to * scale,
      nodes: shaped === undefined ? [slice] : [slice, shaped],
      result: layerOf(shaped ?? slice),
      isReshaped: shaped !== undefined,
    })
  }
  parts.sort((a, b) => a.from - b.from)
  const areAll = parts.every(({ from }, i) => from === (parts[i - 1]?.to ?? 0)) && parts.at(-1)!.to === from[last]
  return areAll ? { nodes: reshape === undefined ? [] : [reshape], parts } : undefined
}

function columns({ data, shape }: Tensor, from: number, to: number): Tensor {
  const width = shape.at(-1)!
  const rows = data.length / width
  const part = new Float32Array(rows * (to - from))
  for (let row = 0; row < rows; row++) part.set((data as Float32Array).subarray(row * width + from, row * width + to), row * (to - from))
  return tensor('f32', [...shape.slice(0, -1), to - from], part)
}

/**
 * A matrix product whose columns are cut into slices (query, key and value in one) becomes one product for each slice, a
 * reshape in front of or behind the slice taken in. Names: `<layer>_matmul_<n>`, `<layer>_reshape_<n>`, weights `<layer>__filter_<n>` and `__bias_<n>`, n
 * counting on with every product and every reshape behind a slice.
 */
export const splitMatMul: RewritePass = {
  name: 'split-mat-mul',
  run(graph) {
    const draft = draftOf(graph)
    for (const node of draft.nodes()) {
      const split = splitOf(draft, node)
      if (split === undefined) continue
      const name = layerOf(node)
      const { type } = draft.value(name)
      const [x, w, b] = node.inputs as [string, string, string?]
      const made: Node[] = []
      let count = 0
      for (const { from, to, result, isReshaped, nodes } of split.parts) {
        const cutConstant = (constant: string, kind: string): string => {
          const part = columns(draft.value(constant).constant!, from, to)
          const cut = draft.freshName(`${name}__${kind}_${count}`)
          draft.setValue({ name: cut, type: { dtype: 'f32', shape: part.shape }, constant: part })
          return cut
        }
        const operands = [x, cutConstant(w, 'filter'), ...(b === undefined ? [] : [cutConstant(b, 'bias')])]
        count++
        const origin = { origin: [name, ...split.nodes.map(layerOf), ...nodes.map(layerOf)] }
        let last = draft.freshName(`${name}_matmul_${count}`)
        draft.setValue({ name: last, type: { ...type, shape: [...type.shape.slice(0, -1), to - from] } })
        made.push({ ...node, inputs: operands, outputs: [last], ...origin })
        const { shape } = draft.value(result).type
        if (isReshaped || shape.length !== type.shape.length) {
          const reshaped = draft.freshName(`${name}_reshape_${count}`)
          draft.setValue({ name: reshaped, type: { ...type, shape } })
          made.push({ op: 'Reshape', inputs: [last], outputs: [reshaped], attrs: { shape }, ...origin })
          last = reshaped
        }
        if (isReshaped) count++
        draft.redirect(result, last)
      }
      const current = draft.producer(name)!
      for (const gone of [...split.nodes, ...split.parts.flatMap(({ nodes }) => nodes)]) draft.replace(draft.producer(layerOf(gone))!, [])
      draft.replace(current, made)
    }
    return draft.finish()
  },
}
