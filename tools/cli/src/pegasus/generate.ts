import { makeInputMeta, makePostprocess, type NewPort, parseModel } from '@q/backend-acuity'
import { QError } from '@q/ir'
import type { DefineCommand } from '../commands/command.ts'

const numberList = (value: unknown): readonly number[] => (Array.isArray(value) ? value.map((each) => Number(String(each))) : [])

/** `pegasus generate`: what the network is fed, and what is done with its results, to be corrected by hand. */
export const defineGenerate: DefineCommand = (pegasus, start) => {
  const group = pegasus
    .command('generate')
    .description('files to be corrected by hand: what a network is fed, what is done with its results')
  group
    .command('inputmeta')
    .description('what the network is fed: the list of samples, means, scales')
    .requiredOption('--model <file>', 'the model file')
    .option('--input-meta-output <file>', 'the file to write; <model>_inputmeta.yml when absent')
    .option('--separated-database', 'a list of samples for each input')
    .option('--channel-mean-value <numbers>', 'means of the channels and a scale, "0 0 0 0.0039", inputs with # between them')
    .option('--source-file <files>', 'lists of samples, with # between them')
    .option('--json', 'print JSON events, one a line')
    .action((options) =>
      start(async ({ files, reporter }) => {
        const output = options.inputMetaOutput ?? `${options.model.replace(/\.json$/, '')}_inputmeta.yml`
        await files.claim([output])
        const { layers } = parseModel(await files.readText(options.model), options.model)
        const given: readonly string[] = options.channelMeanValue?.split('#') ?? []
        const ports = [...layers]
          .filter(([, { op }]) => op === 'input')
          .map(([lid, { parameters }], i): NewPort => {
            const shape = numberList(parameters?.['shape'])
            return { lid, shape: shape.map((size, axis) => (axis === 0 && size === 0 ? 1 : size)), ...meansOf(given[i], shape[1] ?? 1) }
          })
        const sources = options.sourceFile?.split('#') ?? []
        await files.write(new Map([[output, makeInputMeta({ ports, isSeparated: options.separatedDatabase === true, sources })]]))
        reporter.print(
          `${output}: correct mean and scale as the network was trained, and the list of samples (${sources[0] ?? 'dataset.txt'})`,
        )
        return undefined
      }),
    )
  group
    .command('postprocess-file')
    .description('what is done with results')
    .requiredOption('--model <file>', 'the model file')
    .option('--postprocess-file-output <file>', 'the file to write; <model>_postprocess_file.yml when absent')
    .option('--json', 'print JSON events, one a line')
    .action((options) =>
      start(async ({ files, reporter }) => {
        const output = options.postprocessFileOutput ?? `${options.model.replace(/\.json$/, '')}_postprocess_file.yml`
        await files.claim([output])
        const { layers } = parseModel(await files.readText(options.model), options.model)
        const outputs = [...layers].filter(([, { op }]) => op === 'output').map(([lid]) => ({ lid, rank: 3 }))
        await files.write(new Map([[output, makePostprocess(outputs)]]))
        reporter.print(output)
        return undefined
      }),
    )
}

/** Means of the channels and one scale, or one for each. */
function meansOf(text: string | undefined, channels: number): Pick<NewPort, 'mean' | 'scale'> {
  if (text === undefined) return {}
  const numbers = text
    .trim()
    .split(/[\s,]+/)
    .map(Number)
  if (numbers.some((each) => !Number.isFinite(each)) || ![channels + 1, 2 * channels].includes(numbers.length))
    throw new QError('ACUITY_MEANS', '--channel-mean-value: these are no means and scales', {
      at: ['--channel-mean-value'],
      found: text,
      wanted: `${channels} means and one scale, or ${channels} of both`,
      hint: 'write them with spaces between: "0 0 0 0.0039"',
      kind: 'usage',
    })
  const scales = numbers.slice(channels)
  return { mean: numbers.slice(0, channels), scale: Array.from({ length: channels }, (_, i) => scales[i] ?? scales[0]!) }
}
