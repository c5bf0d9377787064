import { existsSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { type Boxes, type Layout, layOut } from './layout.ts'

/** The program that lays out in a thread; only a build has it, beside the one file of the command line. */
const builtProgram = new URL('./graph/layout-program.js', import.meta.url)

/**
 * Places of boxes and arrows, from top to bottom.
 *
 * The layout descends into the graph by recursion, as deep as the graph has layers, for which the stack of a program's first thread is too
 * small from some thousand layers on: it runs in a thread that is given a larger one.
 */
export async function layoutOf(boxes: Boxes): Promise<Layout> {
  if (!existsSync(builtProgram)) return layOut(boxes)
  const worker = new Worker(builtProgram, { workerData: boxes, execArgv: [], resourceLimits: { stackSizeMb: 512 } })
  return new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', (code) => reject(new Error(`the thread of the layout ended (${code})`)))
  })
}
