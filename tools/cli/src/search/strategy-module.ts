import type { SearchResult, SearchStep, SearchStrategy } from '@q/ir'
import { QError } from '@q/ir'
import { runForeign } from '../modules/foreign-code.ts'
import type { ForeignCode, ModuleKind } from '../modules/module-kind.ts'

/** Modules that bring a search strategy. */
export const strategyModule: ModuleKind = {
  noun: 'strategy',
  errors: {
    unrunnable: ['STRATEGY_MODULE', 'the module of a strategy cannot be run'],
    invalid: 'STRATEGY_INVALID',
    failed: 'STRATEGY_FAILED',
    options: ['STRATEGY_OPTION', 'the strategy takes no options'],
  },
  defects(value) {
    const { name, search } = (typeof value === 'object' && value !== null ? value : {}) as Partial<SearchStrategy>
    return [
      ...(typeof name === 'string' && name !== '' ? [] : ['name is missing: a text']),
      ...(typeof search === 'function' ? [] : ['search is missing: a generator function']),
    ]
  },
}

/** A strategy of the user's, whose errors name it. @throws QError `STRATEGY_INVALID` when it is none */
export function guardStrategy(made: unknown, code: ForeignCode): SearchStrategy {
  const defects = strategyModule.defects(made)
  if (defects.length > 0) {
    throw new QError('STRATEGY_INVALID', `${code.word} brings no strategy that could be used`, {
      at: [code.word],
      found: defects.join('; '),
      wanted: 'a name and a generator search, as docs/write-a-strategy.md describes them',
      hint: 'examine it with strategyConformance of @q/ir/conformance',
      kind: 'usage',
    })
  }
  const strategy = made as SearchStrategy
  const call = { ...code, name: strategy.name, stage: 'search' }
  return {
    name: strategy.name,
    *search(space) {
      const steps = runForeign(call, () => strategy.search(space))
      try {
        let step = runForeign(call, () => outcomeOf(steps.next()))
        while (step.isDone !== true) {
          const answers = yield step.value as SearchStep
          step = runForeign(call, () => outcomeOf(steps.next(answers)))
        }
        return step.value as SearchResult
      } finally {
        runForeign(call, () => steps.return?.(undefined as never))
      }
    },
  }
}

/** What a generator of the user's gives; what is read from it, it may have made up. */
const outcomeOf = ({ done, value }: { readonly done?: boolean; readonly value: unknown }) => ({ isDone: done, value })
