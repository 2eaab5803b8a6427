package main

import (
	"fmt"
	"io"
	"os"

	"github.com/edo-go/edo/cmd/edo/internal/command"
	"github.com/edo-go/edo/cmd/edo/internal/companion"
	"github.com/edo-go/edo/cmd/edo/internal/demo"
	"github.com/edo-go/edo/cmd/edo/internal/hunt"
	"github.com/edo-go/edo/cmd/edo/internal/remote"
	"github.com/edo-go/edo/cmd/edo/internal/serve"
	"github.com/edo-go/edo/cmd/edo/internal/stress"
	"github.com/edo-go/edo/stackless"
)

const usage = `usage: edo <command> [arguments]

commands that build, test and run Go programs with lowered functions:
  build    go build
  run      go run
  test     go test
  vet      go vet, and edo's own analyzers
  explain  tell what becomes of each function that waits
  gen      write the frames of a library's functions to files

commands that show edo:
  demo     run servers and a thousand clients, and check them; or hold 100,000 connections
  serve    run a small server to talk to with nc: hello, count or ping
  stress   run random programs on the scheduler, and check them
  work     show queues of jobs on NATS: serve, submit, watch, dead

commands that look at a running program, by its console:
  top      show its tasks in a terminal, live
  dump     print what its tasks wait for
  trace    record its polls, for Perfetto

commands that test programs:
  hunt     run a test of a simulation under many seeds, and keep what fails

  help     print this

edo <command> --help tells more about a command.
`

var commands = map[string]func(args []string, out, errs io.Writer) int{
	"build":   stackless.Build,
	"run":     stackless.Run,
	"test":    stackless.Test,
	"vet":     stackless.Vet,
	"explain": stackless.Explain,
	"gen":     stackless.Gen,
	"demo":    demo.Run,
	"serve":   serve.Run,
	"stress":  stress.Run,
	"work":    companion.Work,
	"hunt":    hunt.Run,
	"top":     companion.Top,
	"dump":    remote.Dump,
	"trace":   remote.Trace,
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
	case "help":
		if len(args) > 0 && commands[args[0]] != nil {
			return commands[args[0]]([]string{"--help"}, out, errs)
		}
		fallthrough
	case "-h", "-help", "--help":
		fmt.Fprint(out, usage)
		return command.OK
	}
	if commands[name] == nil {
		fmt.Fprintf(errs, "edo: there is no command %q\n\n%s", name, usage)
		return command.Misuse
	}
	return commands[name](args, out, errs)
}
