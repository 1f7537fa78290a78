import { Agenda } from "./agenda.ts"

/** An empty agenda that a run has given back, if no other has taken it since. */
let spare: Agenda | undefined

/**
 * An empty agenda: that of an earlier run where there is one, since making one
 * (twenty kilobytes of zeros) takes as long as a third of a short run. A run
 * that begins within another finds none to spare and gets one of its own.
 */
export function takeAgenda(): Agenda {
  const agenda = spare ?? new Agenda()
  spare = undefined
  return agenda
}

/**
 * Gives one back that is no longer used, whatever is left in it. That of a run
 * that threw is better not given back, and one that has grown is let go, so that
 * a long run leaves no memory behind.
 */
export function giveBackAgenda(agenda: Agenda): void {
  if (!agenda.isSmall) return
  agenda.clear()
  spare = agenda
}
