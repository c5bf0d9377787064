import type { OnProgress } from '@q/ir'
import type { SearchEvent } from '@q/mixprec'

/** Tells how far a search is, in trials measured on a sample; how many there will be in all is estimated from the share that is done. */
export function searchProgress(report: OnProgress): (event: SearchEvent) => void {
  let before = 0
  let now = 0
  let isBegun = false
  return (event) => {
    if (event.kind === 'question') before += now
    if (event.kind === 'question') now = 0
    if (event.kind !== 'progress') return
    isBegun ||= event.done > 0
    now = event.measured
    const done = before + now
    const estimated = event.done > 0 && before > 0 ? Math.round(before / event.done) : before + event.total
    const isWhole = !isBegun && now === event.total && event.total > 1
    report({ stage: 'search', done, total: Math.max(estimated, isWhole ? done : done + 1) })
  }
}
