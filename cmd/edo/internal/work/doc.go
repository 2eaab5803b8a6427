// Package work is the command edo work: it starts the program edo-work, which shows the queues of
// package cluster. That is a program of its own, and a module of its own, so that edo needs no NATS.
package work
