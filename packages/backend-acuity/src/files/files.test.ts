import { describe, expect, it } from 'vitest'
import { parseEntropy, printEntropy } from './entropy.ts'
import { parseInputMeta, printInputMeta } from './input-meta.ts'
import { numberOf, parseModel, printModel } from './model-json.ts'
import { pythonNumber } from './python-number.ts'
import { parseTensorText, printTensorText, readTensorFileName, tensorFileName } from './tensor-text.ts'

describe('numbers as Python writes them', () => {
  it.each([
    [6, '6.0'],
    [-0, '-0.0'],
    [0.00775122549, '0.00775122549'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
    [1.5e-7, '1.5e-07'],
    [123456789012345680, '1.2345678901234568e+17'],
    [1e15, '1000000000000000.0'],
    [1e16, '1e+16'],
    [Infinity, '.inf'],
  ])('%d', (x, text) => expect(pythonNumber(x)).toBe(text))
  it('with a point for YAML 1.1', () => expect(pythonNumber(1e-5, { dotted: true })).toBe('1.0e-05'))
})

describe('an entropy file', () => {
  const text = '@a/b_1:out0, 0.25411552342261406\n@a/b_1:weight, 0.5\n'
  it('is written as it was read', () => {
    expect(parseEntropy(text, 'entropy.txt')).toEqual([
      { key: '@a/b_1:out0', entropy: 0.25411552342261406 },
      { key: '@a/b_1:weight', entropy: 0.5 },
    ])
    expect(printEntropy(parseEntropy(text, 'entropy.txt'))).toBe(text)
  })
  it('names the line that is none', () =>
    expect(() => parseEntropy(`${text}a, b\n`, 'entropy.txt')).toThrow(
      expect.objectContaining({ code: 'ENTROPY_FILE', at: ['entropy.txt', 'line 3'], found: 'a, b' }),
    ))
})

describe('a tensor file', () => {
  it('holds numbers with 16 digits behind the point, or codes', () => {
    expect(printTensorText([0.1, -2, Infinity, NaN])).toBe('0.1000000000000000\n-2.0000000000000000\ninf\nnan\n')
    expect(printTensorText([-3, 127], { codes: true })).toBe('-3\n127\n')
    expect([...parseTensorText(' 1.5 -2e-3\n\nnan inf\t-inf', 'a.tensor')]).toEqual([1.5, -0.002, NaN, Infinity, -Infinity])
  })
  it('names what is no number', () =>
    expect(() => parseTensorText('1 0x2', 'a.tensor')).toThrow(
      expect.objectContaining({ code: 'TENSOR_FILE', at: ['a.tensor', 'number 2'], found: '0x2' }),
    ))

  const layers = ['attach_Concat_Concat_303/out0_0', 'Concat_Concat_303', 'conv_1', 'conv_1_out0_2']
  it.each([
    [
      'iter_0_attach_Concat_Concat_303_out0_0_out0_1_25200_85.tensor',
      { layer: layers[0], port: 'out0', shape: [1, 25200, 85], iteration: 0, codes: false, nchw: false },
    ],
    ['conv_1_out0_nchw_1_8_2_2.qnt.tensor', { layer: 'conv_1', port: 'out0', shape: [1, 8, 2, 2], codes: true, nchw: true }],
    ['conv_1_out0_2_out0_3.tensor', { layer: 'conv_1_out0_2', port: 'out0', shape: [3], codes: false, nchw: false }],
  ])('%s', (name, said) => {
    expect(readTensorFileName(name, layers)).toEqual(said)
    expect(tensorFileName(readTensorFileName(name, layers)!)).toBe(name)
  })
  it('of no layer has no name', () => expect(readTensorFileName('other_out0_3.tensor', layers)).toBeUndefined())
})

describe('a model file', () => {
  const text = `{
    "MetaData": {
        "Name": "net"
    },
    "Layers": {
        "relu_0": {
            "name": "relu\\u00fc",
            "op": "relu",
            "parameters": {
                "beta": 1.0,
                "sizes": [
                    2
                ],
                "none": {}
            },
            "inputs": [],
            "outputs": [
                "out0"
            ]
        }
    },
    "quantize_info": {}
}`
  it('is written as it was read, with the digits of its numbers', () => {
    const model = parseModel(text, 'net.json')
    expect(model.layers.get('relu_0')).toMatchObject({ name: 'reluü', op: 'relu', outputs: ['out0'] })
    expect(numberOf(model.layers.get('relu_0')!.parameters!['beta'])).toBe(1)
    expect(printModel(model)).toBe(text)
  })
  it.each([
    ['no JSON', text.slice(0, 40), ['net.json']],
    ['a list', '[]', ['net.json']],
    ['no layers', text.replace('Layers', 'Layer'), ['net.json', 'Layers']],
    ['a layer without an operator', text.replace('"op"', '"oq"'), ['net.json', 'relu_0', 'op']],
    ['inputs that are no texts', text.replace('"inputs": []', '"inputs": [1]'), ['net.json', 'relu_0', 'inputs']],
    ['a name that JavaScript keeps for itself', text.replace('relu_0', '__proto__'), ['net.json']],
  ])('%s is refused with its place', (_, broken, at) => {
    expect(() => parseModel(broken, 'net.json')).toThrow(
      expect.objectContaining({ code: 'ACUITY_MODEL', at, found: expect.any(String), wanted: expect.any(String) }),
    )
  })
})

describe('an input meta file', () => {
  const text = `%YAML 1.2
---
# "category" allowed values: "image, frequency, undefined"
input_meta:
  databases:
  - path: dataset.txt
    type: TEXT
    ports:
    - lid: input_1
      category: image
      dtype: float32
      sparse: false
      tensor_name:
      layout: nchw
      shape:
      - 1
      - 3
      - 8
      - 8
      fitting: scale
      preprocess:
        reverse_channel: true
        mean:
        - 128.0
        - 127
        - 126
        scale:
        - 0.0078125
        - 1
        - 2
        preproc_node_params:
          add_preproc_node: false
          preproc_perm: [0, 1, 2, 3]
      redirect_to_output: false
`
  it('is written as it was read', () => {
    const meta = parseInputMeta(text, 'meta.yml')
    expect(meta.databases).toEqual([
      {
        path: 'dataset.txt',
        type: 'TEXT',
        ports: [
          {
            lid: 'input_1',
            category: 'image',
            dtype: 'float32',
            layout: 'nchw',
            shape: [1, 3, 8, 8],
            fitting: 'scale',
            reverseChannel: true,
            mean: [128, 127, 126],
            scale: [0.0078125, 1, 2],
          },
        ],
      },
    ])
    expect(printInputMeta(meta)).toBe(text)
  })
  it('has one scale in older files', () => {
    const old = text.replace(/scale:\n(\s+- \S+\n){3}/, 'scale: 0.5\n')
    expect(parseInputMeta(old, 'meta.yml').databases[0]!.ports[0]!.scale).toEqual([0.5])
  })
  it.each([
    ['no databases', text.replace('databases', 'database'), ['meta.yml', 'input_meta', 'databases'], 'nothing'],
    [
      'a truth value that is none',
      text.replace('true', 'maybe'),
      ['meta.yml', 'databases[0]', 'ports[0]', 'preprocess', 'reverse_channel'],
      'maybe',
    ],
    ['a size that is none', text.replace('- 3\n', '- three\n'), ['meta.yml', 'databases[0]', 'ports[0]', 'shape'], 'three'],
    ['an input without a name', text.replace('lid: input_1', 'lid:'), ['meta.yml', 'databases[0]', 'ports[0]', 'lid'], 'nothing'],
  ])('%s is refused with its place', (_, broken, at, found) => {
    expect(() => parseInputMeta(broken, 'meta.yml')).toThrow(expect.objectContaining({ code: 'INPUT_META', at, found }))
  })
})
