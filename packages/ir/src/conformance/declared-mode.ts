import type { Target } from '../contracts/target.ts'
import type { OpForm } from '../graph/op-form.ts'
import type { QuantMode } from '../tables/quant-mode.ts'

/** The mode in which a target computes an operator in the place of another; `undefined` where it does not have it there. */
export function computedIn({ ops }: Target, form: OpForm, mode: QuantMode): QuantMode | undefined {
  return (ops[form] ?? ops[form.replace('#constant', '') as OpForm])?.[mode]
}
