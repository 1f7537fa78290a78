import { members } from "../../base/node-set.ts"
import { DiagramBuilder, type SequenceDiagram } from "../../experiment/diagram/model.ts"
import { valueName } from "../../world/spec/model.ts"
import { type AgreementViolation, type SpecTrace, describeViolation } from "../../world/spec/trace.ts"
import { type AcceptorState, type Proposal, type SpecStep, decisions } from "../../world/spec/transition.ts"

/**
 * A run of abstract Paxos as a diagram.
 *
 * The specification has neither proposers nor a network, so the diagram draws one proposer per epoch, to
 * the left of the acceptors, and a message where a process acts on it. Next to each acceptor is its
 * state after the step: e_pro; (e_acc, v_acc).
 */
export function specDiagram(trace: SpecTrace, title?: string): SequenceDiagram {
  return drawTrace(trace, title, () => [])
}

/** The diagram of a violation: decisions are remarked upon when they happen, and the disjoint quorums at the end. */
export function violationDiagram(violation: AgreementViolation): SequenceDiagram {
  const { trace, system } = violation
  const quorums = trace.model.phase2.find(({ name }) => name === system)!.quorums
  const known = new Set<string>()
  const news = (after: number): string[] => {
    const found = decisions(trace.states[after]!, quorums).filter(({ epoch, value }) => {
      const key = `${epoch} ${value}`
      if (known.has(key)) return false
      known.add(key)
      return true
    })
    const last = after === trace.steps.length
    return [
      ...found.map((decision) => describeDecision(trace, decision)),
      ...(last ? [describeCulprit(violation)] : []),
    ]
  }
  return drawTrace(trace, `${system}: agreement violated in ${trace.steps.length} steps`, news)
}

function drawTrace(
  trace: SpecTrace,
  title: string | undefined,
  news: (after: number) => string[],
): SequenceDiagram {
  const { model, steps, states } = trace
  const epochs = [...new Set(steps.map(({ epoch }) => epoch))].sort((a, b) => a - b)
  const builder = new DiagramBuilder([
    ...epochs.map((epoch, i) => ({ name: `p${i + 1}`, detail: `epoch ${epoch}` })),
    ...model.acceptors.map((name) => ({ name })),
  ])
  steps.forEach((step, i) => {
    drawStep(builder, trace, i, { proposer: epochs.indexOf(step.epoch), acceptors: epochs.length })
    if ("acceptor" in step) {
      builder.state(epochs.length + step.acceptor, acceptorText(states[i + 1]!.acceptors[step.acceptor]!))
    }
    for (const text of news(i + 1)) builder.remark(text)
  })
  return builder.build(title)
}

function drawStep(
  builder: DiagramBuilder,
  { model, steps, states }: SpecTrace,
  index: number,
  lanes: { proposer: number; acceptors: number },
): void {
  const step: SpecStep = steps[index]!
  const before = states[index]!
  if (step.action === "prepare") {
    builder.event(lanes.proposer, "other", `prepare(${step.epoch})`)
    return
  }
  if (step.action === "propose") {
    const quorum = members(step.quorum).map((a) => model.acceptors[a])
    builder.event(
      lanes.proposer,
      "other",
      `propose(${step.epoch}, ${valueName(step.value)}) by {${quorum.join(" ")}}`,
    )
    return
  }
  const to = lanes.acceptors + step.acceptor
  if (step.action === "promise") {
    builder.message(lanes.proposer, to, `prepare(${step.epoch})`)
    const { lastAccepted } = before.acceptors[step.acceptor]!
    builder.message(to, lanes.proposer, `promise(${step.epoch}, ${proposalText(lastAccepted)})`)
    return
  }
  const accepted = states[index + 1]!.acceptors[step.acceptor]!.lastAccepted!
  builder.message(lanes.proposer, to, `propose(${step.epoch}, ${valueName(accepted.value)})`)
  builder.message(to, lanes.proposer, `accept(${step.epoch})`)
}

/** e_pro; (e_acc, v_acc). */
export function acceptorText({ lastPromised, lastAccepted }: AcceptorState): string {
  const accepted = lastAccepted === null ? "nil" : `(${proposalText(lastAccepted)})`
  return `${lastPromised ?? "nil"}; ${accepted}`
}

function proposalText(proposal: Proposal | null): string {
  return proposal === null ? "nil, nil" : `${proposal.epoch}, ${valueName(proposal.value)}`
}

function describeDecision(trace: SpecTrace, decision: Proposal & { readonly quorum: number }): string {
  const quorum = members(decision.quorum).map((a) => trace.model.acceptors[a])
  return `${valueName(decision.value)} is decided in epoch ${decision.epoch}: {${quorum.join(" ")}} is a phase-2 quorum`
}

/** The last clause of the description of a violation: which two quorums do not meet. */
function describeCulprit(violation: AgreementViolation): string {
  const sentence = describeViolation(violation)
  return sentence.slice(sentence.indexOf(": ") + 2)
}
