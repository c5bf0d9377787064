import { describe, expect, it } from 'vitest'
import { draftOf } from './draft.ts'
import { layerOf } from './edges.ts'
import { graph } from './text/graph-tag.ts'
import { printGraph } from './text/print-graph.ts'
import { verifyGraph } from './verify.ts'

const net = graph`
  x: f32[2]
  w: f32[2] = 0.5
  a = Relu(x)
  b = Mul(a, w)
  c = Add(b, a)
`

describe('draftOf', () => {
  it('leaves the graph as it was', () => {
    const before = printGraph(net)
    const draft = draftOf(net)
    draft.redirect('a', 'x')
    draft.setType('b', { dtype: 'f16', shape: [2] })
    draft.replace(draft.nodes()[0]!, [])
    draft.finish()
    expect(printGraph(net)).toBe(before)
  })

  it('takes a node out and lets its users read what it read', () => {
    const draft = draftOf(net)
    draft.replace(draft.producer('a')!, [])
    draft.redirect('a', 'x')
    const finished = draft.finish()
    verifyGraph(finished)
    expect(finished.nodes.map((node) => [layerOf(node), node.inputs])).toEqual([
      ['b', ['x', 'w']],
      ['c', ['b', 'x']],
    ])
  })

  it('drops values that nothing uses any more', () => {
    const draft = draftOf(net)
    draft.replace(draft.producer('b')!, [])
    draft.redirect('b', 'a')
    expect([...draft.finish().values.keys()]).toEqual(['x', 'a', 'c'])
  })

  it('puts nodes before another', () => {
    const draft = draftOf(net)
    draft.setValue({ name: 'n', type: { dtype: 'f32', shape: [2] } })
    draft.insertBefore(draft.producer('c')!, [{ op: 'Abs', inputs: ['b'], outputs: ['n'], attrs: {} }])
    expect(draft.finish().nodes.map(layerOf)).toEqual(['a', 'b', 'n', 'c'])
  })

  it('redirects outputs of the graph too', () => {
    const draft = draftOf(net)
    draft.redirect('c', 'b')
    expect(draft.finish().outputs).toEqual(['b'])
    expect(draft.isOutput('b')).toBe(true)
  })

  it('answers from its present state, not from the graph it began with', () => {
    const draft = draftOf(net)
    expect([draft.useCount('a'), draft.consumers('a').map(layerOf)]).toEqual([2, ['b', 'c']])
    draft.replace(draft.producer('b')!, [])
    expect([draft.useCount('a'), draft.consumers('a').map(layerOf), draft.producer('b')]).toEqual([1, ['c'], undefined])
  })

  it('refuses a node that is no longer there', () => {
    const draft = draftOf(net)
    const [relu] = draft.nodes()
    draft.replace(relu!, [])
    expect(() => draft.replace(relu!, [])).toThrow(/not in the graph any more/)
  })
})
