import type { MethodName } from '@q/calib'
import { methodNames } from '@q/calib'
import { didYouMean, QError, type QuantMode, type Target } from '@q/ir'
import type { Command } from 'commander'
import { Option } from 'commander'
import { modeOf } from '../chips/chip-modes.ts'
import { parseCount, parseNames, parseSimilarity } from '../options/parse.ts'

/** The options of {@link addVendorSearchOptions}, as commander names them. */
export interface VendorSearchOptions {
  readonly inference_num: number
  readonly expected_cos: number
  readonly min_layer_cos: number
  readonly max_float_layers: number
  readonly fp_type: string
  readonly global_compare_layers: string
  readonly post_process?: string
}

/** Options that the searches of the original tools share, by name. */
const shared = {
  inference_num: () => new Option('--inference_num <count>', 'samples a search measures on').argParser(parseCount(1)).default(30),
  expected_cos: () =>
    new Option('--expected_cos <number>', 'similarity of the outputs to exceed, (1 + cos) / 2').argParser(parseSimilarity).default(0.99),
  min_layer_cos: () =>
    new Option('--min_layer_cos <number>', 'similarity below which a layer becomes float').argParser(parseSimilarity).default(0.99),
  max_float_layers: () =>
    new Option(
      '--max_float_layers <count>',
      'layers that stay in float, and no limit: search_qtable picks so many first and, where they miss the target, up to a fifth of those in codes; mix_search ends behind so many; run_sensitive_layer keeps so many, and those that go with them',
    )
      .argParser(parseCount(1))
      .default(5),
  fp_type: () => new Option('--fp_type <type>', 'float type of layers in float: auto, or one of the chip').default('auto'),
  global_compare_layers: () =>
    new Option('--global_compare_layers <names>', 'compare these layers, not the outputs: layer1,layer2 or layer1:0.3,layer2:0.7').default(
      '',
    ),
  post_process: () =>
    new Option('--post_process <file>', 'module that exports PostProcess(outputs): JavaScript, or TypeScript on Node 22.18 and newer'),
} as const

/** Adds options of the original tools' searches. */
export function addVendorSearchOptions(command: Command, names: readonly (keyof typeof shared)[]): Command {
  for (const name of names) command.addOption(shared[name]())
  return command
}

/** Whether the user says how many samples trials are measured on. */
export const asksForSamples = (command: Command): boolean => command.getOptionValueSource('inference_num') === 'cli'

/** The mode that `--fp_type` names: a float one, or another that the chip keeps delicate layers in (`floatModes`). @throws QError `MODE_UNSUPPORTED`, `FLOAT_TYPE` */
export function floatModeOf(text: string, target: Target): QuantMode {
  if (text === 'auto') return target.defaultFloat
  const floats = target.modes.filter((each) => target.schemes[each]?.kind === 'float' || target.floatModes.includes(each))
  const mode = target.modes.find((each) => each === text.toUpperCase()) ?? modeOf(text, target, ['--fp_type'], floats)
  if (floats.includes(mode)) return mode
  throw new QError('FLOAT_TYPE', `--fp_type: ${mode} is no float type`, {
    at: ['--fp_type'],
    found: text,
    wanted: `auto, or one of ${floats.join(', ')}`,
    hint: 'leave it out for the usual one of the chip',
    kind: 'usage',
  })
}

/** `KL,MSE` in any case, each also with `use_` before it. @throws QError `CALIBRATION_METHOD` */
export function methodList(text: string, option: string): readonly MethodName[] {
  const names = parseNames(text)
  const methods = names.map((name) => {
    const bare = name.toLowerCase().replace(/^use_/, '')
    const method = methodNames.find((each) => each === bare)
    if (method !== undefined) return method
    throw new QError('CALIBRATION_METHOD', `${option}: there is no calibration method ${name}`, {
      at: [option],
      found: name,
      wanted: methodNames.join(', '),
      hint: didYouMean(bare, methodNames, 'use kl,mse'),
      kind: 'usage',
    })
  })
  if (methods.length > 0) return [...new Set(methods)]
  throw new QError('CALIBRATION_METHOD', `${option} names no method`, {
    at: [option],
    found: text,
    wanted: methodNames.join(', '),
    hint: 'use kl,mse',
    kind: 'usage',
  })
}
