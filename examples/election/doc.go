// Election is three servers that elect a leader, and have two of them when the network is cut.
//
//	go run ./examples/election
//
// # The bug
//
// A server that has heard no leader for a while asks the others for their votes, and leads when none
// of those that it reaches says no. With all links up there is one leader. When a partition cuts the
// leader off, the others elect a new one, and the old one goes on: two servers believe that they
// lead. And a server that is alone, and reaches no other, elects itself. In the simulator the
// partition comes at a time that the seed draws.
//
// # The fix
//
// A candidate needs the votes of a majority of all servers, not only of those that it reaches, and
// each server votes once in a term. A leader counts the answers to its heartbeats, and steps down
// when it has not heard from a majority for less time than another server waits before it asks for
// votes. So at each instant at most one server leads. (Real clocks drift: the margin is for that.)
package main
