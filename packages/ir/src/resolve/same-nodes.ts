import { isConstant } from '../graph/is-constant.ts'
import type { Attrs, AttrValue, Node, TensorType, Value } from '../graph/types.ts'

/** Whether two lists hold the same items in the same order. */
export function sameItems<T>(a: readonly T[], b: readonly T[], same: (x: T, y: T) => boolean = (x, y) => x === y): boolean {
  return a === b || (a.length === b.length && a.every((each, i) => same(each, b[i]!)))
}

/** Whether two nodes compute the same of the same operands, and say that they come from the same layers. */
function sameNode(a: Node, b: Node): boolean {
  return (
    a === b ||
    (a.op === b.op &&
      sameItems(a.inputs, b.inputs) &&
      sameItems(a.outputs, b.outputs) &&
      sameAttrs(a.attrs, b.attrs) &&
      sameItems(a.origin ?? [], b.origin ?? []))
  )
}

/** The nodes of one place as they are shipped, the values they make and the constants they read. */
export interface ShippedPlace {
  readonly nodes: readonly Node[]
  readonly values: readonly Value[]
}

/** Whether the same is shipped: nodes, types, elements of constants. */
export function sameShipped(a: ShippedPlace, b: ShippedPlace): boolean {
  return a === b || (sameItems(a.nodes, b.nodes, sameNode) && sameItems(a.values, b.values, sameValue))
}

/** Whether two values have one name, one type and equal elements. */
export function sameValue(a: Value, b: Value): boolean {
  return a === b || (a.name === b.name && isConstant(a) === isConstant(b) && sameConstant(a, b) && sameType(a.type, b.type))
}

function sameConstant({ constant: a }: Value, { constant: b }: Value): boolean {
  if (a === b) return true
  if (a === undefined || b === undefined) return false
  return a.dtype === b.dtype && sameItems(a.shape, b.shape) && sameElements(a.data, b.data)
}

/** Whether two arrays have equal bytes. */
function sameElements(a: ArrayBufferView, b: ArrayBufferView): boolean {
  if (a === b) return true
  if (a.byteLength !== b.byteLength) return false
  const [mine, other] = [a, b].map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength)) as [
    Uint8Array,
    Uint8Array,
  ]
  for (let i = 0; i < mine.length; i++) if (mine[i] !== other[i]) return false
  return true
}

function sameType(a: TensorType, b: TensorType): boolean {
  if (a === b) return true
  const [p, q] = [a.quant, b.quant]
  return (
    a.dtype === b.dtype &&
    sameItems(a.shape, b.shape) &&
    Object.is(a.range?.min, b.range?.min) &&
    Object.is(a.range?.max, b.range?.max) &&
    (p === q || (p !== undefined && q !== undefined && sameAttrs({ ...p } as Attrs, { ...q } as Attrs)))
  )
}

function sameAttrs(a: Attrs, b: Attrs): boolean {
  if (a === b) return true
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => sameAttr(a[name], b[name]))
}

function sameAttr(a: AttrValue | undefined, b: AttrValue | undefined): boolean {
  return Object.is(a, b) || (Array.isArray(a) && Array.isArray(b) && sameItems<unknown>(a, b, Object.is))
}
