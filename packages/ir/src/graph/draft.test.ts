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

  it('changes a node in its place; its former self goes on standing for it', () => {
    const draft = draftOf(net)
    const before = draft.producer('b')!
    const after = draft.change(before, { op: 'Add' })
    expect([before.op, after.op, draft.current(before)]).toEqual(['Mul', 'Add', after])
    draft.change(before, { inputs: ['a', 'a'] })
    expect(draft.producer('b')).toEqual({ ...after, inputs: ['a', 'a'] })
    expect([draft.useCount('a'), draft.useCount('w')]).toEqual([3, 0])
    draft.remove(after)
    expect(draft.current(before)).toBeUndefined()
    expect(draft.nodes().map(layerOf)).toEqual(['a', 'c'])
  })

  it('adds nodes before others and at the end, again and again in one place', () => {
    const draft = draftOf(net)
    const added = Array.from({ length: 80 }, (_, i) => {
      draft.setValue({ name: `n${i}`, type: { dtype: 'f32', shape: [2] } })
      return draft.add({ op: 'Abs', inputs: ['a'], outputs: [`n${i}`], attrs: {} }, draft.producer('b')!)
    })
    draft.add({ op: 'Abs', inputs: ['c'], outputs: ['last'], attrs: {} })
    const order = ['a', ...added.map(layerOf), 'b', 'c', 'last']
    expect(draft.nodes().map(layerOf)).toEqual(order)
    expect(draft.consumers('a').map(layerOf)).toEqual(order.slice(1, -1))
    expect(layerOf(draft.next(added.at(-1)!)!)).toBe('b')
    expect(draft.next(draft.producer('last')!)).toBeUndefined()
  })

  it('finds the lowest free name, and looks at a name that is taken once', () => {
    const draft = draftOf(net)
    const { has } = Map.prototype
    let looks = 0
    Map.prototype.has = function (this: Map<unknown, unknown>, key) {
      looks++
      return has.call(this, key)
    }
    try {
      for (let i = 1; i <= 500; i++) {
        const name = draft.freshName('w')
        if (name !== `w_${i}`) throw new Error(name)
        draft.setValue({ ...draft.value('w'), name })
      }
    } finally {
      Map.prototype.has = has
    }
    expect(looks).toBeLessThan(5 * 500)
    draft.rename('w_7', 'other')
    expect(draft.freshName('w')).toBe('w_7')
  })

  it('renames a value everywhere, and never to a name that is taken', () => {
    const draft = draftOf(net)
    draft.rename('c', draft.freshName('a'))
    draft.rename('w', 'weight')
    expect(draft.finish().outputs).toEqual(['a_1'])
    expect(draft.producer('b')!.inputs).toEqual(['a', 'weight'])
    expect([draft.freshName('a'), draft.freshName('new'), draft.shape('weight')]).toEqual(['a_2', 'new', [2]])
    expect(() => draft.rename('a', 'b')).toThrow(expect.objectContaining({ code: 'NAME_TAKEN' }))
    expect(() => draft.value('c')).toThrow('no value c')
  })

  it('prunes what leads nowhere, and whatever only that used', () => {
    const draft = draftOf(net)
    draft.redirect('c', 'a')
    expect(draft.prune()).toBe(true)
    expect(draft.nodes().map(layerOf)).toEqual(['a'])
    expect(draft.prune()).toBe(false)
  })

  it('a pass costs what it changes: nothing is indexed anew after a step', () => {
    const long = draftOf(net)
    const nodes = long.nodes()
    expect(long.nodes()).toBe(nodes)
    long.setType('a', { dtype: 'f16', shape: [2] })
    expect(long.nodes()).toBe(nodes)
  })
})
