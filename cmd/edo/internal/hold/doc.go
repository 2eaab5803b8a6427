// Package hold holds a hundred thousand connections on one machine, and says what one of
// them costs while nothing goes on. It is the part of edo demo for more connections than
// one process should have.
//
//	              orders and reports, in pipes
//	    ┌───────────────── parent ─────────────────┐
//	client 1 ─ 127.0.0.1 ─┐                 ┌─ server 1
//	client 2 ─ 127.0.0.2 ─┼→ 127.0.0.1:port ┼─ server 2
//	…                     ┘                 └─ …
//
// A process may not have the descriptors for all connections. So there are several server
// processes on one port, among which the system shares the connections, and several client
// processes. And one address does not have the ports: so connections start from several
// loopback addresses. The plan is a function of the limits of the system; what cannot be had
// is said before anything starts, with the command that changes it.
//
// The processes are this program. The parent gives each of them orders, lines of JSON on its
// standard input, and gets reports from its standard output. The end of the input is the
// order to end, and comes also when the parent is killed: no process stays behind. When one
// of them ends by itself all others are ended.
//
// A server has a task for each connection, in straight-line code. A client has no task for a
// connection that is idle. The connections open at a pace: each one counts when the server
// has answered on it, and only some are under way.
package hold
