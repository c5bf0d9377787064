import { type Attrs, allOps, clamp, QError, type ScalarFunction, scalarOf, sigmoid } from '@q/ir'

/** Where TPU-MLIR 1.30.2 fills its tables by another order of steps than its interpreter computes in. */
const ofTables: Readonly<Record<string, (attrs: Attrs) => ScalarFunction>> = {
  HardSwish: () => (x) => x * clamp(x / 6 + 0.5, 0, 1),
  Swish:
    ({ alpha }) =>
    (x) =>
      x * sigmoid((alpha as number) * x),
}

/** Functions of one number that codes never look up. */
const computed: ReadonlySet<string> = new Set(['Clip', 'LeakyRelu', 'Not', 'Relu'])

/** The operators whose function of one number can stand in a table of 256 entries. */
export const activations: readonly string[] = [...allOps.values()].flatMap(({ name, scalar }) =>
  scalar === undefined || computed.has(name) ? [] : [name],
)

/** The function that a table of `op` is filled with. @param attrs with defaults filled in */
export function tableFunction(op: string, attrs: Attrs): ScalarFunction {
  const definition = allOps.get(op)
  const f = ofTables[op]?.(attrs) ?? (definition === undefined ? undefined : scalarOf(definition, attrs))
  if (f === undefined) {
    throw new QError('OP_UNSUPPORTED', `${op} is no function of one number, so there is no table of it`, {
      found: op,
      wanted: activations.join(', '),
      hint: 'keep the layer in F32 in the quantization table',
    })
  }
  return f
}
