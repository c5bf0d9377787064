import type { Attrs, AttrValue, Node, TensorType, Value } from '../graph/types.ts'

/** Whether two lists hold the same items in the same order. */
export function sameItems<T>(a: readonly T[], b: readonly T[], same: (x: T, y: T) => boolean = (x, y) => x === y): boolean {
  return a === b || (a.length === b.length && a.every((each, i) => same(each, b[i]!)))
}

/** Whether two nodes compute the same of the same operands, and say that they come from the same layers. */
export function sameNode(a: Node, b: Node): boolean {
  return (
    a === b ||
    (a.op === b.op &&
      sameItems(a.inputs, b.inputs) &&
      sameItems(a.outputs, b.outputs) &&
      sameAttrs(a.attrs, b.attrs) &&
      sameItems(a.origin ?? [], b.origin ?? []))
  )
}

/** Whether two values have one name, one type and one constant. */
export function sameValue(a: Value, b: Value): boolean {
  return a === b || (a.name === b.name && a.isConstant === b.isConstant && sameConstant(a, b) && sameType(a.type, b.type))
}

function sameConstant({ constant: a }: Value, { constant: b }: Value): boolean {
  return a === b || (a !== undefined && b !== undefined && a.data === b.data)
}

function sameType(a: TensorType, b: TensorType): boolean {
  if (a === b) return true
  const [p, q] = [a.quant, b.quant]
  return (
    a.dtype === b.dtype &&
    sameItems(a.shape, b.shape) &&
    a.range?.min === b.range?.min &&
    a.range?.max === b.range?.max &&
    (p === q || (p !== undefined && q !== undefined && sameAttrs({ ...p } as Attrs, { ...q } as Attrs)))
  )
}

function sameAttrs(a: Attrs, b: Attrs): boolean {
  if (a === b) return true
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => sameAttr(a[name], b[name]))
}

function sameAttr(a: AttrValue | undefined, b: AttrValue | undefined): boolean {
  return a === b || (Array.isArray(a) && Array.isArray(b) && sameItems<unknown>(a, b))
}
