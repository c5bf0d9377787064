import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const cli = resolve(dirname(fileURLToPath(import.meta.url)), '../cli/bin/q.mjs')

/**
 * The folder of a toolchain's programs.
 *
 * @param {string} folder an installed toolchain, or its `bin`
 */
export function vendorBin(folder) {
  const found = [folder, join(folder, 'bin')].find((each) => existsSync(join(each, 'tpuc-opt')))
  if (found === undefined) throw new Error(`there is no tpuc-opt in ${folder}; give the folder of an installed TPU-MLIR`)
  return resolve(found)
}

/**
 * Runs a program to its end.
 *
 * @param {string} folder working directory
 * @param {string} program
 * @param {readonly string[]} args
 * @param {string} [bin] folder put in front of PATH
 * @returns {Promise<string>} what it printed
 */
export function run(folder, program, args, bin) {
  const { TPUC_ROOT: _, ...env } = process.env
  return new Promise((done, fail) => {
    const child = spawn(program, args, {
      cwd: folder,
      env: { ...env, PATH: bin === undefined ? env.PATH : `${bin}${delimiter}${env.PATH ?? ''}` },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let printed = ''
    const keep = (/** @type {Buffer} */ chunk) => {
      printed += chunk.toString()
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.on('error', fail)
    child.on('close', (code) => {
      if (code === 0) return done(printed)
      const tail = printed.trim().split('\n').slice(-4).join(' | ')
      fail(new Error(`${program} ${args[0] ?? ''} ended with code ${code}: ${tail}`))
    })
  })
}

/**
 * Runs a command of q without any vendor toolchain in sight.
 *
 * @param {string} folder
 * @param {readonly string[]} args
 */
export function q(folder, args) {
  const own = process.env.Q_COMMAND
  return own === undefined ? run(folder, process.execPath, [cli, ...args]) : run(folder, own, args)
}
