// Chat is rooms to talk in, for browsers over WebSocket and for terminals over lines of TCP.
//
//	go run ./examples/chat -web 127.0.0.1:8080 -lines 127.0.0.1:8081
//	nc 127.0.0.1 8081
//
// The first line is a name. After that each line is for the room, but for /join ROOM, /who and
// /quit.
//
// A client is a task, and a room is a broadcast channel. A client that is slow holds up no other:
// it is told so, and dropped. Ctrl-C says goodbye to all.
package main
