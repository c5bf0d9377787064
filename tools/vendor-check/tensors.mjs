import { readFileSync } from 'node:fs'
import { decodeNpz } from '@q/npz'

/**
 * The arrays of an npz file.
 *
 * @param {string} path
 */
function readArrays(path) {
  return decodeNpz(new Uint8Array(readFileSync(path)), [path])
}

/**
 * How two npz files of weights differ; names and bytes both count.
 *
 * @param {string} ours
 * @param {string} theirs
 * @returns {{ same: number, different: readonly string[] }}
 */
export function compareWeights(ours, theirs) {
  const left = readArrays(ours)
  const right = readArrays(theirs)
  const names = [...new Set([...left.keys(), ...right.keys()])]
  const different = names.filter((name) => {
    const [a, b] = [left.get(name), right.get(name)]
    return a === undefined || b === undefined || a.dtype !== b.dtype || !Buffer.from(bytes(a)).equals(bytes(b))
  })
  return { same: names.length - different.length, different }
}

/**
 * How the results of two runs differ. Ours may have more of them: values before their last cast.
 *
 * @param {string} ours
 * @param {string} theirs
 * @returns {{ elements: number, different: number, cosine: number, missing: readonly string[], unequal: readonly string[] }} `missing` in ours, `unequal` the results
 *   that differ
 */
function compareResults(ours, theirs) {
  const left = readArrays(ours)
  const missing = []
  const unequal = []
  let elements = 0
  let different = 0
  let cosine = 1
  for (const [name, { data: b }] of readArrays(theirs)) {
    const a = left.get(name)?.data
    if (a === undefined || a.length !== b.length) {
      missing.push(name)
      continue
    }
    let [ab, aa, bb] = [0, 0, 0]
    const before = different
    for (let i = 0; i < b.length; i++) {
      const [x, y] = [Number(a[i]), Number(b[i])]
      if (x !== y) different++
      ab += x * y
      aa += x * x
      bb += y * y
    }
    if (different > before) unequal.push(name)
    elements += b.length
    cosine = Math.min(cosine, aa === bb && ab === aa ? 1 : ab / Math.sqrt(aa * bb))
  }
  return { elements, different, cosine, missing, unequal }
}

/**
 * Says how many results are the same. @throws when one is not, or is missing
 *
 * @param {string} ours
 * @param {string} theirs
 * @param {object} [how]
 * @param {boolean} [how.isFloat] whether sums may have another order
 * @param {boolean} [how.inOurs] whether theirs may have others beside ours, which are not compared: a container of CV18xx gives its inputs and what it hands to the host as well
 */
export function equalResults(ours, theirs, { isFloat = false, inOurs = false } = {}) {
  const { elements, different, cosine, missing, unequal } = compareResults(ours, theirs)
  if ((missing.length > 0 && !inOurs) || elements === 0) throw new Error(`its results ${missing.join(', ')} are not among ours`)
  const seen = `${elements - different} of ${elements} outputs EQUAL, cosine ${cosine.toFixed(7)}`
  if (isFloat ? cosine < 0.9999 : different > 0) throw new Error(`${seen}; ${unequal.join(', ')}`)
  return seen
}

function bytes({ data }) {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength)
}
