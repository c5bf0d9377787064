import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { elementCount, parseGraph } from '@q/ir'
import { encodeNpz } from '@q/npz'
import { exportOnnx } from '@q/onnx'
import { constants, forms, numbers, operands } from './sweep-forms.mjs'

/** @import { Tensor } from '@q/ir' */

/**
 * A form as statements of a graph's text: operands, constants and results have the prefix in front, calls within a call are statements of their own.
 *
 * @param {string} prefix
 * @param {string} name of the form; `+Relu` behind it puts a ReLU behind its result
 */
function statementsOf(prefix, name) {
  const [form, relu] = name.split('+')
  const lines = []
  let text = /** @type {string} */ (forms.get(form))
  for (const [, operand] of new Set(text.matchAll(/@(\w+)/g))) lines.push(`${prefix}${operand}: ${operands[operand][0]}`)
  for (const [, constant] of new Set(text.matchAll(/\$(\w+)/g))) lines.push(`${prefix}${constant}: ${constants[constant]}`)
  text = text.replaceAll(/[@$](\w+)/g, `${prefix}$1`)
  const calls = []
  for (;;) {
    const inner = /(?<=[(,] ?)[A-Z]\w*\([^()]*\)/.exec(text)?.[0]
    if (inner === undefined) break
    calls.push(`${prefix}s${calls.length} = ${inner}`)
    text = text.replace(inner, `${prefix}s${calls.length - 1}`)
  }
  const results = text.startsWith('TopK') ? `${prefix}out, ${prefix}at` : `${prefix}out`
  return [...new Set(lines), ...calls, `${results} = ${text}`, ...(relu === undefined ? [] : [`${prefix}end = Relu(${prefix}out)`])]
}

/**
 * Writes one network of all forms of a batch, and a sample for it.
 *
 * @param {ReadonlyMap<string, string>} batch forms by prefix
 * @param {string} folder
 * @returns {{ onnx: string, input: string }} the paths
 */
export function writeForms(batch, folder) {
  const graph = parseGraph([...batch].flatMap(([prefix, name]) => statementsOf(prefix, name)).join('\n'))
  const samples = graph.inputs.map(({ name }, seed) => {
    const [type, low, high, kind] = operands[name.slice(name.indexOf('_') + 1)]
    const shape = [...type.matchAll(/\d+(?=[,\]])/g)].map(([each]) => Number(each))
    const drawn = numbers(elementCount(shape), low, high, seed + 1)
    const data = Float32Array.from(kind === 'whole' ? drawn.map(Math.round) : drawn)
    return /** @type {[string, Tensor]} */ ([name, { dtype: 'f32', shape, data }])
  })
  const paths = { onnx: join(folder, 'm.onnx'), input: join(folder, 'in.npz') }
  writeFileSync(paths.onnx, exportOnnx({ ...graph, name: 'm', properties: { stage: 'float' } }))
  writeFileSync(paths.input, encodeNpz(new Map(samples)))
  return paths
}
