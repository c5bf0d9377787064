import { spawn } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, delimiter, join, resolve } from 'node:path'
import type { Tensor } from '@q/ir'
import { QError } from '@q/ir'
import { decodeNpz } from '@q/npz'
import type { Context } from '../context.ts'
import { writeFiles } from '../files/write-files.ts'
import type { Vendor } from './find-vendor.ts'
import { codegenPass, finalPasses } from './find-vendor.ts'

/** What is compiled, and the names of what comes out. */
export interface CompileJob {
  readonly lowered: string
  readonly weightFile: string
  readonly prefix: string
  readonly model: string
}

export interface Compiled {
  readonly files: readonly string[]
  /** Runs the container in the vendor's chip simulator. */
  simulate(inputFile: string): Promise<ReadonlyMap<string, Tensor>>
}

/**
 * Compiles a lowered file with the vendor's compiler, in a folder of its own: the compiler writes under fixed names and
 * leaves files behind when it fails.
 *
 * @throws QError `VENDOR_FAILED` with the compiler's last lines, `INTERRUPTED`
 */
export async function compileForChip(vendor: Vendor, job: CompileJob, context: Context): Promise<Compiled> {
  const folder = await mkdtemp(join(tmpdir(), 'q-compile-'))
  try {
    await cp(job.lowered, join(folder, basename(job.lowered)))
    await cp(job.weightFile, join(folder, basename(job.weightFile)))
    const final = `${job.prefix}_final.mlir`
    context.reporter.note('compiling for the chip')
    await call(vendor, folder, vendor.tpucOpt, [basename(job.lowered), ...finalPasses, '-o', final], context)
    await call(vendor, folder, vendor.tpucOpt, [final, codegenPass('out.bmodel'), '-o', '/dev/null'], context)
    const compiled = new Map([
      [final, await readFile(join(folder, final))],
      [job.model, await readFile(join(folder, 'out.bmodel'))],
    ])
    await writeFiles(compiled, (path) => context.reporter.note(`note: ${path} replaced`))
    return { files: [final], simulate: (inputFile) => simulate(vendor, job.model, inputFile, context) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function simulate(vendor: Vendor, model: string, inputFile: string, context: Context): Promise<ReadonlyMap<string, Tensor>> {
  if (vendor.modelRunner === undefined) {
    throw new QError('VENDOR_MISSING', 'the toolchain has no model_runner.py', {
      at: [vendor.folder],
      wanted: 'model_runner.py, which runs the simulator of the chip',
      hint: 'leave --test_input out, or install the simulator',
    })
  }
  const folder = await mkdtemp(join(tmpdir(), 'q-simulate-'))
  try {
    const output = join(folder, 'out.npz')
    // The runner leaves a folder beside the container it runs.
    const container = join(folder, basename(model))
    await symlink(resolve(model), container)
    context.reporter.note('running the chip simulator')
    await call(vendor, folder, vendor.modelRunner, ['--input', resolve(inputFile), '--model', container, '--output', output], context)
    return decodeNpz(new Uint8Array(await readFile(output)), [output])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Runs one program to its end. */
function call(vendor: Vendor, folder: string, program: string, args: readonly string[], { env, signal }: Context): Promise<void> {
  return new Promise((done, fail) => {
    // A group of its own: the programs are scripts that start others, and all of them are to end together.
    const child = spawn(program, args, {
      cwd: folder,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...env, PATH: `${vendor.folder}${delimiter}${env['PATH'] ?? ''}`, TPUC_ROOT: vendor.root },
    })
    const end = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      } catch {
        // It has ended by itself.
      }
    }
    process.once('exit', end)
    signal.addEventListener('abort', end, { once: true })
    if (signal.aborted) end()
    let tail = ''
    const keep = (chunk: Buffer) => {
      tail = `${tail}${chunk.toString()}`.slice(-4000)
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.on('error', fail)
    child.on('close', (code) => {
      process.off('exit', end)
      signal.removeEventListener('abort', end)
      if (signal.aborted) return fail(signal.reason)
      if (code === 0) return done()
      fail(
        new QError('VENDOR_FAILED', `${basename(program)} failed`, {
          at: [program],
          found: `exit code ${code}; ${tail.trim().split('\n').slice(-6).join(' | ')}`,
          wanted: 'exit code 0',
          hint: 'leave --vendor out for a portable container; the lowered files are kept',
        }),
      )
    })
  })
}
