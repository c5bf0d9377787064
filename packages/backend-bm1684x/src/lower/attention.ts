import { type LowerContext, type LoweredNode, layerOf, type Node, type OperandNeed, type Tensor, type TensorType, type Value } from '@q/ir'
import {
  biasCodes,
  computedOtherwise,
  factorFor,
  floatConstant,
  floatElements,
  floatResult,
  floatTypeOf,
  newConstant,
  onCodes,
} from '@q/ir/lowering'
import { codeParams, roundTo, saturate } from '@q/ir/number'
import { quantizeMatrix } from './mat-mul.ts'
import { softmaxTable } from './softmax.ts'
import { hasZeroPoints, zeroPointOffsets } from './zero-points.ts'

/** Columns `from` to `to` of a matrix. */
function columnsOf({ data, shape }: Tensor, from: number, to: number): Float32Array {
  const width = shape.at(-1)!
  const rows = data.length / width
  const part = new Float32Array(rows * (to - from))
  for (let row = 0; row < rows; row++) {
    for (let column = from; column < to; column++) part[row * (to - from) + column - from] = Number(data[row * width + column])
  }
  return part
}

/** Rows `from` to `to` of a matrix. */
function rowsOf({ data, shape }: Tensor, from: number, to: number): Float32Array {
  const width = shape.at(-1)!
  return Float32Array.from((data as Float32Array).subarray(from * width, to * width))
}

interface Head {
  readonly name: string
  readonly index: number
  readonly from: number
  readonly to: number
}

function headsOf(node: Node, context: LowerContext): readonly Head[] {
  const { heads, headSize } = context.attrs(node) as { heads: number; headSize: number }
  return Array.from({ length: heads }, (_, index) => ({
    name: `${layerOf(node)}_head_${index}`,
    index,
    from: index * headSize,
    to: (index + 1) * headSize,
  }))
}

/** Adds the results of the heads pairwise; `last` names the last sum, else it is one of the `_attention_out_fuse_` sums. */
function sumHeads(node: Node, heads: readonly Head[], add: (a: string, b: string, result: string) => Node, last?: string): readonly Node[] {
  const sums: Node[] = []
  let sum = heads[0]!.name
  for (const { name, index } of heads.slice(1)) {
    const result = last !== undefined && index === heads.length - 1 ? last : `${layerOf(node)}_attention_out_fuse_${index}`
    sums.push(add(sum, name, result))
    sum = result
  }
  return sums
}

/** Heads and sums alternate: a sum stands behind the head it adds. */
function interleave(heads: readonly Node[], sums: readonly Node[]): readonly Node[] {
  return heads.flatMap((head, i) => (i === 0 ? [head] : [head, ...sums.slice(i - 1, i)]))
}

/** Codes without a zero point, whatever others have: attention has none inside, and none behind it. */
function plainType(name: string, context: LowerContext): TensorType {
  const type = context.quantizedType(name)
  if (!hasZeroPoints(context)) return type
  const { scale } = codeParams(context.typeOf(name).range!, { ...context.integers.activations, zeroPoint: 'none' })
  return { ...type, quant: { ...type.quant!, scale, zeroPoint: 0 } }
}

