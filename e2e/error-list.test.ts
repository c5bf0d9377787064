import { expect, it } from 'vitest'
// @ts-expect-error a script without declarations
import { checkErrorList } from '../tools/config/checks/error-list.mjs'

it('docs/errors.md lists the codes that the sources throw', () => {
  expect((checkErrorList as () => readonly string[])()).toEqual([])
})
