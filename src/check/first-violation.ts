import { type Verdict, holds, violated } from "../base/verdict.ts"
import type { Violation } from "./check.ts"

/** Remembers the first violation of a check and counts what was checked. */
export class FirstViolation {
  private first: Violation | undefined
  private events = 0

  counted(): void {
    this.events++
  }

  report(at: number, message: string): void {
    this.first ??= { at, message }
  }

  verdict(what: string): Verdict<Violation> {
    return this.first === undefined
      ? holds(`${this.events} ${what} were checked`)
      : violated(this.first, this.first.message)
  }
}
