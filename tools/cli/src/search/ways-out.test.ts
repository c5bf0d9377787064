import { methodNames } from '@q/calib'
import type { SearchLayer, SearchResult, SearchSpace } from '@q/ir'
import { describe, expect, it } from 'vitest'
import type { Found } from './search-model.ts'
import { moreThan, moreThanAFifth, moreThanOnFront, otherFront, otherMethods } from './ways-out.ts'

const names = Array.from({ length: 12 }, (_, i) => `l${i}`)
const layers = names.map((name): SearchLayer => ({ name, type: 'top.Conv', modes: ['INT8', 'F16'], hasCodes: true, operations: 1 }))

/** What a search over twelve layers found that looked at some of them, and keeps some in float. @param losses of those it looked at */
function foundOf(floats: readonly string[], losses: readonly number[], methods: readonly string[] = []): Found {
  const space = {
    graph: { inputs: [{ name: 'x' }] },
    layers,
    pinned: new Map(),
    floatMode: 'F16',
    methods: new Map(methods.map((name) => [name, new Map()])),
  } as unknown as SearchSpace
  const ranking = losses.map((loss, i) => ({ layer: names[i]!, loss }))
  const result: SearchResult = { trial: { plan: new Map(floats.map((name) => [name, 'F16'])) }, ranking }
  return {
    space,
    samples: 3,
    outcome: { result, ended: 'finished', open: [], questions: 1, trials: 1 },
    lines: [],
    toldBefore: 0,
    seconds: 0,
  }
}

const same = (count: number, loss = 0.1) => Array.from({ length: count }, () => loss)

describe('more layers in float', () => {
  it('are advised where there are more than were taken', () => {
    expect(moreThan(5)(foundOf(['l0'], same(12)))).toBe('allow more layers in float (--max_float_layers, 5 here)')
    expect(moreThan(12)(foundOf(['l0'], same(12)))).toBeUndefined()
  })
  it('of search_qtable begin behind the fifth that it tries in any case', () => {
    expect(moreThanAFifth(1)(foundOf([], same(12)))).toBe('allow more than 2 layers in float (--max_float_layers)')
    expect(moreThanAFifth(5)(foundOf([], same(12)))).toBe('allow more than 5 layers in float (--max_float_layers)')
    expect(moreThanAFifth(1)(foundOf([], same(2)))).toBeUndefined()
  })
  it('of a front begin behind what it goes to by itself', () => {
    expect(moreThanOnFront(undefined)(foundOf([], []))).toBe('allow more layers in float (--max_float_layers, 5 here)')
    expect(moreThanOnFront(12)(foundOf([], []))).toBeUndefined()
  })
})

describe('a search from the front', () => {
  const option = { minLayerCos: 0.99, minLayerCosOption: '--min_layer_cos' }
  it('that was ended by its most layers may have more of them, up to a quarter of all operators', () => {
    const early = foundOf(['l0', 'l1'], same(3))
    expect(otherFront({ ...option, maxFloatLayers: 1 })(early)).toBe('allow more layers in float (--max_float_layers, 1 here; 3 at most)')
  })
  it('that was ended by the quarter has no use for more: single layers are asked for less', () => {
    const early = foundOf(['l0', 'l1', 'l2', 'l3'], same(4))
    const wanted = 'ask less of single layers, so that later ones are come to (--min_layer_cos, 0.99 here)'
    expect(otherFront({ ...option, maxFloatLayers: 3 })(early)).toBe(wanted)
    expect(otherFront(option)(early)).toBe(wanted)
  })
  it('that came to the last layer asks more of single layers, where some were good enough', () => {
    const last = [...same(11), 0.001]
    expect(otherFront({ ...option, maxFloatLayers: 1 })(foundOf([], last))).toBe('ask more of single layers (--min_layer_cos, 0.99 here)')
    expect(otherFront(option)(foundOf(['l11'], last))).toBeUndefined()
    expect(otherFront(option)(foundOf([], [...same(11), 0]))).toBeUndefined()
  })
})

it('other threshold methods are advised where a search chooses and not all are there', () => {
  expect(otherMethods('--methods')(foundOf([], [], ['kl']))).toBe('try other threshold methods (--methods)')
  expect(otherMethods('--methods')(foundOf([], []))).toBeUndefined()
  expect(otherMethods('--methods')(foundOf([], [], [...methodNames]))).toBeUndefined()
})
