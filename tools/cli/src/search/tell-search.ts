import { asksAll, type Plan, type SampleSource, type TrialLosses } from '@q/ir'
import type { Evaluator, SearchEvent } from '@q/mixprec'
import { countText } from '../console/count-text.ts'
import type { Context } from '../context.ts'
import type { JournalFile } from './journal-file.ts'
import { searchProgress } from './search-progress.ts'

/** What is told of a search while it runs, and what is remembered of it. */
export interface SearchTeller {
  onEvent(event: SearchEvent): void
  /** Says that it is over. */
  end(): void
  /** The losses of what is pinned alone, as far as they were told. */
  before(): TrialLosses | undefined
  /** Another search begins, of which these losses are known. */
  startOver(before: TrialLosses | undefined): void
  /** The log, and how many of its lines were told before the last question was answered. */
  log(): { readonly lines: readonly string[]; readonly toldBefore: number }
}

/** Says once that a search goes on from what an interrupted run has measured: that this is of the same search is known from the first answer on. */
export function resumedTeller({ path, answers }: JournalFile, evaluator: Evaluator, { reporter }: Context): () => void {
  let isTold = answers === 0
  return () => {
    if (isTold || evaluator.counts().journalHits === 0) return
    isTold = true
    reporter.note(`note: the search goes on from ${path}, where an interrupted run has left ${countText(answers, 'measurement')}`)
  }
}

/** What was told of a trial at two times. */
export const joined = (first: TrialLosses | undefined, second: TrialLosses): TrialLosses => ({
  ...second,
  ...first,
  losses: { ...first?.losses, ...second.losses },
})

/** Passes on what happens in a search, and remembers its log. */
export function tellSearch(pinned: Plan, samples: Pick<SampleSource, 'count'>, started: number, { reporter, env }: Context): SearchTeller {
  const lines: string[] = []
  let toldBefore = 0
  let before: TrialLosses | undefined
  const progress = searchProgress(reporter.progress)
  const told = new Set<string>()
  /** Outputs of the float model that say nothing of a trial, once each: no search can make anything of them. */
  const tellVoid = ({ losses }: TrialLosses): void => {
    for (const { outputs, samples: measured } of Object.values(losses)) {
      for (const { name, void: count = 0 } of outputs) {
        if (count < measured.length || told.has(name)) continue
        told.add(name)
        reporter.note(
          `warning: ${name} of the float model is all zeros or not finite on ${measured.length === 1 ? 'the sample' : `all ${measured.length} samples`} that were looked at: its similarity says nothing; check the model and what is done to the samples`,
        )
      }
    }
  }
  // Where the time of files is fixed, so is the time that they tell.
  const secondsSince = (): number => (env['SOURCE_DATE_EPOCH'] === undefined ? (performance.now() - started) / 1000 : 0)
  return {
    onEvent(event: SearchEvent): void {
      progress.onEvent(event)
      if (event.kind === 'question') toldBefore = lines.length
      if (event.kind === 'note') {
        const { text, seconds, level = 'info' } = event.note
        const line = seconds === true ? `${text}${secondsSince()}` : text
        lines.push(`${level.toUpperCase()}:root:${line}`)
        reporter.event('search_note', { text: line, level })
      }
      if (event.kind !== 'trial') return
      const { trial, question, losses } = event
      const isAll = asksAll(question, samples.count)
      tellVoid(losses)
      const isPlainPlan = trial.plan.size === pinned.size && (trial.ranges?.size ?? 0) === 0
      if (isPlainPlan && isAll && question.precision !== 'fast' && question.outputs !== false) before = joined(before, losses)
      reporter.event('trial', {
        plan: Object.fromEntries(trial.plan),
        ranges: Object.fromEntries(trial.ranges ?? []),
        samples: question.samples ?? { first: 0, count: samples.count },
        precision: question.precision ?? 'exact',
        losses: losses.losses,
        layers: Object.fromEntries(losses.layers),
        ...(losses.failure === undefined ? {} : { failure: { code: losses.failure.code, message: losses.failure.message } }),
      })
    },
    end: progress.end,
    before: () => before,
    startOver(known) {
      before = known
    },
    log: () => ({ lines, toldBefore }),
  }
}
