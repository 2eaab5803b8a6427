package command

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/edo-go/edo/cmd/edo/internal/visible"
)

// Exit statuses.
const (
	OK     = 0
	Failed = 1 // the command did not succeed
	Misuse = 2 // the arguments are wrong
)

// A Set is the flags of one command. Define them on the embedded FlagSet, and then
// Parse.
type Set struct {
	*flag.FlagSet
	about     string
	out, errs io.Writer

	operand     *string // see Operand; nil: there is none
	operandName string
}

// NewSet returns a set without flags. name is the command as the user types
// it, such as "edo demo"; about describes it, in some lines.
func NewSet(name, about string, out, errs io.Writer) *Set {
	s := &Set{FlagSet: flag.NewFlagSet(name, flag.ContinueOnError), about: about, out: out, errs: errs}
	s.SetOutput(io.Discard) // Parse prints the error
	return s
}

// Operand lets Parse take one argument that is no flag, wherever it is among the flags, and write it to p.
// name is what the usage calls it.
func (s *Set) Operand(p *string, name string) { s.operand, s.operandName = p, name }

// Parse reads args, which must be flags, and an operand, and then calls checks, which return what is
// wrong. Without ok the command must end with that status: Parse has printed the help, or
// what is wrong.
func (s *Set) Parse(args []string, checks ...func() error) (status int, ok bool) {
	err := s.FlagSet.Parse(args)
	if operand := s.operand; operand != nil && err == nil && s.NArg() > 0 {
		*operand = s.Arg(0)
		err = s.FlagSet.Parse(s.Args()[1:])
	}
	switch {
	case errors.Is(err, flag.ErrHelp):
		s.help()
		return OK, false
	case err == nil && s.NArg() > 0:
		err = fmt.Errorf("there is an argument too many: %q", s.Arg(0))
	}
	for _, check := range checks {
		if err == nil {
			err = check()
		}
	}
	if err != nil {
		fmt.Fprintf(s.errs, "%s: %v\n%s --help tells more\n", s.Name(), err, s.Name())
		return Misuse, false
	}
	return OK, true
}

// Time defines a flag that is a time, and must be more than 0.
func (s *Set) Time(p *time.Duration, name string, value time.Duration, usage string) {
	*p = value
	s.Var((*positive)(p), name, usage)
}

// positive is a time that is more than 0, as a flag.
type positive time.Duration

func (p *positive) String() string { return time.Duration(*p).String() }

func (p *positive) Set(text string) error {
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return errTime
	}
	*p = positive(d)
	return nil
}

var errTime = errors.New("use a time such as 5s, 300ms or 1h30m")

// Fail prints err, which may quote another program, and returns the status for it.
func (s *Set) Fail(err error) int {
	fmt.Fprintf(s.errs, "%s: %s\n", s.Name(), visible.Lines(err.Error()))
	return Failed
}

// help prints the description of the command, and its flags.
func (s *Set) help() {
	operand := ""
	if s.operand != nil {
		operand = " " + s.operandName
	}
	fmt.Fprintf(s.out, "usage: %s%s [flags]\n\n%s\n\nflags:\n", s.Name(), operand, strings.TrimSpace(s.about))
	s.VisitAll(func(f *flag.Flag) {
		value, what := flag.UnquoteUsage(f)
		fmt.Fprintf(s.out, "  --%s %s\n        %s", f.Name, value, what)
		if f.DefValue != "" {
			fmt.Fprintf(s.out, " (default %s)", f.DefValue)
		}
		fmt.Fprintln(s.out)
	})
}
