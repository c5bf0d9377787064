/** A number of things: `1 layer`, `2 layers`. */
export const countText = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? '' : 's'}`
