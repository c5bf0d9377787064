import type { Attrs } from '../graph/types.ts'
import { defaultsOf, type OpDefinition } from '../ops/define.ts'

/** Attributes of the functions whose attributes have no defaults. */
export const givenAttrs: Readonly<Record<string, Attrs>> = { Clip: { min: -1, max: 2 } }

/** Attributes with which an operator can be tried: the defaults of its definition, and {@link givenAttrs}. */
export const trialAttrs = (definition: OpDefinition): Attrs => ({ ...defaultsOf(definition), ...givenAttrs[definition.name] })
