import type { TermSection } from "./term.ts"

/** Epochs, proposals, and what acceptors remember of them. */
export const agreementTerms: TermSection = {
  title: "Epochs and proposals",
  terms: [
    {
      name: "epoch",
      also: ["ballot number", "round", "term", "view", "view number", "round number", "proposal number"],
      meaning:
        "A position in the total order of attempts to get a value decided: here a whole number from 0 up. " +
        "An epoch belongs to at most one proposer, so at most one value is proposed in it; the algorithms that give this up say what they ask for instead.",
      thesis: "Definition 2 (§2.2): any member of an infinite totally ordered set E.",
      lamport:
        "Ballot number (The Part-Time Parliament), proposal number (Paxos Made Simple), round (Fast Paxos).",
      raft: "Term. A server votes once in a term, which makes its leader unique; the proposer does not own the number beforehand.",
      cassandra: "Ballot: a time-based UUID, made unique by the coordinator's clock and random bits.",
      see: ["proposal", "epoch allocation"],
    },
    {
      name: "proposal",
      meaning:
        "A pair (e, v) of an epoch and a value: the suggestion, made in epoch e, that v be decided. " +
        "The same value in two epochs is two proposals.",
      thesis: "Definition 3 (§2.2): any epoch and value pair.",
      lamport: "Proposal (Paxos Made Simple); a ballot with its decree (The Part-Time Parliament).",
      raft: "An entry at an index, with the term of the leader that created it. An entry keeps its old term when a new leader sends it again, where Paxos proposes the value anew.",
      cassandra:
        "Commit (the class): a ballot with a partition update; Proposal and Accepted in the later version.",
      see: ["epoch", "accepted"],
    },
    {
      name: "promised",
      also: ["last promised epoch", "e_pro", "maxBal", "nextBal"],
      meaning:
        "An acceptor that has promised epoch e takes part in no epoch below e any more. " +
        "It keeps the greatest epoch it has promised on disk: `lastPromised` here, e_pro in the thesis. " +
        "Accepting in an epoch promises it too.",
      thesis:
        "The acceptor has sent promise(e, f, v); the last promised epoch e_pro never decreases (lemma 6).",
      lamport:
        "The variable nextBal in The Part-Time Parliament, maxBal in the TLA+ specifications, rnd in Fast Paxos.",
      raft: "The variable currentTerm, together with votedFor, since a term has no owner until it is voted for.",
      cassandra:
        "The promised ballot of the Paxos state of a partition; the later version promises reads and writes separately.",
      see: ["accepted", "phase-1 quorum"],
    },
    {
      name: "accepted",
      also: ["last accepted proposal", "e_acc", "v_acc", "maxVBal", "prevVote", "voted"],
      meaning:
        "An acceptor accepts the proposal (e, v) by storing it, if it has promised nothing greater than e. " +
        "It remembers the last one: `lastAccepted` here, (e_acc, v_acc) in the thesis, and reports it in every later promise. " +
        "Accepted by one acceptor is not decided.",
      thesis:
        "On propose(e, v) with e ≥ e_pro the acceptor sets e_pro, then (e_acc, v_acc), then replies accept(e) (property 9).",
      lamport:
        "A vote: prevVote (The Part-Time Parliament), maxVBal and maxVal (TLA+), vrnd and vval (Fast Paxos).",
      raft: "The entry is in the server's log, on disk.",
      cassandra: "The replica has saved the proposal in its Paxos table.",
      see: ["promised", "decided"],
    },
    {
      name: "epoch allocation",
      meaning:
        "How proposers come by their epochs. " +
        "Dealt out beforehand they need no message: proposer i of p has i, i + p, i + 2p and so on. " +
        "Otherwise acceptors vote for who may use an epoch, an allocator hands them out, values are mapped to epochs, or everybody may use them all and collisions are recovered from.",
      thesis:
        "Chapter 7 and table 7.2: pre-allocated, voting (§3.9), allocator (§7.1), value mapping (§7.2), recovery (§7.3), and hybrids of them (§7.4).",
      lamport:
        "Ballot numbers are partitioned among the proposers; in Fast Paxos, rounds have a coordinator, and in a fast round anyone may propose.",
      raft: "Voting: a candidate raises its term by one and asks for votes.",
      cassandra: "Unique ballots from the clock of each coordinator; all coordinators compete.",
      see: ["epoch", "value collision"],
    },
    {
      name: "value collision",
      also: ["collision"],
      meaning:
        "Two values or more, proposed in one epoch that several proposers share, so that neither may be known to be ruled out. " +
        "It costs further messages, not safety.",
      thesis:
        "§7.3: promises that report different values for the greatest epoch; more promises, or a further epoch, recover from it.",
      lamport: "A collision, in Fast Paxos.",
      raft: "The nearest thing is a split vote: two candidates of one term, neither of which wins.",
      cassandra: "Does not arise, since ballots are unique; contention between ballots does.",
      see: ["epoch allocation", "duelling proposers"],
    },
    {
      name: "duelling proposers",
      also: ["contention", "livelock", "dueling proposers"],
      meaning:
        "Proposers whose prepares void each other's proposals by turns: each raises what the acceptors have promised before the other is done. " +
        "It can go on for ever. " +
        "Nothing unsafe happens; there is only no progress, which is why progress asks for exactly one proposer.",
      thesis: "Figure 2.6 (§2.3).",
      lamport: "The scenario in §2.4 of Paxos Made Simple that calls for a distinguished proposer.",
      raft: "Repeated split votes; random election timeouts make them rare.",
      cassandra:
        "Contention between lightweight transactions of one partition; coordinators wait for random times.",
      see: ["progress"],
    },
    {
      name: "commit point",
      meaning:
        "The instant at which a value is first decided: when the last acceptor of a phase-2 quorum has it on disk. " +
        "What a proposer measures is later by the way of its reply; the two are different columns in every result.",
      thesis: "§2.1 and §2.2.2: the first time a proposal is decided.",
      lamport: "The moment at which the value is chosen; no name of its own.",
      raft: "The moment an entry becomes committed; the commit index is what a server knows of it.",
      cassandra: "When a quorum has accepted the proposal, before the commit round.",
      see: ["decided", "latency"],
    },
  ],
}
