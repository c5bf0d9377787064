import type { Graph } from '@q/ir'

/** The first constant that holds a NaN or an infinity, among the operands of the node that makes a value. */
export function unsoundConstant({ nodes, values }: Graph, name: string | undefined): string | undefined {
  const maker = nodes.find(({ outputs }) => name !== undefined && outputs.includes(name))
  return maker?.inputs.find((input) => {
    const data = input === undefined ? undefined : values.get(input)?.constant?.data
    return (data instanceof Float32Array || data instanceof Float64Array) && data.some((each) => !Number.isFinite(each))
  })
}
