import type { Attrs, AttrValue, DType } from '@q/ir'
import type proto from 'onnx-proto'
import { tensorProto } from '../encode/tensor-proto.ts'
import { literal, tensorOf } from '../fold/literal.ts'
import type { FormView } from '../normalize/form.ts'
import { elementTypeNumber } from '../signature/element-types.ts'
import { signatures } from '../signature/signatures.ts'

type NodeProto = proto.onnx.INodeProto

/** Version of the operator set that the nodes of a {@link Body} are written in. */
export const bodyOpset = 23

/** Nodes of ONNX that compute what another node says, as ONNX itself defines functions; they are read like nodes of the file. */
export interface Body {
  /** Adds a node of these operands. @returns the name of its result */
  node(op: string, inputs: readonly (string | undefined)[], attrs?: Attrs): string
  /** Adds the node that makes a result of the composed one; the first, when `result` is left out. */
  result(op: string, inputs: readonly (string | undefined)[], attrs?: Attrs, result?: number): void
  /** Adds a constant: one number without axes, or a list. @returns its name */
  constant(dtype: DType, data: number | ArrayLike<number>, shape?: readonly number[]): string
  /** Adds a constant of 64-bit integers, as shapes and axes are. @returns its name */
  whole(...data: readonly number[]): string
  readonly nodes: readonly NodeProto[]
}

/** Writes the body of a node; says whether it did, else the node is read as it is. */
export type Compose = (view: FormView, body: Body) => boolean

/** A body under construction. Its tensors are named after the first result: `y_1`, `y_2`, … @param isTaken names that the file has */
export function bodyOf(view: FormView, isTaken: (name: string) => boolean): Body {
  const nodes: NodeProto[] = []
  let count = 0
  const freshName = (): string => {
    do count++
    while (isTaken(`${view.outputs[0]}_${count}`))
    return `${view.outputs[0]}_${count}`
  }
  const add = (op: string, inputs: readonly (string | undefined)[], output: string, attrs: Attrs): string => {
    const attribute = Object.entries(attrs).map(([name, value]) => attributeOf(op, name, value))
    nodes.push({ opType: op, input: inputs.map((name) => name ?? ''), output: [output], attribute })
    return output
  }
  return {
    nodes,
    node: (op, inputs, attrs = {}) => add(op, inputs, freshName(), attrs),
    result: (op, inputs, attrs = {}, result = 0) => void add(op, inputs, view.outputs[result]!, attrs),
    constant(dtype, data, shape) {
      const elements = typeof data === 'number' ? [data] : data
      const name = freshName()
      const t = tensorProto(name, tensorOf(literal(dtype, shape ?? (typeof data === 'number' ? [] : [elements.length]), elements)))
      nodes.push({ opType: 'Constant', output: [name], attribute: [{ name: 'value', type: 4, t }] })
      return name
    },
    whole(...data) {
      return this.constant('i64', data)
    },
  }
}

function attributeOf(op: string, name: string, value: AttrValue): proto.onnx.IAttributeProto {
  const type = signatures.get(op)?.attrs.get(name)?.at(-1)?.type
  switch (type) {
    case 'float':
      return { name, type: 1, f: value as number }
    case 'string':
      return { name, type: 3, s: new TextEncoder().encode(value as string) }
    case 'ints':
      return { name, type: 7, ints: [...(value as readonly number[])] }
    case 'type':
      return { name, type: 2, i: elementTypeNumber[value as DType] }
    case 'int':
      return { name, type: 2, i: Number(value) }
    default:
      throw new Error(`a body has no place for the attribute ${name} of ${op}`)
  }
}
