package main

import (
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim/disk"
	"github.com/edo-go/edo/sim/world"
	"github.com/edo-go/edo/timer"
)

// jobs is how many there are.
const jobs = 5

// write replaces a file: after a crash it has the old content or the new one.
func write(d disk.FS, name string, lines []string) error {
	f, err := d.Create(name + ".new")
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.Write([]byte(strings.Join(lines, "\n"))); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := d.Rename(name+".new", name); err != nil {
		return err
	}
	return d.SyncDir(".")
}

// read returns the lines of a file, none if there is no file.
func read(d fs.ReadFileFS, name string) []string {
	text, err := d.ReadFile(name)
	if err != nil || len(text) == 0 {
		return nil
	}
	return strings.Split(string(text), "\n")
}

// A work does the first job of the queue.
type work func(task *edo.Task, d disk.FS, queue []string) error

// buggy loses the job if the power fails in the middle.
func buggy(task *edo.Task, d disk.FS, queue []string) error {
	if err := write(d, "queue", queue[1:]); err != nil {
		return err
	}
	if err := timer.Sleep(task, time.Millisecond); err != nil { // the job
		return err
	}
	return write(d, "done", append(read(d, "done"), queue[0]))
}

// fixed does the job again in that case.
func fixed(task *edo.Task, d disk.FS, queue []string) error {
	if err := timer.Sleep(task, time.Millisecond); err != nil { // the job
		return err
	}
	done := read(d, "done")
	if len(done) == 0 || done[len(done)-1] != queue[0] {
		if err := write(d, "done", append(done, queue[0])); err != nil {
			return err
		}
	}
	return write(d, "queue", queue[1:])
}

// serve does all jobs of the queue. It makes the queue when there is none.
func serve(do work) func(task *edo.Task) error {
	return func(task *edo.Task) error {
		d := world.Here(task).Disk()
		if _, err := d.ReadFile("queue"); err != nil {
			var all []string
			for i := range jobs {
				all = append(all, fmt.Sprintf("job %d", i))
			}
			if err := write(d, "queue", all); err != nil {
				return err
			}
		}
		for {
			queue := read(d, "queue")
			if len(queue) == 0 {
				return nil
			}
			if err := do(task, d, queue); err != nil {
				return err
			}
		}
	}
}

// run has a worker do the jobs, on a host that restarts once at a time that the seed draws.
func run(task *edo.Task, seed uint64, do work) error {
	w, err := world.New(task, world.Config{})
	if err != nil {
		return err
	}
	h := w.Host("worker", serve(do))
	w.At(time.Duration(seed%60)*100*time.Microsecond, h.Restart)
	if err := timer.Sleep(task, time.Second); err != nil {
		return err
	}
	if done := read(h.Disk(), "done"); len(done) != jobs {
		return fmt.Errorf("%d jobs of %d are done: %q", len(done), jobs, done)
	}
	return nil
}
