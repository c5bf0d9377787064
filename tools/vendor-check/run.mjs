import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { checkNetwork } from './checks.mjs'
import { chooseNetworks, networkNames } from './networks.mjs'
import { vendorBin } from './programs.mjs'

const usage = `usage: node tools/vendor-check/run.mjs --vendor DIR [--keep] [network ...]
DIR is an installed TPU-MLIR 1.30.2; networks: ${networkNames.join(', ')}`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { vendor: { type: 'string' }, keep: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h' } },
})
const tell = (/** @type {string} */ line) => process.stdout.write(`${line}\n`)

if (values.help === true) {
  tell(usage)
  process.exit(0)
}
if (values.vendor === undefined) {
  process.stderr.write(`${usage}\n`)
  process.exit(2)
}

let failures = 0
let passes = 0

/**
 * @param {string} title
 * @param {() => Promise<string>} body
 */
async function check(title, body) {
  try {
    tell(`ok    ${title}: ${await body()}`)
    passes++
  } catch (error) {
    tell(`FAIL  ${title}: ${error instanceof Error ? error.message : String(error)}`)
    failures++
  }
}

const bin = vendorBin(values.vendor)
const folder = mkdtempSync(join(tmpdir(), 'vendor-check-'))
try {
  for (const network of chooseNetworks(positionals, tell)) {
    await checkNetwork(network, bin, join(folder, network.name), check).catch((error) => {
      tell(`FAIL  ${network.name}: ${error.message}`)
      failures++
    })
  }
} finally {
  if (values.keep) tell(`files: ${folder}`)
  else rmSync(folder, { recursive: true, force: true })
}
tell(`${passes} checks passed, ${failures} failed`)
process.exitCode = failures === 0 && passes > 0 ? 0 : 1
