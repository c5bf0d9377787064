/**
 * Whether a line of a table can hold a name and be read back: one that is there, without white space, control characters and halves of
 * characters, and does not start with `#`.
 */
export const isTableName = (name: string): boolean => name !== '' && !/[\s\p{Cc}\p{Cs}]/u.test(name) && !name.startsWith('#')
