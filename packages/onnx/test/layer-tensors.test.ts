import { valueOf } from '@q/ir'
import * as ort from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { exportOnnx, importOnnx, onnxLayerTensors, withOnnxOutputs } from '../src/index.ts'
import { index, numbers, onnxFile, type SmallConstant, type SmallNode, whole } from './onnx-file.ts'

const options = { logSeverityLevel: 4, intraOpNumThreads: 1 } as const
const x = new ort.Tensor(
  'float32',
  Float32Array.from(numbers([4, 6]).data, (each) => each * 40),
  [4, 6],
)

async function run(file: Uint8Array): Promise<ort.InferenceSession.OnnxValueMapType> {
  return (await ort.InferenceSession.create(file, options)).run({ x })
}

const asWhole: SmallNode = ['Cast', 'x', 'i', { to: 7 }]
const asNumber: SmallNode = ['Cast', 'q', 'y', { to: 1 }]
const squared: SmallNode = ['Mul', 'q q', 'y']
/** `q` of `i`, the whole numbers of `x`. */
const integers = (title: string, node: SmallNode, layer: string, constants: Readonly<Record<string, SmallConstant>> = {}) =>
  ({ title, nodes: [asWhole, node, squared], constants, layer }) as const

describe('a layer stands for a tensor of the file only where it computes it', () => {
  it.each([
    integers('a quotient by a number', ['Div', 'i k', 'q'], 'q_Div_floor', { k: index(-3) }),
    integers('quotients by numbers', ['Div', 'i k', 'q'], 'q_Div_floor', { k: whole(3, -41, 7, 5, 1, 2) }),
    {
      title: 'computed quotients',
      nodes: [asWhole, ['Abs', 'i', 'a'], ['Add', 'a k', 'b'], ['Div', 'i b', 'q'], squared],
      constants: { k: index(2) },
      layer: 'q_Div_floor',
    },
    integers('a mean', ['ReduceMean', 'i', 'q', { axes: [1] }], 'q_ReduceMean_floor'),
    integers('a length', ['ReduceL2', 'i', 'q', { axes: [1] }], 'q_ReduceL2_floor'),
    integers('a remainder', ['Mod', 'i k', 'q'], 'q_Mod_Mul', { k: index(3) }),
    {
      title: 'one of two truth values',
      nodes: [['Greater', 'x k', 'a'], ['Less', 'x m', 'b'], ['Or', 'a b', 'q'], asNumber, ['Sin', 'y', 'z']],
      constants: { k: { data: [10] }, m: { data: [-10] } },
      layer: 'q_Or_compare',
    },
    {
      title: 'a quotient of floats, which is one layer, beside a tensor of its name',
      nodes: [
        ['Mul', 'x x', 'q_Div'],
        ['Div', 'x k', 'q'],
        ['Add', 'q q_Div', 'y'],
      ],
      constants: { k: { data: [3] } },
      layer: 'q_Div',
    },
  ] as const)('$title', async ({ nodes, constants, layer }) => {
    const last = nodes.at(-1)![2]
    const file = onnxFile({ inputs: { x: [4, 6] }, nodes, constants, outputs: last })
    const graph = await importOnnx(file)
    const tensors = [...onnxLayerTensors(file, 'model', graph)].filter(([name]) => graph.values.has(name) && name !== graph.outputs[0])
    expect(tensors.map(([name]) => name)).toContain(layer)
    const wanted = await run(
      withOnnxOutputs(
        file,
        tensors.map(([, [tensor]]) => tensor!),
      ),
    )
    const found = await run(exportOnnx({ ...graph, outputs: tensors.map(([name]) => name) }))
    for (const [name, [tensor]] of tensors) {
      expect(valueOf(graph, name).constant).toBeUndefined()
      expect(Array.from(found[name]!.data as Float32Array, Number), name).toEqual(
        Array.from(wanted[tensor!]!.data as Float32Array, (each) => expect.closeTo(Number(each), 4)),
      )
    }
  })
})
