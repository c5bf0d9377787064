import { type AcuityModel, digestOfFile, digestOfModel, type NetworkLayers, networkLayers, parseModel, readGraph } from '@q/backend-acuity'
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
  const file = await files.read(data)
  const graph = readGraph(file, data)
  const digest = digestOfFile(file)
  const parsed = parseModel(await files.readText(model), model)
  const layers = networkLayers(graph)
  const found = digestOfModel(parsed)
  const lacking = [...layers.layers.keys()].find((lid) => !parsed.layers.has(lid))
  const strange = [...parsed.layers].find(([lid, { op }]) => op !== 'dtype_converter' && !layers.layers.has(lid))
  if (found === digest && lacking === undefined && strange === undefined) return { model: parsed, layers, digest }
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

/** The file of coefficients beside a model file, where none is named: `N.data` of `N.json` and of `N.quantize.json`. */
export const dataBeside = (model: string): string => model.replace(/(?:\.quantize)?\.json$/, '.data')
