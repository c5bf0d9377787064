import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { call } from './call.mjs'
import { kinds } from './kinds.mjs'
import { decodeModel } from './onnx-message.mjs'
import { randomSource } from './random.mjs'
import { differenceOf, referenceOf } from './reference.mjs'
import { faultIn } from './verdict.mjs'

/** This worker's folders: whole files of each kind, and a deep one to work in. */
const [box, seeds] = process.argv.slice(2)
const work = join(box, 'a/b/work')
const results = new Map()
process.env.PATH = '/nowhere'
process.env.SOURCE_DATE_EPOCH = '0'

process.on('message', async ({ seed, index, kind }) => {
  const outcome = await tryCase(seed, index, kind).catch((error) => ({ fault: `the script itself: ${error?.stack ?? error}` }))
  process.send({ index, kind, ...outcome })
})
process.send({ ready: true })

/** Makes a case, runs its commands and judges. */
async function tryCase(seed, index, kind) {
  const random = randomSource(seed, index)
  const { files, commands, refused, equal, model } = kinds[kind].make(random, (name) => readFileSync(join(seeds, name)))
  freshFolder()
  for (const [name, bytes] of Object.entries(files)) writeFileSync(name, bytes)
  let ended
  for (const args of commands) {
    ended = await call(args)
    const fault = faultIn(ended) ?? strayFiles()
    if (fault !== undefined) return { fault, args, code: ended.code }
  }
  const { code } = ended
  const args = commands.at(-1)
  if (refused && code === 0) return { fault: 'read what lies outside of the folder', args, code }
  if (equal !== undefined && code === 0 && !isUsual(equal, args)) return { fault: `${equal} differs from a run of its own`, args, code }
  if (model !== undefined) return { code, args, ...(await besideReference(files[model], random, ended)) }
  return { code, args }
}

/** Runs an imported model, and holds it against ONNX Runtime. */
async function besideReference(bytes, random, { code, err }) {
  if (code !== 0) return { seen: `refused: ${/^\w+/m.exec(err)?.[0]}` }
  const ops = () =>
    decodeModel(bytes)
      .graph.node.map(({ opType }) => opType)
      .join(' ')
  const leftOut = [...err.matchAll(/^note: the output (.+) is left out/gm)].map(([, name]) => name)
  process.send({ isReference: true })
  const wanted = await referenceOf(bytes, random, leftOut)
  process.send({ isReference: false })
  if (wanted === undefined) return { seen: 'taken, not compared' }
  if (wanted.refused !== undefined) return { seen: 'taken, ONNX Runtime refuses it', taken: `${wanted.refused}; ${ops()}` }
  writeFileSync('in.npz', wanted.sample)
  const executor = random.pick(['ort', 'reference'])
  const ended = await call(['model_runner', '--model', 'm.mlir', '--input', 'in.npz', '--output', 'out.npz', '--executor', executor])
  const fault = faultIn(ended)
  if (fault !== undefined) return { fault: `run: ${fault}` }
  // A name of more bytes than the format of the results holds is told.
  if (/^NPZ_TOO_LARGE/m.test(ended.err)) return { seen: 'taken, a name that no npz file holds' }
  if (ended.code !== 0) return { fault: `imported, but not run by ${executor}: ${ended.err.slice(0, 400)}` }
  const difference = differenceOf('out.npz', wanted.results, ops().split(' '))
  if (difference !== undefined && wanted.isUnstable) return { seen: 'unstable' }
  return difference === undefined ? { seen: 'equal' } : { fault: `wrong (${executor}): ${difference}; ${ops()}` }
}

function freshFolder() {
  process.chdir('/')
  rmSync(box, { recursive: true, force: true })
  mkdirSync(join(box, 'a/b'), { recursive: true })
  cpSync(seeds, work, { recursive: true })
  writeFileSync(join(box, 'a/secret.bin'), Buffer.alloc(4096, 1))
  process.chdir(work)
}

/** Files that a command has left outside of its folder. */
function strayFiles() {
  const stray = [box, join(box, 'a'), join(box, 'a/b')].flatMap((folder) =>
    readdirSync(folder).filter((name) => !['a', 'b', 'work', 'secret.bin'].includes(name)),
  )
  return stray.length === 0 ? undefined : `files outside of the folder: ${stray.join(', ')}`
}

/** Whether a result is that of the first run that had nothing to go on from. */
function isUsual(name, args) {
  if (!existsSync(name)) return false
  const text = readFileSync(name, 'utf8')
  if (results.size === 0)
    for (const each of readdirSync(seeds).filter((file) => file.endsWith('.usual')))
      results.set(each, readFileSync(join(seeds, each), 'utf8'))
  return text === results.get(`${name}.usual`) || args.length === 0
}
