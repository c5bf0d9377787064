import { createReferenceExecutor } from '@q/exec-ref'
import type { Backend, LoweredNode, LowerOp, Node, Value } from '@q/ir'
import { backendConformance } from '@q/ir/conformance'
import { describe, expect, it } from 'vitest'
import { nova } from './nova.ts'

/** Nova with every lowered layer changed. */
function broken(change: (lowered: LoweredNode) => LoweredNode): Backend {
  const made = nova()
  const lower = Object.fromEntries(
    Object.entries(made.lower).map(([form, each]) => [form, (node: Node, context: never) => change(each!(node, context))]),
  )
  return { ...made, lower: lower as Backend['lower'] }
}

const nodesChanged =
  (ops: readonly string[], change: (node: Node) => Node) =>
  (lowered: LoweredNode): LoweredNode => ({ ...lowered, nodes: lowered.nodes.map((node) => (ops.includes(node.op) ? change(node) : node)) })

const attrs =
  (more: (node: Node) => Node['attrs']) =>
  (node: Node): Node => ({ ...node, attrs: { ...node.attrs, ...more(node) } })
const list = (node: Node, name: string): readonly number[] => (node.attrs[name] ?? []) as readonly number[]

const withoutZeroPoint = (value: Value): Value =>
  value.type.quant === undefined ? value : { ...value, type: { ...value.type, quant: { ...value.type.quant, zeroPoint: 0 } } }

/** The chip with activations of 16 bits, which no table covers. */
function withWideCodes(made: Backend): Backend {
  const { INT8, ...others } = made.target.schemes
  if (INT8?.kind !== 'integer') throw new Error('Nova has an integer scheme')
  const schemes = { ...others, INT8: { ...INT8, activations: { ...INT8.activations, bits: 16 } } } as const
  return { ...made, target: { ...made.target, schemes } }
}

/** Titles of the tests that a back end fails. */
async function failed(create: () => Backend): Promise<readonly string[]> {
  const tests: { readonly title: string; readonly body: () => Promise<void> }[] = []
  backendConformance({
    runner: { describe: (_, body) => body(), it: (title, body) => void tests.push({ title, body }) },
    create,
    executor: () => createReferenceExecutor(),
  })
  const found: string[] = []
  for (const { title, body } of tests) await body().catch(() => found.push(title))
  return found
}

describe('the suite finds a back end that forgets', () => {
  it('nothing, when it forgets nothing', async () => expect(await failed(() => broken((lowered) => lowered))).toEqual([]))

  it.each([
    [
      'the zero point of operands',
      ['Conv', 'MatMul'],
      nodesChanged(
        ['QConv', 'QMatMul'],
        attrs(({ attrs: { zeroPointInSum } }) => ({ zeroPointInSum: zeroPointInSum === false })),
      ),
    ],
    [
      'the zero point of results',
      ['Conv', 'Add', 'Mul'],
      (lowered: LoweredNode) => ({ ...lowered, values: lowered.values.map(withoutZeroPoint) }),
    ],
    [
      'a bit of the scale of sums',
      ['Conv', 'MatMul'],
      nodesChanged(
        ['QConv', 'QMatMul'],
        attrs((node) => ({ shifts: list(node, 'shifts').map((shift) => shift + 1) })),
      ),
    ],
    [
      'a bit of the scale of operands',
      ['Add'],
      nodesChanged(
        ['QAdd'],
        attrs((node) => ({ shifts: list(node, 'shifts').map((shift, i) => shift + i) })),
      ),
    ],
    [
      'a bit of the scale of products',
      ['Mul'],
      nodesChanged(
        ['QMul'],
        attrs((node) => ({ shifts: list(node, 'shifts').map((shift) => shift + 1) })),
      ),
    ],
    [
      'to round sums',
      ['Conv', 'MatMul'],
      nodesChanged(
        ['QConv', 'QMatMul'],
        attrs(() => ({ rounding: 'down' })),
      ),
    ],
    [
      'to round products',
      ['Mul'],
      nodesChanged(
        ['QMul'],
        attrs(() => ({ rounding: 'toward-zero' })),
      ),
    ],
    ['the bias', ['Conv', 'MatMul'], nodesChanged(['QConv', 'QMatMul'], (node) => ({ ...node, inputs: node.inputs.slice(0, 2) }))],
  ] as const)('%s', async (_, forms, change) => {
    const found = await failed(() => broken(change))
    for (const form of forms)
      expect(
        found.filter((title) => title.startsWith(`${form}:`) || title.startsWith(`${form},`)),
        form,
      ).not.toEqual([])
  })

  it('room for a bias, where codes of 16 bits make the sums fine', async () => {
    const refusing = (): Backend => withWideCodes(nova())
    const dropping = (): Backend => {
      const made = refusing()
      const conv = made.lower['Conv']!
      const Conv: LowerOp = (node, context) => {
        try {
          return conv(node, context)
        } catch {
          return conv({ ...node, inputs: node.inputs.slice(0, 2) }, context)
        }
      }
      return { ...made, lower: { ...made.lower, Conv } }
    }
    const about = (titles: readonly string[]): readonly string[] => titles.filter((title) => title.includes('outweighs the sums'))
    expect(about(await failed(refusing))).toEqual([])
    expect(about(await failed(dropping))).not.toEqual([])
  })

  it('to hand in an executor, by the name of a test', () => {
    const titles: string[] = []
    backendConformance({ runner: { describe: (_, body) => body(), it: (title) => void titles.push(title) }, create: nova })
    expect(titles).toContain('was not executed: no executor was handed to the suite')
  })
})
