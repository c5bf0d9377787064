import { join } from 'node:path'
import { q, run } from './programs.mjs'
import { equalResults } from './tensors.mjs'

/** A chip whose compiled containers describe themselves as our portable ones do. */
const chip = 'cv181x'

/**
 * What the vendor's tool says of a container is what ours says of it: of our portable one, and of the one that the vendor's compiler makes of our lowered file. Both name the
 * same inputs and outputs, and the simulator gives our integers.
 *
 * @param {{ name: string, top: string, table: string, sample: string, ours: string }} job `ours` is the folder that holds the Top file
 * @param {string} bin folder of the toolchain's programs
 * @param {(title: string, check: () => Promise<string>) => Promise<void>} check
 */
export async function checkContainers({ name, top, table, sample, ours }, bin, check) {
  const deploy = ['model_deploy', '--mlir', top, '--chip', chip, '--quantize', 'INT8', '--calibration_table', table, '--model']
  const portable = `${name}_portable.cvimodel`
  const compiled = `${name}_compiled.cvimodel`
  /** @param {string} file */
  const listing = async (file) => {
    const [ourLines, theirLines] = (
      await Promise.all([q(ours, ['print', file, '--stage', 'stored']), run(ours, join(bin, 'model_tool'), ['--info', file], bin)])
    ).map((text) => text.split('\n'))
    const other = theirLines.findIndex((line, i) => line !== ourLines[i])
    if (other >= 0 || ourLines.length !== theirLines.length) throw new Error(`line ${other + 1}: ${theirLines[other]} | ${ourLines[other]}`)
    return theirLines
  }

  await check(`${name} ${chip}: model_tool says of our portable container what we say`, async () => {
    await q(ours, [...deploy, portable, '--keep_model_name'])
    return `${(await listing(portable)).length} lines`
  })
  await check(`${name} ${chip}: and of the one it compiles, with the same inputs and outputs`, async () => {
    const script = /\bsh (\S+_compile\.sh)/.exec(await q(ours, [...deploy, compiled]))?.[1]
    if (script === undefined) throw new Error('model_deploy names no script')
    await run(ours, 'sh', [script], bin)
    const [ends, others] = (await Promise.all([listing(portable), listing(compiled)])).map(endsOf)
    if (ends !== others) throw new Error(`${others} | ${ends}`)
    return ends
  })
  await check(`${name} ${chip}: the chip simulator computes our integers`, async () => {
    const results = [`${name}_${chip}_ours.npz`, `${name}_${chip}_chip.npz`]
    await q(ours, ['model_runner', '--model', portable, '--input', sample, '--output', results[0]])
    await run(ours, join(bin, 'model_runner.py'), ['--input', sample, '--model', compiled, '--output', results[1]], bin)
    return equalResults(join(ours, results[0]), join(ours, results[1]), { inOurs: true })
  })
}

/**
 * The tensors of a listing that lie in buffers of inputs and outputs: type, extents, name.
 *
 * @param {readonly string[]} lines
 */
function endsOf(lines) {
  const cells = lines.map((line) => line.trim().split(/\s+/)).filter((row) => row[8] === 'io_mem')
  return cells.map(([, , type, ...row]) => `${row[6]} ${type} ${row.slice(0, 4).join('x')}`).join(', ')
}
