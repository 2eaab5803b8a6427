package main

import (
	"flag"
	"log"
	"os"
	"time"

	"github.com/edo-go/edo"
)

// options are the flags.
type options struct {
	node      string // this process is the node with the name; "": it starts the others
	folder    string
	listen    string
	nodes     int
	visitors  int
	accidents bool
	ttl       time.Duration
}

func main() {
	var o options
	flag.StringVar(&o.node, "node", "", "be the node with this `name`, of the broker in -folder")
	flag.StringVar(&o.folder, "folder", "", "folder of the broker (default one that is removed at the end)")
	flag.StringVar(&o.listen, "listen", "127.0.0.1:0", "`address` of a node")
	flag.IntVar(&o.nodes, "nodes", 3, "number of nodes")
	flag.IntVar(&o.visitors, "visitors", 8, "visitors that come and go by themselves")
	flag.BoolVar(&o.accidents, "accidents", true, "kill a node now and then, if there are visitors")
	flag.DurationVar(&o.ttl, "ttl", 2*time.Second, "after which a name is free whose node is silent, whole seconds")
	flag.Parse()
	var err error
	if o.node != "" {
		err = edo.Run(func(task *edo.Task) error { return node(task, o) })
	} else {
		err = edo.Run(func(task *edo.Task) error { return show(task, os.Stdout, o) }, edo.WithSignals())
	}
	if err != nil {
		log.Fatal(err)
	}
}
