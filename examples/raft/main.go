package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/examples/raft/consensus"
	"github.com/edo-go/edo/examples/raft/storage"
	"github.com/edo-go/edo/sim/disk"
	"github.com/edo-go/edo/socket"
)

func main() {
	rounds := flag.Int("rounds", 5, "how often servers are killed or exchanged, about once a second")
	id := flag.Uint64("id", 0, "be this server, until the standard input ends")
	dir := flag.String("dir", "", "folder of the server")
	addr := flag.String("listen", "127.0.0.1:0", "address of the server")
	first := flag.Bool("first", false, "the server is the first one of its cluster")
	flag.Parse()
	log.SetFlags(0)
	var err error
	if *id == 0 {
		err = edo.Run(func(task *edo.Task) error { return demonstrate(task, os.Stdout, *rounds) })
	} else {
		go endWithInput()
		err = edo.Run(func(task *edo.Task) error {
			return runServer(task, os.Stdout, consensus.ID(*id), *dir, *addr, *first)
		})
	}
	if err != nil {
		log.Fatal(err)
	}
}

// endWithInput ends the process with its standard input, which the program that has started it holds:
// no server outlives it.
func endWithInput() {
	io.Copy(io.Discard, os.Stdin)
	os.Exit(0)
}

// runServer is the process of a server. It prints its address, and then what happens.
func runServer(task *edo.Task, out io.Writer, id consensus.ID, dir, addr string, isFirst bool) error {
	l, err := socket.Listen(task, "tcp", addr)
	if err != nil {
		return err
	}
	addr = l.Addr().String()
	fmt.Fprintln(out, "listening on", addr)
	files, err := disk.OpenDir(dir)
	if err != nil {
		return err
	}
	defer files.Close()
	var initial storage.Saved
	if isFirst {
		initial.State, initial.Entries = consensus.Bootstrap(consensus.Member{ID: id, Addr: addr})
	}
	return serve(task, config{
		id: id, addr: addr, files: storage.Files{FS: files, Wait: storage.Beside}, initial: initial,
		tick: 10 * time.Millisecond, compactAfter: 500, chunk: 16 << 10,
		note: func(text string) { fmt.Fprintln(out, text) },
	}, l)
}
