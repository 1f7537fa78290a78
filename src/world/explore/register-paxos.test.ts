import { describe, expect, it } from "vitest"
import type { Actor, Address, Output, Step } from "../../protocol/actor.ts"
import { exploreActors } from "./breadth-first.ts"
import type { ActorModel, History, NetworkKind, Property } from "./model.ts"

/**
 * A published yardstick: the `paxos` example of the Stateright library (three
 * servers that are proposer and acceptor at once; clients that put a value and
 * then get it), whose numbers of states are known. The actors here are that
 * example's, for this test only; the network, the history of the clients and
 * the pruning of idle deliveries are the explorer's own.
 */
type Ballot = readonly [round: number, leader: Address]
type Proposal = readonly [request: number, client: Address, value: string]
type Accepted = readonly [ballot: Ballot, proposal: Proposal] | null

type Message =
  | { type: "put"; request: number; value: string }
  | { type: "get"; request: number }
  | { type: "put-ok"; request: number }
  | { type: "get-ok"; request: number; value: string }
  | { type: "prepare"; ballot: Ballot }
  | { type: "prepared"; ballot: Ballot; accepted: Accepted }
  | { type: "accept"; ballot: Ballot; proposal: Proposal }
  | { type: "accepted"; ballot: Ballot }
  | { type: "decided"; ballot: Ballot; proposal: Proposal }

interface Server {
  readonly self: Address
  readonly ballot: Ballot
  readonly proposal: Proposal | null
  readonly prepares: ReadonlyMap<Address, Accepted>
  readonly accepts: readonly Address[]
  readonly accepted: Accepted
  readonly decided: boolean
}

type ServerStep = Step<Server, Message, never>

const servers = [0, 1, 2]
const majority = 2

const compareBallots = (a: Ballot, b: Ballot): number => a[0] - b[0] || a[1] - b[1]
const to = (address: Address, message: Message): Output<Message, never> => ({
  type: "send",
  to: address,
  message,
})
const broadcast = (self: Address, message: Message) =>
  servers.filter((s) => s !== self).map((s) => to(s, message))

const server: Actor<Server, Message, never> = {
  start: (self) => ({
    state: {
      self,
      ballot: [0, 0],
      proposal: null,
      prepares: new Map<Address, Accepted>(),
      accepts: [],
      accepted: null,
      decided: false,
    },
    outputs: [],
  }),
  step: (state, input) =>
    input.type === "receive" ? onMessage(state, input.from, input.message) : { state, outputs: [] },
}

function onMessage(state: Server, from: Address, message: Message): ServerStep {
  const { self } = state
  const nothing: ServerStep = { state, outputs: [] }
  if (state.decided) {
    if (message.type !== "get") return nothing
    const reply: Message = { type: "get-ok", request: message.request, value: state.accepted![1][2] }
    return { state, outputs: [to(from, reply)] }
  }
  switch (message.type) {
    case "put": {
      if (state.proposal !== null) return nothing
      const ballot: Ballot = [state.ballot[0] + 1, self]
      const proposal: Proposal = [message.request, from, message.value]
      const next = { ...state, ballot, proposal, prepares: new Map([[self, state.accepted]]), accepts: [] }
      return { state: next, outputs: broadcast(self, { type: "prepare", ballot }) }
    }
    case "prepare": {
      const { ballot } = message
      if (compareBallots(state.ballot, ballot) >= 0) return nothing
      return {
        state: { ...state, ballot },
        outputs: [to(from, { type: "prepared", ballot, accepted: state.accepted })],
      }
    }
    case "prepared":
      return compareBallots(message.ballot, state.ballot) === 0
        ? onPrepared(state, from, message.accepted)
        : nothing
    case "accept": {
      const { ballot, proposal } = message
      if (compareBallots(state.ballot, ballot) > 0) return nothing
      return {
        state: { ...state, ballot, accepted: [ballot, proposal] },
        outputs: [to(from, { type: "accepted", ballot })],
      }
    }
    case "accepted":
      return compareBallots(message.ballot, state.ballot) === 0 ? onAccepted(state, from) : nothing
    case "decided": {
      const { ballot, proposal } = message
      return { state: { ...state, ballot, accepted: [ballot, proposal], decided: true }, outputs: [] }
    }
    default:
      return nothing
  }
}

/**
 * Stateright prunes a delivery whose handler did not touch its state, even to
 * write what was there. An output that changes nothing marks those that did.
 */
const touched: Output<Message, never>[] = [{ type: "learn", epoch: 0, value: "" }]

function onPrepared(state: Server, from: Address, report: Accepted): ServerStep {
  const prepares = new Map(state.prepares).set(from, report)
  if (prepares.size !== majority) return { state: { ...state, prepares }, outputs: touched }
  const reports = [...prepares.values()].filter((accepted) => accepted !== null)
  const latest = reports.sort((a, b) => compareBallots(b[0], a[0]))[0]
  const proposal = latest === undefined ? state.proposal! : latest[1]
  const { ballot, self } = state
  return {
    state: { ...state, prepares, proposal, accepted: [ballot, proposal], accepts: [self] },
    outputs: broadcast(self, { type: "accept", ballot, proposal }),
  }
}

function onAccepted(state: Server, from: Address): ServerStep {
  const accepts = [...new Set([...state.accepts, from])].sort()
  if (accepts.length !== majority) return { state: { ...state, accepts }, outputs: touched }
  const { ballot, self } = state
  const proposal = state.proposal!
  const [request, client] = proposal
  return {
    state: { ...state, accepts, decided: true },
    outputs: [
      ...broadcast(self, { type: "decided", ballot, proposal }),
      to(client, { type: "put-ok", request }),
    ],
  }
}

