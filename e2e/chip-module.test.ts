import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { chooseChip } from '../tools/cli/src/chips/choose-chip.ts'
import { arraysIn, chipInFloats, digits, inEmptyFolder, mustRun, q } from './run-command.ts'

inEmptyFolder()

const nova = chipInFloats
const made = (change: string) => `${nova.replace('export const chip', 'const chip')}\n${change}`

beforeEach(() => mustRun('model_transform', '--model_name', 'digits', '--model_def', digits.model, '--mlir', 'digits.mlir').then(() => {}))

const deploy = (chip: string, ...more: readonly string[]) =>
  q('model_deploy', '--mlir', 'digits.mlir', '--chip', chip, '--model', 'm.nova', ...more)

/** Stops with one message and no stack, and writes nothing. */
async function refused(chip: string, error: string, ...words: readonly string[]): Promise<void> {
  const before = readdirSync('.').sort()
  const { code, err } = await deploy(chip)
  expect(err).toMatch(new RegExp(`^${error}: `))
  for (const word of words) expect(err).toContain(word)
  expect(err).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m)
  expect([2, 3]).toContain(code)
  expect(readdirSync('.').sort()).toEqual(before)
}

describe('a package of several exports', () => {
  it.each([
    ['the one called backend', 'export { chip as backend }; export const other = () => 1; export const read = () => 2'],
    ['the one called as its target', 'export const target = chip.target; export const nova = () => chip; export const read = () => 2'],
  ])('is known by %s', async (_, exported) => {
    writeFileSync('nova.mjs', made(exported))
    const { code, err } = await deploy('./nova.mjs')
    expect(code, err).toBe(0)
  })

  it('of this program is the chip itself, with its codec', async () => {
    const { code, err } = await deploy('@q/backend-bm1684x')
    expect(code, err).toBe(0)
    expect(readdirSync('.')).toContain('digits_bm1684x_f32_tpu.mlir')
  })

  it('that makes no file is refused', async () => {
    writeFileSync('nova.mjs', made('export default { ...chip, emit: () => ({ files: new Map() }) }'))
    await refused('./nova.mjs', 'ARTIFACT_EMPTY', 'nova')
  })

  it('model_runner quantizes for it and runs what comes of it', async () => {
    writeFileSync('nova.mjs', nova)
    const run = (...more: readonly string[]) => q('model_runner', '--model', 'digits.mlir', '--input', digits.picture, ...more)
    const quantized = await run('--chip', './nova.mjs', '--quantize', 'F32', '--output', 'quantized.npz')
    expect(quantized.code, quantized.err).toBe(0)
    await run('--output', 'float.npz')
    const [ours, float] = [arraysIn('quantized.npz'), arraysIn('float.npz')]
    expect([...ours.keys()]).toEqual([...float.keys()])
    for (const [name, { data }] of ours) expect(data).toEqual(float.get(name)!.data)
    expect(await run('--quantize', 'F32', '--output', 'none.npz')).toMatchObject({ code: 2, err: expect.stringMatching(/^CHIP_NEEDED/) })
  })
})

