import { expect, it } from 'vitest'

import { fileError } from './file-error.ts'

it.each([
  ['ENOENT', 'FILE_NOT_FOUND'], ['EACCES', 'FILE_NO_PERMISSION'], ['EISDIR', 'FILE_IS_FOLDER'], ['ENOTDIR', 'FILE_NOT_FOLDER'],
  ['EIO', 'FILE_UNREADABLE'],
])('a failure %s of the file system becomes %s', (systemCode, code) => {
  const cause = Object.assign(new Error(`${systemCode}: refused`), { code: systemCode })
  const error = fileError(cause, ['photos', 'a.jpg'])
  expect(error).toMatchObject({ code, kind: 'file-system', at: ['photos', 'a.jpg'], cause })
  expect(error.found && error.wanted && error.hint).toBeTruthy()
})
