// Bench compares edo with plain goroutines and channels, with Go's pools, and with
// Tokio, smol and Erlang, doing the same work.
//
//	go run ./bench -quick
//
// Every measurement is a process of its own, so that no heap of another workload is
// measured. The measurements of one workload take turns, round by round, so that a
// disturbance of the machine affects all of them. README.md tells how to read the output.
//
// table.go lists the workloads and says what one operation of each is. The code of a
// workload is in the file of its name, plain Go first and then both of edo's styles. The
// programs in other languages are below peers. They print the same JSON as a child process
// of this program.
package main