describe('a chip in a module', () => {
  it('of the working directory: both files stand where the model is wanted', async () => {
    writeFileSync('nova.mjs', nova)
    mkdirSync('out')
    const { code, out, err } = await q(
      'model_deploy',
      '--mlir',
      'digits.mlir',
      '--chip',
      './nova.mjs',
      '--model',
      'out/m.nova',
      '--test_input',
      digits.picture,
    )
    expect(code, err).toBe(0)
    expect(out.trimEnd().split('\n').at(-1)).toBe('files: out/m.one, out/m.two')
    expect(readdirSync('out').sort()).toEqual(['m.one', 'm.two'])
    expect(readFileSync('out/m.one', 'utf8')).toBe('one of m.nova')
    expect([...readFileSync('out/m.two')]).toEqual([2])
  })

  it('by an absolute path, as a factory with options, as a package of the user', async () => {
    writeFileSync('nova.mjs', made('export default ({ cores }) => ({ ...chip, name: "nova" + cores })'))
    expect((await chooseChip(join(process.cwd(), 'nova.mjs'), { options: { cores: 2 } })).backend.name).toBe('nova2')
    const folder = 'node_modules/@acme/quant-backend'
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: '@acme/quant-backend', exports: { import: './main.mjs' } }))
    writeFileSync(join(folder, 'main.mjs'), nova)
    expect((await deploy('@acme/quant-backend')).code).toBe(0)
    expect(readdirSync('.')).toContain('m.two')
  })

  it('options arrive from the command line, and only where they are taken', async () => {
    writeFileSync(
      'cores.mjs',
      made(
        "export default ({ cores }) => ({ ...chip, emit: () => ({ files: new Map([['cores-' + cores, new Uint8Array()]]), diagnostics: [] }) })",
      ),
    )
    expect((await deploy('./cores.mjs', '--chip_options', '{"cores": 4}')).code).toBe(0)
    expect(readdirSync('.')).toContain('cores-4')
    writeFileSync('nova.mjs', nova)
    expect((await deploy('./nova.mjs', '--chip_options', '{"cores": 4}')).err).toMatch(/^CHIP_OPTIONS: /)
    expect((await deploy('bm1684x', '--chip_options', '{"cores": 4}')).err).toMatch(/^CHIP_OPTIONS: /)
    expect((await deploy('./nova.mjs', '--chip_options', '[4]')).err).toMatch(/^OPTION_VALUE: /)
  })

  it('its modes are those that may be asked for', async () => {
    writeFileSync('nova.mjs', nova)
    expect(await deploy('./nova.mjs', '--quantize', 'INT8')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^MODE_UNSUPPORTED: q does not support INT8 on nova yet/),
    })
    const layer = /^"?(\S*?)"?: .* = Conv/m.exec((await mustRun('print', 'digits.mlir')).out)![1]!
    const planned = await deploy('./nova.mjs', '--quantize_table', `${layer}:F16`)
    expect(planned.err).toMatch(/^MODE_UNSUPPORTED: q does not support F16 on nova yet/)
    expect(planned.err).toContain(layer)
  })

  it('runs a model file that it reads back', async () => {
    writeFileSync(
      'nova.mjs',
      made(`export default { ...chip,
      emit: (graph, { name }) => ({ files: new Map([[name + '.nova', new TextEncoder().encode('y')]]), model: name + '.nova', diagnostics: [] }),
      reader: { endings: ['.nova'], read: (bytes, place) => ({
        name: place, ops: new Map(), properties: { stage: 'quantized' }, inputs: [{ name: 'x' }], outputs: ['x'], nodes: [],
        values: new Map([['x', { name: 'x', type: { dtype: 'f32', shape: [1, 3, 32, 32] } }]]),
      }) } }`),
    )
    expect((await deploy('./nova.mjs')).code).toBe(0)
    expect(readFileSync('m.nova', 'utf8')).toBe('y')
    expect(await q('model_runner', '--model', 'm.nova', '--input', digits.picture)).toMatchObject({
      code: 3,
      err: expect.stringMatching(/^MODEL_KIND: /),
    })
    expect((await mustRun('print', 'm.nova', '--chip', './nova.mjs', '--stage', 'canonical')).out).toContain('return x')
  })
})

