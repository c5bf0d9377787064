import { type AttrValue, isQError, QError, valueOf } from '@q/ir'
import proto from 'onnx-proto'
import * as ort from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { literalOf } from '../src/fold/literal.ts'
import { decodeOnnx, exportOnnx, importOnnx } from '../src/index.ts'
import type { Signature } from '../src/signature/signature.ts'
import { signatures } from '../src/signature/signatures.ts'
import { type AttributeCase, attributeCases } from './attribute-cases.ts'
import { onnxFile } from './onnx-file.ts'

const options = { logSeverityLevel: 4, graphOptimizationLevel: 'disabled' } as const

/** The newest version of the operator set that ONNX Runtime has all kernels of. */
const newest = 24

/** Operators that no case can have: those of codes, which are tried below, and If, whose attributes are graphs. */
function isOutOfReach({ name, isOnnx, domain, since }: Signature): boolean {
  const written = ['ConvInteger', 'QLinearConv']
  return !isOnnx || domain !== '' || since > newest || written.includes(name) || name === 'If'
}

/** What is said of 8-bit floats, which are refused. */
const ofNarrowFloats = /^Cast(Like)?\.(saturate|round_mode)$/

const expected = [...signatures.values()]
  .filter((each) => !isOutOfReach(each))
  .flatMap(({ name, attrs }) =>
    [...attrs].flatMap(([attr, versions]) =>
      versions.some(({ since, until }) => until >= 7 && since <= newest) ? [`${name}.${attr}`] : [],
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
    const names = found.code !== 'ONNX_UNSUPPORTED' ? [op] : [attr, ...Object.keys(attrs)]
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
    expect(expected.filter((attr) => !covered.has(attr) && !ofNarrowFloats.test(attr))).toEqual([])
  })

  it('an attribute that the operator does not have is refused by name, of known operands too, and the one that is near is told', async () => {
    for (const each of attributeCases) {
      const [attr, [value]] = Object.entries(each.values)[0] as [string, readonly AttrValue[]]
      for (const isFed of [true, false]) {
        const refusal = await orRefusal(
          async () => void (await decodeOnnx(fileOf({ ...each, attrs: { ...each.attrs, [`${attr}z`]: 1 } }, attr, value!, isFed))),
        )
        expect(refusal, `${each.op} ${attr}z`).toMatchObject({
          code: 'ONNX_UNSUPPORTED',
          hint: expect.stringContaining(`did you mean ${attr}`),
        })
        expect((refusal as QError).message).toContain(`${each.op} has no attribute ${attr}z`)
      }
    }
  })

  it('an attribute of another version of the operator set is refused, and the versions that have it are told', async () => {
    const file = (opset: number) => onnxFile({ inputs: { x: [2] }, nodes: [['Clip', 'x', 'y', { max: 0.5 }]], outputs: 'y', opset })
    await expect(decodeOnnx(file(10))).resolves.toBeDefined()
    await expect(decodeOnnx(file(11))).rejects.toMatchObject({ code: 'ONNX_UNSUPPORTED', found: 'max, which it has until version 10' })
  })

  it('an attribute that holds something else than ONNX says is refused by name', async () => {
    const file = proto.onnx.ModelProto.decode(onnxFile({ inputs: { x: [2] }, nodes: [['Softmax', 'x', 'y', { axis: 0 }]], outputs: 'y' }))
    file.graph!.node![0]!.attribute = [{ name: 'axis', type: 7, ints: [0] }]
    await expect(decodeOnnx(proto.onnx.ModelProto.encode(file).finish())).rejects.toMatchObject({
      code: 'ONNX_UNSUPPORTED',
      found: 'whole numbers',
      wanted: 'a whole number',
      message: expect.stringContaining('the attribute axis of Softmax'),
    })
  })

  it('both graphs of an If are honoured where its condition is known, and it is refused by name elsewhere', async () => {
    const branch = (op: string) => ({ name: op, node: [{ opType: op, input: ['x'], output: [op] }], output: [{ name: op }] })
    const fileWith = (condition: string, isTaken: boolean) => {
      const { ModelProto } = proto.onnx
      const constants = { c: { data: [Number(isTaken)], dtype: 'bool', shape: [] } } as const
      const model = ModelProto.decode(
        onnxFile({
          inputs: { x: [1] },
          constants,
          nodes: [
            ['Cast', 'x', 'k', { to: 9 }],
            ['If', condition, 'y'],
          ],
          outputs: 'y',
        }),
      )
      model.graph!.node![1]!.attribute = [
        { name: 'then_branch', type: 5, g: branch('Exp') },
        { name: 'else_branch', type: 5, g: branch('Abs') },
      ]
      return ModelProto.encode(model).finish()
    }
    expect((await decodeOnnx(fileWith('c', true))).nodes.map(({ op }) => op)).toEqual(['Exp'])
    expect((await decodeOnnx(fileWith('c', false))).nodes.map(({ op }) => op)).toEqual(['Abs'])
    await expect(decodeOnnx(fileWith('k', true))).rejects.toMatchObject({
      code: 'ONNX_NOT_CONSTANT',
      found: 'If x1 (y), whose operand cond is computed while the network runs',
    })
  })

  it('a computation on constants of another domain is refused, not taken for the operator of that name', async () => {
    const model = proto.onnx.ModelProto.decode(
      onnxFile({
        constants: { a: { data: [1, 2] } },
        inputs: { x: [2] },
        nodes: [
          ['Abs', 'a', 'b'],
          ['Add', 'x b', 'y'],
        ],
        outputs: 'y',
      }),
    )
    model.graph!.node![0]!.domain = 'acme'
    await expect(decodeOnnx(proto.onnx.ModelProto.encode(model).finish())).rejects.toMatchObject({
      code: 'ONNX_UNSUPPORTED_OP',
      found: expect.stringContaining('acme.Abs'),
    })
  })

  it.each(attributeCases.map((each) => [`${each.op} ${Object.keys(each.values).join(', ')}`, each] as const))('%s', async (_, each) => {
    for (const [attr, values] of Object.entries(each.values)) {
      for (const value of values) {
        const fed = fileOf(each, attr, value, true)
        const known = fileOf(each, attr, value, false)
        const unused = { unused: new ort.Tensor('float32', [0], [1]) }
        const feeds = (each.operands ?? 'x').split(' ').includes('x') ? { x: tensorOf(each) } : unused
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
