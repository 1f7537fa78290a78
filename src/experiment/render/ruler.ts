import stringWidth from "string-width"

/** How wide texts are in a medium, and how far apart its columns stand, in the same unit. */
export interface Ruler {
  readonly measure: (text: string) => number
  readonly gap: number
}

/** A font of fixed width, in characters. */
export const characters: Ruler = { measure: (text) => stringWidth(text), gap: 2 }

/** The width of a row of columns this wide, the gaps between them included. */
export function totalWidth(widths: readonly number[], { gap }: Ruler = characters): number {
  return widths.reduce((sum, width) => sum + width, 0) + gap * Math.max(0, widths.length - 1)
}
