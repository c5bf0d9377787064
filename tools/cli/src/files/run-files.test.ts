import { execFile, execFileSync } from 'node:child_process'
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RunFiles } from './run-files.ts'
import { createRunFiles } from './run-files.ts'
import { temporaryIn } from './temporary-files.ts'

let folder = ''
let files: RunFiles
let notes: string[] = []
const place = (name: string) => join(folder, name)
const write = (...named: readonly (readonly [name: string, content: string | Uint8Array])[]) =>
  files.write(new Map(named.map(([name, content]) => [place(name), content])))
const taken = (path: string) => ({ code: 'FILE_TAKEN', kind: 'usage', at: [path] })

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'q-files-')))
  notes = []
  files = createRunFiles((line) => notes.push(line))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('writing', () => {
  it('does not take a file for an input whose number it got, once another program has replaced the input', async () => {
    writeFileSync(place('input'), 'first')
    linkSync(place('input'), place('other'))
    await files.read(place('input'))
    await expect(write(['other', 'text'])).rejects.toMatchObject(taken(place('other')))
    writeFileSync(place('new'), 'second')
    renameSync(place('new'), place('input'))
    await write(['other', 'text'])
    expect(readFileSync(place('input'), 'utf8')).toBe('second')
  })

  it('takes bytes and text, and names in a line what it replaces', async () => {
    writeFileSync(place('old'), 'before')
    await write(['old', 'after'], ['new', Uint8Array.of(1, 2)])
    expect(readFileSync(place('old'), 'utf8')).toBe('after')
    expect([...readFileSync(place('new'))]).toEqual([1, 2])
    expect(notes).toEqual([`note: ${place('old')} replaced`])
    expect(readdirSync(folder).sort()).toEqual(['new', 'old'])
  })

  it('leaves all as it was when one cannot be written', async () => {
    writeFileSync(place('old'), 'before')
    mkdirSync(place('folder'))
    await expect(write(['old', 'after'], ['folder', 'x'])).rejects.toMatchObject({
      code: 'FILE_IS_FOLDER',
      kind: 'file-system',
      at: [place('folder')],
    })
    expect(readFileSync(place('old'), 'utf8')).toBe('before')
    expect(readdirSync(folder).sort()).toEqual(['folder', 'old'])
  })

  it('follows links, also one with nothing behind it', async () => {
    writeFileSync(place('target'), 'before')
    symlinkSync(place('target'), place('link'))
    symlinkSync('later', place('dangling'))
    await write(['link', 'after'], ['dangling', 'new'])
    expect(readFileSync(place('target'), 'utf8')).toBe('after')
    expect(readFileSync(place('later'), 'utf8')).toBe('new')
    expect([readlinkSync(place('link')), readlinkSync(place('dangling'))]).toEqual([place('target'), 'later'])
  })

  it('refuses links in a circle, a path that ends like a folder, a name that is too long; takes the longest there is', async () => {
    symlinkSync('b', place('a'))
    symlinkSync('a', place('b'))
    await expect(write(['a', 'x'])).rejects.toMatchObject({ code: 'LINKS_CIRCULAR', kind: 'file-system' })
    await expect(files.write(new Map([[`${place('new')}/`, 'x']]))).rejects.toMatchObject({ code: 'FILE_IS_FOLDER' })
    await expect(write(['n'.repeat(256), 'x'])).rejects.toMatchObject({ code: 'FILE_NAME_LONG' })
    await write(['n'.repeat(255), 'x'])
    expect(readFileSync(place('n'.repeat(255)), 'utf8')).toBe('x')
  })

  it('writes into devices instead of replacing them, as often as wanted', async () => {
    await files.claim(['/dev/null', '/dev/null'])
    await files.write(new Map([['/dev/null', 'x']]))
    await files.write(new Map([['/dev/null', 'x']]))
    await expect(files.write(new Map([['/dev/full', 'x']]))).rejects.toMatchObject({ code: 'DISK_FULL' })
    expect(readFileSync('/dev/null', 'utf8')).toBe('')
  })

  it('does not wait for somebody to read a pipe', async () => {
    execFileSync('mkfifo', [place('pipe')])
    await expect(write(['pipe', 'x'])).rejects.toMatchObject({
      code: 'FILE_SPECIAL',
      kind: 'file-system',
      hint: expect.stringContaining('reader'),
    })
    const reader = execFile('cat', [place('pipe')])
    let read = ''
    reader.stdout!.on('data', (text) => {
      read += text
    })
    await new Promise((done) => setTimeout(done, 200))
    await write(['pipe', 'x'.repeat(200_000)])
    await new Promise((done) => reader.on('close', done))
    expect(read).toHaveLength(200_000)
  })

  it('removes what a killed run has left half-written, and nothing else', async () => {
    const running = temporaryIn(folder)
    const gone = running.replace(`-${process.pid}-`, '-4194305-')
    const elsewhere = gone.replace(/\.q-[0-9a-f]{8}/, '.q-00000000')
    for (const path of [running, gone, elsewhere, place('.q-mine.tmp')]) writeFileSync(path, 'half')
    await write(['new', 'x'])
    expect(readdirSync(folder).sort()).toEqual(['new', '.q-mine.tmp', ...[running, elsewhere].map((path) => relative(folder, path))].sort())
  })
})

