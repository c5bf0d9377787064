import { createReferenceExecutor } from '@q/exec-ref'
import type { Backend, LoweredNode, LowerOp, RoundingMode } from '@q/ir'
import { backendConformance } from '@q/ir/conformance'
import { lowerFloat } from '@q/ir/lowering'
import { describe, expect, it } from 'vitest'
import {
  attrs,
  broken,
  failedWith,
  firstChanged,
  isAbout,
  list,
  nodesChanged,
  symmetric,
  withActivations,
  withoutLimit,
  withoutZeroPoint,
  withRounding,
} from './mutations.ts'
import { nova } from './nova.ts'

/** Titles of the tests that a back end fails on the reference executor. */
const failed = (create: () => Backend, forms?: readonly string[]) => failedWith(() => createReferenceExecutor(), create, forms)

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
    [
      'which factor is whose channel',
      ['Conv', 'MatMul'],
      nodesChanged(
        ['QConv', 'QMatMul'],
        attrs((node) => ({ multipliers: list(node, 'multipliers').toReversed(), shifts: list(node, 'shifts').toReversed() })),
      ),
    ],
    [
      'all channels but the first',
      ['Conv', 'MatMul'],
      nodesChanged(
        ['QConv', 'QMatMul'],
        attrs((node) => ({
          multipliers: list(node, 'multipliers').map((_, __, all) => all[0]!),
          shifts: list(node, 'shifts').map((_, __, all) => all[0]!),
        })),
      ),
    ],
    [
      'which factor is whose operand',
      ['Add'],
      nodesChanged(
        ['QAdd'],
        attrs((node) => ({ multipliers: list(node, 'multipliers').toReversed(), shifts: list(node, 'shifts').toReversed() })),
      ),
    ],
    [
      'to rescale what is joined',
      ['Concat'],
      nodesChanged(
        ['Requantize'],
        attrs(() => ({ multipliers: [1], shifts: [0], requantize: 'multiplier-shift' })),
      ),
    ],
    [
      'the numbers of a border',
      ['Pad'],
      nodesChanged(
        ['Pad'],
        attrs(() => ({ value: 0 })),
      ),
    ],
    [
      'the limit of a ReLU',
      ['Conv', 'MatMul', 'Add', 'Mul', 'Relu'],
      (lowered: LoweredNode) => ({ ...lowered, values: lowered.values.map(withoutLimit) }),
    ],
    [
      'which padding counts',
      ['AveragePool'],
      nodesChanged(
        ['QAveragePool'],
        attrs((node) => ({ count_include_pad: node.attrs['count_include_pad'] !== true })),
      ),
    ],
    [
      'which way ties go',
      ['Conv', 'MatMul', 'Add', 'Mul', 'AveragePool', 'Concat'],
      nodesChanged(
        ['QConv', 'QMatMul', 'QAdd', 'QMul', 'QAveragePool', 'Requantize'],
        attrs(() => ({ rounding: 'half-to-even' })),
      ),
    ],
    [
      'that sums of operands are rounded to nearest',
      ['Add'],
      nodesChanged(
        ['QAdd'],
        attrs(() => ({ rounding: 'down' })),
      ),
    ],
    [
      'that averages are rounded to nearest',
      ['AveragePool'],
      nodesChanged(
        ['QAveragePool'],
        attrs(() => ({ rounding: 'toward-zero' })),
      ),
    ],
    ['one of a bias', ['Conv', 'MatMul'], firstChanged('_bias')],
    ['one of a weight', ['Conv', 'MatMul'], firstChanged('_weight')],
    [
      'a hundredth of a factor',
      ['Conv', 'MatMul', 'Mul'],
      nodesChanged(
        ['QConv', 'QMatMul', 'QMul'],
        attrs((node) => ({ multipliers: list(node, 'multipliers').map((each) => Math.round(each * 1.01)) })),
      ),
    ],
  ] as const)('%s', async (_, forms, change) => {
    const found = await failed(() => broken(change), forms)
    for (const form of forms)
      expect(
        found.filter((title) => isAbout(title, form)),
        form,
      ).not.toEqual([])
  })

  it.each(['signed', 'by-range'] as const)(
    'which way ties go where scales are powers of two, %s codes: a chip that does not is sound',
    async (sign) => {
      const powers = (rounding: RoundingMode) =>
        withRounding(withActivations(nova(), { sign, zeroPoint: 'none', scale: 'power-of-two' }), rounding)
      const forms = ['Add', 'Sigmoid', 'Mul']
      for (const rounding of ['half-up', 'half-to-even'] as const) expect(await failed(() => powers(rounding), forms)).toEqual([])
      const change = nodesChanged(
        ['QAdd'],
        attrs(() => ({ rounding: 'down' })),
      )
      const found = await failed(() => broken(change, powers('half-up')), ['Add'])
      expect(found.some((title) => title.endsWith('around zero'))).toBe(true)
    },
  )

  it('a fused ReLU', async () => {
    const forms = ['Conv', 'Add', 'Mul', 'AveragePool']
    const change = nodesChanged(
      ['QConv', 'QMatMul', 'QAdd', 'QMul', 'QAveragePool'],
      attrs(() => ({ relu: false })),
    )
    expect(await failed(symmetric, forms)).toEqual([])
    const found = await failed(() => broken(change, symmetric()), forms)
    for (const form of forms)
      expect(
        found.filter((title) => isAbout(title, form)),
        form,
      ).not.toEqual([])
  })

  it('to say that it computes in floats', async () => {
    const silent: LowerOp = (node, context) => lowerFloat(node, context.in('F32'))
    const found = await failed(() => ({ ...nova(), lower: { ...nova().lower, MatMul: silent } }), ['MatMul'])
    expect(found).toContain('MatMul')
    expect(found).toContain('MatMul, two activations: symmetric')
  })

  it('that ranges change, because it remembers what it made', async () => {
    const remembering = (): Backend => {
      const made = nova()
      const known = new Map<string, LoweredNode>()
      const Conv: LowerOp = (node, context) => {
        const name = node.outputs[0]!
        const lowered = known.get(name) ?? made.lower['Conv']!(node, context)
        known.set(name, lowered)
        return lowered
      }
      return { ...made, lower: { ...made.lower, Conv } }
    }
    expect(await failed(remembering)).toContain('follows ranges and modes of each layer and of its neighbours')
  })

  it('a file', async () => {
    const dropping = (): Backend => {
      const made = nova()
      const emit: Backend['emit'] = (graph, options) => {
        const { files, ...more } = made.emit(graph, options)
        return { ...more, files: new Map([...files].filter(([name]) => !name.endsWith('.novaw'))) }
      }
      return { ...made, emit }
    }
    expect(await failed(dropping, ['Conv'])).toContain('Conv')
  })

  it('room for a bias, where codes of 16 bits make the sums fine', async () => {
    const refusing = (): Backend => withActivations(nova(), { bits: 16 })
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
    expect(about(await failed(refusing, ['Conv']))).toEqual([])
    expect(about(await failed(dropping, ['Conv']))).not.toEqual([])
  })

  it('to hand in an executor, by the name of a test', () => {
    const titles: string[] = []
    backendConformance({ runner: { describe: (_, body) => body(), it: (title) => void titles.push(title) }, create: nova })
    expect(titles).toContain('was not executed: no executor was handed to the suite')
  })
})
