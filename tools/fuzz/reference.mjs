import { readFileSync } from 'node:fs'
import { decodeNpz, encodeNpz } from '@q/npz'
import * as onnxruntime from 'onnxruntime-node'

/**
 * What ONNX Runtime makes of a model, fed with numbers of its own.
 *
 * @returns nothing where it refuses the model, else the feeds as an npz file and the results in order
 */
export async function referenceOf(bytes, random) {
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
    const sample = encodeNpz(Object.entries(feeds).map(([name, { data, dims }]) => [name, { dtype: 'f32', shape: [...dims], data }]))
    return { sample, results: session.outputNames.map((name) => Array.from(results[name].data, Number)) }
  } catch {
    return undefined
  } finally {
    await session?.release().catch(() => {})
  }
}

/** How far results lie from those of the reference, in words; nothing where they are the same but for rounding. @param file npz of the results, in the order of the outputs */
export function differenceOf(file, results) {
  const found = [...decodeNpz(new Uint8Array(readFileSync(file)), file).values()]
  for (const [i, wanted] of results.entries()) {
    const tensor = found[i]
    if (tensor === undefined) return `there is no output ${i}`
    if (tensor.data.length !== wanted.length) return `output ${i} has ${tensor.data.length} elements in the place of ${wanted.length}`
    const most = Math.max(1, ...wanted.filter(Number.isFinite).map(Math.abs))
    const at = wanted.findIndex((value, k) => !isNear(Number(tensor.data[k]), value, most))
    if (at >= 0) return `output ${i}, element ${at}: ${tensor.data[at]} in the place of ${wanted[at]}`
  }
  return undefined
}

const isNear = (a, b, most) => a === b || (Number.isNaN(a) && Number.isNaN(b)) || Math.abs(a - b) <= 1e-4 * Math.abs(b) + 1e-5 * most
