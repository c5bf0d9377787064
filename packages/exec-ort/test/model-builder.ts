import type { Attrs, Graph, Node, Tensor, Value } from '@q/ir'
import { storageArray } from '@q/ir'
import type { ModelBuilder } from '../src/onnx-translator.ts'

/** Notes down what is built, without knowing any operator. */
export function modelBuilder(): ModelBuilder {
  const values = new Map<string, Value>()
  const nodes: Node[] = []
  const inputs: { readonly name: string }[] = []
  const made = (value: Omit<Value, 'name'>): string => {
    const name = `v${values.size}`
    values.set(name, { name, ...value })
    return name
  }
  const constant = (tensor: Tensor) => made({ type: { dtype: tensor.dtype, shape: tensor.shape }, isConstant: true, constant: tensor })
  const builder: ModelBuilder = {
    input(type) {
      const name = made({ type })
      inputs.push({ name })
      return name
    },
    constant,
    numbers(dtype, values, shape) {
      const list = typeof values === 'number' ? [values] : values
      const data = new storageArray[dtype](list.length)
      list.forEach((each, i) => {
        data[i] = (data instanceof BigInt64Array || data instanceof BigUint64Array ? BigInt(each) : each) as never
      })
      return constant({ dtype, shape: shape ?? (typeof values === 'number' ? [] : [list.length]), data })
    },
    node(op, operands, type, attrs: Attrs = {}) {
      const name = made({ type })
      nodes.push({ op, inputs: operands, outputs: [name], attrs })
      return name
    },
    cast: (x, to) => builder.node('Cast', [x], { dtype: to, shape: builder.typeOf(x).shape }),
    typeOf: (name) => values.get(name)!.type,
    build: (name, outputs): Graph => ({ name, inputs, outputs, nodes, values, ops: new Map(), properties: {} }),
  }
  return builder
}