describe('what is no back end is refused', () => {
  it.each([
    ['nothing', '', 'BACKEND_INVALID', ['no exports', 'export default']],
    ['a number', 'export default 5', 'BACKEND_INVALID', ['it is 5']],
    ['two of them', made('export const [a, b] = [chip, chip]'), 'BACKEND_INVALID', ['a, b']],
    [
      'one without parts',
      'export default { name: "x", target: {} }',
      'BACKEND_INVALID',
      ['target.modes is missing', 'lower is missing', 'emit is missing'],
    ],
    [
      'an unknown rule',
      made("export default { ...chip, target: { ...chip.target, rangeSteps: [[{ rule: 'forwards', ops: ['Relu'] }]] } }"),
      'BACKEND_INVALID',
      ['forwards', 'perhaps forward'],
    ],
    [
      'an unknown operator',
      made('export default { ...chip, target: { ...chip.target, ops: { Convolution: {} } } }'),
      'BACKEND_INVALID',
      ['Convolution'],
    ],
    ['an operator without lowering', made('export default { ...chip, lower: {} }'), 'BACKEND_INVALID', ['lower has nothing for Conv']],
    ['a syntax error', "export default {\n  name 'nova',\n}", 'CHIP_MODULE', ['x.mjs', "line 2: name 'nova',"]],
    ['a missing import', "import 'nowhere-to-be-found'", 'CHIP_MODULE', ['nowhere-to-be-found']],
    ['a module that throws', "throw new Error('no licence')", 'CHIP_MODULE', ['no licence']],
    ['a factory that throws', "export default () => { throw new Error('no licence') }", 'BACKEND_FAILED', ['no licence', 'factory']],
    [
      'a lowering that throws',
      made("export default { ...chip, lower: { ...chip.lower, Conv() { throw new Error('too wide') } } }"),
      'BACKEND_FAILED',
      ['too wide', 'lower Conv', 'nova'],
    ],
    [
      'a lowering that returns nothing',
      made('export default { ...chip, lower: { ...chip.lower, Conv() {} } }'),
      'BACKEND_FAILED',
      ['no nodes and values', 'lower Conv'],
    ],
    [
      'a lowering that returns a broken graph',
      made('export default { ...chip, lower: { ...chip.lower, Conv: (node) => ({ nodes: [{ ...node, op: "Konv" }], values: [] }) } }'),
      '[A-Z_]+',
      [],
    ],
    [
      'members that nothing reads',
      made("export default { ...chip, rewrites: [], target: { ...chip.target, typeFollower: ['Reshape'] } }"),
      'BACKEND_INVALID',
      ['rewrites', 'perhaps rewrite', 'target.typeFollower', 'perhaps typeFollowers'],
    ],
    ['an emit that throws', made("export default { ...chip, emit() { throw new Error('full') } }"), 'BACKEND_FAILED', ['full', 'emit']],
    ['an emit that returns no files', made('export default { ...chip, emit: () => ({}) }'), 'BACKEND_FAILED', ['no Map of files']],
    [
      'texts for files',
      made("export default { ...chip, emit: () => ({ files: new Map([['a', 'text']]), diagnostics: [] }) }"),
      'ARTIFACT_CONTENT',
      ['TextEncoder'],
    ],
    [
      'a path for a name',
      made("export default { ...chip, emit: () => ({ files: new Map([['../a', new Uint8Array()]]), diagnostics: [] }) }"),
      'ARTIFACT_NAME',
      ['../a'],
    ],
    [
      'the name of what is read',
      made("export default { ...chip, emit: () => ({ files: new Map([['digits.mlir', new Uint8Array()]]), diagnostics: [] }) }"),
      'FILE_TAKEN',
      ['digits.mlir'],
    ],
    [
      'the name of what is read, told before anything is made',
      made("export default { ...chip, fileNames: () => ({ files: ['digits.mlir'] }), emit() { throw new Error('emitted') } }"),
      'FILE_TAKEN',
      ['digits.mlir'],
    ],
    ['names of files that are none', made("export default { ...chip, fileNames: () => ['a'] }"), 'BACKEND_FAILED', ['file names']],
    [
      'the name of a weight file that is read',
      made(
        "export default { ...chip, emit: () => ({ files: new Map([['digits_top_f32_all_weight.npz', new Uint8Array()]]), diagnostics: [] }) }",
      ),
      'FILE_TAKEN',
      ['digits_top_f32_all_weight.npz'],
    ],
    [
      'its own file',
      made("export default { ...chip, emit: () => ({ files: new Map([['x.mjs', new Uint8Array()]]), diagnostics: [] }) }"),
      'FILE_TAKEN',
      ['x.mjs'],
    ],
  ])('%s', async (_, source, error, words) => {
    writeFileSync('x.mjs', source)
    await refused('./x.mjs', error, ...words)
  })

  it('a name that is taken, before the long work of a whole run', async () => {
    writeFileSync(
      'x.mjs',
      made(
        "export default { ...chip, fileNames: ({ name }) => ({ files: [name.concat('.mlir')] }), emit() { throw new Error('emitted') } }",
      ),
    )
    mkdirSync('data')
    copyFileSync(digits.picture, 'data/one.png')
    const { code, err } = await q('quantize', digits.model, '--name', 'net', '--chip', './x.mjs', '--quantize', 'F32', '--data', 'data')
    expect(err).toContain('FILE_TAKEN: the output net.mlir would replace')
    expect(code).toBe(2)
    expect(readdirSync('.').filter((file) => file.includes('cali_table'))).toEqual([])
  })

  it('a module that is not there, a folder, an unknown word', async () => {
    writeFileSync('nova.mjs', nova)
    mkdirSync('folder')
    await refused('./novae.mjs', 'FILE_MISSING', 'did you mean nova.mjs')
    await refused('./folder', 'FILE_IS_FOLDER')
    await refused('novae', 'CHIP_UNKNOWN', 'bm1684x', './chip.mjs')
  })

  it('--vendor where the back end drives no compiler', async () => {
    writeFileSync('nova.mjs', nova)
    expect((await deploy('./nova.mjs', '--vendor', 'here')).err).toMatch(/^VENDOR_MISSING: .*nova drives no compiler/)
  })

  it('Q_DEBUG=1 shows where a module failed', async () => {
    writeFileSync('x.mjs', made("export default { ...chip, emit() { throw new Error('full') } }"))
    process.env['Q_DEBUG'] = '1'
    const { err } = await deploy('./x.mjs').finally(() => {
      delete process.env['Q_DEBUG']
    })
    expect(err).toMatch(/full\n\s+at .*emit/)
  })

  it('TypeScript where Node cannot run it: what can', async () => {
    writeFileSync('nova.ts', 'export default 1')
    const importModule = () =>
      Promise.reject(Object.assign(new TypeError('Unknown file extension ".ts"'), { code: 'ERR_UNKNOWN_FILE_EXTENSION' }))
    await expect(chooseChip('./nova.ts', { importModule })).rejects.toMatchObject({
      code: 'CHIP_MODULE',
      wanted: expect.stringContaining('22.18'),
    })
  })
})

