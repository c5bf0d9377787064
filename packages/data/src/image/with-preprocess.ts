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

/** Formats of pictures as they are decoded; the others are raw data of sensors. */
const decoded: ReadonlySet<string> = new Set(['rgb', 'bgr', 'gray', 'rgba'])

/**
 * Attaches preprocessing to the inputs that can be images: three axes, or four with at most four channels.
 *
 * @throws QError `PREPROCESS_INPUT` for an input number there is not, `PREPROCESS_CHANNELS` for too few numbers and for a format of pictures that has other channels than the network, `PREPROCESS_NUMBER` for those that float32 does not hold
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
  const pictures = picturesOf(graph, chosen, channelFormat)
  checkFormat(pictures, options, channelFormat)
  const inputs = graph.inputs.map((input) => {
    const picture = pictures.find(({ name }) => name === input.name)
    if (picture === undefined) return input
    const size = channelFormat === 'nhwc' ? picture.shape.slice(-3, -1) : picture.shape.slice(-2)
    return { ...input, preprocess: preprocessOf(options, channelFormat, size) }
  })
  return { ...graph, inputs }
}

/** An input that can be an image. */
interface PictureInput {
  readonly name: string
  readonly shape: readonly number[]
  readonly channels: number
}

/** The inputs that can be images, of those that were chosen. */
function picturesOf(graph: Graph, chosen: readonly number[], channelFormat: Preprocess['channelFormat']): readonly PictureInput[] {
  if (channelFormat === 'none') return []
  return graph.inputs.flatMap(({ name, sourceDtype }, i) => {
    const { shape } = valueOf(graph, name).type
    const channels = channelFormat === 'nhwc' ? shape.at(-1)! : shape.at(-3)!
    const isImage = sourceDtype === undefined && (shape.length === 3 || (shape.length === 4 && channels <= 4))
    return isImage && (chosen.length === 0 || chosen.includes(i + 1)) ? [{ name, shape, channels }] : []
  })
}

/** Refuses a format that was named and that no picture input can take; of inputs that were chosen each has to. */
function checkFormat(
  all: readonly PictureInput[],
  { pixelFormat, inputs: chosen = [] }: PreprocessOptions,
  channelFormat: Preprocess['channelFormat'],
): void {
  if (pixelFormat === undefined || !decoded.has(pixelFormat)) return
  const wanted = channelCounts[pixelFormat] ?? 3
  const pictures = all.filter(({ shape }) => shape.length === 4)
  const wrong = pictures.filter(({ channels }) => channels !== wanted)
  if (wrong.length === 0 || (chosen.length === 0 && wrong.length < pictures.length)) return
  const [{ name, shape, channels }] = wrong as [(typeof wrong)[number]]
  const fitting = ['gray', undefined, 'rgb or bgr', 'rgba'][channels - 1]
  throw new QError('PREPROCESS_CHANNELS', `pictures in ${pixelFormat} do not fit the input ${name}`, {
    at: [name],
    found: `${pixelFormat}, which has ${wanted} ${wanted === 1 ? 'channel' : 'channels'}`,
    wanted: `${channels} ${channels === 1 ? 'channel' : 'channels'}, as of [${shape.join(', ')}] in ${channelFormat}`,
    hint: `${fitting === undefined ? 'leave --pixel_format out' : `give --pixel_format ${fitting}`}, or --channel_format none where the input is no picture`,
    kind: 'usage',
  })
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
    mean: perChannel('mean', options.mean ?? allOf(0, pixelFormat), pixelFormat),
    scale: perChannel('scale', options.scale ?? allOf(1, pixelFormat), pixelFormat),
    yuvType: '',
  }
}

/** One number for every channel; three at least, as TPU-MLIR writes them of one channel too. */
const allOf = (value: number, pixelFormat: Preprocess['pixelFormat']): readonly number[] =>
  new Array<number>(Math.max(3, channelCounts[pixelFormat] ?? 3)).fill(value)

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
