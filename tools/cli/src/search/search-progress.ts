import type { OnProgress } from '@q/ir'
import type { SearchEvent } from '@q/mixprec'

/** Tells how far a search is. */
export interface SearchProgress {
  readonly onEvent: (event: SearchEvent) => void
  /** Says that it is over: all that was done was all there was to do. */
  end(): void
}

/** Tells how far a search is, in trials measured on a sample; how many there will be in all is estimated from the share that is done. */
export function searchProgress(report: OnProgress): SearchProgress {
  let before = 0
  let now = 0
  let isBegun = false
  let isTold = true
  const tell = (done: number, total: number): void => {
    isTold = done === total
    report({ stage: 'search', done, total })
  }
  const onEvent = (event: SearchEvent): void => {
    if (event.kind === 'question') before += now
    if (event.kind === 'question') now = 0
    if (event.kind !== 'progress') return
    isBegun ||= event.done > 0
    now = event.measured
    const done = before + now
    // A search that goes on behind what it expected knows of the question in hand alone.
    const asked = before + event.total
    const estimated = event.done > 0 && before > 0 ? Math.max(asked, Math.round(before / event.done)) : asked
    const isWhole = !isBegun && now === event.total && event.total > 1
    tell(done, Math.max(estimated, isWhole ? done : done + 1))
  }
  return {
    onEvent,
    end() {
      if (!isTold) tell(before + now, before + now)
    },
  }
}