describe('file names', () => {
  it('two files with one name but for case', async () => {
    writeFileSync(
      'x.mjs',
      made(
        "export default { ...chip, emit: () => ({ files: new Map([['a', new Uint8Array()], ['A', new Uint8Array()]]), diagnostics: [] }) }",
      ),
    )
    await refused('./x.mjs', 'ARTIFACT_TWICE', 'a and A')
  })

  it('--keep_model_name gives the portable container the very name of --model', async () => {
    const { PATH, SOURCE_DATE_EPOCH } = process.env
    process.env['PATH'] = '/nowhere'
    // The container says when it was made, and the two are made one after the other.
    process.env['SOURCE_DATE_EPOCH'] = '1700000000'
    try {
      writeFileSync('m.bmodel', 'the chip its own')
      const args = ['model_deploy', '--mlir', 'digits.mlir', '--chip', 'bm1684x', '--model', 'm.bmodel']
      expect((await mustRun(...args)).err).toContain('note: m.bmodel was there before and is left as it is')
      expect(readFileSync('m.bmodel', 'utf8')).toBe('the chip its own')
      expect((await mustRun(...args, '--keep_model_name')).err).toContain('note: m.bmodel replaced')
      expect(readFileSync('m.bmodel').equals(readFileSync('m.qbmodel'))).toBe(true)
      await mustRun('model_runner', '--model', 'm.bmodel', '--input', digits.picture)
    } finally {
      process.env['PATH'] = PATH
      if (SOURCE_DATE_EPOCH === undefined) delete process.env['SOURCE_DATE_EPOCH']
      else process.env['SOURCE_DATE_EPOCH'] = SOURCE_DATE_EPOCH
    }
  })
})
