import { readFile } from 'node:fs/promises'
import { bm1684x } from '@q/backend-bm1684x'
import { allOps, createResolver, layerOf } from '@q/ir'
import { importOnnx } from '@q/onnx'

/**
 * Times of one resolver: the first graph, then a plan that differs from the one before in one layer, for each layer in turn; the second round finds lowered forms
 * it has made before.
 *
 * @typedef {object} Resolving
 * @property {number} layers
 * @property {number} first seconds
 * @property {readonly number[]} changed seconds, layers that were not lowered in that mode before
 * @property {readonly number[]} again seconds, the same plans once more
 * @property {readonly number[]} keyed seconds, the same plans once more with the keys of all values
 * @property {number} visited results computed and neighbours looked at for a plan that differs in one layer, in the middle of them all
 */

/** @param {import('@q/ir').Graph} graph @returns {Resolving} */
function timeResolver(graph, most = 200) {
  const table = new Map([...graph.values.keys()].map((name) => [name, { threshold: 2, min: -1, max: 2 }]))
  const step = Math.max(1, Math.floor(graph.nodes.length / most))
  const layers = graph.nodes.filter((_, i) => i % step === 0).map(layerOf)
  const timed = (run) => {
    const begin = performance.now()
    const result = run()
    return { seconds: (performance.now() - begin) / 1000, result }
  }
  const { seconds: first, result: resolver } = timed(() => {
    const made = createResolver(graph, table, bm1684x(), { mode: 'INT8' })
    made.resolve(new Map())
    return made
  })
  const change = (layer) => timed(() => resolver.resolve(new Map([[layer, 'F16']])))
  const changed = layers.map((layer) => change(layer).seconds)
  const counts = []
  const again = layers.map((layer) => {
    const before = resolver.work()
    const { seconds } = change(layer)
    const after = resolver.work()
    counts.push(after.layers + after.simplified + after.neighbours - before.layers - before.simplified - before.neighbours)
    return seconds
  })
  resolver.resolve(new Map()).keyOf(layers[0])
  const keyed = layers.map(
    (layer) =>
      timed(() => {
        for (const _ of resolver.resolve(new Map([[layer, 'F16']])).keys());
      }).seconds,
  )
  const visited = counts.sort((a, b) => a - b)[counts.length >> 1]
  return { layers: graph.nodes.length, first, changed, again, keyed, visited }
}

/** Residual blocks of a convolution, a ReLU and a sum, of four channels. @returns {import('@q/ir').Graph} */
function longNetwork(count) {
  const shape = [1, 4, 8, 8]
  const weights = { dtype: 'f32', shape: [4, 4, 1, 1], data: Float32Array.from({ length: 16 }, (_, i) => Math.sin(i + 1)) }
  const values = new Map([['x', { name: 'x', type: { dtype: 'f32', shape } }]])
  const nodes = []
  let last = 'x'
  for (let i = 0; nodes.length < count; i++) {
    const [w, conv, relu, sum] = ['w', 'conv', 'relu', 'sum'].map((part) => `${part}${i}`)
    values.set(w, { name: w, type: { dtype: 'f32', shape: weights.shape }, constant: weights })
    for (const name of [conv, relu, sum]) values.set(name, { name, type: { dtype: 'f32', shape } })
    nodes.push({ op: 'Conv', inputs: [last, w], outputs: [conv], attrs: { strides: [1, 1], pads: [0, 0, 0, 0] } })
    nodes.push({ op: 'Relu', inputs: [conv], outputs: [relu], attrs: {} })
    nodes.push({ op: 'Add', inputs: [last, relu], outputs: [sum], attrs: {} })
    last = sum
  }
  return { name: `blocks-${count}`, inputs: [{ name: 'x' }], outputs: [last], nodes, values, ops: allOps, properties: { stage: 'float' } }
}

/** The subject's network, and networks of 100 and 5000 layers made here. @param {import('./inputs.mjs').Subject} subject */
export async function timeResolving(subject) {
  const network = await importOnnx(await readFile(subject.onnx), { name: subject.name })
  return [network, longNetwork(100), longNetwork(5000)].map((graph) => ({ title: graph.name, ...timeResolver(graph) }))
}
