import type { Micros, TimerRange } from "../actor.ts"

/** How long a proposer waits before it starts again with a greater epoch, after a timeout or a negative reply. */
export type BackOff =
  /** At once. Two proposers that retry in step can duel for ever (Howard 2019, figure 2.6). */
  | { readonly kind: "none" }
  /** The same pause every time. */
  | { readonly kind: "fixed"; readonly pause: Micros }
  /** A pause drawn from 0 to `upTo`. */
  | { readonly kind: "random"; readonly upTo: Micros }
  /** Drawn from 0 to a limit that starts at `base`, doubles with every attempt and stops growing at `most`. */
  | { readonly kind: "exponential"; readonly base: Micros; readonly most: Micros }

/** The pause before attempt `attempt` + 1; attempts count from 1. */
export function pauseAfter(backOff: BackOff, attempt: number): TimerRange {
  switch (backOff.kind) {
    case "none":
      return { min: 0, max: 0 }
    case "fixed":
      return { min: backOff.pause, max: backOff.pause }
    case "random":
      return { min: 0, max: backOff.upTo }
    case "exponential":
      return { min: 0, max: Math.min(backOff.most, backOff.base * 2 ** (attempt - 1)) }
  }
}
