import { type Verdict, holds, violated } from "../../base/verdict.ts"
import type { Violation } from "../check.ts"

/** One property of a run and what became of it. */
export interface Judgement {
  /** "agreement": what reports and rows call it. */
  readonly name: string
  /** Definition or lemma, in the literature. */
  readonly reference: string
  readonly verdict: Verdict<Violation>
}

/** Counts what was looked at and remembers the first thing that was wrong. */
export class Finding {
  readonly name: string
  private readonly reference: string
  private readonly what: string
  private first: Violation | undefined
  looked = 0

  constructor(name: string, reference: string, what: string) {
    this.name = name
    this.reference = reference
    this.what = what
  }

  report(at: number, message: string): void {
    this.first ??= { at, message }
  }

  get judgement(): Judgement {
    const { name, reference, first } = this
    const verdict =
      first === undefined ? holds(`${this.looked} ${this.what} were checked`) : violated(first, first.message)
    return { name, reference, verdict }
  }
}
