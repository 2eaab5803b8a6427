package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/socket"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:0", "address to listen on")
	numbers := flag.String("numbers", "127.0.0.1:0", "address that tells the numbers")
	backends := flag.String("backends", "127.0.0.1:9001,127.0.0.1:9002", "addresses of the backends")
	limit := flag.Int("limit", 10_000, "most connections at a time")
	perAddress := flag.Int("limit-per-address", 1_000, "most connections at a time from one address")
	p := &proxy{log: os.Stdout}
	flag.DurationVar(&p.limits.connect, "connect", 2*time.Second, "how long a backend may take to answer")
	flag.DurationVar(&p.limits.idle, "idle", 5*time.Minute, "how long a connection may be without a byte; 0: for ever")
	flag.DurationVar(&p.limits.check, "check", time.Second, "pause between two checks of a backend")
	flag.DurationVar(&p.limits.drain, "drain", 10*time.Second, "how long connections may go on after the end of the proxy")
	flag.Parse()
	p.pool = newPool(strings.Split(*backends, ","))
	err := edo.Run(func(task *edo.Task) error {
		l, err := socket.Listen(task, "tcp", *addr, socket.Limit(*limit), socket.LimitPerAddress(*perAddress))
		if err != nil {
			return err
		}
		defer l.Close()
		n, err := socket.Listen(task, "tcp", *numbers)
		if err != nil {
			return err
		}
		fmt.Println("listening on", l.Addr())
		fmt.Println("numbers on", n.Addr())
		edo.Go(task, func(task *edo.Task) error { return p.tell(task, n) }, edo.Owns(n), edo.Daemon())
		return p.run(task, l)
	}, edo.WithSignals())
	if err != nil {
		log.Fatal(err)
	}
}
