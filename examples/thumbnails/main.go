package main

import (
	"flag"
	"log"
	"os"

	"github.com/edo-go/edo"
)

// options are the flags.
type options struct {
	worker   bool // this process is a worker; otherwise it starts them
	folder   string
	from, to string
	pictures int
	workers  int
	size     int
	calm     bool
}

func main() {
	var o options
	flag.BoolVar(&o.worker, "worker", false, "be a worker, of the broker in -folder")
	flag.StringVar(&o.folder, "folder", "", "`folder` of the broker (default one that is removed at the end)")
	flag.StringVar(&o.from, "from", "", "`folder` of the pictures (default: they are made)")
	flag.StringVar(&o.to, "to", "", "`folder` of the thumbnails (default one that is removed at the end)")
	flag.IntVar(&o.pictures, "pictures", 240, "number of pictures, if they are made")
	flag.IntVar(&o.workers, "workers", 4, "processes that work")
	flag.IntVar(&o.size, "size", 128, "longest side of a thumbnail, in pixels")
	flag.BoolVar(&o.calm, "calm", false, "kill no process, and add none")
	flag.Parse()
	var err error
	if o.worker {
		err = edo.Run(func(task *edo.Task) error { return work(task, o) })
	} else {
		err = edo.Run(func(task *edo.Task) error { return run(task, os.Stdout, o) }, edo.WithSignals())
	}
	if err != nil {
		log.Fatal(err)
	}
}
