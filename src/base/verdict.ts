/**
 * The answer of every check. A check that could not finish says `unknown` and
 * why; it never says `holds`.
 */
export type Verdict<Witness> =
  | {
      readonly verdict: "holds"
      readonly because: string
      /** True where there was nothing to judge: it holds of no case at all. */
      readonly vacuous?: true
    }
  | { readonly verdict: "violated"; readonly because: string; readonly witness: Witness }
  | { readonly verdict: "unknown"; readonly because: string }

/** It is so, and why. */
export const holds = (because: string): Verdict<never> => ({ verdict: "holds", because })

/** It is so, since there is nothing of which it could not be. */
export const holdsVacuously = (because: string): Verdict<never> => ({
  verdict: "holds",
  because,
  vacuous: true,
})

/** Whether it holds only because there was nothing to judge. */
export const isVacuous = (verdict: Verdict<unknown>): boolean =>
  verdict.verdict === "holds" && verdict.vacuous === true

/** It is not so: what shows it, and why. */
export const violated = <Witness>(witness: Witness, because: string): Verdict<Witness> => ({
  verdict: "violated",
  because,
  witness,
})

/** It could not be found out, and why. Never a success. */
export const unknown = (because: string): Verdict<never> => ({ verdict: "unknown", because })
