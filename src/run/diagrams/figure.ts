import { DiagramBuilder, type InFlight, type SequenceDiagram } from "../../experiment/diagram/model.ts"
import { formatMessage } from "../../protocol/paxos/messages.ts"
import { acceptorPart } from "../../protocol/paxos/records.ts"
import { type PlayedFigure, decisionsIn, formatProposalPair } from "../figures/figure.ts"

/**
 * A figure of the thesis as a message sequence diagram: proposers to the left of the acceptors, as in
 * the thesis; next to each acceptor its state, e_pro; (e_acc, v_acc), after each change.
 */
export function figureDiagram({ figure, cluster, world }: PlayedFigure): SequenceDiagram {
  const order = columnsOf(cluster.processes.map(({ role }) => role))
  const column = new Map(order.map((address, place) => [address, place]))
  const builder = new DiagramBuilder(order.map((address) => ({ name: cluster.processes[address]!.name })))
  const underWay = new Map<number, InFlight>()
  const style = figure.style ?? formatMessage
  const decided = new Set<string>()
  for (const [i, event] of world.events.entries()) {
    draw(event, builder, column, underWay, style)
    for (const proposal of decisionsIn(world.events.slice(0, i + 1), cluster).map(formatProposalPair)) {
      if (decided.has(proposal)) continue
      decided.add(proposal)
      builder.remark(`${proposal} is decided`)
    }
  }
  return builder.build(`Figure ${figure.id}: ${figure.title}`)
}

/** Proposers first, then acceptors, then the rest, each in their own order. */
function columnsOf(roles: readonly string[]): number[] {
  const rank = (role: string): number => (role === "proposer" ? 0 : role === "acceptor" ? 1 : 2)
  return roles.map((_, address) => address).sort((a, b) => rank(roles[a]!) - rank(roles[b]!) || a - b)
}

function draw(
  event: PlayedFigure["world"]["events"][number],
  builder: DiagramBuilder,
  column: ReadonlyMap<number, number>,
  underWay: Map<number, InFlight>,
  style: typeof formatMessage,
): void {
  switch (event.type) {
    case "send":
      underWay.set(
        event.id,
        builder.send(column.get(event.from)!, column.get(event.to)!, style(event.message)),
      )
      return
    case "deliver":
      builder.receive(underWay.get(event.id)!)
      return
    case "propose":
      builder.event(column.get(event.process)!, "other", `γ = ${event.value}`)
      return
    case "learn":
      builder.event(column.get(event.process)!, "other", `returns ${event.value}`)
      return
    case "timeout":
      builder.event(column.get(event.process)!, "timeout", "timeout")
      return
    case "crash":
      builder.event(column.get(event.process)!, "crash", "stops")
      return
    case "recover":
      builder.event(column.get(event.process)!, "recovery", "recovers")
      return
    case "store": {
      const acceptor = acceptorPart(event.record)
      if (acceptor !== null) builder.state(column.get(event.process)!, stateText(acceptor))
      return
    }
    case "lose":
    case "miss":
      return
  }
}

function stateText({ lastPromised, lastAccepted }: NonNullable<ReturnType<typeof acceptorPart>>): string {
  const accepted = lastAccepted === null ? "nil" : formatProposalPair(lastAccepted)
  return `${lastPromised ?? "nil"}; ${accepted}`
}
