package demo

import (
	"flag"
	"fmt"
	"time"

	"github.com/edo-go/edo/cmd/edo/internal/command"
	"github.com/edo-go/edo/console"
)

// consoleFlag is the address of the console. The flag needs no value.
type consoleFlag string

// defaultConsole is what the flag means without a value.
const defaultConsole = "127.0.0.1:6070"

// untilInterrupted is how long the demo goes on with a console, unless a flag says it.
const untilInterrupted = 1000 * time.Hour

func (c *consoleFlag) String() string   { return string(*c) }
func (c *consoleFlag) IsBoolFlag() bool { return true }

// Set sets the address.
func (c *consoleFlag) Set(text string) error {
	switch text {
	case "true":
		text = defaultConsole
	case "false":
		text = ""
	}
	*c = consoleFlag(text)
	return nil
}

// serveConsole serves the console, until stop is called.
func (d *demo) serveConsole(set *command.Set) (stop func() error, err error) {
	s, err := console.Listen(string(d.console))
	if err != nil {
		return nil, fmt.Errorf("%w; use --console=HOST:PORT with another address, or with port 0 for any that is free", err)
	}
	isGiven := false
	set.Visit(func(f *flag.Flag) { isGiven = isGiven || f.Name == "for" })
	if !isGiven {
		d.length = untilInterrupted
	}
	fmt.Fprintf(d.out, "console: %s\n", s.URL())
	return s.Close, nil
}
