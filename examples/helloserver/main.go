package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/socket"
)

// styles are the two ways in which the program is written.
var styles = map[string]func(task *edo.Task, l *socket.Listener, out io.Writer) error{
	"direct": direct,
	"combinators": func(task *edo.Task, l *socket.Listener, out io.Writer) error {
		server := combinators(task, l, out)
		defer edo.Drop(server) // Await borrows a future: its maker drops it
		_, err := edo.Await(task, server)
		return err
	},
}

func main() {
	style := flag.String("style", "direct", "direct or combinators")
	addr := flag.String("addr", "127.0.0.1:0", "address to listen on")
	flag.Parse()
	server, ok := styles[*style]
	if !ok {
		log.Fatalf("there is no style %q", *style)
	}
	err := edo.Run(func(task *edo.Task) error {
		l, err := socket.Listen(task, "tcp", *addr)
		if err != nil {
			return err
		}
		defer l.Close()
		fmt.Println("listening on", l.Addr())
		return server(task, l, os.Stdout)
	}, edo.WithSignals())
	if err != nil {
		log.Fatal(err)
	}
}
