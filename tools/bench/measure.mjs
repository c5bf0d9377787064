import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const cli = join(here, '../cli/bin/q.mjs')

/**
 * What one finished process took. `peak` (MB) is known of q only.
 *
 * @typedef {{ readonly seconds: number, readonly peak?: number }} Usage
 */

/**
 * Runs a program to its end.
 *
 * @param {string} folder working directory
 * @param {string} program
 * @param {readonly string[]} args
 * @param {Readonly<Record<string, string>>} [env]
 * @param {{ readonly codes?: readonly number[], readonly onOutput?: (text: string) => void }} [more] `codes` are those that count as done: 0 alone when absent
 * @returns {Promise<Usage>}
 */
function runProgram(folder, program, args, env = {}, { codes = [0], onOutput } = {}) {
  return new Promise((done, fail) => {
    const begin = performance.now()
    const child = spawn(program, args, { cwd: folder, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    let printed = ''
    const keep = (/** @type {Buffer} */ chunk) => {
      printed = `${printed}${chunk.toString()}`.slice(-2000)
    }
    child.stdout.on('data', keep)
    if (onOutput !== undefined) child.stdout.setEncoding('utf8').on('data', onOutput)
    child.stderr.on('data', keep)
    child.on('error', fail)
    child.on('close', (code) => {
      const seconds = (performance.now() - begin) / 1000
      if (codes.includes(code)) done({ seconds })
      else fail(new Error(`${program} ended with code ${code}: ${printed.trim().split('\n').slice(-3).join(' | ')}`))
    })
  })
}

/**
 * Runs a command of q as a user would; its processes tell their peak memory when they end.
 *
 * @param {string} folder
 * @param {readonly string[]} args
 * @param {{ readonly codes?: readonly number[], readonly onOutput?: (text: string) => void }} [more]
 * @returns {Promise<Usage>}
 */
export async function runQ(folder, args, more = {}) {
  const report = join(folder, '.usage')
  rmSync(report, { force: true })
  const program = ['--import', join(here, 'report-usage.mjs'), cli, ...args]
  const { seconds } = await runProgram(folder, process.execPath, program, { Q_BENCH_USAGE: report }, more)
  return { seconds, peak: Number(readFileSync(report, 'utf8')) / 1024 }
}

/**
 * Runs a program of the vendor's toolchain. Its searches end by drawing the network with graphviz, and fail where that is missing or
 * does not start beside the toolchain's own libraries; a `dot` that draws nothing lets them end, and leaves the drawing out of the time.
 *
 * @param {string} folder
 * @param {string} bin folder of its programs
 * @param {string} program
 * @param {readonly string[]} args
 */
export function runVendor(folder, bin, program, args) {
  const drawing = join(folder, 'no-drawing')
  mkdirSync(drawing, { recursive: true })
  writeFileSync(join(drawing, 'dot'), '#!/bin/sh\nexit 0\n', { mode: 0o755 })
  return runProgram(folder, join(bin, program), args, { PATH: [drawing, bin, process.env.PATH ?? ''].join(delimiter) })
}

/**
 * Smallest, middle and largest of some figures.
 *
 * @param {readonly number[]} figures
 */
function spread(figures) {
  const sorted = [...figures].sort((a, b) => a - b)
  const middle = (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2
  return { min: sorted[0], median: middle, max: sorted.at(-1) }
}

/**
 * A row: what it is, then min, median and max.
 *
 * @param {string} title
 * @param {readonly number[]} figures
 * @param {string} [unit]
 */
export function row(title, figures, unit = '') {
  const { min, median, max } = spread(figures)
  const text = [min, median, max].map((each) => each.toFixed(each < 10 ? 3 : 1).padStart(9)).join('')
  return `${title.padEnd(58)}${text}  ${unit}`
}
