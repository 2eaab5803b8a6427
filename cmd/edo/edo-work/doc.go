// Edo-work shows the queues of package cluster: it serves one, submits jobs, watches all, and looks
// at dead letters. The command edo starts it, as edo work; it is a program of its own, so that edo
// itself needs no NATS.
//
//	edo work serve            a broker, and a worker; in other terminals a worker each
//	edo work submit           a batch of jobs, with a progress bar
//	edo work watch            a live table of all queues and workers
//	edo work dead             dead letters: list, send again, discard
//
// Without flags they meet in a folder of the user; with --url at a server of NATS. The example
// function counts primes.
package main
