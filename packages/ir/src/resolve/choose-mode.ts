import type { ResolveSettings } from '../contracts/backend.ts'
import type { Target } from '../contracts/target.ts'
import { QError } from '../errors.ts'
import { layerOf } from '../graph/edges.ts'
import type { OpForm } from '../graph/op-form.ts'
import type { Node } from '../graph/types.ts'
import { nearestFirst } from '../suggest.ts'
import type { QuantMode } from '../tables/quant-mode.ts'

/**
 * The mode a node is lowered in: its entry in the plan or the mode of the graph, then what the target makes of it for
 * this operator.
 *
 * @throws QError `MODE_UNSUPPORTED`, `OP_UNSUPPORTED`
 */
export function chooseMode(node: Node, form: OpForm, entry: QuantMode | undefined, target: Target, settings: ResolveSettings): QuantMode {
  const layer = layerOf(node)
  const asked = entry ?? settings.mode
  if (settings.highPrecision) {
    const wide = target.highPrecision?.[form]
    if (wide !== undefined) return wide
  }
  const modes = target.ops[form] ?? target.ops[node.op as keyof typeof target.ops]
  if (modes === undefined) throw opUnsupported(`${target.name} cannot run ${node.op}`, node, layer, Object.keys(target.ops))
  const mode = modes[asked]
  if (mode !== undefined) return mode
  throw modeUnsupported(asked, target, [layer], Object.keys(modes))
}

/** The error about an operator that is not among those there are; near names come first. */
export function opUnsupported(message: string, { op }: Node, layer: string, known: readonly string[]): QError {
  return new QError('OP_UNSUPPORTED', message, {
    at: [layer],
    found: op,
    wanted: `one of ${nearestFirst(op, known).join(', ')}`,
    hint: 'cut the graph before this layer, or write a lowering for it',
  })
}

/** @throws QError `MODE_UNSUPPORTED` when the target does not have the mode of the whole graph. */
export function checkSettings(target: Target, settings: ResolveSettings): void {
  if (!target.modes.includes(settings.mode)) throw modeUnsupported(settings.mode, target, [], target.modes)
  if (settings.asymmetric && target.asymmetricSchemes === undefined) {
    const scheme = target.schemes[settings.mode]
    const hasZeroPoints = scheme?.kind === 'integer' && scheme.activations.zeroPoint !== 'none'
    throw new QError('MODE_UNSUPPORTED', `${target.name} has no second scheme with zero points`, {
      found: `${settings.mode} asymmetric`,
      wanted: target.modes.join(', '),
      hint: hasZeroPoints
        ? `leave it out: ${settings.mode} has zero points anyway`
        : 'leave it out: codes of this chip have no zero points',
      kind: 'usage',
    })
  }
}

function modeUnsupported(mode: QuantMode, target: Target, at: readonly string[], known: readonly string[]): QError {
  return new QError('MODE_UNSUPPORTED', `q does not support ${mode} on ${target.name}${at.length > 0 ? ' here' : ''} yet`, {
    at,
    found: mode,
    wanted: known.join(', '),
    hint: at.length > 0 ? 'give the layer one of these modes in the quantization table' : 'choose one of these modes',
    kind: 'usage',
  })
}
