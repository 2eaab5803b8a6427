// Bench compares edo with plain goroutines and channels, with Go's pools, and with
// Tokio, smol and Erlang, doing the same work.
//
//	go run ./bench -quick
//
// Every measurement is a process of its own, so that no heap is measured that
// another workload left behind, and the measurements of one workload are taken in
// turn, round by round, so that a change in the machine's mood meets all of them.
// README.md tells how to read what it prints.
//
// What one operation of each workload is stands in table.go; the code of each is
// in the file of its name, plain Go first and then both of edo's styles. The programs
// in other languages are below peers, and print what a process of this one prints.
package main
