import { execFileSync, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('trial.mjs', import.meta.url))

/** Processor seconds that one test may take, and a session to start, before it counts as hung: another's load makes nothing hang. */
const longestWork = 60

/** Milliseconds without a sign of life and without work, after which it waits for something that does not come. */
const longestRest = 120_000

const lookEvery = 5_000

/**
 * Runs tests of the tree in `folder`, one question at a time. A test that does not come to its end is stopped together with its
 * process; the next question starts another.
 */
export function startTrials(folder) {
  let child

  async function start() {
    child = fork(program, [folder], {
      detached: true,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: { ...process.env, Q_SHARED: `${folder}/no-shared-folder`, NO_COLOR: '1' },
    })
    await answer(child)
  }

  return {
    async ask(question) {
      if (!child) await start()
      child.send(question)
      const given = await answer(child)
      if (given.late || given.ended) stop()
      return given
    },
    stop,
  }

  function stop() {
    if (child?.pid && child.exitCode === null) process.kill(-child.pid, 'SIGKILL')
    child = undefined
  }
}

function answer(child) {
  return new Promise((resolve) => {
    let isHeard = true
    let heard
    const settle = (value) => {
      if (value.alive) {
        isHeard = true
        return
      }
      clearInterval(timer)
      child.off('message', settle)
      child.off('exit', ended)
      resolve(value)
    }
    const ended = () => settle({ ended: true })
    const look = () => {
      const now = { at: performance.now(), work: processorSeconds(child.pid) }
      if (isHeard) heard = now
      isHeard = false
      const work = now.work - heard.work
      if (work > longestWork || (work < 1 && now.at - heard.at > longestRest)) settle({ late: true })
    }
    const timer = setInterval(look, lookEvery)
    child.on('message', settle)
    child.on('exit', ended)
  })
}

/** What a process and those it started (its group) have worked so far. */
function processorSeconds(group) {
  const lines = execFileSync('ps', ['-A', '-o', 'pgid=,time='], { encoding: 'utf8' }).trim().split('\n')
  return lines
    .map((line) => line.trim().split(/\s+/))
    .filter(([one]) => Number(one) === group)
    .reduce((sum, [, time]) => sum + secondsOf(time), 0)
}

/** Of a time as ps writes it: days-hours:minutes:seconds, the first of them only where they are not zero. */
function secondsOf(time) {
  const [seconds, minutes = 0, hours = 0, days = 0] = time.split(/[-:]/).map(Number).reverse()
  return ((days * 24 + hours) * 60 + minutes) * 60 + seconds
}
