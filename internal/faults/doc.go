// Package faults has tests alone: of what goes wrong on a network, in sockets and in all the
// layers above them. They use real sockets and, where it knows the fault, the simulator. A peer
// is driven by hand, so that no test sleeps.
//
// Tests that change the process (its limits, its system calls, its network) run in a child
// process. Where the machine does not allow that, they are skipped and say what they need.
package faults
