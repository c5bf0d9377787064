import { basename } from 'node:path'
import {
  codesOfPort,
  elementsOfPort,
  type NbgMeta,
  type NbgPort,
  type NetworkLayers,
  numbersOfPort,
  parseNbgMeta,
  parseTensorText,
  printTensorText,
  tensorFileName,
} from '@q/backend-acuity'
import { didYouMean, elementCount, QError, type Tensor } from '@q/ir'
import type { RunFiles } from '../files/run-files.ts'

/** The description of a binary; nothing where none is given. @throws QError `NBG_META` */
export const readMeta = async (path: string | undefined, files: RunFiles): Promise<NbgMeta | undefined> =>
  path === undefined ? undefined : parseNbgMeta(await files.readText(path), path)

/** The port that is named; of a binary with one output that one. @throws QError `NBG_PORT` */
export function portOf({ inputs, outputs }: NbgMeta, name: string | undefined, place: string): NbgPort {
  const ports = [...outputs, ...inputs]
  const found = name === undefined ? (outputs.length === 1 ? outputs[0] : undefined) : ports.find(({ lid }) => lid === name)
  if (found !== undefined) return found
  const lids = ports.map(({ lid }) => lid)
  throw new QError('NBG_PORT', name === undefined ? `${place} has ${outputs.length} outputs` : `${place} has no port ${name}`, {
    at: [place],
    found: name ?? 'no --port',
    wanted: lids.join(', '),
    hint: name === undefined ? 'name one with --port' : didYouMean(name, lids, 'choose one of these'),
    kind: 'usage',
  })
}

/** The numbers of a file: text, or what a program on the board wrote; codes (`.qnt.tensor`, bytes) stand for those of the port. @throws QError `TENSOR_FILE`, `NBG_DATA` */
export async function numbersOfFile(path: string, port: NbgPort | undefined, files: RunFiles): Promise<ArrayLike<number>> {
  if (port === undefined) return parseTensorText(await files.readText(path), path)
  if (/\.(?:dat|bin)$/i.test(path)) return numbersOfPort(port, elementsOfPort(port, await files.read(path), path))
  const numbers = parseTensorText(await files.readText(path), path)
  return path.endsWith('.qnt.tensor') ? numbersOfPort(port, numbers) : numbers
}

/** Checks that a binary takes what a network takes. @throws QError `NBG_META` for an input that it has not, or of another number of elements */
export function checkInputs(meta: NbgMeta, { graph, lidOf }: NetworkLayers, place: string): void {
  for (const { name } of graph.inputs) {
    const lid = lidOf.get(name)!
    const port = meta.inputs.find((each) => each.lid === lid)
    const { shape } = graph.values.get(name)!.type
    if (port !== undefined && elementCount(port.shape) === elementCount(shape)) continue
    throw new QError('NBG_META', `${place} is of another network`, {
      at: [place, 'Inputs', lid],
      found: port === undefined ? meta.inputs.map((each) => each.lid).join(', ') : `[${port.shape.join(', ')}]`,
      wanted: port === undefined ? lid : `[${shape.join(', ')}]`,
      hint: `give the nbg_meta.json of this network, ${basename(place)} beside its network_binary.nb`,
    })
  }
}

/** Whether a port takes codes. */
const takesCodes = ({ format }: NbgPort): boolean => 'scale' in format || 'fl' in format

const fedName = (port: NbgPort, shape: readonly number[], iteration: number): string =>
  tensorFileName({ layer: port.lid, port: 'out0', shape, iteration, codes: takesCodes(port), nchw: false })

/** The names of what a binary is fed with. */
export const fedNames = (meta: NbgMeta, { graph, lidOf }: NetworkLayers, iteration: number): readonly string[] =>
  graph.inputs.map(({ name }) =>
    fedName(meta.inputs.find(({ lid }) => lid === lidOf.get(name))!, graph.values.get(name)!.type.shape, iteration),
  )

/** What a binary is fed with, by file name: the codes that it takes for the numbers of a sample. */
export function fedFiles(
  meta: NbgMeta,
  { graph, lidOf }: NetworkLayers,
  sample: ReadonlyMap<string, Tensor>,
  iteration: number,
): ReadonlyMap<string, string> {
  return new Map(
    graph.inputs.map(({ name }) => {
      const port = meta.inputs.find(({ lid }) => lid === lidOf.get(name))!
      const { shape, data } = sample.get(name)!
      return [fedName(port, shape, iteration), printTensorText(codesOfPort(port, data as Float32Array), { codes: takesCodes(port) })]
    }),
  )
}
