import { elementCount } from '@q/ir'
import { stepsOf } from '../convert/einsum-layers.ts'
import { lettersOf, plainEquation } from '../normalize/equation.ts'
import { type FormView, refuse, wordAttr } from '../normalize/form.ts'
import type { Body, Compose } from './body.ts'

/** A tensor whose axes have letters. */
interface Lettered {
  readonly name: string | undefined
  readonly letters: readonly string[]
  readonly shape: readonly number[]
}

/** The elements whose places along all axes of one letter are the same. */
function diagonal(body: Body, x: Lettered): Lettered {
  const twice = x.letters.findIndex((letter, i) => x.letters.indexOf(letter) !== i)
  if (twice < 0) return x
  const first = x.letters.indexOf(x.letters[twice]!)
  const size = x.shape[first]!
  const moved = ordered(
    body,
    x,
    [first, twice, ...x.letters.keys()].filter((axis, i, all) => all.indexOf(axis) === i),
  )
  const rest = moved.shape.slice(2)
  const flat = body.node('Reshape', [moved.name, body.whole(size * size, ...rest)])
  const places = body.constant(
    'i64',
    Array.from({ length: size }, (_, i) => i * (size + 1)),
  )
  return diagonal(body, {
    name: body.node('Gather', [flat, places], { axis: 0 }),
    letters: moved.letters.slice(1),
    shape: [size, ...rest],
  })
}

function ordered(body: Body, { name, letters, shape }: Lettered, perm: readonly number[]): Lettered {
  return {
    name: perm.every((axis, i) => axis === i) ? name : body.node('Transpose', [name], { perm }),
    letters: perm.map((axis) => letters[axis]!),
    shape: perm.map((axis) => shape[axis]!),
  }
}

/** Sums over letters that nothing else has. */
function summed(body: Body, x: Lettered, kept: ReadonlySet<string>): Lettered {
  const axes = x.letters.flatMap((letter, i) => (kept.has(letter) ? [] : [i]))
  if (axes.length === 0) return x
  return {
    name: body.node('ReduceSum', [x.name, body.whole(...axes)], { keepdims: 0 }),
    letters: x.letters.filter((letter) => kept.has(letter)),
    shape: x.shape.filter((_, i) => !axes.includes(i)),
  }
}

/** The matrix product over letters that both have and nothing later asks for. */
function product(body: Body, a: Lettered, b: Lettered, wanted: ReadonlySet<string>): Lettered {
  const common = a.letters.filter((letter) => b.letters.includes(letter))
  const batch = common.filter((letter) => wanted.has(letter))
  const inner = common.filter((letter) => !wanted.has(letter))
  const rows = a.letters.filter((letter) => !common.includes(letter))
  const columns = b.letters.filter((letter) => !common.includes(letter))
  const sizeOf = (letter: string): number => {
    const sizes = [a, b].flatMap((x) => (x.letters.includes(letter) ? [x.shape[x.letters.indexOf(letter)]!] : []))
    return sizes.find((size) => size !== 1) ?? 1
  }
  const sizes = (letters: readonly string[]): readonly number[] => letters.map(sizeOf)
  const matrix = (x: Lettered, ...groups: readonly (readonly string[])[]): string => {
    const turned = ordered(
      body,
      x,
      groups.flat().map((letter) => x.letters.indexOf(letter)),
    )
    const full = groups.flat().map(sizeOf)
    const wide = turned.shape.every((size, i) => size === full[i]) ? turned.name : body.node('Expand', [turned.name, body.whole(...full)])
    return body.node('Reshape', [wide, body.whole(...groups.map((letters) => elementCount(sizes(letters))))])
  }
  const made = body.node('MatMul', [matrix(a, batch, rows, inner), matrix(b, batch, inner, columns)])
  const letters = [...batch, ...rows, ...columns]
  return { name: body.node('Reshape', [made, body.whole(...sizes(letters))]), letters, shape: sizes(letters) }
}

/**
 * Whether a plain equation of two operands is a matrix product as it stands, the second operand as columns and inner elements or the other way round.
 * Axes before the rows are those of both operands, or of the first alone; a constant may have the last of them alone, as it is the same along the others.
 */
function isMatrixProduct(equation: string, isConstant: boolean): boolean {
  const [terms, result] = equation.split('->') as [string, string]
  const [left = '', right = '', ...more] = terms.split(',')
  if (more.length > 0 || left.length < 2 || right.length < 2) return false
  const [inner, column] = [left.at(-1)!, result.at(-1)]
  if (column === undefined || left.includes(column) || result !== `${left.slice(0, -1)}${column}`) return false
  const own = right.length - 2
  if (own > left.length - 2 || (own > 0 && own !== left.length - 2 && !isConstant)) return false
  const batches = left.slice(left.length - 2 - own, -2)
  return right === `${batches}${inner}${column}` || right === `${batches}${column}${inner}`
}

const term = /^[A-Za-z]*(\.\.\.[A-Za-z]*)?$/

/** Refuses what is no equation: other signs than letters, a second arrow or ellipsis, and a letter that stands in the result twice. */
function checkEquation(view: FormView, equation: string): void {
  const [left = '', result, ...more] = equation.replaceAll(' ', '').split('->')
  const letters = [...(result ?? '').replace('...', '')]
  if (more.length > 0 || ![...left.split(','), result ?? ''].every((each) => term.test(each)))
    refuse(view, 'Einsum with this equation is not supported', `equation ${equation}`, 'terms of letters, and one result at most')
  if (new Set(letters).size < letters.length)
    refuse(view, 'Einsum with this equation is not supported', `equation ${equation}`, 'each letter of the result once')
}

/** Sums of products by their equation: diagonals, sums and matrix products, two operands at a time. */
export const einsum: Compose = (view, body) => {
  const equation = wordAttr(view, 'equation')
  checkEquation(view, equation)
  const plain = plainEquation(view)
  if (plain !== undefined && (stepsOf(plain) !== undefined || isMatrixProduct(plain, view.known(1) !== undefined))) return false
  const shapes = view.inputs.map((_, i) => view.type(i).shape)
  const { operands, result } = lettersOf(equation, shapes)
  const isFitting = operands.length === shapes.length && operands.every((letters, i) => letters.length === shapes[i]!.length)
  if (!isFitting || !result.every((letter) => operands.some((letters) => letters.includes(letter))))
    refuse(view, 'Einsum with this equation is not supported', `equation ${equation}`, 'a letter for every axis of the operands')
  const rest = operands.map((letters, i) => diagonal(body, { name: view.inputs[i], letters, shape: shapes[i]! }))
  const kept = (others: readonly Lettered[]): ReadonlySet<string> => new Set([...result, ...others.flatMap(({ letters }) => letters)])
  let left = summed(body, rest[0]!, kept(rest.slice(1)))
  for (let i = 1; i < rest.length; i++) {
    const later = kept(rest.slice(i + 1))
    left = product(body, left, summed(body, rest[i]!, new Set([...later, ...left.letters])), later)
  }
  const { name, letters } = summed(body, left, new Set(result))
  if (letters.length === 0) body.result('Identity', [name])
  else body.result('Transpose', [name], { perm: result.map((letter) => letters.indexOf(letter)) })
  return true
}
