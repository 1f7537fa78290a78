/**
 * The answer of every check. A check that could not finish says `unknown` and
 * why; it never says `holds`.
 */
export type Verdict<Witness> =
  | { readonly verdict: "holds"; readonly because: string }
  | { readonly verdict: "violated"; readonly because: string; readonly witness: Witness }
  | { readonly verdict: "unknown"; readonly because: string }

/** It is so, and why. */
export const holds = (because: string): Verdict<never> => ({ verdict: "holds", because })

/** It is not so: what shows it, and why. */
export const violated = <Witness>(witness: Witness, because: string): Verdict<Witness> => ({
  verdict: "violated",
  because,
  witness,
})

/** It could not be found out, and why. Never a success. */
export const unknown = (because: string): Verdict<never> => ({ verdict: "unknown", because })
