import {
  type AcuityModel,
  digestOfFile,
  digestOfModel,
  modelOfNetwork,
  type NetworkLayers,
  networkLayers,
  parseModel,
  printModel,
  readGraph,
} from '@q/backend-acuity'
import { QError } from '@q/ir'
import type { RunFiles } from '../files/run-files.ts'

/** A network that `import` wrote. */
export interface ImportedNetwork {
  readonly model: AcuityModel
  readonly layers: NetworkLayers
  /** Tells the network from others. */
  readonly digest: string
}

/**
 * Reads a model file and its coefficients, and checks that they belong together.
 *
 * @throws QError `GRAPH_FILE`, `ACUITY_MODEL`, `MODEL_STALE` where one of the two is of another import
 */
export async function readNetwork(model: string, data: string, files: RunFiles): Promise<ImportedNetwork> {
  const parsed = parseModel(await files.readText(model), model)
  const file = await files.read(data)
  const graph = readGraph(file, data)
  const digest = digestOfFile(file)
  const layers = networkLayers(graph)
  const found = digestOfModel(parsed)
  const lacking = [...layers.layers.keys()].find((lid) => !parsed.layers.has(lid))
  const strange = [...parsed.layers].find(([lid, { op }]) => op !== 'dtype_converter' && !layers.layers.has(lid))
  if (found === digest && lacking === undefined && strange === undefined) {
    // Numbers of a file keep their spelling, so files are compared.
    const written = parseModel(printModel(modelOfNetwork(layers, digest)), model)
    checkUnchanged(parsed, written, { model, data })
    return { model: parsed, layers, digest }
  }
  throw new QError('MODEL_STALE', `${model} and ${data} are not of one network`, {
    at: [model, data],
    found:
      lacking !== undefined
        ? `${data} has the layer ${lacking}, ${model} has not`
        : strange !== undefined
          ? `${model} has the layer ${strange[0]}, ${data} has not`
          : `network ${found ?? 'of another program'} in ${model}, ${digest} in ${data}`,
    wanted: 'the two files of one import',
    hint: 'run q pegasus import again, and give what it wrote',
  })
}

/** Numbers of a file as they are spelled there. */
const plainly = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'isLosslessNumber' in value ? Number(String(value)) : value

/** What a layer of the model file does is computed as the coefficients' file has it, so it has to say the same. @throws QError `ACUITY_MODEL` */
function checkUnchanged(
  { layers: found }: AcuityModel,
  { layers: wanted }: AcuityModel,
  { model, data }: { readonly model: string; readonly data: string },
): void {
  for (const [lid, layer] of wanted) {
    // The toolkit changes the batch of inputs.
    if (layer.op === 'input' || layer.op === 'output') continue
    const [is, was] = [found.get(lid)!, layer].map(({ op, parameters }) => `${op} ${JSON.stringify(parameters ?? {}, plainly)}`) as [
      string,
      string,
    ]
    if (is === was) continue
    throw new QError('ACUITY_MODEL', `a layer of ${model} was changed, and ${data} has it as it was`, {
      at: [model, lid],
      found: is,
      wanted: was,
      hint: 'take the change back; to change the network, change the ONNX model and run q pegasus import again',
    })
  }
}

/** The file of coefficients beside a model file, where none is named: `N.data` of `N.json` and of `N.quantize.json`. */
export const dataBeside = (model: string): string => model.replace(/(?:\.quantize)?\.json$/, '.data')
