import { elementCount } from '@q/ir'
import { hasCodeLimits } from '@q/ir/graph'
import { broadcast } from '@q/ir/ops'
import type { KernelCall, Numbers } from '../kernel.ts'
import { flag, operand, stridesOf, zeroPointOf } from '../operands.ts'
import { centred, largestOf } from './codes.ts'
import { checkSums } from './exact-sums.ts'
import { addWeighted } from './weighted-sum.ts'

/** Takes the sums of one row of the product; element `j` belongs at `place + j * step` of the result. */
export type WriteRow = (sums: Float64Array, place: number, step: number) => void

/** A batch of matrices inside an array: sizes and the distances between neighbours. */
interface Matrices {
  readonly batch: readonly number[]
  readonly batchSteps: readonly number[]
  readonly rows: number
  readonly columns: number
  readonly rowStep: number
  readonly columnStep: number
}

/**
 * The sums `a * b` over the inner dimension row by row, the codes of `b` without their zero points, those of `a` as
 * `zeroPointInSum` says. Integers are exact.
 *
 * @throws QError `SUM_TOO_LARGE`
 */
export function multiplyMatrices(call: KernelCall, write: WriteRow): void {
  const a = operand(call, 0)
  const b = operand(call, 1)
  const heads = (which: string): boolean =>
    flag(call, 'headsAsBatch') || (call.attrs['heads'] as readonly string[] | undefined)?.includes(which) === true
  const left = matrices(a.type.shape.length === 1 ? [1, ...a.type.shape] : a.type.shape, flag(call, 'transA'), heads('a'))
  const right = matrices(b.type.shape.length === 1 ? [...b.type.shape, 1] : b.type.shape, flag(call, 'transB'), heads('b'))
  const batch = broadcast(left.batch, right.batch)
  const transY = flag(call, 'transY')
  const ends = transY ? [right.columns, left.rows] : [left.rows, right.columns]
  const full = [...batch, ...ends]
  const result = matrices(heads('y') && full.length === 4 ? [full[0]!, full[2]!, full[1]!, full[3]!] : full, transY, heads('y'))
  const inner = left.columns
  const width = right.columns
  const row = new Float64Array(inner)
  const block = new Float64Array(inner * width)
  const offsets = Int32Array.from({ length: inner }, (_, k) => k * width)
  const sums = new Float64Array(width)
  const factors = centred(b)
  const taken = call.attrs['zeroPointInSum'] === false ? zeroPointOf(a.type) : 0
  if (hasCodeLimits(a.type.dtype)) checkSums(call, inner, largestOf(a.data) + Math.abs(taken), largestOf(factors))
  const index = batch.map(() => 0)
  let held = -1
  for (let n = elementCount(batch); n > 0; n--) {
    const at = placeIn(right, index)
    if (at !== held) fillBlock(block, factors, at, right)
    held = at
    const from = placeIn(left, index)
    const to = placeIn(result, index)
    for (let i = 0; i < left.rows; i++) {
      for (let k = 0; k < inner; k++) row[k] = a.data[from + i * left.rowStep + k * left.columnStep]! - taken
      sums.fill(0)
      addWeighted(sums, block, offsets, row, 0, inner, 0, width)
      write(sums, to + i * result.rowStep, result.columnStep)
    }
    for (let axis = index.length - 1; axis >= 0 && ++index[axis]! >= batch[axis]!; axis--) index[axis] = 0
  }
}

/** How to read an array of `shape` as matrices, transposed or with axes 1 and 2 of four swapped. */
function matrices(shape: readonly number[], transposed: boolean, heads: boolean): Matrices {
  const steps = stridesOf(shape)
  const order = heads && shape.length === 4 ? [0, 2, 1, 3] : shape.map((_, i) => i)
  const sizes = order.map((axis) => shape[axis]!)
  const moved = order.map((axis) => steps[axis]!)
  const [r, c] = transposed ? [-1, -2] : [-2, -1]
  return {
    batch: sizes.slice(0, -2),
    batchSteps: moved.slice(0, -2),
    rows: sizes.at(r)!,
    columns: sizes.at(c)!,
    rowStep: moved.at(r)!,
    columnStep: moved.at(c)!,
  }
}

/** Where the matrix of a batch index begins; axes of size 1 are repeated. */
function placeIn({ batch, batchSteps }: Matrices, index: readonly number[]): number {
  const skip = index.length - batch.length
  return batch.reduce((at, size, axis) => at + (size === 1 ? 0 : index[axis + skip]! * batchSteps[axis]!), 0)
}

function fillBlock(block: Float64Array, data: Numbers, at: number, { rows, columns, rowStep, columnStep }: Matrices): void {
  for (let k = 0, to = 0; k < rows; k++) {
    for (let j = 0; j < columns; j++) block[to++] = data[at + k * rowStep + j * columnStep]!
  }
}
