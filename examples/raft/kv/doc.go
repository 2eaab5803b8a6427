// Package kv is the state machine of the example: texts by key, and the sessions of clients.
//
// Raft applies each entry of its log once on each server. But a client that got no answer sends its
// command again, and then it is in the log twice. So each client has a session (Ongaro's thesis, 6.3):
// its commands are numbered, and the session keeps the number and the result of the last one that was
// applied. A command with that number is answered and not applied again. The sessions are a part of the
// state: they are in the snapshots, and are the same on every server.
//
// When there are too many sessions, the one that was used least recently ends. Its client is told so
// at its next command, and does not know then whether the command before was applied.
package kv
