package main

import (
	"flag"
	"fmt"
	"log"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/socket"
)

// maxClients is how many connections there may be at the same time.
const maxClients = 10_000

func main() {
	addr := flag.String("addr", "127.0.0.1:0", "address to listen on, or the path of a Unix socket")
	network := flag.String("network", "tcp", "tcp or unix")
	flag.Parse()
	err := edo.Run(func(task *edo.Task) error {
		l, err := socket.Listen(task, *network, *addr, socket.Limit(maxClients))
		if err != nil {
			return err
		}
		defer l.Close()
		fmt.Println("listening on", l.Addr())
		return serve(task, l)
	}, edo.WithSignals())
	if err != nil {
		log.Fatal(err)
	}
}
