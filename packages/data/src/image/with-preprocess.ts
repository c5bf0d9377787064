import type { Graph, Preprocess } from '@q/ir'
import { QError, valueOf } from '@q/ir'

/** Preprocessing as the user gives it; what is absent takes its default. */
export interface PreprocessOptions {
  readonly resizeDims?: readonly number[]
  readonly keepAspectRatio?: boolean
  readonly keepRatioMode?: Preprocess['keepRatioMode']
  readonly mean?: readonly number[]
  readonly scale?: readonly number[]
  readonly pixelFormat?: Preprocess['pixelFormat']
  readonly channelFormat?: Preprocess['channelFormat']
  readonly padValue?: number
  readonly padType?: Preprocess['padType']
  /** Inputs it applies to, counted from 1. @default all */
  readonly inputs?: readonly number[]
}

const channelCounts: Readonly<Partial<Record<Preprocess['pixelFormat'], number>>> = { gray: 1, rgba: 4 }

/**
 * Attaches preprocessing to the inputs that can be images: three axes, or four with at most four channels.
 *
 * @throws QError `PREPROCESS_INPUT` for an input number there is not, `PREPROCESS_CHANNELS` for too few numbers, `PREPROCESS_NUMBER` for those that float32 does not hold
 */
export function withPreprocess(graph: Graph, options: PreprocessOptions): Graph {
  const { inputs: chosen = [] } = options
  for (const number of chosen) {
    if (number < 1 || number > graph.inputs.length) {
      throw new QError('PREPROCESS_INPUT', `there is no input number ${number}`, {
        found: String(number),
        wanted: `1 to ${graph.inputs.length}`,
        hint: 'correct the list of inputs',
        kind: 'usage',
      })
    }
  }
  const channelFormat = options.channelFormat ?? 'nchw'
  const inputs = graph.inputs.map((input, i) => {
    const { shape } = valueOf(graph, input.name).type
    const channels = channelFormat === 'nhwc' ? shape.at(-1)! : shape.at(-3)!
    const image =
      channelFormat !== 'none' && input.sourceDtype === undefined && (shape.length === 3 || (shape.length === 4 && channels <= 4))
    if (!image || (chosen.length > 0 && !chosen.includes(i + 1))) return input
    const size = channelFormat === 'nhwc' ? shape.slice(-3, -1) : shape.slice(-2)
    return { ...input, preprocess: preprocessOf(options, channelFormat, size) }
  })
  return { ...graph, inputs }
}

function preprocessOf(options: PreprocessOptions, channelFormat: Preprocess['channelFormat'], size: readonly number[]): Preprocess {
  const pixelFormat = options.pixelFormat ?? 'bgr'
  return {
    pixelFormat,
    channelFormat,
    resizeDims: options.resizeDims ?? size,
    keepAspectRatio: options.keepAspectRatio ?? false,
    keepRatioMode: options.keepRatioMode ?? 'letterbox',
    padValue: options.padValue ?? 0,
    padType: options.padType ?? 'center',
    mean: perChannel('mean', options.mean ?? [0, 0, 0], pixelFormat),
    scale: perChannel('scale', options.scale ?? [1, 1, 1], pixelFormat),
    yuvType: '',
  }
}

/** Numbers of every channel, as float32, the precision they are applied in. */
function perChannel(what: string, values: readonly number[], pixelFormat: Preprocess['pixelFormat']): readonly number[] {
  const channels = channelCounts[pixelFormat] ?? 3
  if (values.length < channels) {
    throw new QError('PREPROCESS_CHANNELS', `the ${what} has too few numbers`, {
      found: `${values.length}`,
      wanted: `${channels}, one for each channel of ${pixelFormat}`,
      hint: 'give one number for each channel',
      kind: 'usage',
    })
  }
  const numbers = values.map(Math.fround)
  const endless = numbers.findIndex((each) => !Number.isFinite(each))
  if (endless >= 0) {
    throw new QError('PREPROCESS_NUMBER', `the ${what} has a number that float32 does not hold`, {
      found: String(values[endless]),
      wanted: 'numbers of at most 3.4e38',
      hint: `correct the ${what}`,
      kind: 'usage',
    })
  }
  return numbers
}

/** Channels, counted from 1, that preprocessing makes the same of every picture: a scale of zero, or a mean beside which 255 is nothing. */
export function constantChannels({ mean, scale, pixelFormat }: Preprocess): readonly number[] {
  const made = (pixel: number, c: number): number => Math.fround(Math.fround(pixel - mean[c]!) * scale[c]!)
  return Array.from({ length: channelCounts[pixelFormat] ?? 3 }, (_, c) => c)
    .filter((c) => Object.is(made(0, c) + 0, made(255, c) + 0))
    .map((c) => c + 1)
}
