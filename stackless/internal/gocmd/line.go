package gocmd

import (
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A Line is a command line of the go command, or of a command of edo that takes build flags and packages as well.
type Line struct {
	Command  string   // build, run, test or vet; explain or gen
	Packages []string // patterns of packages, or files
	List     []string // flags for go list, so that it sees the same packages
	Dir      string   // of -C, or empty
	Overlay  string   // the user's own overlay, as it was given, or empty
	Cover    string   // the flag that asks for coverage, or empty
	Plain    bool     // the command has to run as it is
	Fault    string   // what is wrong with the flags, in the words of the go command, or empty

	args  []string // as they were given, without -C and -overlay
	dir   []string // -C as it was given
	flags map[string]string
}

// Parse understands the arguments of a command. The flags of the environment variable GOFLAGS come before those of the
// arguments.
func Parse(command string, args []string, goflags string) *Line {
	l := &Line{Command: command, flags: map[string]string{}}
	for _, field := range splitQuoted(goflags) {
		if f, outcome := parseFlag(command, []string{field}); outcome == isFlag {
			l.use(f, false)
		}
	}
	if command == "test" {
		l.parseTest(args)
	} else {
		l.parse(args)
	}
	if len(l.Packages) == 0 && command == "run" {
		l.Plain = true // an error of the user
	}
	return l
}

// use notes what a flag means. The go command itself gives those of GOFLAGS to go list.
func (l *Line) use(f parsedFlag, pass bool) {
	l.flags[f.name] = f.value
	if f.use&cover != 0 && f.value != "false" && f.value != "0" && f.value != "" {
		l.Cover = "-" + f.name
	}
	if f.use&plain != 0 && f.value != "false" {
		l.Plain = true
	}
	if pass && f.use&list != 0 && passes(f) {
		l.List = append(l.List, f.tokens...)
	}
	switch {
	case f.name == "overlay":
		l.Overlay = f.value
	case f.name == "C" && pass:
		l.Dir, l.dir = f.value, f.tokens
	case pass:
		l.args = append(l.args, f.tokens...)
	}
}

// passes reports whether go list should have a flag. Compiler flags without a pattern are for the packages that are
// named as arguments; those of go list are others.
func passes(f parsedFlag) bool {
	switch f.name {
	case "gcflags", "asmflags", "gccgoflags":
		pattern, _, ok := strings.Cut(f.value, "=")
		return ok && !strings.ContainsAny(pattern, "- '\"")
	}
	return true
}

// parse understands the arguments of build, run and vet: flags, and then packages.
func (l *Line) parse(args []string) {
	for len(args) > 0 {
		f, outcome := parseFlag(l.Command, args)
		switch outcome {
		case isFlag:
			l.use(f, true)
			args = args[len(f.tokens):]
			continue
		case isEnd:
			l.args = append(l.args, args[0])
			args = args[1:]
		case isUnknown:
			l.Plain, l.Fault = true, "flag provided but not defined: -"+f.name
		case isWrong:
			l.Plain, l.Fault = true, "flag needs an argument: -"+f.name
		}
		break
	}
	l.args = append(l.args, args...)
	if l.Command != "run" {
		l.Packages = args
		return
	}
	// What is run is a list of files or one package. The rest are arguments of the program.
	n := 0
	for n < len(args) && strings.HasSuffix(args[n], ".go") {
		n++
	}
	if n == 0 && len(args) > 0 {
		n = 1
		l.Plain = l.Plain || strings.Contains(args[0], "@") // a version of another module
	}
	l.Packages = args[:n]
}

// parseTest understands the arguments of test. Flags may come after the packages too, and there may be flags of the
// test's own, after which there are no packages.
func (l *Line) parseTest(args []string) {
	const (
		before = iota // no package was seen yet
		in
		after
	)
	state := before
	mayBeValue := false // the last argument was an unknown flag without a value
	for len(args) > 0 {
		f, outcome := parseFlag(l.Command, args)
		mayBe := mayBeValue
		mayBeValue = false
		switch outcome {
		case isArgument:
			switch {
			case state != after:
				state = in
				l.Packages = append(l.Packages, args[0])
			case !mayBe:
				l.args = append(l.args, args...) // of the test binary, all of them
				return
			}
			l.args = append(l.args, args[0])
			args = args[1:]
			continue
		case isEnd:
			l.args = append(l.args, args...)
			return
		case isWrong:
			l.Plain = true
			l.args = append(l.args, args...)
			return
		}
		if state == in {
			state = after
		}
		if outcome == isUnknown {
			state = after
			if f.name == "args" {
				l.args = append(l.args, args...)
				return
			}
			if f.name == "h" || f.name == "help" {
				l.Plain = true
			}
			mayBeValue = !strings.Contains(args[0], "=")
			l.args = append(l.args, f.tokens...)
		} else {
			l.use(f, true)
		}
		args = args[len(f.tokens):]
	}
}

// Args are the arguments of the go command, with an overlay.
func (l *Line) Args(overlay string) []string {
	args := slices.Concat([]string{l.Command}, l.dir) // -C must be first
	if overlay != "" {
		args = append(args, "-overlay="+overlay)
	}
	return append(args, l.args...)
}

// Has reports whether a flag was given.
func (l *Line) Has(name string) bool { _, ok := l.flags[name]; return ok }

// Flag reports whether a boolean flag is set.
func (l *Line) Flag(name string) bool {
	set, err := strconv.ParseBool(l.flags[name])
	return err == nil && set
}

// Abs makes a name absolute that is relative to the directory in which the go command works.
func (l *Line) Abs(name string) (string, error) {
	if !filepath.IsAbs(name) {
		name = filepath.Join(l.Dir, name)
	}
	return filepath.Abs(name)
}

// splitQuoted splits at spaces. A field may be in single or double quotes; there are no escapes.
func splitQuoted(s string) (fields []string) {
	for {
		s = strings.TrimLeft(s, " \t\n\r")
		if s == "" {
			return fields
		}
		end := strings.IndexAny(s, " \t\n\r")
		if quote := s[0]; quote == '"' || quote == '\'' {
			s = s[1:]
			end = strings.IndexByte(s, quote)
		}
		if end < 0 {
			return append(fields, s)
		}
		fields = append(fields, s[:end])
		s = s[end+1:]
	}
}
