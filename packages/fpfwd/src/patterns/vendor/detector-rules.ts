import type { TopFile } from './top-file.ts'

/**
 * Adds the tails behind the last convolutions of a YOLO network: a convolution between SiLU or LeakyRelu and one Concat or Reshape that no
 * convolution follows, and all behind it. The walk stops at layers that are kept already.
 */
export function keepTails(file: TopFile, kept: Set<string>): void {
  for (const [i, name] of file.names.entries()) {
    if (file.operators[i] !== 'top.Conv') continue
    const [next, ...furtherUsers] = file.after(name)
    const [feature, ...furtherOperands] = file.before(name)
    if (furtherUsers.length > 0 || furtherOperands.length > 0) continue
    if (!isOne(file.operatorOf(next), 'top.Concat', 'top.Reshape') || !isOne(file.operatorOf(feature), 'top.SiLU', 'top.LeakyRelu'))
      continue
    if (file.after(next).some((user) => file.operatorOf(user) === 'top.Conv')) continue
    kept.add(name)
    const open = [next!]
    for (let result = open.pop(); result !== undefined; result = open.pop()) {
      if (kept.has(result)) continue
      kept.add(result)
      open.push(...file.after(result))
    }
  }
}

/** What leads to the boxes and scores of YOLO 26, back along chains; undefined where its boxes are not found. */
export function headsOf(file: TopFile): readonly string[] | undefined {
  const [boxes, corners] = boxesOf(file)
  const [scaled] = file.after(corners)
  const [found] = file.after(scaled)
  const chances = file.before(found).find((name) => name !== scaled)
  const [scores] = file.before(chances)
  if (boxes === undefined || scores === undefined) return undefined
  const heads = new Set<string>()
  const open = [...file.before(boxes), ...file.before(scores)]
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    heads.add(name)
    const [operand, ...others] = file.before(name)
    if (operand !== undefined && others.length === 0 && file.after(operand).length === 1) open.push(operand)
  }
  return [...heads]
}

/** The joined boxes, and their corners: the last such pair before the first Concat with two slices that has none. */
function boxesOf(file: TopFile): readonly [string?, string?] {
  let found: readonly [string?, string?] = []
  for (const [i, name] of file.names.entries()) {
    if (file.operators[i] !== 'top.Concat') continue
    const users = file.after(name)
    if (users.length !== 2 || users.some((user) => file.operatorOf(user) !== 'top.Slice')) continue
    const [left, right] = users.map((slice) => {
      const [moved, ...others] = file.after(slice)
      const [joined, ...further] = file.after(moved)
      const isMoved = others.length === 0 && isOne(file.operatorOf(moved), 'top.Add', 'top.Sub')
      return isMoved && further.length === 0 && file.operatorOf(joined) === 'top.Concat' ? joined : undefined
    })
    if (left === undefined || left !== right) break
    found = [name, left]
  }
  return found
}

const isOne = (operator: string | undefined, ...operators: readonly string[]): boolean =>
  operator !== undefined && operators.includes(operator)
