// Miniredis is a server that speaks the protocol of Redis, for redis-cli,
// redis-benchmark and the client libraries.
//
//	go run ./examples/miniredis -addr 127.0.0.1:7379
//	redis-cli -p 7379 set greeting hello
//	redis-benchmark -p 7379 -q -P 16
//
// It has strings with expiry, lists, sets, hashes and sorted sets, BLPOP, transactions
// with WATCH, and publish and subscribe with patterns, in RESP2 and RESP3. It writes
// nothing to disk, and has no password.
//
// # How it works
//
// Each connection is one task (client.go). It waits for bytes, executes all the commands
// that have come, and writes all replies with one write. What it does between two waits
// is plain Go: a command is a function of the client and the arguments.
//
// All data is guarded by one mutex (server.go), of package sync. A task locks it once for
// all the commands that have come together, and never waits with it. So each command, and
// each transaction, is atomic; and the lock is no bottleneck, because most of the time of a
// small command is that of the system calls around it. A task that owned the data, and got
// the commands through a channel, would cost two wakes for each.
//
// The lock also guards the replies that are not written. So a task that publishes a
// message, or serves a client that is blocked in BLPOP, appends it to the output of the
// other client and notifies that one's task, which writes.
//
// Arguments are parts of the input, and replies are appended to the output. Both buffers
// come from pools, and a connection that waits holds neither.
//
// # What differs from redis 7.0.15
//
// The replies are the same, with the texts of the errors: a test sends random commands to
// both. But COMMAND lists no commands, CONFIG SET changes nothing and says so, CLIENT
// SETINFO is accepted, as newer ones accept it, and INFO and CLIENT LIST have fewer lines.
// What a client may send is limited: a line whose end has not come to 64 KiB, an argument to
// 512 MiB. A length that it claims allocates nothing. A subscriber is dropped when 32 MiB
// wait for it.
//
// # Its rate
//
// A test starts both servers, and lets redis-benchmark ask them in turns:
//
//	go test -v -run TheRate ./examples/miniredis -rate 3
//
// It prints the rates of SET and GET with 50 clients over Unix sockets, one request at a time and 16 at
// a time. With two processors, and other work on the machine, over TCP the ratio to redis-server 7.0.15
// was 1.1 to 1.2 for one request, and 1.0 to 1.1 for 16. redis-server uses one processor, and this
// server all: so the ratio grows with other work.
//
// # The end
//
// Ctrl-C, or SIGTERM, ends it: what was executed is answered first.
package main
