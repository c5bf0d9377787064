import { type DType, type InferredType, type Node, QError } from '@q/ir'
import { evaluate, isFoldable, type KnownNode } from '../fold/evaluate.ts'
import { type Literal, literal, whole } from '../fold/literal.ts'
import { largestFolded, resultCount } from '../fold/result-size.ts'
import { forms } from '../normalize/forms.ts'
import { tooLarge } from './check-size.ts'
import { checkHint } from './placed.ts'

/**
 * The results of a node that depend on constants and shapes alone, or `undefined` where the node has to be computed while the network runs.
 *
 * @param names of the operands, of which `node` has the elements where they are known
 * @throws QError `ONNX_TENSOR_SIZE` for more elements than are stored, of an operator that a network cannot hold
 */
export function foldNode(
  node: KnownNode,
  names: readonly (string | undefined)[],
  typeOf: (name: string) => InferredType,
  at: readonly string[],
): readonly (Literal | undefined)[] | undefined {
  const { op, attrs, inputs } = node
  if (op === 'Constant') return constantNode(attrs)
  if ((op === 'Shape' || op === 'Size') && names[0] !== undefined) {
    const { shape } = typeOf(names[0])
    return op === 'Size'
      ? [whole([shape.reduce((a, b) => a * b, 1)], [])]
      : [whole(shape.slice(attrs['start'] as number, attrs['end'] as number | undefined))]
  }
  if (op === 'EyeLike' && names[0] !== undefined) return [diagonalOf(typeOf(names[0]), attrs, at)]
  if (names.length === 0 || names.some((name, i) => name !== undefined && inputs[i] === undefined) || !isFoldable(op)) return undefined
  const count = resultCount(node)
  if (!(count <= largestFolded)) {
    if (op in forms) return undefined
    throw tooLarge(count, largestFolded, at)
  }
  const known = evaluate(node)
  return known === undefined || known.length === 0 || known.some(({ data }) => data.length > largestFolded) ? undefined : known
}

/** Ones on a diagonal of a matrix like another one, 0 elsewhere. */
function diagonalOf({ dtype, shape }: InferredType, attrs: KnownNode['attrs'], at: readonly string[]): Literal {
  if (shape.length !== 2)
    throw new QError('ONNX_BAD_NODE', 'EyeLike makes a matrix', {
      at,
      found: `an operand of shape [${shape.join(', ')}]`,
      wanted: 'two axes',
      hint: checkHint,
    })
  const columns = shape[1]!
  const k = attrs['k'] as number
  const data = Array.from({ length: shape[0]! * columns }, (_, i) => Number((i % columns) - Math.floor(i / columns) === k))
  return literal((attrs['dtype'] as DType | undefined) ?? dtype, shape, data)
}

function constantNode(attrs: Readonly<Record<string, Literal | Node['attrs'][string]>>): readonly Literal[] {
  const value = attrs['value'] ?? attrs['value_float'] ?? attrs['value_int'] ?? attrs['value_floats'] ?? attrs['value_ints']
  const dtype = 'value_int' in attrs || 'value_ints' in attrs ? 'i64' : 'f32'
  if (typeof value === 'number') return [{ dtype, shape: [], data: dtype === 'f32' ? Float32Array.of(value) : Float64Array.of(value) }]
  if (Array.isArray(value)) {
    const numbers = value as readonly number[]
    return [{ dtype, shape: [numbers.length], data: dtype === 'f32' ? Float32Array.from(numbers) : Float64Array.from(numbers) }]
  }
  return value === undefined ? [] : [value as Literal]
}
