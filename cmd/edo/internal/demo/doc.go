// Package demo is the command edo demo: two servers and a thousand clients in one
// process, on loopback, for some seconds.
//
//	client  ─ bytes over TCP ─────────────→  handler  ─ mpsc ─→  counter
//	        ─ mpsc: a oneshot sender ─────→  coordinator ⇄ ping, pong over TCP ⇄ pong server
//	        ←───── oneshot: a duration ────
//
// Each client has a connection of its own to the byte-counting server, and asks the
// one coordinator for round trips over the one connection that it owns, in frames
// that begin with their length. Everything but the display runs as tasks of edo, and
// all of it through real sockets.
//
// More connections than one process should have are those of package hold.
//
// At the end the server must have counted as many bytes as the clients have sent.
package demo
