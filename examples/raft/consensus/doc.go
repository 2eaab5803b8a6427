// Package consensus is Raft as a state machine: no clock, no disk, no network, no tasks.
//
// # Model
//
// A [Node] is one server of a cluster. Its inputs are calls: [Node.Tick] says that some time has
// passed, [Node.Step] takes a message of another server, [Node.Propose], [Node.Add], [Node.Remove]
// and [Node.Read] take the wishes of clients. What is to be done then is in the [Output] that
// [Node.Take] returns, after one call or after many:
//
//  1. save the snapshot, the state and the entries, so that they outlive a crash;
//  2. send the messages;
//  3. restore the snapshot if the output says so, and apply the committed entries, in order;
//  4. answer the reads.
//
// The order is the whole contract. A message is a promise, for example a vote, and a server that has
// forgotten a promise breaks Raft. Messages may be lost, doubled and reordered; a server may crash
// between any two of the steps.
//
// The same inputs give the same outputs: all random numbers come from [Options]. So a test can run a
// cluster of nodes for a million steps in a second, with every accident that it can think of.
//
// # Where it is from
//
// Diego Ongaro and John Ousterhout, "In Search of an Understandable Consensus Algorithm", extended
// version, 2014 ("the paper"), and Diego Ongaro, "Consensus: Bridging Theory and Practice", Stanford,
// 2014 ("the thesis"). Comments name their sections. On top of the paper there are
//
//   - a vote before the vote, and a leader that gives up when it hears from no majority (thesis 9.6, 6.2);
//   - changes of the membership by one server at a time, with the correction of 2015: a leader
//     changes it only after it has committed an entry of its own term;
//   - learners: a new server gets the log before it counts (thesis 4.2.1);
//   - snapshots in chunks (paper, 7);
//   - reads without an entry in the log (thesis 6.4);
//   - a leader that hands its leadership over (thesis 3.10).
//
// # Files
//
// entry.go and message.go have the data, log.go and membership.go what a server knows; node.go has the
// inputs and the output, election.go, handover.go, replicate.go, append.go, snapshot.go, change.go and
// read.go the rules.
package consensus
