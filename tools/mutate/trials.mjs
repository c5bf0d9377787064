import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('trial.mjs', import.meta.url))

/** So long may one test take, and a session to start, before it counts as hung. */
const longestSilence = 60_000

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
    let timer
    const settle = (value) => {
      clearTimeout(timer)
      if (value.alive) return wait()
      child.off('message', settle)
      child.off('exit', ended)
      resolve(value)
    }
    const ended = () => settle({ ended: true })
    const wait = () => {
      timer = setTimeout(() => settle({ late: true }), longestSilence)
    }
    child.on('message', settle)
    child.on('exit', ended)
    wait()
  })
}
