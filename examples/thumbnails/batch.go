package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/edo-go/edo/examples/internal/parts"
	"github.com/edo-go/edo/lock"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/scope"
	"github.com/edo-go/edo/timer"
)

// batch is the work of the first process.
type batch struct {
	o        options
	out      io.Writer
	queues   queues
	names    []string // of the pictures
	bar      *bar
	began    time.Time
	finished map[string]bool
	perPart  map[int]int // pictures, by the process that has said first that it is done
	parts    []*parts.Part
	killed   int // the process that was killed
}

// run makes the thumbnails of all pictures.
func run(task *edo.Task, out io.Writer, o options) (err error) {
	temporary, err := os.MkdirTemp("", "thumbnails")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temporary)
	o.folder = cmp.Or(o.folder, filepath.Join(temporary, "broker"))
	o.to = cmp.Or(o.to, filepath.Join(temporary, "thumbnails"))
	if err := os.MkdirAll(o.to, 0o755); err != nil {
		return err
	}
	conn, err := (&cluster.Broker{Listen: "127.0.0.1:0"}).Open(task, o.folder)
	if err != nil {
		return err
	}
	defer conn.Drop()
	b := &batch{o: o, out: out, finished: map[string]bool{}, perPart: map[int]int{}}
	if b.queues, err = openQueues(task, conn); err != nil {
		return err
	}
	if b.o.from == "" {
		b.o.from = filepath.Join(temporary, "pictures")
		if err := b.paint(task); err != nil {
			return err
		}
	}
	if b.names, err = picturesIn(b.o.from); err != nil {
		return err
	}
	if len(b.names) == 0 {
		return fmt.Errorf("there are no JPEG or PNG files in %s", b.o.from)
	}
	defer b.killAll()
	if err := b.work(task); err != nil {
		return err
	}
	if err := conn.Close(task); err != nil {
		return err
	}
	return b.table(task)
}

// paint makes the pictures.
func (b *batch) paint(task *edo.Task) error {
	fmt.Fprintf(b.out, "%d pictures are made\n", b.o.pictures)
	if err := os.MkdirAll(b.o.from, 0o755); err != nil {
		return err
	}
	return scope.Run(task, func(s *scope.Scope) error {
		limit := lock.NewSemaphore(4)
		for i := range b.o.pictures {
			if err := limit.Acquire(task, 1); err != nil {
				return err
			}
			edo.Blocking(s, func(*edo.Task) (edo.Unit, error) {
				defer limit.Release(1)
				return edo.Unit{}, save(paint(i), filepath.Join(b.o.from, fmt.Sprintf("picture%04d.jpg", i)))
			})
		}
		return nil
	})
}

// work publishes the jobs, and waits until all are done, or dead.
func (b *batch) work(task *edo.Task) error {
	for range b.o.workers {
		if err := b.start(task); err != nil {
			return err
		}
	}
	b.began, b.bar = time.Now(), newBar(b.out, len(b.names))
	tx, rx := mpsc.New[done](64)
	defer tx.Close()
	words := cluster.Work(b.queues.done, 1, func(task *edo.Task, j *cluster.Job[done]) error { return tx.Send(task, j.Value) })
	return scope.Run(task, func(s *scope.Scope) error {
		listens := edo.Spawn(s, edo.Future[edo.Unit](words))
		edo.Go(s, b.publish)
		err := b.untilDone(task, rx)
		rx.Close()
		b.bar.clear()
		words.Stop()
		_, listenErr := listens.Await(task)
		return errors.Join(err, listenErr)
	})
}

// publish publishes a job for each picture.
func (b *batch) publish(task *edo.Task) error {
	for _, name := range b.names {
		from, err := filepath.Abs(filepath.Join(b.o.from, name))
		if err != nil {
			return err
		}
		to, err := filepath.Abs(filepath.Join(b.o.to, strings.TrimSuffix(name, filepath.Ext(name))+".jpg"))
		if err != nil {
			return err
		}
		if _, err := b.queues.jobs.Publish(task, job{From: from, To: to, Size: b.o.size}, cluster.ID(name)); err != nil {
			return err
		}
	}
	return nil
}

// untilDone waits until all pictures are done or dead. After a third of them it kills a process, and
// starts another; after two thirds it starts one more.
func (b *batch) untilDone(task *edo.Task, words *mpsc.Receiver[done]) error {
	n, dead := len(b.names), 0
	toKill, toAdd := !b.o.calm, !b.o.calm
	for len(b.finished)+dead < n {
		switch {
		case toKill && len(b.finished) >= n/3:
			toKill = false
			b.killed = b.parts[0].PID()
			b.parts[0].Kill()
			b.bar.say(fmt.Sprintf("process %d was killed", b.killed))
			if err := b.start(task); err != nil {
				return err
			}
		case toAdd && len(b.finished) >= 2*n/3:
			toAdd = false
			if err := b.start(task); err != nil {
				return err
			}
		}
		d, err := timer.Timeout(task, time.Second, words.Recv)
		switch {
		case err == nil && !b.finished[d.Picture]: // a word may come twice
			b.finished[d.Picture] = true
			b.perPart[d.Process]++
			b.bar.show(len(b.finished))
		case task.Err() != nil:
			return task.Err()
		case err != nil: // of a picture that is dead there is no word
			info, err := b.queues.jobs.Info(task)
			if err != nil {
				return err
			}
			dead = info.Dead
		}
	}
	return nil
}

// start starts a process.
func (b *batch) start(task *edo.Task) error {
	p, _, err := parts.Start(task, "-worker", "-folder", b.o.folder)
	if err != nil {
		return err
	}
	b.parts = append(b.parts, p)
	line := fmt.Sprintf("process %d works", p.PID())
	if b.bar != nil {
		b.bar.say(line)
	} else {
		fmt.Fprintln(b.out, line)
	}
	return nil
}

// killAll kills what is left of the processes.
func (b *batch) killAll() {
	for _, p := range b.parts {
		p.Kill()
	}
}

// table ends the processes, prints what each has done, and looks at the thumbnails.
func (b *batch) table(task *edo.Task) error {
	took := time.Since(b.began)
	for _, p := range b.parts {
		how := ""
		if p.PID() == b.killed {
			how = "  killed"
		} else if err := p.Stop(task); err != nil {
			how = fmt.Sprint("  ", err)
		}
		fmt.Fprintf(b.out, "process %-8d %5d thumbnails%s\n", p.PID(), b.perPart[p.PID()], how)
	}
	there := 0
	for _, name := range b.names {
		m, err := load(filepath.Join(b.o.to, strings.TrimSuffix(name, filepath.Ext(name))+".jpg"))
		if b.finished[name] && err != nil {
			return fmt.Errorf("%s was said to be done: %w", name, err)
		}
		if err == nil && max(m.Bounds().Dx(), m.Bounds().Dy()) <= b.o.size {
			there++
		}
	}
	fmt.Fprintf(b.out, "%d of %d thumbnails are there, after %.1f s\n", there, len(b.names), took.Seconds())
	if there < len(b.names) {
		return fmt.Errorf("%d pictures have no thumbnail", len(b.names)-there)
	}
	return nil
}
