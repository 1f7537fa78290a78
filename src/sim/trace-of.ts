import type { Scenario } from "./scenario.ts"
import { simulate } from "./simulate.ts"
import type { TraceEvent } from "./trace.ts"

/** The trace of a scenario as a list: for short runs that are read, drawn or replayed. */
export function traceOf<Message, Stored, Report = never>(
  scenario: Scenario<Message, Stored, Report>,
): readonly TraceEvent<Message, Stored, Report>[] {
  const trace: TraceEvent<Message, Stored, Report>[] = []
  simulate(scenario, (event: TraceEvent<Message, Stored, Report>) => trace.push(event))
  return trace
}
