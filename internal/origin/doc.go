// Package origin remembers where the program did something, for reports: where it made a
// handle, took a permit, or spawned a task.
//
// A place is one call of the program. [Caller] and [Here] note it, as a program counter, and [Callers]
// notes several calls, of which a report takes the first one outside of edo. [Place] returns
// a place as text. [Places] counts the open handles by the places where they were made.
//
//	pc := origin.Caller() // where this function was called, which is not inlined
//	…
//	text := origin.Place(origin.Frame(pc)) // "server/server.go:12"
//
// Not for errors: to note a place takes some 5 ns, or 300 with Here, to put it in words a microsecond.
package origin
