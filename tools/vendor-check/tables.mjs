import { readFileSync } from 'node:fs'

/**
 * The rows of a calibration table by layer name.
 *
 * @param {string} path
 * @returns {ReadonlyMap<string, readonly number[]>}
 */
export function readRows(path) {
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    lines.map((line) => {
      const [name = '', ...numbers] = line.split(/\s+/)
      return [name, numbers.filter((each) => each !== '').map(Number)]
    }),
  )
}

/**
 * How many rows of one table the other has with the same numbers, to five significant digits.
 *
 * @param {ReadonlyMap<string, readonly number[]>} ours
 * @param {ReadonlyMap<string, readonly number[]>} theirs
 */
export function sameRows(ours, theirs) {
  return [...ours].filter(([name, numbers]) => {
    const other = theirs.get(name)
    return other !== undefined && numbers.every((each, i) => Math.abs(each - (other[i] ?? NaN)) <= 1e-5 * Math.abs(each) + 1e-7)
  }).length
}

/**
 * A quantization table that puts every third layer into half precision.
 *
 * @param {ReadonlyMap<string, readonly number[]>} rows
 */
export function mixedTable(rows) {
  const layers = [...rows.keys()].slice(1).filter((_, i) => i % 3 === 1)
  return `# op_name   quantize_mode\n${layers.map((name) => `${name} F16\n`).join('')}`
}

/**
 * A calibration table with other ranges for layers of these tensors.
 *
 * @param {ReadonlyMap<string, readonly number[]>} rows
 * @param {Readonly<Record<string, readonly [min: number, max: number]>>} ranges
 */
export function givenTable(rows, ranges) {
  const lines = [...rows].map(([layer, [threshold = 0, min = 0, max = 0]]) => {
    const given = ranges[layer] ?? ranges[layer.slice(0, layer.indexOf('_'))]
    const numbers = given === undefined ? [threshold, min, max] : [Math.max(-given[0], given[1]), ...given]
    return `${layer} ${numbers.map((each) => each.toFixed(10)).join(' ')}\n`
  })
  return `# op_name    threshold    min    max\n${lines.join('')}`
}
