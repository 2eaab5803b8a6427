//go:build unix

package recipes

import (
	"fmt"
	"net"
	"os"
	"syscall"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/stream"
)

// echo accepts connections until l is closed or task is cancelled.
func echo(task *edo.Task, l *socket.Listener) error {
	for conn, err := range stream.All(task, l.Incoming()) {
		if err != nil {
			return err
		}
		edo.Go(task, func(task *edo.Task) error {
			_, err := aio.Copy(task, conn, conn)
			return err
		}, edo.Owns(conn))
	}
	return task.Err()
}

func Example_shutdown() {
	listening := func(net.Addr) { // presses Ctrl-C
		syscall.Kill(os.Getpid(), syscall.SIGINT)
	}
	err := edo.Run(func(task *edo.Task) error {
		l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		listening(l.Addr())
		err = echo(task, l) // until the first Ctrl-C
		l.Close()
		fmt.Println("ending:", err)
		return err // Run waits for the connections
	}, edo.WithSignals())
	fmt.Println(err)
	// Output:
	// ending: edo: task cancelled
	// <nil>
}

func Example_severalServers() {
	err := edo.Run(func(task *edo.Task) error {
		for range 2 {
			l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
			if err != nil {
				return err
			}
			edo.Go(task, func(task *edo.Task) error {
				return echo(task, l)
			}, edo.Owns(l), edo.Daemon()) // it ends when main and the connections have
		}
		syscall.Kill(os.Getpid(), syscall.SIGINT)
		return task.Cancelled()
	}, edo.WithSignals())
	fmt.Println(err)
	// Output:
	// <nil>
}
