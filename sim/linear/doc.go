// Package linear checks histories of concurrent operations for linearizability: whether each
// operation can have taken effect at one instant between its call and its return, so that
// the operations, in the order of these instants, are a run of a sequential object.
//
// # Model
//
// A test records a [History] while clients call the object, and gives it to [Check] with a
// [Model]: what the object does when one operation runs after the other. Check returns nil,
// or a [*Violation] with the smallest failing part that it has found.
//
// An operation that has not returned, because the client crashed or its connection broke, is
// pending: it may have taken effect at any time since its call, or never. So a
// client that does not know what became of an operation leaves it pending, and goes on
// under another number.
//
// # Algorithm
//
// The search is that of Wing and Gong, "Testing and Verifying Concurrent Objects", JPDC 17,
// 1993, with the memory of Lowe, "Testing for linearizability", Concurrency and
// Computation 29(4), 2017: an operation that overlaps with no earlier return is tried next,
// and a set of operations with the state that they have led to is visited once. Histories
// of different keys are checked one by one, which is sound because linearizability is
// local. This is also what Porcupine does.
//
// The problem is NP-complete. In practice the cost follows from how many operations overlap:
// 10,000 operations of ten clients take a fraction of a second. Pending operations
// overlap with all that come after them, and cost more.
//
// # When not to use it
//
// A history of one client at a time needs no search: compare it with a map. For programs that
// promise less (a cache, a replica that may be behind) a failure says nothing.
package linear
