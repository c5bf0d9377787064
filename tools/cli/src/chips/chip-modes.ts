import type { Plan, QuantMode, Target } from '@q/ir'
import { didYouMean, QError } from '@q/ir'

/** A mode of a chip by its name in any case. @throws QError `MODE_UNSUPPORTED` listing those it has */
export function modeOf(text: string, target: Target, at: readonly string[]): QuantMode {
  const wanted = text.toUpperCase()
  const mode = target.modes.find((each) => each === wanted)
  if (mode !== undefined) return mode
  throw unsupported(text, target, target.modes, at)
}

function unsupported(mode: string, target: Target, known: readonly string[], at: readonly string[]): QError {
  return new QError('MODE_UNSUPPORTED', `${target.name} cannot do ${mode}`, {
    at,
    found: mode,
    wanted: `one of ${known.join(', ')}`,
    hint: didYouMean(mode.toUpperCase(), known, 'choose one of these modes'),
    kind: 'usage',
  })
}

/** The mode a model is quantized in when the user names none: one that is usual, where the chip has it, else the chip's own first choice. */
export function usualMode(target: Target, kind: 'integers' | 'floats'): QuantMode {
  const [usual, own] = kind === 'integers' ? ['INT8', target.modes[0]!] : ['F32', target.defaultFloat]
  return target.modes.includes(usual) ? usual : own
}

/** Checks that a chip has every mode a plan asks for. @param source the table, for messages @throws QError `MODE_UNSUPPORTED` naming the layer */
export function checkPlanModes(plan: Plan, target: Target, source: string): void {
  const known = Object.keys(target.schemes)
  for (const [layer, mode] of plan) if (!known.includes(mode)) throw unsupported(mode, target, known, [source, layer])
}

/** Whether a mode computes on codes, so that it needs calibrated ranges. */
export function needsRanges(mode: QuantMode, target: Target): boolean {
  return target.schemes[mode]?.kind === 'integer'
}
