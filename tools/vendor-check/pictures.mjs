import { join } from 'node:path'
import { q, run } from './programs.mjs'
import { equalResults } from './tensors.mjs'

/** Chips, and the endings of their containers: the chip's own and the portable one. */
const chips = [
  { chip: 'bm1684x', ending: '.bmodel', portable: '.qbmodel', aligned: false },
  { chip: 'cv181x', ending: '.cvimodel', portable: '.qcvimodel', aligned: true },
  { chip: 'cv183x', ending: '.cvimodel', portable: '.qcvimodel', aligned: true },
]

/**
 * What the chip's compiler makes of our lowered file that takes pictures gives, in the simulator, the results of our portable container on the same bytes.
 *
 * @param {{ name: string, top: string, table: string, picture: string, ours: string, isGray: boolean }} job `ours` is the folder that holds the Top file
 * @param {string} bin folder of the toolchain's programs
 * @param {(title: string, check: () => Promise<string>) => Promise<void>} check
 */
export async function checkPictures({ name, top, table, picture, ours, isGray }, bin, check) {
  for (const { chip, ending, portable, aligned } of chips) {
    for (const form of isGray ? ['GRAYSCALE'] : ['RGB_PLANAR', 'BGR_PACKED']) {
      for (const frames of aligned ? [[], ['--aligned_input']] : [[]]) {
        const words = [form, ...frames.map(() => 'aligned')]
        await check(`${name} ${chip}: the chip simulator computes our integers, pictures as ${words.join(', ')}`, async () => {
          const model = [name, chip, ...words].join('_')
          const options = ['--fuse_preprocess', '--customization_format', form, ...frames, '--test_input', picture, '--force']
          const deploy = ['model_deploy', '--mlir', top, '--chip', chip, '--quantize', 'INT8', '--calibration_table', table]
          const script = /\bsh (\S+_compile\.sh)/.exec(await q(ours, [...deploy, ...options, '--model', `${model}${ending}`]))?.[1]
          if (script === undefined) throw new Error('model_deploy names no script')
          const sample = `${name}_in_ori.npz`
          await q(ours, ['model_runner', '--model', `${model}${portable}`, '--input', sample, '--output', `${model}_ours.npz`])
          await run(ours, 'sh', [script], bin)
          const runner = join(bin, 'model_runner.py')
          await run(ours, runner, ['--input', sample, '--model', `${model}${ending}`, '--output', `${model}_chip.npz`], bin)
          return equalResults(join(ours, `${model}_ours.npz`), join(ours, `${model}_chip.npz`), { inOurs: true })
        })
      }
    }
  }
}