function int8(node: Node, context: LowerContext): LoweredNode {
  const name = layerOf(node)
  const [x, k, v, wq, bq, wk, bk, wv, bv, wo, bo, mask] = node.inputs as (string | undefined)[]
  const { headSize, inner } = context.attrs(node)
  const innerScales = (inner as readonly string[]).map((layer) => plainType(layer, context).quant!.scale)
  const [sq, sk, sv, sqk, sScaled, spv] = innerScales as [number, number, number, number, number, number]
  const sp = 1 / 255
  const result = plainType(name, context)
  const sums32 = { dtype: 'i32', shape: result.shape } as const
  const values: Value[] = []
  const heads = headsOf(node, context)
  const outWeights = context.constantOf(wo)!
  const out = quantizeMatrix(outWeights.data as Float32Array)
  // TPU-MLIR 1.30.2 divides these in float32, by a scale that is in double behind them: what is nearly a half is one.
  const scale = Math.fround(out.scale)
  const outCodes = Int8Array.from(outWeights.data as Float32Array, (each) =>
    saturate(roundTo(Math.fround(each / scale), 'half-away-from-zero'), 'i8'),
  )
  const outBias = context.constantOf(bo)
  const put = (value: Value): string => {
    values.push(value)
    return value.name
  }
  const outHeads = heads.map(({ index, from, to }) => {
    const width = outWeights.shape.at(-1)!
    return put(newConstant(`${wo}_weight_head_${index}_int8`, 'i8', [1, to - from, width], outCodes.slice(from * width, to * width)))
  })
  const outBiasName =
    outBias === undefined
      ? undefined
      : put(
          newConstant(
            `${bo}_int32`,
            'i32',
            [...result.shape.slice(0, -1).map(() => 1), outBias.data.length],
            biasCodes(outBias.data as Float32Array, spv * out.scale, { beyond: 'least' }),
          ),
        )

  const nodes = heads.map((head) => {
    const factor = (f: number): readonly number[] => {
      const { multiplier, shift } = factorFor('sum', f, context)
      return [multiplier, shift, 0]
    }
    const project = (letter: string, weight: string, bias: string | undefined, source: string, scale: number) => {
      const matrix = context.constantOf(weight)!
      const slice = quantizeMatrix(columnsOf(matrix, head.from, head.to))
      const inputScale = context.quantizedType(source).quant!.scale
      const names = [
        put(newConstant(`${head.name}_weight_${letter}_int8`, 'i8', [matrix.shape[0]!, head.to - head.from], slice.codes)),
      ] as (string | undefined)[]
      const addend = context.constantOf(bias)
      const size = head.to - head.from
      const offsets = zeroPointOffsets(source, slice.codes, { channels: size, axis: 'innermost' }, context)
      const addends = addend === undefined ? new Float32Array(size) : columnsOf(addend, head.from, head.to)
      const codes = biasCodes(addends, slice.scale * inputScale, { offsets, added: 'before', beyond: 'least' })
      const isBiased = addend !== undefined || offsets !== undefined
      names.push(isBiased ? put(newConstant(`${head.name}_weight_${letter}_int32`, 'i32', [1, 1, size], codes)) : undefined)
      return { names, parameters: factor((inputScale * slice.scale) / scale) }
    }
    const q = project('q', wq!, bq, x!, sq)
    const keys = project('k', wk!, bk, k ?? x!, sk)
    const contents = project('v', wv!, bv, v ?? k ?? x!, sv)
    const table = put(softmaxTable(`${head.name}_table`, Math.fround(sScaled)))
    return {
      op: 'QAttention',
      inputs: [
        x,
        k,
        v,
        ...q.names,
        ...keys.names,
        ...contents.names,
        outHeads[head.index],
        head.index === 0 ? outBiasName : undefined,
        mask,
        table,
      ],
      outputs: [head.name],
      attrs: {
        parameters: [
          ...q.parameters,
          ...keys.parameters,
          ...contents.parameters,
          ...factor((sq * sk) / sqk),
          ...factor((sp * sv) / spv),
          0,
        ],
        scale: sp,
        heads: 1,
        headSize: headSize!,
      },
    } satisfies Node
  })
  const sums = sumHeads(node, heads, (a, b, made) => ({ op: 'QAdd', inputs: [a, b], outputs: [made], attrs: {} }))
  for (const each of [...nodes, ...sums]) values.push({ name: each.outputs[0]!, type: sums32 })
  const { multiplier, shift } = factorFor('sum', (spv * out.scale) / result.quant!.scale, context)
  const final: Node = {
    op: 'Requantize',
    inputs: [sums.at(-1)?.outputs[0] ?? heads[0]!.name],
    outputs: [name],
    attrs: { multipliers: [multiplier], shifts: [shift], rounding: 'half-away-from-zero' },
  }
  const needs = new Map<string, OperandNeed>([...nodes, ...sums].map((each) => [each.outputs[0]!, 'any']))
  for (const each of [x, k, v]) if (each !== undefined) needs.set(each, 'codes')
  if (mask !== undefined) needs.set(mask, 'i32')
  return {
    nodes: [...interleave(nodes, sums), final],
    values: [...values, { name, type: result }],
    operands: needs,
    ...(mask === undefined ? {} : { diagnostics: [computedOtherwise(node, 'what the mask hides has the least code, whatever is added')] }),
  }
}

function float(node: Node, context: LowerContext): LoweredNode {
  const name = layerOf(node)
  const [x, k, v, wq, bq, wk, bk, wv, bv, wo, bo, mask] = node.inputs as (string | undefined)[]
  const { headSize, scale } = context.attrs(node)
  const type = floatTypeOf(context)
  const result = floatResult(name, context)
  const values: Value[] = []
  const put = (made: string, shape: readonly number[], data: Float32Array): string => {
    values.push(newConstant(`${made}_${type}`, type, shape, floatElements(data, type)))
    return `${made}_${type}`
  }
  const heads = headsOf(node, context)
  const nodes = heads.map((head): Node => {
    const size = head.to - head.from
    const project = (weight: string, bias: string | undefined): readonly (string | undefined)[] => {
      const matrix = context.constantOf(weight)!
      const addend = context.constantOf(bias)
      return [
        put(`${weight}_weight_head_${head.index}`, [matrix.shape[0]!, size], columnsOf(matrix, head.from, head.to)),
        addend === undefined ? undefined : put(`${bias}_bias_head_${head.index}`, [1, 1, size], columnsOf(addend, head.from, head.to)),
      ]
    }
    const projections = [...project(wq!, bq), ...project(wk!, bk), ...project(wv!, bv)]
    const outWeights = context.constantOf(wo)!
    const out = put(`${wo}_weight_head_${head.index}`, [1, size, outWeights.shape.at(-1)!], rowsOf(outWeights, head.from, head.to))
    let outBias: string | undefined
    if (bo !== undefined && head.index === 0) {
      const constant = floatConstant(bo, type, head.name, context)
      outBias = constant.name.startsWith(head.name) ? constant.name : `${head.name}${constant.name}`
      values.push({ ...constant, name: outBias })
    }
    return {
      op: 'Attention',
      inputs: [x, k, v, ...projections, out, ...(mask !== undefined ? [outBias, mask] : outBias === undefined ? [] : [outBias])],
      outputs: [head.name],
      attrs: { heads: 1, headSize: headSize!, scale: scale! },
    }
  })
  const sums = sumHeads(node, heads, (a, b, made) => ({ op: 'Add', inputs: [a, b], outputs: [made], attrs: {} }), name)
  for (const each of [...nodes, ...sums]) values.push({ name: each.outputs[0]!, type: result })
  const needs = [x, k, v, mask].flatMap((each) => (each === undefined ? [] : [[each, type] as const]))
  return {
    nodes: interleave(nodes, sums),
    values,
    operands: new Map(needs),
    ...(heads.length === 1 ? { renamed: new Map([[name, heads[0]!.name]]) } : {}),
  }
}

/** Attention: one node for each head, their results added; in INT8 the sum is requantized. */
export const lowerAttention = onCodes(int8, float)
