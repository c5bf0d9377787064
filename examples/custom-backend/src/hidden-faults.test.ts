import { createReferenceExecutor } from '@q/exec-ref'
import type { Backend, LoweredNode, LowerOp } from '@q/ir'
import { computedOtherwise, newConstant } from '@q/ir/lowering'
import { describe, expect, it } from 'vitest'
import { failedWith, nodesChanged } from './mutations.ts'
import { nova } from './nova.ts'

const failed = (create: () => Backend, isExamined: (title: string) => boolean) =>
  failedWith(() => createReferenceExecutor(), create, isExamined)

/** Nova with the lowering of one operator replaced. */
const withLowering = (op: string, made: Backend, lowering: LowerOp): Backend => ({ ...made, lower: { ...made.lower, [op]: lowering } })

describe('the suite finds a back end that hides', () => {
  const isOfPad = (title: string): boolean => /^Pad\b/.test(title)
  const wrongBorder = nodesChanged(['Pad'], (node) => ({ ...node, attrs: { ...node.attrs, value: 0 } }))
  /** Pads with zeros, and says of each layer that this is what the chip does. */
  const excused = (): Backend => {
    const made = nova()
    return withLowering('Pad', made, (node, context) => ({
      ...wrongBorder(made.lower['Pad']!(node, context)),
      diagnostics: [computedOtherwise(node, 'the border is zero')],
    }))
  }

  it('behind a warning, when its target does not list the operator', async () => {
    const found = await failed(excused, isOfPad)
    expect(found).toContain('Pad: symmetric')
    expect(found).toContain('Pad, a border of mode constant: around zero')
  })

  it('behind a warning of all layers, when its target lists the operator; titles say what may not be compared', async () => {
    const listed = (create: () => Backend) => (): Backend => {
      const made = create()
      return { ...made, target: { ...made.target, computedOtherwise: { Pad: 'the border is zero' } } }
    }
    const found = await failed(listed(excused), isOfPad)
    expect(found).toEqual(['Pad is compared in most of its 13 runs', 'Pad is compared in most of its 4 runs'])
    const wrong = (): Backend => withLowering('Pad', nova(), (node, context) => wrongBorder(nova().lower['Pad']!(node, context)))
    expect(await failed(listed(wrong), isOfPad)).toContain(
      'Pad, a border of mode constant: around zero, compared unless computed otherwise: the border is zero',
    )
    expect(await failed(listed(nova), isOfPad)).toEqual([])
  })

  it.each(['Pad', 'Reshape', 'Transpose', 'MaxPool', 'Relu'])('that it remembers %s by the name of the layer', async (op) => {
    const remembering = (): Backend => {
      const made = nova()
      const known = new Map<string, LoweredNode>()
      return withLowering(op, made, (node, context) => {
        const key = `${node.outputs[0]} ${context.mode}`
        const lowered = known.get(key) ?? made.lower[op]!(node, context)
        known.set(key, lowered)
        return lowered
      })
    }
    expect(await failed(remembering, (title) => title === 'keeps nothing from network to network')).not.toEqual([])
  })

  it('that it has scales of a normalization with 18 bits only', async () => {
    const coarse: LowerOp = (node, context) => {
      const lowered = nova().lower['LayerNormalization']!(node, context)
      const { data, shape } = context.constantOf(node.inputs[1])!
      const rounded = Float32Array.from(data as Float32Array, (each) => Math.round(each * 2 ** 18) / 2 ** 18)
      const scale = newConstant(`${node.outputs[0]}_scale`, 'f32', shape, rounded)
      const changed = nodesChanged(['LayerNormalization'], (each) => ({ ...each, inputs: each.inputs.with(1, scale.name) }))(lowered)
      return { ...changed, values: [...changed.values, scale] }
    }
    const create = (): Backend => withLowering('LayerNormalization', nova(), coarse)
    expect(await failed(create, (title) => title.startsWith('LayerNormalization'))).toEqual(['LayerNormalization, scales'])
  })
})
