import type { Graph } from '@q/ir'
import { digestOfFile, writeGraph } from '../container/write-graph.ts'
import type { AcuityModel, ModelLayer } from '../files/model-json.ts'
import type { NetworkLayers } from './network-layers.ts'

/** Where a model file of this program says which network it is of. */
const digestKey = 'Q_Network'

/** What tells a network from every other, coefficients included. */
export const networkDigest = (graph: Graph): string => digestOfFile(writeGraph(graph))

/** The model file of a network: outputs, inputs, then from the last layer to the first. @param digest of `networkDigest` */
export function modelOfNetwork({ graph, layers }: NetworkLayers, digest: string): AcuityModel {
  const metaData = { Name: graph.name, AcuityVersion: '6', Platform: 'caffe', Org_Platform: 'onnx', [digestKey]: digest }
  const rank = (part: string): number => (part === 'output' ? 0 : part === 'input' ? 1 : 2)
  const ordered = [...layers.values()].sort((a, b) => rank(a.part) - rank(b.part))
  const named = new Map(ordered.map(({ lid, layer }): [string, ModelLayer] => [lid, layer]))
  return { metaData, layers: named, root: { MetaData: metaData, Layers: {}, quantize_info: {} } }
}

/** Which network a model file is of; nothing for one that another program wrote. */
export function digestOfModel({ metaData }: AcuityModel): string | undefined {
  const digest = metaData[digestKey]
  return typeof digest === 'string' ? digest : undefined
}
