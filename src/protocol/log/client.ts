import { type Address, type Micros, type Timer, inPlaceActor } from "../actor.ts"
import type { LogMessage, LogOutputs, LogReport } from "./messages.ts"
import type { LogRecord } from "./records.ts"
import type { LogActor } from "./replica.ts"
import { type Workload, uniform } from "./workload.ts"
import type { Command, Result } from "./command.ts"

/** Some clients in one place: a process of their own. */
export interface ClientOptions {
  /** Their numbers are `first`, `first` + 1, … over the whole cluster. */
  readonly first: number
  readonly count: number
  readonly workload: Workload
  /** Whom they ask, the closest first; each time-out moves a client on to the next. */
  readonly replicas: readonly Address[]
  /** A request without an answer is sent again, elsewhere, after one to one and a half times this. */
  readonly retryAfter: Micros
  readonly arrivals: Arrivals
  /** How many requests each client makes; no limit, if not given. */
  readonly requests?: number
}

/**
 * When clients ask. A closed loop slows down with the system and never overloads it; an open one does
 * not wait, and shows how latency grows as the load nears what the system can carry.
 */
export type Arrivals =
  /** Each client asks again `think` after it got an answer; the first requests come over `spread`. */
  | { readonly kind: "closed"; readonly think: Micros; readonly spread: Micros }
  /**
   * Requests arrive by themselves, `burst` at a time, with exponential gaps of this mean
   * between bursts, each from a client that is free; where none is, the request is shed, or waits for one.
   */
  | {
      readonly kind: "open"
      readonly meanGap: Micros
      readonly burst: number
      readonly seed: number
      readonly whenBusy: "shed" | "queue"
    }

/** What a group of clients knows: nothing of this survives a crash, for clients do not crash. */
export class ClientState {
  readonly self: Address
  /** By client of the group: the number of its last request, and the request itself while it is unanswered. */
  requests: number[]
  outstanding: (Command | null)[]
  /** Which of the replicas it asks, and in which tick it did so last. */
  replica: number[]
  sentIn: number[]
  tick = 0
  arrived = 0
  /** Clients without a request, for arrivals that are open; the last is taken first. */
  idle: number[] = []
  /** Arrivals that are open: how many requests wait for a client. */
  queued = 0

  constructor(self: Address, count: number) {
    this.self = self
    this.requests = new Array<number>(count).fill(0)
    this.outstanding = new Array<Command | null>(count).fill(null)
    this.replica = new Array<number>(count).fill(0)
    this.sentIn = new Array<number>(count).fill(0)
  }

  copy(): ClientState {
    const copy = Object.assign(new ClientState(this.self, 0), this)
    copy.requests = [...this.requests]
    copy.outstanding = [...this.outstanding]
    copy.replica = [...this.replica]
    copy.sentIn = [...this.sentIn]
    copy.idle = [...this.idle]
    return copy
  }
}

const retry: Timer = "retry"
const arrival: Timer = "arrival"
const nextPrefix = "next "

/**
 * Clients that ask and wait: each has one request outstanding at most. Works in
 * place, as replicas do. One timer serves all of their time-outs.
 */
export function clients(options: ClientOptions): LogActor<ClientState> {
  return inPlaceActor<ClientState, LogMessage, LogRecord, LogReport>({
    start: (self, out) => {
      const state = new ClientState(self, options.count)
      begin(state, out, options)
      return state
    },
    receive: (state, _, message, out) => {
      if (message.type === "reply") onReply(state, message, out, options)
    },
    timeout: (state, timer, out) => onTimeout(state, timer, out, options),
    // Clients do not crash.
    recover: () => undefined,
  })
}

/** The first requests: spread over a time, so that closed-loop clients do not come in one burst. */
function begin(state: ClientState, out: LogOutputs, { count, arrivals, retryAfter }: ClientOptions): void {
  out.setTimer(retry, Math.ceil(retryAfter / 2))
  if (arrivals.kind === "open") {
    for (let i = count - 1; i >= 0; i--) state.idle.push(i)
    return awaitArrival(state, out, arrivals)
  }
  for (let i = 0; i < count; i++) out.setTimer(`${nextPrefix}${i}`, 0, arrivals.spread)
}

/** Three timers: of retries, of arrivals, and one for each client that thinks. */
function onTimeout(state: ClientState, timer: Timer, out: LogOutputs, options: ClientOptions): void {
  if (timer === retry) return onRetry(state, out, options)
  if (timer !== arrival) return ask(state, Number(timer.slice(nextPrefix.length)), out, options)
  const { arrivals } = options
  if (arrivals.kind !== "open") return
  for (let i = 0; i < arrivals.burst; i++) {
    const client = state.idle.pop()
    if (client !== undefined) ask(state, client, out, options)
    else if (arrivals.whenBusy === "shed") out.report({ type: "shed" })
    else {
      state.queued++
      out.report({ type: "queued" })
    }
  }
  awaitArrival(state, out, arrivals)
}

/** Sets the timer of the next burst. */
function awaitArrival(state: ClientState, out: LogOutputs, arrivals: Arrivals & { kind: "open" }): void {
  // Exponential gaps, by inversion, from a hash of the seed and the count: the n-th arrival is the same
  // whatever the replicas do, so systems are compared under the same arrivals.
  const u = uniform(arrivals.seed, state.self, state.arrived++, 3)
  out.setTimer(arrival, Math.round(-Math.log1p(-u) * arrivals.meanGap))
}

/** The next request of a client of the group. */
function ask(state: ClientState, i: number, out: LogOutputs, options: ClientOptions, waited = false): void {
  const request = state.requests[i]! + 1
  if (request > (options.requests ?? Infinity)) return
  if (waited) state.queued--
  const command = options.workload(options.first + i, request)
  state.requests[i] = request
  state.outstanding[i] = command
  out.report(waited ? { type: "call", command, waited } : { type: "call", command })
  send(state, i, command, out, options)
}

function send(
  state: ClientState,
  i: number,
  command: Command,
  out: LogOutputs,
  { replicas }: ClientOptions,
): void {
  state.sentIn[i] = state.tick
  out.send(replicas[state.replica[i]! % replicas.length]!, { type: "request", command })
}

/** Only the answer to what is outstanding counts: late ones and second ones are dropped. */
function onReply(
  state: ClientState,
  { client, request, result }: { client: number; request: number; result: Result },
  out: LogOutputs,
  options: ClientOptions,
): void {
  const i = client - options.first
  const command = state.outstanding[i]
  if (command?.request !== request) return
  state.outstanding[i] = null
  out.report({ type: "return", command, result })
  const { arrivals } = options
  if (arrivals.kind === "open") {
    if (state.queued > 0) ask(state, i, out, options, true)
    else state.idle.push(i)
  } else if (arrivals.think === 0) ask(state, i, out, options)
  else out.setTimer(`${nextPrefix}${i}`, arrivals.think)
}

/** Requests that have waited for the third tick, one to one and a half times `retryAfter`, go to the next replica under the same number. */
function onRetry(state: ClientState, out: LogOutputs, options: ClientOptions): void {
  state.tick++
  state.outstanding.forEach((command, i) => {
    if (command === null || state.tick - state.sentIn[i]! < 3) return
    state.replica[i]!++
    send(state, i, command, out, options)
  })
  // Half the time-out is a tick, and the third tick ends the wait: one timer for
  // all clients instead of one each.
  out.setTimer(retry, Math.ceil(options.retryAfter / 2))
}
