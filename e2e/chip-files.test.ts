import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { parseGraph, printGraph } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { arraysIn, chipInFloats, digits, inEmptyFolder, mustRun, prepareDigits, q } from './run-command.ts'

inEmptyFolder()

// The module stands in a folder where nothing is installed.
Object.assign(globalThis, { graphText: { parseGraph, printGraph } })

/** A chip whose files say all that it is given, and whose reader takes both: what makes the graph, and, beside it, a list of its operators. */
const talkative = `const { parseGraph, printGraph } = globalThis.graphText
${chipInFloats.replace('export const chip', 'const chip')}
const bytes = (text) => new TextEncoder().encode(text)
export default {
  ...chip,
  emit: (graph, { name }) => ({
    files: new Map([
      [name + '.nova', bytes(printGraph(graph, { longestConstant: Infinity }))],
      [name + '.ops', bytes(graph.nodes.map(({ op, attrs }) => op + JSON.stringify(attrs)).join('\\n'))],
    ]),
    model: name + '.nova',
    diagnostics: [],
  }),
  reader: {
    endings: ['.nova'],
    async read(bytes, place, readBeside) {
      const graph = parseGraph(new TextDecoder().decode(bytes))
      const ops = new TextDecoder().decode(await readBeside(place.replace(/^.*\\//, '').replace('.nova', '.ops')))
      if (ops.split('\\n').length !== graph.nodes.length) throw new Error('the list is of another network')
      return graph
    },
  },
}
`
const chip = './nova.mjs'

function writeChip(): void {
  writeFileSync('nova.mjs', talkative)
}

describe('files of a chip', () => {
  it('are the same whether the network comes as ONNX or as the Top file that quantize wrote of it', async () => {
    writeChip()
    await mustRun(
      'quantize',
      digits.model,
      '--data',
      digits.calibration,
      '--chip',
      chip,
      '--name',
      'net',
      '--input_num',
      '2',
      ...digits.preprocess,
    )
    const first = ['net.nova', 'net.ops'].map((name) => readFileSync(name, 'utf8'))
    await mustRun('model_deploy', '--mlir', 'net.mlir', '--chip', chip, '--quantize', 'F32', '--model', 'net.nova')
    expect(['net.nova', 'net.ops'].map((name) => readFileSync(name, 'utf8'))).toEqual(first)
  })

  it('are read by its own reader, all of them, shown as they are and run', async () => {
    writeChip()
    await prepareDigits()
    await mustRun('model_deploy', '--mlir', 'digits.mlir', '--chip', chip, '--model', 'net.nova')
    const { out } = await mustRun('print', 'net.nova', '--chip', chip)
    expect(out).toContain('stage = "quantized"')
    expect((await mustRun('print', 'net.nova', '--chip', chip, '--stage', 'resolved')).out).toBe(out)
    await mustRun('model_runner', '--model', 'net.nova', '--chip', chip, '--input', digits.picture, '--output', 'ours.npz')
    expect(arraysIn('ours.npz').size).toBe(1)
    expect(await q('print', 'net.nova', '--chip', chip, '--quantize', 'F32')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^MODEL_STAGE: [\s\S]*without options of quantization/),
    })
    writeFileSync('net.ops', 'Conv')
    expect((await q('print', 'net.nova', '--chip', chip)).err).toMatch(/^BACKEND_FAILED: [\s\S]*another network/)
  })

  it('that have another name than the model was to have: a line says so, and --keep_model_name keeps it', async () => {
    writeChip()
    await prepareDigits()
    const deploy = ['model_deploy', '--mlir', 'digits.mlir', '--chip', chip, '--model', 'sub.bin']
    const { err } = await mustRun(...deploy)
    expect(err).toContain('note: sub.bin is not written: the back end nova names its files itself, the model is in sub.nova')
    expect(readdirSync('.')).toEqual(expect.arrayContaining(['sub.nova', 'sub.ops']))
    expect((await mustRun(...deploy, '--keep_model_name')).err).not.toContain('is not written')
    expect(readFileSync('sub.bin')).toEqual(readFileSync('sub.nova'))
  })

  it('never replace a file that its module imports, or that such a file imports', async () => {
    await prepareDigits()
    const source = chipInFloats.replace('export const chip', 'const chip')
    writeFileSync('words.mjs', "export const first = 'first'\n")
    writeFileSync('base.mjs', "export { first } from './words.mjs'\n")
    writeFileSync(
      'nova.mjs',
      `import { first } from './base.mjs'\n${source}\nexport default { ...chip, emit: (graph, { name }) => ({ files: new Map([[name + '.mjs', new TextEncoder().encode(first)]]), diagnostics: [] }) }`,
    )
    for (const name of ['base', 'words']) {
      const before = readFileSync(`${name}.mjs`, 'utf8')
      const { code, err } = await q('model_deploy', '--mlir', 'digits.mlir', '--chip', chip, '--model', `${name}.bin`)
      expect(err).toMatch(/^FILE_TAKEN: /m)
      expect(code).toBe(2)
      expect(readFileSync(`${name}.mjs`, 'utf8')).toBe(before)
    }
  })
})
