import type { Artifact, CompilerHost, ProgramCall, ProgramEnd, Tensor } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { type ArrayCodec, tpucCompiler } from './tpuc-compiler.ts'

const artifact: Artifact = {
  files: new Map([
    ['a_tpu.mlir', Uint8Array.of(1)],
    ['a_tpu_weights.npz', Uint8Array.of(2)],
    ['a.qbmodel', Uint8Array.of(3)],
  ]),
  model: 'a.qbmodel',
  portable: true,
  compiled: 'a.bmodel',
  diagnostics: [],
}

/** A machine with some files, on which programs write files and end as told. */
function machine(
  files: readonly string[],
  env: CompilerHost['env'],
  play: (call: ProgramCall, folder: Map<string, Uint8Array>) => ProgramEnd = () => ({ exitCode: 0, output: '' }),
) {
  const calls: ProgramCall[] = []
  const notes: string[] = []
  const folders: (readonly string[])[] = []
  const host: CompilerHost = {
    env,
    programFolders: (env['PATH'] ?? '').split(':').filter((each) => each !== ''),
    find: async (name, places) => {
      const paths = places.map((place) => new URL(`file://${place}/${name}`).pathname)
      return paths.find((path) => files.includes(path))
    },
    async inFolder(given, work) {
      const inside = new Map(given)
      folders.push([...given.keys()])
      return work({
        path: '/work',
        async run(call) {
          calls.push(call)
          return play(call, inside)
        },
        async read(name) {
          const bytes = inside.get(name)
          if (bytes === undefined) throw new Error(`no ${name}`)
          return bytes
        },
      })
    },
    note: (line) => notes.push(line),
  }
  return { host, calls, notes, folders }
}

/** Arrays as their names alone, which are all that these tests look at. */
const arrays: ArrayCodec = {
  encode: (tensors) => new TextEncoder().encode([...tensors.keys()].join()),
  decode: (bytes) => new Map([[new TextDecoder().decode(bytes), input]]),
}
const input: Tensor = { dtype: 'f32', shape: [2], data: Float32Array.of(1, 2) }
const family = { family: 'nova', container: '.bmodel', otherwise: 'a portable container' }
const compiler = tpucCompiler({ ...family, arrays })

describe('the toolchain is looked for', () => {
  const files = ['/root/bin/tpuc-opt', '/path/tpuc-opt', '/path/model_runner.py']
  const where = async (env: CompilerHost['env'], folder?: string, there = files) =>
    (await compiler.find(machine(there, env).host, folder))?.compiler

  it('in the named folder, then TPUC_ROOT, then PATH', async () => {
    expect(await where({ PATH: '/path' })).toBe('/path/tpuc-opt')
    expect(await where({ PATH: '/path', TPUC_ROOT: '/root' })).toBe('/root/bin/tpuc-opt')
    expect(await where({ PATH: '/path', TPUC_ROOT: '/gone' })).toBe('/path/tpuc-opt')
    expect(await where({ PATH: '/path' }, '/root')).toBe('/root/bin/tpuc-opt')
    expect(await where({ PATH: '/path' }, '/root/bin')).toBe('/root/bin/tpuc-opt')
  })

  it('none is no error, unless a folder was named', async () => {
    expect(await where({ PATH: '/elsewhere' })).toBeUndefined()
    expect(await where({})).toBeUndefined()
    await expect(where({ PATH: '/path' }, '/gone')).rejects.toMatchObject({ code: 'VENDOR_MISSING', kind: 'usage', at: ['/gone'] })
  })
})