interface Client {
  readonly self: Address
  readonly awaiting: number | null
  readonly operations: number
}

const client: Actor<Client, Message, never> = {
  start: (self) => {
    const value = String.fromCharCode(65 + self - servers.length)
    return {
      state: { self, awaiting: self, operations: 1 },
      outputs: [to(self % servers.length, { type: "put", request: self, value })],
    }
  },
  step: (state, input) => {
    const nothing = { state, outputs: [] }
    if (input.type !== "receive" || !("request" in input.message)) return nothing
    const { type, request } = input.message
    const { self, awaiting, operations } = state
    if (request !== awaiting) return nothing
    if (type === "get-ok") return { state: { self, awaiting: null, operations: operations + 1 }, outputs: [] }
    if (type !== "put-ok") return nothing
    const next = (operations + 1) * self
    return {
      state: { self, awaiting: next, operations: operations + 1 },
      outputs: [to((self + operations) % servers.length, { type: "get", request: next })],
    }
  },
}

/** An operation with what other clients had completed when it was invoked: all that linearizability depends on. */
interface Operation {
  readonly op: string
  readonly after: Readonly<Record<Address, number>>
}
interface Clients {
  readonly completed: Readonly<Record<Address, readonly (Operation & { readonly result: string })[]>>
  readonly inFlight: Readonly<Record<Address, Operation>>
}

const clientHistory: History<Message, never, Clients> = {
  initial: { completed: {}, inFlight: {} },
  observe: (history, event) => {
    if (event.type === "send" && event.message.type === "put")
      return invoke(history, event.from, `write ${event.message.value}`)
    if (event.type === "send" && event.message.type === "get") return invoke(history, event.from, "read")
    if (event.type === "deliver" && event.message.type === "put-ok") return complete(history, event.to, "ok")
    if (event.type === "deliver" && event.message.type === "get-ok")
      return complete(history, event.to, event.message.value)
    return history
  },
}

/** Stateright's duplicating network remembers the envelope delivered last, as part of the state. */
const withLastDelivery: History<Message, never, Clients & { last?: unknown }> = {
  initial: clientHistory.initial,
  observe: (history, event) => {
    const observed = clientHistory.observe(history, event)
    if (event.type === "deliver")
      return { ...observed, last: { from: event.from, to: event.to, message: event.message } }
    return "last" in history ? { ...observed, last: history.last } : observed
  },
}

function invoke({ completed, inFlight }: Clients, by: Address, op: string): Clients {
  const others = Object.entries(completed).filter(([who, list]) => Number(who) !== by && list.length > 0)
  const after = Object.fromEntries(others.map(([who, list]) => [who, list.length - 1]))
  return {
    completed: { ...completed, [by]: completed[by] ?? [] },
    inFlight: { ...inFlight, [by]: { op, after } },
  }
}

function complete({ completed, inFlight }: Clients, by: Address, result: string): Clients {
  const { [by]: operation, ...rest } = inFlight
  return { completed: { ...completed, [by]: [...completed[by]!, { ...operation!, result }] }, inFlight: rest }
}

/** Every completed read returned the one value that was ever written successfully: single-decree Paxos never changes it. */
function readsAgree({ completed }: Clients): boolean {
  const results = Object.values(completed).flatMap((list) => list.filter(({ op }) => op === "read"))
  return new Set(results.map(({ result }) => result)).size <= 1
}

function register(clients: number, network: NetworkKind): ActorModel<Message, never, Clients> {
  const process = (name: string, actor: Actor<Server, Message, never> | Actor<Client, Message, never>) => ({
    name,
    role: "acceptor" as const,
    actor: actor as Actor<unknown, Message, never>,
  })
  return {
    processes: [
      ...servers.map((s) => process(`s${s}`, server)),
      ...Array.from({ length: clients }, (_, c) => process(`c${c}`, client)),
    ],
    network,
    requests: [],
    history: network === "duplicating" ? withLastDelivery : clientHistory,
  }
}

const properties: readonly Property<Message, never, Clients>[] = [
  { kind: "always", name: "reads agree", ofHistory: readsAgree },
  {
    kind: "sometimes",
    name: "value chosen",
    ofWorld: ({ messages }) => messages.some(({ message }) => message.type === "get-ok"),
  },
]

describe("the published counts of Stateright's paxos example", () => {
  const rows: readonly (readonly [number, NetworkKind, number, number | undefined, number | undefined])[] = [
    [1, "unordered", 265, 482, 14],
    [2, "unordered", 16_668, 32_971, 21],
    [1, "duplicating", 634, undefined, undefined],
    [2, "duplicating", 42_805, undefined, undefined],
    [1, "ordered", 237, undefined, undefined],
  ]
  it.each(rows)("%i clients, %s network: %i states", (clients, network, distinct, generated, depth) => {
    const result = exploreActors(register(clients, network), properties)
    expect(result.distinct).toBe(distinct)
    if (generated !== undefined) expect(result.generated).toBe(generated)
    if (depth !== undefined) expect(result.depth).toBe(depth)
    expect(result.outcomes.map(({ verdict }) => verdict.verdict)).toEqual(["holds", "holds"])
  })

  it.runIf(process.env["SLOW"] === "1")("3 clients, unordered network: 1,194,428 states", () => {
    expect(exploreActors(register(3, "unordered"), properties)).toMatchObject({
      distinct: 1_194_428,
      generated: 2_420_477,
      depth: 28,
    })
  })
})
