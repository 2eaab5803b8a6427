package main

import (
	"fmt"
	"io"
	"os"

	"github.com/edo-go/edo/cmd/edo/internal/command"
)

const usage = `usage: edo work <command> [flags]

  serve    be the broker, if no other process is, and work: count primes
  submit   publish a batch of jobs, and show how far they are
  watch    show all queues and workers: a live table on a terminal, lines elsewhere
  dead     list dead letters, send them again, or discard them

  help     print this

edo work <command> --help tells more about a command.
`

var commands = map[string]func(args []string, out, errs io.Writer) int{
	"serve":  serve,
	"submit": submit,
	"watch":  watch,
	"dead":   dead,
}

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is the program. It returns the exit status.
func run(args []string, out, errs io.Writer) int {
	if len(args) == 0 {
		fmt.Fprint(errs, usage)
		return command.Misuse
	}
	name, args := args[0], args[1:]
	switch name {
	case "help", "-h", "-help", "--help":
		fmt.Fprint(out, usage)
		return command.OK
	}
	if commands[name] == nil {
		fmt.Fprintf(errs, "edo work: there is no command %q\n\n%s", name, usage)
		return command.Misuse
	}
	return commands[name](args, out, errs)
}
