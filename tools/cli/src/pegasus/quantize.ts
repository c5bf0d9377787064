import { modeOfOptions } from '@q/backend-acuity'
import { QError } from '@q/ir'
import { type Command, Option } from 'commander'
import type { DefineCommand } from '../commands/command.ts'
import { parseCount, parseNumber } from '../options/parse.ts'
import { applyCustomized } from './apply-customized.ts'
import { makeTable } from './make-table.ts'
import { deviceOption, noteIdle, parseBins, parseBits, parseShare } from './options.ts'
import { dataBeside } from './read-network.ts'

/** What `pegasus quantize` was told. */
export interface QuantizeOptions {
  readonly model: string
  readonly modelData: string
  readonly withInputMeta: string
  readonly modelQuantize: string
  readonly quantizer: string
  readonly qtype: string
  readonly rebuild?: boolean
  readonly rebuildAll?: boolean
  readonly hybrid?: boolean
  readonly algorithm: 'normal' | 'moving_average' | 'kl_divergence' | 'auto'
  readonly movingAverageWeight: number
  readonly divergenceNbins: number
  readonly divergenceFirstQuantizeBits?: number
  readonly iterations: number
  readonly batchSize?: number
  readonly computeEntropy?: boolean
  readonly MLE?: boolean
  readonly entropyCut: number
  readonly weightEntropyCut: number
  readonly cosineCut: number
  readonly keepBiases?: boolean
  readonly outputDir: string
}

/** `pegasus quantize`: ranges and codes of all layers, or with `--hybrid` those of the listed layers. */
export const defineQuantizeTable: DefineCommand = (pegasus, start) => {
  const command = pegasus
    .command('quantize')
    .description('the table of a network: ranges of all layers on samples, or --hybrid, the types of customized_quantize_layers')
    .requiredOption('--model <file>', 'the model file')
    .option('--model-data <file>', 'its coefficients; beside the model file when absent')
    .requiredOption('--with-input-meta <file>', 'what the network is fed')
    .option('--model-quantize <file>', 'the table; beside the model file when absent')
    .option('--quantizer <word>', 'how numbers become codes', 'asymmetric_affine')
    .option('--qtype <word>', 'type of the codes', 'uint8')
    .option('--rebuild', 'find the ranges anew')
    .option('--rebuild-all', 'the same, and keep the ranges of layers that are computed in floats')
    .option('--hybrid', 'apply customized_quantize_layers of the table')
    .addOption(
      new Option('--algorithm <word>', 'how ranges are found')
        .choices(['normal', 'moving_average', 'kl_divergence', 'auto'])
        .default('normal'),
    )
    .option('--moving-average-weight <number>', 'share of a batch in the average', parseShare, 0.01)
    .option('--divergence-nbins <count>', 'bins of the histograms, a power of two', parseBins, 2048)
    .option('--divergence-first-quantize-bits <count>', 'the same as a power of two: 11 for 2048', parseBits)
    .option('--iterations <count>', 'batches of samples', parseCount(1), 1)
    .option('--batch-size <count>', 'samples of a batch; the first size of the input meta when absent', parseCount(1))
    .option('--compute-entropy', 'write entropy.txt and propose customized_quantize_layers by it')
    .option('--entropy-cut <number>', 'activations above it are proposed, with their readers', parseNumber, 0.51)
    .option('--weight-entropy-cut <number>', 'layers whose weights are above it are proposed', parseNumber, 0.6)
    .option('--cosine-cut <number>', 'with --algorithm auto and --MLE: layers below it are proposed', parseNumber, 0.98)
    .option('--MLE', 'ranges with the least squared error of each layer')
    .option('--keep-biases', 'leave biases as they are, in place of making up for rounded weights')
    .option('--output-dir <folder>', 'folder for entropy.txt', '.')
    .addOption(deviceOption())
    .option('--json', 'print JSON events, one a line')
    .action((given) =>
      start(async (context) => {
        const options: QuantizeOptions = {
          ...given,
          modelData: given.modelData ?? dataBeside(given.model),
          modelQuantize: given.modelQuantize ?? given.model.replace(/(?:\.quantize)?\.json$/, '.quantize'),
        }
        const ways = (['rebuild', 'rebuildAll', 'hybrid'] as const).filter((way) => options[way] === true)
        if (ways.length > 1)
          throw new QError('OPTION_CONFLICT', '--rebuild, --rebuild-all and --hybrid exclude each other', {
            at: ['q pegasus quantize'],
            found: ways.map((way) => (way === 'rebuildAll' ? '--rebuild-all' : `--${way}`)).join(', '),
            wanted: 'one of them',
            hint: '--rebuild first; then list layers in the table, and --hybrid',
            kind: 'usage',
          })
        checkBins(command, options)
        noteIdle(command, idleOf(options), context.reporter)
        const names = modeOfOptions(options.quantizer, options.qtype)
        if (options.hybrid === true) await applyCustomized(options, names, context)
        else await makeTable(options, names, context)
        return undefined
      }),
    )
}

/** Options that nothing asks for, by what was chosen. */
function idleOf({ hybrid, algorithm }: QuantizeOptions): Readonly<Record<string, string | undefined>> {
  const withHybrid = hybrid === true ? 'with --hybrid, which takes the ranges of the table' : undefined
  const without = (wanted: string): string | undefined => withHybrid ?? (algorithm === wanted ? undefined : `without --algorithm ${wanted}`)
  const bins = algorithm === 'auto' ? withHybrid : without('kl_divergence')
  return {
    computeEntropy: withHybrid,
    MLE: withHybrid,
    algorithm: withHybrid,
    movingAverageWeight: without('moving_average'),
    divergenceNbins: bins,
    divergenceFirstQuantizeBits: bins,
  }
}

/** @throws QError `OPTION_CONFLICT` for two numbers of bins */
function checkBins(command: Command, { divergenceNbins: bins, divergenceFirstQuantizeBits: bits }: QuantizeOptions): void {
  if (bits === undefined || command.getOptionValueSource('divergenceNbins') !== 'cli' || bins === 2 ** bits) return
  throw new QError('OPTION_CONFLICT', '--divergence-nbins and --divergence-first-quantize-bits say different numbers of bins', {
    at: ['q pegasus quantize'],
    found: `${bins} and 2^${bits}`,
    wanted: 'one of them, or the same number',
    hint: 'leave one out',
    kind: 'usage',
  })
}
