package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/edo-go/edo/cmd/edo/edo-top/internal/screen"
	"github.com/edo-go/edo/cmd/edo/internal/command"
	"github.com/edo-go/edo/cmd/edo/internal/figures"
	"github.com/edo-go/edo/cmd/edo/internal/remote"
	"github.com/edo-go/edo/console"
)

const about = `
Shows the tasks of a running program in a terminal: findings first, then groups of tasks
that are alike, locks and channels, which task waits for which, each task on demand. The
key ? shows all keys, and q ends. Where the standard output is no terminal it prints one
table of text and ends. ADDR is the address of the program's console (package console):
host:port, or that of the page. The token of the console is in the variable
EDO_CONSOLE_TOKEN, or a flag. NO_COLOR=1 switches colours off.`

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is the program. It returns the exit status.
func run(args []string, out, errs io.Writer) int {
	set := command.NewSet("edo top", about, out, errs)
	once := set.Bool("once", false, "print one table and end, also on a terminal")
	client, status := remote.Open(set, args)
	if client == nil {
		return status
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the program as ever
	var err error
	if *once || !figures.IsTerminal(out) {
		err = printOnce(ctx, client, out)
	} else {
		err = show(ctx, client, out)
	}
	if err != nil {
		return set.Fail(err)
	}
	return command.OK
}

// lookFor is how long the program is looked at for one table: a poll must take some time to be found.
const lookFor = 2 * time.Second

var errInterrupted = errors.New("interrupted before the program was looked at for two seconds")

// printOnce prints one table.
func printOnce(ctx context.Context, client *remote.Client, out io.Writer) error {
	looking, end := context.WithCancel(ctx)
	defer end()
	s := screen.New(client.Base(), time.Local)
	var first time.Time
	isDone := false
	err := client.Frames(looking, func(f *console.Frame) {
		if first.IsZero() {
			first = f.Time
		}
		if !isDone {
			s.Take(f, f.Time)
		}
		if f.Time.Sub(first) >= lookFor {
			isDone = true
			end()
		}
	})
	switch {
	case isDone:
		_, err = io.WriteString(out, s.Text())
	case ctx.Err() != nil:
		err = errInterrupted
	}
	return err
}
