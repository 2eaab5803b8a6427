package main

import (
	"flag"
	"io"
	"log"
	"os"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/oneshot"
	"github.com/edo-go/edo/socket"
)

// message is a request. It has nothing but the sender for the reply.
type message = *oneshot.Sender[time.Duration]

// clock returns the time: time.Now, or that of a simulation.
type clock = func() time.Time

// styles are the two ways in which the program is written.
var styles = map[string]func(task *edo.Task, t *transport, now clock, out io.Writer) error{
	"direct": direct,
	"combinators": func(task *edo.Task, t *transport, now clock, out io.Writer) error {
		program := combinators(task, t, now, out)
		defer edo.Drop(program) // Await borrows a future: its maker drops it
		_, err := edo.Await(task, program)
		return err
	},
}

func main() {
	style := flag.String("style", "direct", "direct or combinators")
	flag.Parse()
	program, ok := styles[*style]
	if !ok {
		log.Fatalf("there is no style %q", *style)
	}
	err := edo.Run(func(task *edo.Task) error {
		l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		server := edo.Go(task, func(task *edo.Task) error { return pongs(task, l, os.Stdout) }, edo.Owns(l))
		defer server.Abort() // it does not end by itself

		conn, err := socket.Dial(task, "tcp", l.Addr().String())
		if err != nil {
			return err
		}
		return program(task, newTransport(conn), time.Now, os.Stdout)
	})
	if err != nil {
		log.Fatal(err)
	}
}
