import type { SpellingBook } from '../codec/spelling.ts'
import { spellingBook } from '../codec/spelling.ts'
import { elementWise } from './element-wise.ts'
import { movement } from './movement.ts'
import { poolsAndNorms } from './pools-and-norms.ts'
import { products } from './products.ts'
import { selection } from './selection.ts'

/** How the Top dialect writes the operators of a float graph. */
export const topBook: SpellingBook = spellingBook('top', [...elementWise, ...products, ...poolsAndNorms, ...movement, ...selection])

/** The operators of the Top dialect that are known, `Conv` and the like. */
export const topOperators: readonly string[] = [...topBook.byName.keys()]
