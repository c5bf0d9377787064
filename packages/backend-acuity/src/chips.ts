import type { QuantMode } from '@q/ir'

/** What one chip takes of what the library has. */
export interface ChipFacts {
  /** What `export ovxlib --optimize` is told (spec/acuity.md 2.5). @default the user has to say */
  readonly optimize?: string
  /** Modes that fail on it, with what users met (spec/acuity.md 5.4). @default none */
  readonly without?: Readonly<Partial<Record<QuantMode, string>>>
}

const perChannel = 'networks with a scale for each channel fail on it'

/** The chips of which limits or the name of the compiler's target are known, and `acuity`: all that the library has. */
export const chipFacts = {
  acuity: {},
  'acuity-v853': { optimize: 'VIP9000PICO_PID0XEE' },
  'acuity-t527': {
    optimize: 'VIP9000NANOSI_PLUS_PID0X10000016',
    without: {
      PCQ: 'binaries with a scale for each channel crash on it',
      DFP16: 'binaries of 16 bits crash on it, mixed ones too',
      BF16: 'binaries in bfloat16 crash on it',
      QBF16: 'binaries in bfloat16 crash on it',
    },
  },
  'acuity-a733': {
    optimize: 'VIP9000NANODI_PLUS_PID0X1000003B',
    without: { BF16: 'its export in bfloat16 fails', QBF16: 'its export in bfloat16 fails' },
  },
  'acuity-s905d3': { optimize: 'VIPNANOQI_PID0X99', without: { PCQ: perChannel, DFP16: 'it has no codes of 16 bits' } },
  'acuity-amlogic-0xbe': { optimize: 'VIPNANOQI_PID0XBE' },
  'acuity-amlogic-0xe8': { optimize: 'VIPNANOQI_PID0XE8' },
  'acuity-ameba-pro2': { optimize: 'VIP8000NANONI_PID0XAD', without: { PCQ: perChannel } },
} as const satisfies Readonly<Record<string, ChipFacts>>

/** A chip of the family. */
export type Chip = keyof typeof chipFacts

/** The chips of the family; the first has no limits. */
export const chips = Object.keys(chipFacts) as readonly Chip[]

/** What is known of a chip. */
export const factsOfChip = (chip: Chip): ChipFacts => chipFacts[chip]
