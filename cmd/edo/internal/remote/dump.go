package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/edo-go/edo/cmd/edo/internal/command"
	"github.com/edo-go/edo/cmd/edo/internal/visible"
	"github.com/edo-go/edo/console"
)

const aboutDump = `
Prints what should be looked at in a running program, as its console has found it, and
then what all tasks wait for, as edo.Dump does. A poll that does not return is no wait:
it is among the first, after some time of looking, with its stack if the console has one.
ADDR is the address of the console (package console): host:port, or that of the page. The
token of the console is in the variable EDO_CONSOLE_TOKEN, or a flag.`

// Dump is the command edo dump. It returns the exit status.
func Dump(args []string, out, errs io.Writer) int {
	set := command.NewSet("edo dump", aboutDump, out, errs)
	var length time.Duration
	set.Time(&length, "look", time.Second, "`time` to look for polls that do not return")
	c, status := Open(set, args)
	if c == nil {
		return status
	}
	ctx := context.Background()
	frame, failed := c.look(ctx, length)
	if errors.Is(failed, errAddress) {
		return set.Fail(failed)
	}
	var text strings.Builder
	err := c.Ask(ctx, "GET", "dump", &text)
	if err == nil {
		_, err = io.WriteString(out, visible.Lines(foundText(frame, failed)+text.String()))
	}
	if err != nil {
		return set.Fail(err)
	}
	return command.OK
}

// silence is how much longer a program may take for a frame: each second it has one, unless it stands still.
const silence = 5 * time.Second

// look returns the first frame after some time, in which the console looks at the program.
func (c *Client) look(ctx context.Context, length time.Duration) (frame *console.Frame, err error) {
	ctx, end := context.WithTimeoutCause(ctx, length+silence, fmt.Errorf("the program has sent no frame for %v", silence))
	defer end()
	began := time.Now()
	err = c.Frames(ctx, func(f *console.Frame) {
		if frame == nil && time.Since(began) >= length {
			frame = f
			end()
		}
	})
	switch {
	case frame != nil:
		return frame, nil
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return nil, context.Cause(ctx)
	}
	return nil, err
}

// foundText are the findings of a frame, with the stacks of the polls that run, and an empty line; or why there is no frame.
func foundText(f *console.Frame, failed error) string {
	if f == nil {
		return fmt.Sprintf("findings: not known: %v\n\n", failed)
	}
	var b strings.Builder
	for i := range f.Findings {
		one := &f.Findings[i]
		fmt.Fprintf(&b, "%s %s: %s\n", one.Level, one.Kind, visible.Text(one.Text))
		if one.Kind == "poll" {
			b.WriteString(stackOf(f, one))
		}
	}
	if len(f.Findings) > 0 {
		b.WriteByte('\n')
	}
	return b.String()
}

// stackOf returns the stack of the poll that a finding is about, or how to get it.
func stackOf(f *console.Frame, about *console.Finding) string {
	for i := range f.Runtimes {
		rt := &f.Runtimes[i]
		for k := range rt.Polls {
			if p := &rt.Polls[k]; rt.ID == about.Runtime && p.Task == about.Task && p.Runs && p.Stack != "" {
				return "\t" + strings.ReplaceAll(strings.TrimSpace(p.Stack), "\n", "\n\t") + "\n"
			}
		}
	}
	return "\tits stack was not taken: the key t of edo top takes it\n"
}
