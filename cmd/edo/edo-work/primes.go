package main

import (
	"fmt"
	"io"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
)

type writer = io.Writer

// job is one of the example: how many primes are below a number?
type job struct {
	Below int `json:"below"`
}

// queueName is the name of the queue of the example.
const queueName = "primes"

// openQueue opens the queue of the example, with the same settings in each command.
func openQueue(task *edo.Task, conn *cluster.Conn) (*cluster.Queue[job], error) {
	return cluster.NewQueue[job](task, conn, queueName, cluster.QueueConfig{Patience: 5 * time.Second, Tries: 3})
}

// primes returns how many primes are below n. It lets other tasks run now and then.
func primes(task *edo.Task, n int) (count int, err error) {
	if n < 0 {
		return 0, cluster.Permanent(fmt.Errorf("there are no primes below %d", n))
	}
	for i := 2; i < n; i++ {
		if i%1000 == 0 {
			if err := edo.Yield(task); err != nil {
				return 0, err
			}
		}
		if isPrime(i) {
			count++
		}
	}
	return count, nil
}

func isPrime(n int) bool {
	for d := 2; d*d <= n; d++ {
		if n%d == 0 {
			return false
		}
	}
	return n > 1
}
