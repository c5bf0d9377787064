import { join } from 'node:path'
import { q, run } from './programs.mjs'
import { equalResults } from './tensors.mjs'

/** Chips, and the endings of their containers: the chip's own and the portable one. */
const chips = [
  { chip: 'bm1684x', ending: '.bmodel', portable: '.qbmodel' },
  { chip: 'cv181x', ending: '.cvimodel', portable: '.qcvimodel' },
]

/** Types of inputs and results that are asked for. */
const wishes = [
  { title: 'codes at both ends', options: ['--quant_input', '--quant_output'] },
  { title: 'bfloat16 results', options: ['--quant_output_bf16'] },
]

/**
 * What the chip's compiler makes of our lowered file with other types at its ends gives, in the simulator, the results of our portable container: its own program makes the codes of the sample, and the
 * numbers of the results.
 *
 * @param {{ name: string, top: string, table: string, sample: string, ours: string }} job `ours` is the folder that holds the Top file
 * @param {string} bin folder of the toolchain's programs
 * @param {(title: string, check: () => Promise<string>) => Promise<void>} check
 */
export async function checkBoundary({ name, top, table, sample, ours }, bin, check) {
  for (const { chip, ending, portable } of chips) {
    const deploy = ['model_deploy', '--mlir', top, '--chip', chip, '--quantize', 'INT8', '--calibration_table', table, '--model']
    for (const [i, { title, options }] of wishes.entries()) {
      await check(`${name} ${chip}: the chip simulator computes our integers, ${title}`, async () => {
        const model = `${name}_${chip}_ends_${i}`
        const script = /\bsh (\S+_compile\.sh)/.exec(await q(ours, [...deploy, `${model}${ending}`, ...options]))?.[1]
        if (script === undefined) throw new Error('model_deploy names no script')
        await q(ours, ['model_runner', '--model', `${model}${portable}`, '--input', sample, '--output', `${model}_ours.npz`])
        await run(ours, 'sh', [script], bin)
        await run(
          ours,
          join(bin, 'model_runner.py'),
          ['--input', sample, '--model', `${model}${ending}`, '--output', `${model}_chip.npz`],
          bin,
        )
        return equalResults(join(ours, `${model}_ours.npz`), join(ours, `${model}_chip.npz`), { inOurs: true })
      })
    }
  }
}
