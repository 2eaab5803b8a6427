package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/edo-go/edo/cmd/edo/internal/command"
)

const aboutTrace = `
Records the polls of a running program for some time, and writes a trace, which
https://ui.perfetto.dev and chrome://tracing open. ADDR is the address of its console
(package console): host:port, or that of the page. Ctrl-C ends the recording early. The
token of the console is in the variable EDO_CONSOLE_TOKEN, or a flag.`

// Trace is the command edo trace. It returns the exit status.
func Trace(args []string, out, errs io.Writer) int {
	set := command.NewSet("edo trace", aboutTrace, out, errs)
	file := set.String("o", "edo.trace.json", "`file` to write; - is the standard output")
	var length time.Duration
	set.Time(&length, "for", 5*time.Second, "`time` to record")
	c, status := Open(set, args)
	if c == nil {
		return status
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := c.Ask(ctx, "POST", "record?on=1", io.Discard); err != nil {
		return set.Fail(err)
	}
	end := time.NewTimer(length)
	defer end.Stop()
	select {
	case <-end.C:
	case <-ctx.Done():
		stop() // a second interrupt ends the command
	}
	if err := c.Ask(context.Background(), "POST", "record?on=0", io.Discard); err != nil {
		return set.Fail(err)
	}
	if err := write(c, *file, out); err != nil {
		return set.Fail(err)
	}
	if *file != "-" {
		fmt.Fprintf(out, "%s is for https://ui.perfetto.dev\n", *file)
	}
	return command.OK
}

// write writes the trace to a file.
func write(c *Client, file string, out io.Writer) error {
	if file == "-" {
		return c.Ask(context.Background(), "GET", "trace", out)
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	err = c.Ask(context.Background(), "GET", "trace", f)
	return errors.Join(err, f.Close())
}

// Open reads the arguments of a command, one of which is the address, and has the flag for the
// token. Without a client the command ends with the status.
func Open(set *command.Set, args []string) (c *Client, status int) {
	token := set.String("token", "", "`token` of the console")
	address := ""
	set.Operand(&address, "ADDR")
	status, ok := set.Parse(args, func() (err error) {
		if address == "" {
			return errAddress
		}
		c, err = New(address, *token)
		return err
	})
	if !ok {
		return nil, status
	}
	return c, status
}
