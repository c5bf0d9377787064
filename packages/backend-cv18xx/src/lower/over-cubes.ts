import { type Attrs, type LowerOp, layerOf, type Node, type Value } from '@q/ir'

/**
 * A lowering of a pool, of which the chips have none over three axes: it becomes one over rows and columns and one over depths, `<layer>_reshape`, `_0`, `_trans1`, `_1`, `_2`,
 * and a reshape to its result. How many elements an average is made of is a product of an area and a depth, so an average of averages is that of all.
 */
export const overCubes =
  (lower: LowerOp): LowerOp =>
  (node, context) => {
    const made = lower(node, context)
    const [pool, ...behind] = made.nodes as [Node, ...Node[]]
    const { kernel_shape, strides, pads, keepdims: _, ...attrs } = pool.attrs
    const [kernel, stride, pad] = [kernel_shape, strides, pads] as [readonly number[], readonly number[], readonly number[]]
    if (kernel.length !== 3) return made
    const [images = 1, channels = 1, depth = 1, height = 1, width = 1] = context.typeOf(node.inputs[0]!).shape
    const [result] = pool.outputs as [string]
    const { range: _range, ...type } = made.values.find((value) => value.name === result)!.type
    const [depths, rows, columns] = [depth, height, width].map(
      (size, axis) => Math.floor((size + pad[axis]! + pad[axis + 3]! - kernel[axis]!) / stride[axis]!) + 1,
    ) as [number, number, number]
    const nodes: Node[] = []
    const values: Value[] = []
    let [from] = pool.inputs as [string]
    const put = (suffix: string, op: string, ownAttrs: Attrs, spatial: readonly number[]): void => {
      const to = `${layerOf(node)}_${suffix}`
      values.push({ name: to, type: { ...type, shape: [images * channels, ...spatial] } })
      nodes.push({ op, inputs: [from], outputs: [to], attrs: ownAttrs })
      from = to
    }
    put('reshape', 'Reshape', { shape: [images * channels, depth, height, width] }, [depth, height, width])
    const plane = { kernel_shape: kernel.slice(1), strides: stride.slice(1), pads: [1, 2, 4, 5].map((i) => pad[i]!) }
    put('0', pool.op, { ...attrs, ...plane }, [depth, rows, columns])
    put('trans1', 'Transpose', { perm: [0, 2, 3, 1] }, [rows, columns, depth])
    const line = { kernel_shape: [1, kernel[0]!], strides: [1, stride[0]!], pads: [0, pad[0]!, 0, pad[3]!] }
    put('1', pool.op, { ...attrs, ...line }, [rows, columns, depths])
    put('2', 'Transpose', { perm: [0, 3, 1, 2] }, [depths, rows, columns])
    const last = { op: 'Reshape', inputs: [from], outputs: [result], attrs: { shape: type.shape } }
    return { ...made, nodes: [...nodes, last, ...behind], values: [...made.values, ...values] }
  }
