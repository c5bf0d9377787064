import { type AttrValue, isQError, QError, valueOf } from '@q/ir'
import * as ort from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { literalOf } from '../src/fold/literal.ts'
import { decodeOnnx, exportOnnx, importOnnx } from '../src/index.ts'
import { signatures } from '../src/signature/signatures.ts'
import { type AttributeCase, attributeCases } from './attribute-cases.ts'
import { onnxFile } from './onnx-file.ts'

const options = { logSeverityLevel: 4, graphOptimizationLevel: 'disabled' } as const

/** Attributes that no case can have: operators that are written alone, CastLike, which ONNX Runtime has without attributes, what Cast says of 8-bit floats, versions that ONNX Runtime has no kernels for, graphs, remarks for implementations. */
function isOutOfReach(name: string, { isOnnx, domain, since }: { isOnnx: boolean; domain: string; since: number }): boolean {
  const written = ['ConvInteger', 'QLinearConv', 'QuantizeLinear', 'DequantizeLinear', 'CastLike']
  return !isOnnx || domain !== '' || since > 21 || written.includes(name) || name === 'If'
}

const expected = [...signatures.values()]
  .filter((each) => !isOutOfReach(each.name, each))
  .flatMap(({ name, attrs }) =>
    [...attrs].flatMap(([attr, versions]) =>
      `${name}.${attr}` !== 'Cast.saturate' && versions.some(({ since, until }) => until >= 7 && since <= 21) ? [`${name}.${attr}`] : [],
    ),
  )

/** What ONNX Runtime makes of a file, or the refusal of an import. */
type Outcome = { readonly shape: readonly number[]; readonly elements: readonly number[] } | QError

async function run(file: Uint8Array, feeds: Readonly<Record<string, ort.Tensor>>): Promise<Outcome> {
  const session = await ort.InferenceSession.create(file, options)
  const result = (await session.run(feeds))[session.outputNames[0]!]!
  await session.release()
  return { shape: result.dims, elements: Array.from(result.data as Float32Array, Number) }
}

async function orRefusal(step: () => Promise<Outcome | undefined>): Promise<Outcome | undefined> {
  try {
    return await step()
  } catch (error) {
    if (isQError(error)) return error
    throw error
  }
}

/** The node with its operand `x` fed, or as a constant of the file. */
function fileOf(
  { op, x, operands = 'x', constants = {}, attrs = {}, opset = 17, results = 'y' }: AttributeCase,
  attr: string,
  value: AttrValue,
  isFed: boolean,
) {
  const own = operands.split(' ').includes('x')
  const inputs = isFed && own ? { x: x.shape ?? [x.data.length] } : { unused: [1] }
  const known = isFed || !own ? constants : { ...constants, x }
  return onnxFile({ inputs, constants: known, nodes: [[op, operands, results, { ...attrs, [attr]: value }]], outputs: 'y', opset })
}

function check(
  found: Outcome | undefined,
  wanted: Outcome | undefined,
  { op, attrs = {} }: AttributeCase,
  attr: string,
  value: AttrValue,
): void {
  if (found instanceof QError) {
    const names = found.code === 'ONNX_UNSUPPORTED_OP' ? [op] : [attr, ...Object.keys(attrs)]
    const text = `${found.message}, found ${found.found}, wanted ${found.wanted}`
    expect(names.some((name) => text.includes(name)) ? '' : text, `${op} is refused for ${attr} ${value}`).toBe('')
    return
  }
  if (found === undefined) return
  expect(wanted, `${op} ${attr} ${value} is read, though ONNX Runtime refuses it`).toBeDefined()
  const { elements } = wanted as Exclude<Outcome, QError>
  expect(found.elements.length, `${op} ${attr} ${value}`).toBe(elements.length)
  found.elements.forEach((each, i) => {
    expect(Math.abs(each - elements[i]!), `${op} ${attr} ${value}, ${i}: ${each}, wanted ${elements[i]}`).toBeLessThanOrEqual(
      2e-5 * Math.max(1, Math.abs(elements[i]!)),
    )
  })
}

describe('every attribute of an ONNX operator is honoured as ONNX Runtime does, or refused by name', () => {
  it('each attribute of the table has a case', () => {
    const covered = new Set(attributeCases.flatMap(({ op, values }) => Object.keys(values).map((attr) => `${op}.${attr}`)))
    expect(expected.filter((attr) => !covered.has(attr))).toEqual([])
  })

  it.each(attributeCases.map((each) => [`${each.op} ${Object.keys(each.values).join(', ')}`, each] as const))('%s', async (_, each) => {
    for (const [attr, values] of Object.entries(each.values)) {
      for (const value of values) {
        const fed = fileOf(each, attr, value, true)
        const known = fileOf(each, attr, value, false)
        const unused = { unused: new ort.Tensor('float32', [0], [1]) }
        const feeds = each.operands === '' ? unused : { x: tensorOf(each) }
        const wanted = await run(known, unused).catch(() => undefined)
        check(
          await orRefusal(async () => {
            const graph = await importOnnx(fed)
            return run(exportOnnx(graph), feeds)
          }),
          wanted,
          each,
          attr,
          value,
        )
        check(
          await orRefusal(async () => {
            const graph = await decodeOnnx(known)
            const { constant, type } = valueOf(graph, graph.outputs[0]!)
            return constant === undefined ? undefined : { shape: type.shape, elements: Array.from(literalOf(constant).data) }
          }),
          wanted,
          each,
          attr,
          value,
        )
      }
    }
  })
})

function tensorOf({ x }: AttributeCase): ort.Tensor {
  return new ort.Tensor('float32', Float32Array.from(x.data), [...(x.shape ?? [x.data.length])])
}
