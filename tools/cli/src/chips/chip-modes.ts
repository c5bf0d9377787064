import type { Plan, QuantMode, Target } from '@q/ir'
import { didYouMean, QError } from '@q/ir'

/** A mode of a chip by its name in any case. @throws QError `MODE_UNSUPPORTED` listing those it has */
export function modeOf(text: string, target: Target, at: readonly string[]): QuantMode {
  const wanted = text.toUpperCase()
  const mode = target.modes.find((each) => each === wanted)
  if (mode !== undefined) return mode
  throw new QError('MODE_UNSUPPORTED', `${target.name} cannot do ${text}`, {
    at,
    found: text,
    wanted: `one of ${target.modes.join(', ')}`,
    hint: didYouMean(wanted, target.modes, 'choose one of these modes'),
    kind: 'usage',
  })
}

/** Checks that a chip has every mode a plan asks for. @param source the table, for messages @throws QError `MODE_UNSUPPORTED` naming the layer */
export function checkPlanModes(plan: Plan, target: Target, source: string): void {
  for (const [layer, mode] of plan) modeOf(mode, target, [source, layer])
}

/** Whether a mode computes on codes, so that it needs calibrated ranges. */
export function needsRanges(mode: QuantMode, target: Target): boolean {
  return !target.floatModes.includes(mode)
}