describe('claiming an output', () => {
  it('leaves no trace, and refuses what cannot be written', async () => {
    await files.claim([place('out')])
    expect(readdirSync(folder)).toEqual([])
    await expect(files.claim([folder])).rejects.toMatchObject({ code: 'FILE_IS_FOLDER' })
    await expect(files.claim([place('nowhere/out')])).rejects.toMatchObject({
      code: 'FILE_MISSING',
      kind: 'file-system',
      hint: 'make the folder first',
    })
  })

  it.skipIf(process.platform !== 'linux')('refuses a folder that is there and takes no files', async () => {
    await expect(files.claim(['/proc/q'])).rejects.toMatchObject({
      code: 'FILE_FORBIDDEN',
      message: 'cannot write /proc/q: the file system makes no files in this folder',
    })
  })

  it.skipIf(process.getuid?.() === 0)('refuses a file and a folder that the user has locked', async () => {
    writeFileSync(place('locked'), 'before')
    chmodSync(place('locked'), 0o444)
    await expect(files.claim([place('locked')])).rejects.toMatchObject({ code: 'FILE_FORBIDDEN' })
    mkdirSync(place('folder'), { mode: 0o555 })
    await expect(files.claim([place('folder/new')])).rejects.toMatchObject({ code: 'FILE_FORBIDDEN' })
  })

  it('may follow a look into what is there', async () => {
    writeFileSync(place('out'), 'before')
    expect(await files.peekText(place('out'))).toBe('before')
    expect([await files.peekText(place('none')), await files.peekText(folder), await files.peekText('/dev/null')]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    await files.claim([place('out')])
  })

  it('can be given back', async () => {
    const release = await files.claim([place('out')])
    await expect(files.claim([place('out')])).rejects.toMatchObject(taken(place('out')))
    release()
    await files.claim([place('out')])
  })
})

describe('one file in two roles', () => {
  const made = (name: string, make: (path: string) => void): string => {
    make(place(name))
    return place(name)
  }
  const ways: readonly (readonly [name: string, path: (file: string) => string])[] = [
    ['its own path', (file) => file],
    ['a relative path', (file) => `./${relative(process.cwd(), file)}`],
    ['a detour', (file) => `${place('folder')}/../${relative(folder, file)}`],
    ['a link', (file) => made('link', (path) => symlinkSync(file, path))],
    [
      'a link to a link',
      (file) =>
        made('link', (path) =>
          symlinkSync(
            relative(
              folder,
              made('a', (other) => symlinkSync(file, other)),
            ),
            path,
          ),
        ),
    ],
    ['a second name', (file) => made('second', (path) => linkSync(file, path))],
    [
      'a link to its folder',
      (file) =>
        join(
          made('here', (path) => symlinkSync(folder, path)),
          relative(folder, file),
        ),
    ],
  ]
  beforeEach(() => {
    mkdirSync(place('folder'))
    writeFileSync(place('file'), 'before')
  })
  afterEach(() => expect(readFileSync(place('file'), 'utf8')).toBe('before'))

  it.each(ways)('an input is no output: %s', async (_, path) => {
    const other = path(place('file'))
    await files.read(place('file'))
    await expect(files.claim([other])).rejects.toMatchObject(taken(other))
    await expect(files.write(new Map([[other, 'after']]))).rejects.toMatchObject(taken(other))
  })

  it.each(ways)('an output is no input: %s', async (_, path) => {
    const other = path(place('file'))
    await files.claim([place('file')])
    await expect(files.read(other)).rejects.toMatchObject(taken(place('file')))
    await expect(files.reads([other])).rejects.toMatchObject(taken(place('file')))
  })

  it.each(ways)('two outputs are two files: %s', async (_, path) => {
    const other = path(place('file'))
    await expect(files.claim([place('file'), other])).rejects.toMatchObject(taken(other))
  })

  it('two new outputs, by a link with nothing behind it', async () => {
    symlinkSync('new', place('link'))
    await expect(files.claim([place('new'), place('link')])).rejects.toMatchObject(taken(place('link')))
  })

  it('what was written is not written again, and may be read', async () => {
    await write(['new', 'x'])
    await expect(write(['new', 'y'])).rejects.toMatchObject(taken(place('new')))
    await expect(files.claim([place('new')])).rejects.toMatchObject(taken(place('new')))
    expect(await files.readText(place('new'))).toBe('x')
  })

  it('unless the input itself is to be changed', async () => {
    writeFileSync(place('other'), 'before')
    await files.read(place('other'))
    await files.rewrite(place('other'), 'after')
    expect(readFileSync(place('other'), 'utf8')).toBe('after')
    expect(notes).toEqual([`note: ${place('other')} replaced`])
  })

  it('a file is found among others by what it is', async () => {
    symlinkSync('file', place('link'))
    expect(await files.isAmong(place('link'), [place('other'), place('file')])).toBe(true)
    expect(await files.isAmong(place('other'), [place('other'), place('file')])).toBe(false)
  })
})
