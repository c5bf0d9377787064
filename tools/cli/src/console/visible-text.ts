/**
 * A text with what a terminal obeys and nobody sees written out (`\\u001b`), but ends of lines and tabs: names come from files and modules of others. These are control
 * characters, marks that turn the direction of writing or have no width, and ends of lines of other kinds.
 */
export const visibleText = (text: string): string => text.replace(unseen, escaped)

/** JSON in which the same is written out, which means the same to whoever reads it. */
export const visibleJson = (json: string): string => json.replace(unseen, escaped)

const unseen =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]|\udb40[\udc00-\udc7f]/g

const escaped = (text: string): string =>
  Array.from({ length: text.length }, (_, i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, '0')}`).join('')
