// Raft is a key-value service on several servers, which goes on while a majority of them runs, and
// loses nothing that it has acknowledged.
//
//	go run ./examples/raft
//
// starts five servers as processes, on loopback and in a temporary folder. Clients write and read; meanwhile
// servers are killed and started again, one leaves the cluster and another one joins. In the end
// the history of all operations is checked: whether one order explains all answers.
//
// # Reading
//
// Package consensus is Raft itself: a state machine without a clock, a disk or a network. Read it
// first. Package kv is the service that the log drives, with the sessions of clients; package storage is
// the disk; package wire has the bytes.
//
// This folder puts them together, with tasks. server.go is the task that owns a server, and apply.go
// what it does with the log and its clients. accept.go takes connections, link.go makes those to the
// other servers, protocol.go says what goes over them, and client.go asks the cluster. demo.go,
// workload.go and process.go are the program.
//
// The same code runs in the simulator, with hosts that lose power, disks that tear writes and networks
// that split: see world_test.go. The tests also break the code, one line at a time, and require that
// this is found.
//
// # What it does not do
//
// Connections are neither encrypted nor authenticated. Reads go to the leader, and the state of the
// service has to fit into memory.
//
// The tests take EDO_SEEDS, the number of seeds to try.
package main
