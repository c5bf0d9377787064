import type { Node } from '@q/ir'

/**
 * Whether something is true of all elements of a value, as far as what made it can tell.
 *
 * @param tell of each value on the way: whether it is true of it, or the operands that it hangs on
 */
export function isToldByMakers(name: string, tell: (name: string) => boolean | Node['inputs']): boolean {
  const waiting = [name]
  const seen = new Set(waiting)
  for (const each of waiting) {
    const told = tell(each)
    if (told === false) return false
    for (const operand of told === true ? [] : told) {
      if (operand === undefined || seen.has(operand)) continue
      seen.add(operand)
      waiting.push(operand)
    }
  }
  return true
}
