import proto from 'onnx-proto'
import { describe, expect, it } from 'vitest'
import { importOnnx } from '../src/index.ts'
import { number } from './canonical-case.ts'
import { onnxFile, type SmallConstant, type SmallNode, whole } from './onnx-file.ts'

describe('masks', () => {
  const softmax: SmallNode = ['Softmax', 'm', 'y', { axis: -1 }]
  const numbersOf = async (
    nodes: readonly SmallNode[],
    constants: Readonly<Record<string, SmallConstant>>,
  ): Promise<readonly (readonly number[])[]> => {
    const graph = await importOnnx(onnxFile({ inputs: { x: [1, 2] }, constants, nodes, outputs: 'y' }))
    return [...graph.values.values()].flatMap(({ constant }) => (constant === undefined ? [] : [Array.from(constant.data, Number)]))
  }
  const big = number(-3.4e38)

  it('a factor that half floats do not hold is 1e4 with its sign where it makes a mask of whole numbers', async () => {
    const truth: SmallNode = ['Floor', 'x', 's']
    expect(await numbersOf([truth, ['Mul', 's big', 'm'], softmax], { big })).toEqual([[-1e4]])
    expect(await numbersOf([truth, ['Mul', 's big', 'k'], ['Add', 'x k', 'm'], softmax], { big })).toEqual([[-1e4]])
  })

  it('and stays elsewhere: where parts of a whole count, or something else reads the product', async () => {
    const kept = [[Math.fround(-3.4e38)]]
    expect(await numbersOf([['Sin', 'x', 's'], ['Mul', 's big', 'm'], softmax], { big })).toEqual(kept)
    expect(
      await numbersOf(
        [
          ['Floor', 'x', 's'],
          ['Mul', 's big', 'm'],
          ['Abs', 'm', 'y'],
        ],
        { big },
      ),
    ).toEqual(kept)
    expect(
      await numbersOf(
        [
          ['Floor', 'x', 's'],
          ['Mul', 's big', 'y'],
        ],
        { big },
      ),
    ).toEqual(kept)
  })

  it('the lowest numbers of a Where that is a term before a Softmax are -1e4: another mask on top of them would be infinite', async () => {
    const hide: SmallNode = ['Where', 't x n', 'w']
    const add: SmallNode = ['Add', 'w k', 'm']
    const numbers = async (lowest: number, nodes: readonly SmallNode[]): Promise<boolean> => {
      const k: SmallConstant = { shape: [1, 2], data: [0, -3.4e38] }
      const t: SmallConstant = { shape: [1, 2], data: [1, 0], dtype: 'bool' }
      const constants = { n: number(lowest), k, t }
      return (await numbersOf(nodes, constants)).flat().includes(-1e4)
    }
    expect(await numbers(-3.4e38, [hide, add, softmax])).toBe(true)
    expect(await numbers(-1e31, [hide, add, softmax])).toBe(true)
    expect(await numbers(-2e30, [hide, add, softmax])).toBe(false)
    expect(await numbers(-3.4e38, [['Where', 't x n', 'm'], softmax])).toBe(false)
    expect(await numbers(-3.4e38, [hide, ['Sub', 'w k', 'm'], softmax])).toBe(false)
    expect(await numbers(-3.4e38, [hide, add, ['Softmax', 'm', 's', { axis: -1 }], ['Abs', 'm', 'z'], ['Add', 's z', 'y']])).toBe(false)
  })

  it.each([
    ['a division by 0', ['Div', 'x k', 'y'], 0, Infinity],
    ['a division by less than 1e-10', ['Div', 'x k', 'y'], 2 ** -40, 2 ** 40],
  ] as const)('%s is no mask', async (_, node, divisor, factor) => {
    expect(await numbersOf([node], { k: number(divisor) })).toEqual([[factor]])
  })

  it('minus infinite terms and choices are -1e4 where a Softmax alone reads them', async () => {
    const terms = { k: { shape: [1, 2], data: [0, -Infinity] } }
    expect(await numbersOf([['Add', 'x k', 'm'], softmax], terms)).toEqual([[0, -1e4]])
    expect(await numbersOf([['Add', 'x k', 'y']], terms)).toEqual([[0, -Infinity]])
    const choice: SmallNode[] = [
      ['Greater', 'x z', 'c'],
      ['Where', 'c x k', 'm'],
    ]
    const constants = { k: number(-Infinity), z: number(0) }
    expect(await numbersOf([...choice, softmax], constants)).toContainEqual([-1e4])
    expect(await numbersOf([...choice, ['Abs', 'm', 'y']], constants)).toContainEqual([-Infinity])
  })
})

describe('integer inputs', () => {
  const layers = async (nodes: readonly SmallNode[], outputs: string): Promise<string> => {
    const model = proto.onnx.ModelProto.decode(onnxFile({ inputs: { m: [2, 3] }, constants: { ax: whole(1) }, nodes, outputs }))
    model.graph!.input![0]!.type!.tensorType!.elemType = 7
    const graph = await importOnnx(proto.onnx.ModelProto.encode(model).finish())
    return graph.nodes.map(({ op, inputs, outputs: [name] }) => `${name} = ${op}(${inputs[0]})`).join('; ')
  }
  const cast = (from: string, to: string): SmallNode => ['Cast', from, to, { to: 1 }]

  it('are cast to floats by nothing, as often as it is said', async () => {
    expect(await layers([cast('m', 'f'), ['Sin', 'f', 'a'], cast('m', 'g'), ['Cos', 'g', 'b']], 'a b')).toBe(
      'a_Sin = Sin(m); b_Cos = Cos(m)',
    )
  })

  it('but by a layer where that is an output, or behind another', async () => {
    expect(await layers([cast('m', 'f')], 'f')).toBe('f_Cast = Cast(m)')
    expect(await layers([['Unsqueeze', 'm ax', 'u'], cast('u', 'f'), ['Sin', 'f', 'a']], 'a')).toBe(
      'u_Unsqueeze = Unsqueeze(m); f_Cast = Cast(u_Unsqueeze); a_Sin = Sin(f_Cast)',
    )
  })
})
