import { QError } from '@q/ir'
import { describe, expect, it, vi } from 'vitest'
import { calibrateInTime } from './calibrate-in-time.ts'
import { type Deadline, deadlineOf, isTooShortForThreads, noteOverdue, timeBehind, timeLeft } from './deadline.ts'

/** A clock that calibrations move on: so many milliseconds for starting, for a sample, and for tuning. */
function clocked(endsAt: number, { start = 10, each = 10, tuning = 200 } = {}) {
  let time = 0
  const alarms = new Map<symbol, { readonly at: number; readonly call: () => void }>()
  const rounds: string[] = []
  const deadline: Deadline = {
    endsAt,
    reserve: 20,
    start: 0,
    now: () => time,
    after(milliseconds, call) {
      const key = Symbol()
      alarms.set(key, { at: time + milliseconds, call })
      return () => void alarms.delete(key)
    },
  }
  const make = async ({ samples, isWhole }: { readonly samples: number; readonly isWhole: boolean }, signal: AbortSignal) => {
    for (const part of [start, ...Array.from({ length: samples }, () => each), ...(isWhole ? [tuning] : [])]) {
      time += part
      for (const { at, call } of [...alarms.values()]) if (at <= time) call()
      if (signal.aborted) {
        rounds.push(`${samples} stopped`)
        throw new QError('INTERRUPTED', 'stopped', { kind: 'interrupted' })
      }
    }
    rounds.push(`${samples}${isWhole ? ' tuned' : ''}`)
    return { table: samples }
  }
  return { deadline, rounds, now: () => time, run: () => calibrateInTime(100, deadline, make) }
}

describe('a calibration in time', () => {
  it.each([
    [100_000, ['1', '100 tuned']],
    [5000, ['1', '100 tuned']],
    [1500, ['1', '4', '16']],
    [150, ['1', '4']],
    [45, ['1']],
  ])('takes as many samples as %i ms allow', async (endsAt, wanted) => {
    const { run, rounds, now } = clocked(endsAt)
    const { samples, isWhole, table } = (await run())!
    expect(rounds).toEqual(wanted)
    expect([`${samples}${isWhole ? ' tuned' : ''}`, table]).toEqual([wanted.at(-1), samples])
    expect(now()).toBeLessThanOrEqual(endsAt - 20)
  })

  it('is what was done before where a round takes much longer than was expected', async () => {
    const { run, rounds, now } = clocked(5000, { tuning: 100_000 })
    expect(await run()).toMatchObject({ samples: 1, isWhole: false })
    expect(rounds.at(-1)).toBe('100 stopped')
    expect(now()).toBeGreaterThan(0)
  })

  it.each([30, 0])('is none where there is no time for one sample, and is over in %i ms', async (endsAt) => {
    const { run, now } = clocked(endsAt)
    expect(await run()).toBeUndefined()
    expect(now()).toBeLessThanOrEqual(endsAt)
  })
})

describe('a deadline', () => {
  it('is not over at once where it is further away than a timer counts', () => {
    vi.useFakeTimers()
    const month = 31 * 24 * 3_600_000
    const call = vi.fn()
    const { after } = deadlineOf(month, 0, { env: {} })
    after(month, call)
    const callOff = after(month, call)
    vi.advanceTimersByTime(month - 1)
    expect(call).not.toHaveBeenCalled()
    callOff()
    vi.advanceTimersByTime(1)
    expect(call).toHaveBeenCalledTimes(1)
    vi.useRealTimers()
  })

  it('counts from the start of the process, and keeps what the start lets expect for the end', () => {
    const own = deadlineOf(5000, 1200, { env: { Q_STARTED: String(performance.timeOrigin) } })
    expect([own.endsAt, own.reserve, own.start]).toEqual([5000, 600, 1200])
    const other = deadlineOf(5000, 90_000, { env: {} })
    expect([other.endsAt, other.reserve]).toEqual([95_000, 400])
    expect(deadlineOf(4, 0, { env: {} }).reserve).toBe(1)
    expect(deadlineOf(4, 0, { env: {} }, 2).reserve).toBe(3)
    expect(timeLeft({ ...own, now: () => 9000 })).toBe(0)
  })

  it('leaves no time for threads where less is left than twice what the start took', () => {
    const own = deadlineOf(5000, 1200, { env: { Q_STARTED: String(performance.timeOrigin) } })
    expect([1900, 2100].map((now) => isTooShortForThreads({ ...own, now: () => now }))).toEqual([false, true])
  })
})

describe('a deadline of quantize', () => {
  it('leaves twice the time of the check to what comes behind the search, half of what is left at most', () => {
    const { deadline } = clocked(1020)
    expect(timeBehind(deadline, 200)).toBe(400)
    expect(timeBehind(deadline, 900)).toBe(500)
  })

  it('that was missed is told, and by how much', () => {
    const notes: string[] = []
    const told = (now: number) =>
      noteOverdue({ ...clocked(1000).deadline, now: () => now }, { reporter: { note: (line: string) => notes.push(line) } as never })
    told(1000)
    expect(notes).toEqual([])
    told(2540)
    expect(notes).toEqual([expect.stringMatching(/^note: --budget was too short by 1\.5 s: /)])
  })
})
