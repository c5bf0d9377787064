import { dirname, join } from 'node:path'
import { type InputMeta, type InputPort, type NetworkLayers, parseInputMeta } from '@q/backend-acuity'
import { createSampleSource } from '@q/data'
import { didYouMean, type Graph, type Preprocess, QError, type SampleSource } from '@q/ir'
import { sampleInputs } from '@q/ir/graph'
import type { Context } from '../context.ts'
import { isThere } from '../files/read-file.ts'

/** The samples that an input meta file names, as the network is fed with them. */
export interface MetaSamples {
  readonly samples: SampleSource
  /** The first size of the inputs' shapes. */
  readonly batch: number
  /** The files of the samples, for a key of what was measured on them. */
  readonly entries: readonly string[]
}

/**
 * The samples of an input meta file: pictures are resized, less the means, times the scales; numpy files are fed as they are.
 *
 * @throws QError `INPUT_META` for a port of no input, another shape, a kind of list or file that is not read, and those of the samples
 */
export async function metaSamples(path: string, layers: NetworkLayers, context: Context): Promise<MetaSamples> {
  const { files, reporter } = context
  const meta = parseInputMeta(await files.readText(path), path)
  const { graph } = layers
  const ports = portsOf(meta, layers, path)
  for (const { port } of ports) tellUntouched(port, context)
  const inputs = graph.inputs.map((input) => {
    const { port } = ports.find(({ value }) => value === input.name)!
    return port.category === 'image' ? { ...input, preprocess: preprocessOf(port, graph, input.name, path) } : input
  })
  const lists = await Promise.all(
    meta.databases.map(async (database) => linesOf(database.path, database.type, database.ports.length, path, context)),
  )
  const count = Math.min(...lists.map((lines) => lines.length))
  // The files of a sample in the order of the inputs, whatever the order of ports.
  const entries = Array.from({ length: count }, (_, row) => {
    const named = new Map(
      meta.databases.flatMap((database, i) => database.ports.map((port, column): [string, string] => [port.lid, lists[i]![row]![column]!])),
    )
    return graph.inputs.map(({ name }) => named.get(layers.lidOf.get(name)!)!).join(',')
  })
  await files.reads(entries.flatMap((entry) => entry.split(',')))
  const samples = await createSampleSource(entries, sampleInputs({ ...graph, inputs }), { mostBytes: files.mostBytes, listName: path })
  const [batch = 1] = ports[0]?.port.shape ?? []
  if (ports.some(({ port }) => port.category === 'image') && entries.some((entry) => /\.np[yz]/i.test(entry)))
    reporter.note('note: numpy files are fed as they are: mean, scale and reverse_channel are for pictures')
  return { samples, batch, entries }
}

function portsOf(
  meta: InputMeta,
  { graph, lidOf }: NetworkLayers,
  path: string,
): readonly { readonly port: InputPort; readonly value: string }[] {
  const inputs = new Map(graph.inputs.map(({ name }) => [lidOf.get(name)!, name]))
  const found = meta.databases
    .flatMap(({ ports }) => ports)
    .map((port) => {
      const value = inputs.get(port.lid)
      if (value === undefined)
        throw fault(
          [path, port.lid],
          port.lid,
          [...inputs.keys()].join(', '),
          didYouMean(port.lid, [...inputs.keys()], 'write the key of an input of the model file'),
        )
      const { shape } = graph.values.get(value)!.type
      const given =
        port.layout === 'nhwc' && port.category === 'image' ? [port.shape[0], port.shape[3], port.shape[1], port.shape[2]] : port.shape
      if (given.length !== shape.length || given.some((size, axis) => axis > 0 && size !== shape[axis]))
        throw fault(
          [path, port.lid, 'shape'],
          port.shape.join(', '),
          shape.join(', '),
          'correct the shape, all but the batch, or import the model with these sizes',
        )
      return { port, value }
    })
  for (const [lid, value] of inputs)
    if (!found.some((each) => each.value === value))
      throw fault([path], `no port for the input ${lid}`, 'a port for each input', 'write the file anew with generate inputmeta')
  return found
}

const usual = (numbers: readonly number[], number: number): boolean => numbers.every((each) => each === number)

/** A picture of 0 to 255 as it is goes into few networks. */
function tellUntouched({ lid, category, mean, scale }: InputPort, { reporter }: Context): void {
  if (category !== 'image' || !usual(mean, 0) || !usual(scale, 1)) return
  reporter.diagnostic({
    level: 'warning',
    code: 'INPUT_META_UNTOUCHED',
    message: `pictures are fed to ${lid} as numbers from 0 to 255: mean and scale are those of a new file; write those that the network was trained with`,
    at: [lid],
  })
}

function preprocessOf(port: InputPort, graph: Graph, name: string, path: string): Preprocess {
  const { shape } = graph.values.get(name)!.type
  const [, channels = 1, height = 1, width = 1] = shape
  if (shape.length !== 4 || ![1, 3].includes(channels))
    throw fault(
      [path, port.lid, 'category'],
      `image for [${shape.join(', ')}]`,
      'undefined',
      'pictures have one or three channels; feed numpy files, and write category: undefined',
    )
  const each = (numbers: readonly number[]): readonly number[] => Array.from({ length: channels }, (_, i) => numbers[i] ?? numbers[0]!)
  return {
    pixelFormat: channels === 1 ? 'gray' : port.reverseChannel ? 'bgr' : 'rgb',
    channelFormat: 'nchw',
    resizeDims: [height, width],
    keepAspectRatio: port.fitting === 'fill',
    keepRatioMode: 'letterbox',
    padValue: 0,
    padType: 'center',
    mean: each(port.mean),
    scale: each(port.scale),
    yuvType: '',
  }
}

/** The columns of each line of a list of samples; paths are looked up from the working folder, then from the list's own. */
async function linesOf(
  list: string,
  type: string,
  columns: number,
  path: string,
  { files }: Context,
): Promise<readonly (readonly string[])[]> {
  const kind = type.toUpperCase()
  if (kind !== 'TEXT' && kind !== 'NPY')
    throw fault([path, 'databases', 'type'], type, 'TEXT or NPY', 'write a list of pictures or numpy files, one sample a line')
  const beside = (file: string): string => join(dirname(path), file)
  const place = (await isThere(list)) ? list : (await isThere(beside(list))) ? beside(list) : list
  const rows = kind === 'NPY' && /\.npy$/i.test(place) ? [place] : (await files.readText(place)).split('\n').map((line) => line.trim())
  const lines = rows.filter((line) => line !== '' && !line.startsWith('#')).map((line) => line.split(/\s+/))
  const wrong = lines.findIndex((line) => line.length < columns)
  if (wrong >= 0)
    throw fault(
      [place, `line ${wrong + 1}`],
      `${lines[wrong]!.length} files`,
      `${columns}, one for each input`,
      'write them with one space between',
    )
  if (lines.length === 0) throw fault([place], 'an empty list', 'a sample a line', 'write paths of pictures or numpy files into it')
  return Promise.all(
    lines.map((line) =>
      Promise.all(line.slice(0, columns).map(async (file) => ((await isThere(file)) ? file : join(dirname(place), file)))),
    ),
  )
}

const fault = (at: readonly string[], found: string, wanted: string, hint: string): QError =>
  new QError('INPUT_META', 'this input meta file does not fit the network', { at, found, wanted, hint })
