import { spawn } from 'node:child_process'
import { copyFileSync, existsSync, rmSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { call } from './call.mjs'
import { resume, search } from './commands.mjs'

const program = fileURLToPath(new URL('../cli/bin/q.mjs', import.meta.url))

/** Leaves, in the working directory, what killed runs leave, and the results of runs that nothing disturbs (`again.usual`, `found.usual`). */
export async function leaveUnfinished() {
  for (const [args, result, left] of [
    [resume, 'again', '.again.unfinished'],
    [search, 'found', '.found.journal'],
  ]) {
    process.env.SOURCE_DATE_EPOCH = '0'
    const { code, err } = await call(args)
    if (code !== 0) throw new Error(err)
    copyFileSync(result, `${result}.usual`)
    for (let tries = 0; !existsSync(left) && tries < 20; tries++) await killedRun(args, left)
    rmSync(result, { force: true })
  }
}

/** Starts a command and kills it as soon as it has left something. */
async function killedRun(args, left) {
  const child = spawn(process.execPath, [program, ...args], { stdio: 'ignore', env: { ...process.env, Q_WATCHED: '1' } })
  while (child.exitCode === null && !existsSync(left)) await wait(2)
  child.kill('SIGKILL')
}
