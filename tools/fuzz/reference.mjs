import { readFileSync } from 'node:fs'
import { decodeHalfFloats } from '@q/ir/number'
import { decodeNpz, encodeNpz } from '@q/npz'
import * as onnxruntime from 'onnxruntime-node'
import { decodeModel, encodeModel } from './onnx-message.mjs'

/**
 * What ONNX Runtime makes of a model, fed with numbers of its own; `isUnstable` where numbers that differ in their last place make other results, or
 * an operator meets NaN that says nothing of them, so that none is the right one.
 *
 * @param leftOut outputs that are not compared
 * @returns the feeds as an npz file and the results in order; where it refuses the model, why; nothing where the model has other inputs
 */
export async function referenceOf(bytes, random, leftOut) {
  let session
  try {
    session = await onnxruntime.InferenceSession.create(bytes, {
      logSeverityLevel: 4,
      intraOpNumThreads: 1,
      graphOptimizationLevel: 'disabled',
    })
    const feeds = {}
    for (const { name, type, shape } of session.inputMetadata) {
      if (type !== 'float32' || shape.some((size) => !(size > 0)) || shape.reduce((a, b) => a * b, 1) > 1e6) return undefined
      feeds[name] = new onnxruntime.Tensor('float32', Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, random.number), shape)
    }
    const results = await session.run(feeds)
    const isUnstable = (await meetsNaN(bytes, feeds)) || (await isUnstableAt(session, feeds, results))
    const sample = encodeNpz(Object.entries(feeds).map(([name, { data, dims }]) => [name, { dtype: 'f32', shape: [...dims], data }]))
    return {
      sample,
      results: session.outputNames.filter((name) => !leftOut.includes(name)).map((name) => numbersOf(results[name])),
      isUnstable,
    }
  } catch (error) {
    return { refused: String(error?.message ?? error).slice(0, 400) }
  } finally {
    await session?.release().catch(() => {})
  }
}

/** ONNX Runtime gives 16-bit floats as their bits. */
const numbersOf = ({ type, dims, data }) =>
  type === 'float16'
    ? Float64Array.from(decodeHalfFloats({ dtype: 'f16', shape: [...dims], data: Uint16Array.from(data) }))
    : Float64Array.from(data, Number)

async function isUnstableAt(session, feeds, results) {
  const shaken = {}
  for (const [name, { data, dims }] of Object.entries(feeds))
    shaken[name] = new onnxruntime.Tensor(
      'float32',
      data.map((value, i) => value * (1 + (i % 2 === 0 ? 1 : -1) * 2 ** -22)),
      dims,
    )
  const beside = await session.run(shaken)
  return session.outputNames.some((name) => {
    const [wanted, others] = [numbersOf(results[name]), numbersOf(beside[name])]
    const most = wanted.reduce((largest, value) => (Number.isFinite(value) ? Math.max(largest, Math.abs(value)) : largest), 1)
    return wanted.some((value, i) => !isNear(others[i], value, most))
  })
}

/** Operators that find NaN by an order of their own, make integers of it, or carry it on: ONNX does not say which, and its runtime differs from one kernel to the next. */
const vagueOfNaN =
  /^(?:LRN|ReduceM(?:ax|in)|Arg(?:Max|Min)|(?:Global)?MaxPool|TopK|M(?:ax|in)|Clip|Hardmax|Sign|Relu|ThresholdedRelu|Shrink|HardSigmoid|CumSum|Cast(?:Like)?)$/
/** Whether an operand of one of those operators holds NaN: what they make of it need not be NaN itself. */
async function meetsNaN(bytes, feeds) {
  const model = decodeModel(bytes)
  const { node, output, initializer, input } = model.graph
  const given = new Set([...output, ...initializer, ...input].map(({ name }) => name))
  const operands = new Set(node.filter(({ opType }) => vagueOfNaN.test(opType)).flatMap((each) => each.input))
  const watched = [...operands].filter((name) => name !== '' && !given.has(name))
  if (watched.length === 0) return false
  model.graph.output = [...output, ...watched.map((name) => ({ name }))]
  let session
  try {
    session = await onnxruntime.InferenceSession.create(encodeModel(model), { logSeverityLevel: 4, graphOptimizationLevel: 'disabled' })
    return Object.values(await session.run(feeds)).some((result) => numbersOf(result).some(Number.isNaN))
  } catch {
    return false
  } finally {
    await session?.release().catch(() => {})
  }
}

/** Operators that order elements: among NaN nothing has its place. */
const ordering = /^TopK$/

/** How far results lie from those of the reference, in words; nothing where they are the same but for rounding. @param file npz of the results, in the order of the outputs @param ops the operators of the model */
export function differenceOf(file, results, ops) {
  const isVague = ops.some((op) => vagueOfNaN.test(op))
  const found = [...decodeNpz(new Uint8Array(readFileSync(file)), file).values()]
  // Outputs that are one tensor under two names are written once.
  const isAgain = (wanted, i) =>
    results.slice(0, i).some((earlier) => earlier.length === wanted.length && earlier.every((value, k) => Object.is(value, wanted[k])))
  const compared = found.length < results.length ? results.filter((wanted, i) => !isAgain(wanted, i)) : results
  for (const [i, wanted] of compared.entries()) {
    const tensor = found[i]
    if (tensor === undefined) return `there is no output ${i}`
    if (tensor.data.length !== wanted.length) return `output ${i} has ${tensor.data.length} elements in the place of ${wanted.length}`
    if (ops.some((op) => ordering.test(op)) && wanted.some(Number.isNaN)) continue
    const most = wanted.reduce((largest, value) => (Number.isFinite(value) ? Math.max(largest, Math.abs(value)) : largest), 1)
    const at = wanted.findIndex((value, k) => {
      const made = Number(tensor.data[k])
      return !isNear(made, value, most) && !(isVague && (Number.isNaN(made) || Number.isNaN(value)))
    })
    if (at >= 0) return `output ${i}, element ${at}: ${tensor.data[at]} in the place of ${wanted[at]}`
  }
  return undefined
}

const isNear = (a, b, most) => a === b || (Number.isNaN(a) && Number.isNaN(b)) || Math.abs(a - b) <= 1e-4 * Math.abs(b) + 1e-5 * most