describe('compile', () => {
  const writing = (call: ProgramCall, folder: Map<string, Uint8Array>): ProgramEnd => {
    folder.set(call.args.at(-1) === '/dev/null' ? 'out.bmodel' : call.args.at(-1)!, Uint8Array.of(call.args.length))
    return { exitCode: 0, output: 'done' }
  }

  it('runs the two passes beside the lowered files only, and gives the container the name the user wants', async () => {
    const { host, calls, notes, folders } = machine(['/root/bin/tpuc-opt'], { TPUC_ROOT: '/root' }, writing)
    const { files } = await (await compiler.find(host))!.compile(artifact)
    expect([...files.keys()]).toEqual(['a_final.mlir', 'a.bmodel'])
    expect(folders).toEqual([['a_tpu.mlir', 'a_tpu_weights.npz']])
    expect(calls.map(({ args }) => [args[0], args.at(-1)])).toEqual([
      ['a_tpu.mlir', 'a_final.mlir'],
      ['a_final.mlir', '/dev/null'],
    ])
    for (const call of calls)
      expect(call).toMatchObject({ program: '/root/bin/tpuc-opt', foldersFirst: ['/root/bin'], env: { TPUC_ROOT: '/root' } })
    expect(notes).toEqual(['compiling for the chip'])
  })

  it('scripts of a Python environment find their root themselves', async () => {
    const { host, calls } = machine(['/root/bin/tpuc-opt', '/root/pyvenv.cfg'], { TPUC_ROOT: '/root' }, writing)
    await (await compiler.find(host))!.compile(artifact)
    expect(calls[0]!.env).toEqual({ TPUC_ROOT: undefined })
  })

  it('a compiler that fails: its last lines', async () => {
    const { host } = machine(['/path/tpuc-opt'], { PATH: '/path' }, () => ({
      exitCode: 3,
      output: 'one\ntwo\nthree\nfour\nfive\nsix\nseven\n',
    }))
    const toolchain = (await compiler.find(host))!
    await expect(toolchain.compile(artifact)).rejects.toMatchObject({
      code: 'VENDOR_FAILED',
      message: 'tpuc-opt failed',
      at: ['/path/tpuc-opt'],
      found: 'exit code 3; two | three | four | five | six | seven',
    })
  })

  it('a compiler that says why: those lines, and not the frames of its stack', async () => {
    const { host } = machine(['/path/tpuc-opt'], { PATH: '/path' }, () => ({
      exitCode: 134,
      output: 'one\nASSERT INFO: Not Implemented\n #0 0x1\n #1 0x2\n #2 0x3\n #3 0x4\n #4 0x5\n #5 0x6\n',
    }))
    const failing = (await compiler.find(host))!.compile(artifact)
    await expect(failing).rejects.toMatchObject({ found: 'exit code 134; ASSERT INFO: Not Implemented' })
  })

  it('names the file with all that it printed, where the machine keeps one', async () => {
    const frames = Array.from({ length: 40 }, (_, i) => ` #${i} 0x${i}`).join('\n')
    const { host } = machine(['/path/tpuc-opt'], { PATH: '/path' }, () => ({ exitCode: 134, output: `one\n${frames}\n` }))
    const kept: string[] = []
    const keeping = { ...host, keep: async (name: string, text: string) => `/kept/${name}${kept.push(text) > 1 ? ' again' : ''}` }
    const failing = (await compiler.find(keeping))!.compile(artifact)
    await expect(failing).rejects.toMatchObject({ found: 'exit code 134; one; all that it printed is in /kept/tpuc-opt.log' })
    expect(kept).toEqual([`one\n${frames}\n`])
  })

  it('refuses files of another family', async () => {
    const { host } = machine(['/path/tpuc-opt'], { PATH: '/path' })
    const foreign = { ...artifact, files: new Map([['a.nova', new Uint8Array()]]) }
    await expect((await compiler.find(host))!.compile(foreign)).rejects.toMatchObject({ code: 'ARTIFACT_FOREIGN' })
  })

  it('runs the container in the simulator and reads what it computed', async () => {
    const { host, calls } = machine(['/path/tpuc-opt', '/path/model_runner.py'], { PATH: '/path' }, (call, folder) => {
      if (!call.program.endsWith('.py')) return writing(call, folder)
      folder.set('out.npz', folder.get('in.npz')!)
      return { exitCode: 0, output: '' }
    })
    const { simulate } = await (await compiler.find(host))!.compile(artifact)
    expect(await simulate!(new Map([['x', input]]))).toEqual(new Map([['x', input]]))
    expect(calls.at(-1)).toMatchObject({
      program: '/path/model_runner.py',
      args: ['--input', '/work/in.npz', '--model', '/work/model.bmodel', '--output', '/work/out.npz'],
    })
  })

  it('without the simulator: what to do', async () => {
    const { host } = machine(['/path/tpuc-opt'], { PATH: '/path' }, writing)
    const { simulate } = await (await compiler.find(host))!.compile(artifact)
    await expect(simulate!(new Map())).rejects.toMatchObject({ code: 'VENDOR_MISSING', hint: expect.stringContaining('--test_input') })
  })
})

it('the lines for a person quote what a shell would split', () => {
  const [first, second] = compiler.commandLines(artifact, 'out/a.bmodel')
  expect(first).toMatch(/^tpuc-opt a_tpu\.mlir --mlir-disable-threading --strip-io-quant="[^"]+" .* --address-assign -o a_final\.mlir$/)
  expect(second).toMatch(/^tpuc-opt a_final\.mlir --codegen="model_file=out\/a\.bmodel [^"]+" -o \/dev\/null$/)
})

describe('what a user tells the compiler', () => {
  const lines = (options: Readonly<Record<string, string>>): string =>
    tpucCompiler(family).commandLines(artifact, 'a.bmodel', options).join('\n')

  it('stands in the passes', () => {
    const told = { opt: '3', dynamic: '', group_by_cores: 'true', compress_mode: 'all', lg_debugger: '1', same_addr: '0:0' }
    const text = lines(told)
    for (const part of [
      '"opt=3 group_by_cores=true compress_mode=all debugger=1 ',
      '--subnet-divide=dynamic=True',
      '--address-assign=same_addr=0:0 ',
    ])
      expect(text).toContain(part)
    expect(lines({ iomem_set: '1' })).toContain('--address-assign=iomem_set=1 ')
    expect(lines({ rvti: '', model_version: 'v2' })).toMatch(/model_version=v2 .* rvti=True"/)
  })

  it('adds passes, each in its place, and leaves some out', () => {
    expect(lines({ op_divide: '', opt_post_processor: '', weight_deduplicate: '' })).toMatch(
      /--weight-reorder --op-divide --subnet-divide.* --core-parallel --opt-post-processor --after-layergroup-weight-reorder --weight-deduplicate --address-assign /,
    )
    expect(lines({ disable_layer_group: '', disable_topo_sort: '', disable_affine: '' })).toMatch(/--op-reorder --core-parallel /)
  })

  it('is every option that it names, and they all change something', () => {
    const names = tpucCompiler(family).options!
    expect(names.filter((name) => lines({ [name]: 'x' }) === lines({}))).toEqual([])
  })
})
