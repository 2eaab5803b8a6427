// Bench compares package cluster with plain nats.go, doing the same work at the same broker.
//
//	go run ./cluster/bench -quick
//
// The broker is in the process ("in"), or in another one that is reached over loopback ("beside").
// Every measurement is a process of its own, and the variants of a workload take turns, round by
// round, as in the bench of edo; its README says how to read the table. Of a broker in the process
// the processor time is that of both.
//
// The rows of asynq have a broker of another kind: a Redis server, which the benchmark starts on loopback,
// in a temporary folder. Where there is no redis-server, a line says so, and they are left out.
//
// table.go lists the workloads. It is a module of its own, so that the other bench needs no NATS.
package main
