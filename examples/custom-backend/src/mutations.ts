import type { Backend, CodeStorage, Executor, IntegerScheme, LoweredNode, Node, RoundingMode, Value } from '@q/ir'
import { backendConformance } from '@q/ir/conformance'
import { nova } from './nova.ts'

/** Nova with every lowered layer changed. */
export function broken(change: (lowered: LoweredNode) => LoweredNode, made = nova()): Backend {
  const lower = Object.fromEntries(
    Object.entries(made.lower).map(([form, each]) => [form, (node: Node, context: never) => change(each!(node, context))]),
  )
  return { ...made, lower: lower as Backend['lower'] }
}

/** Nova with signed codes around zero, which a forgotten ReLU shows in: with zero points the range says the same. */
export function symmetric(): Backend {
  return withActivations(nova(), { sign: 'signed', zeroPoint: 'none' })
}

export const nodesChanged =
  (ops: readonly string[], change: (node: Node) => Node) =>
  (lowered: LoweredNode): LoweredNode => {
    const changed = (node: Node): Node => (ops.includes(node.op) ? change(node) : node)
    return {
      ...lowered,
      nodes: lowered.nodes.map(changed),
      ...(lowered.hoisted === undefined ? {} : { hoisted: lowered.hoisted.map(changed) }),
    }
  }

/** A constant whose first element is one more, or with a magnitude that cannot grow one less. */
export const firstChanged =
  (suffix: string) =>
  (lowered: LoweredNode): LoweredNode => ({
    ...lowered,
    values: lowered.values.map((value) => {
      if (value.constant === undefined || !value.name.endsWith(suffix)) return value
      const data = value.constant.data.slice() as Int8Array
      data[0] = data[0]! > 0 ? data[0]! - 1 : data[0]! + 1
      return { ...value, constant: { ...value.constant, data } }
    }),
  })

export const attrs =
  (more: (node: Node) => Node['attrs']) =>
  (node: Node): Node => ({ ...node, attrs: { ...node.attrs, ...more(node) } })
export const list = (node: Node, name: string): readonly number[] => (node.attrs[name] ?? []) as readonly number[]

export const withoutZeroPoint = (value: Value): Value =>
  value.type.quant === undefined ? value : { ...value, type: { ...value.type, quant: { ...value.type.quant, zeroPoint: 0 } } }

export const withoutLimit = (value: Value): Value => {
  const { saturate: _, ...quant } = value.type.quant ?? { scale: 1, zeroPoint: 0, expressed: 'f32' }
  return value.type.quant === undefined ? value : { ...value, type: { ...value.type, quant } }
}

/** The chip with activations stored in another way. */
export function withActivations(made: Backend, more: Partial<CodeStorage>): Backend {
  const { INT8, ...others } = made.target.schemes
  if (INT8?.kind !== 'integer') throw new Error('Nova has an integer scheme')
  const schemes = { ...others, INT8: { ...INT8, activations: { ...INT8.activations, ...more } } } as const
  return { ...made, target: { ...made.target, schemes } }
}

/** The chip with another rounding of sums, products and operands, whose factors have 32 bits. */
export function withRounding(made: Backend, requantize: RoundingMode): Backend {
  const { INT8, ...others } = made.target.schemes
  if (INT8?.kind !== 'integer') throw new Error('Nova has an integer scheme')
  const encoding = { kind: 'scale-shift', bits: 32 } as const
  const multipliers = { sum: encoding, operand: encoding, product: encoding, cast: encoding }
  const schemes = { ...others, INT8: { ...INT8, multipliers, rounding: { ...INT8.rounding, requantize } } } as const
  return { ...made, target: { ...made.target, schemes } }
}

export const isAbout = (title: string, form: string): boolean =>
  title === form || title.startsWith(`${form}:`) || title.startsWith(`${form},`)

/** The chip with another scheme of its integers. */
export function withScheme(made: Backend, INT8: IntegerScheme): Backend {
  return { ...made, target: { ...made.target, schemes: { ...made.target.schemes, INT8 } } }
}

/** Titles of the tests that a back end fails. @param examined of which operators, or by their titles. @default all */
export async function failedWith(
  executor: () => Executor,
  create: () => Backend,
  examined: readonly string[] | ((title: string) => boolean) = () => true,
): Promise<readonly string[]> {
  const tests: { readonly title: string; readonly body: () => Promise<void> }[] = []
  backendConformance({
    runner: { describe: (_, body) => body(), it: (title, body) => void tests.push({ title, body }) },
    create,
    executor,
  })
  const found: string[] = []
  const isExamined = typeof examined === 'function' ? examined : (title: string) => examined.some((form) => isAbout(title, form))
  for (const { title, body } of tests.filter((each) => isExamined(each.title))) await body().catch(() => found.push(title))
  return found
}
