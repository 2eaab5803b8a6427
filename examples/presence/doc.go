// Presence tells who is online, over several nodes, which come and go as well.
//
//	go run ./examples/presence              three nodes, visitors, and accidents; until Ctrl-C
//	go run ./examples/presence -visitors 0  three nodes, to talk to with nc
//
// A node is a process. Each name that is online there is a lease, which the node holds while the
// client is connected: no user is online twice. A node that dies, or stands still, loses its leases,
// and those that were there are offline. The lines that begin with + and - are what a watch of the
// leases tells.
package main
